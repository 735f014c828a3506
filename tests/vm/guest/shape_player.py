#!/usr/bin/python3
# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""shape_player.py URL PORT PACKETS SECONDS NUMBER...: GStreamer's rtspsrc plays the answers of these numbers, all at the
same time, from PORT on. Prints a line each when it has PACKETS, or got no more in time: the number, a tab, the packets."""

import sys

import gi

gi.require_version("Gst", "1.0")
from gi.repository import GLib, Gst  # noqa: E402
from shape_table import ANSWERS  # noqa: E402

URL, PORT, PACKETS, SECONDS = sys.argv[1], *map(int, sys.argv[2:5])
NUMBERS = [int(word) for word in sys.argv[5:]]


class Player:
    """A session of its own; what goes wrong in it is no matter for others."""

    def __init__(self, number, port):
        self.number, self.sink = number, None
        self.pipeline = Gst.Pipeline()
        source = Gst.ElementFactory.make("rtspsrc")
        source.set_property("location", f"{URL}/{number}")
        source.set_property("protocols", {"udp": 1, "tcp": 4}[ANSWERS[number].via])
        source.set_property("port-range", f"{port}-{port + 1}")
        source.set_property("latency", 100)
        source.set_property("teardown-timeout", Gst.SECOND)
        source.connect("pad-added", self.on_pad)
        self.pipeline.add(source)
        self.pipeline.set_state(Gst.State.PLAYING)

    def on_pad(self, _source, pad):
        sink = Gst.ElementFactory.make("fakesink")
        self.pipeline.add(sink)
        sink.sync_state_with_parent()
        pad.link(sink.get_static_pad("sink"))
        self.sink = sink

    def packets(self):
        return self.sink.get_property("stats").get_value("rendered") if self.sink else 0

    def failed(self):
        message = self.pipeline.get_bus().pop_filtered(Gst.MessageType.ERROR)
        return message.parse_error()[0].message if message else None

    def end(self, why=""):
        print(self.number, self.packets(), why, sep="\t", flush=True)
        self.pipeline.set_state(Gst.State.NULL)


def main():
    Gst.init(None)
    loop = GLib.MainLoop()
    players = [Player(number, PORT + 4 * place) for place, number in enumerate(NUMBERS)]

    def watch():
        for player in list(players):
            why = player.failed()
            if why or player.packets() >= PACKETS:
                players.remove(player)
                player.end(why or "")
        if not players:
            loop.quit()
        return True

    GLib.timeout_add(200, watch)
    GLib.timeout_add_seconds(SECONDS, loop.quit)
    loop.run()
    for player in players:
        player.end("no more came")


main()
