#!/usr/bin/python3
# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""player.py URL udp|tcp PORT PACKETS: GStreamer's rtspsrc as the client of a session with two tracks.

Its UDP ports are PORT to PORT + 3. Ends when PACKETS of each track have come, or at SIGINT; prints how many did. (Not
gst-launch-1.0: its delayed linking breaks when both tracks of a live source appear at the same moment.)
"""

import signal
import sys

import gi

gi.require_version("Gst", "1.0")
from gi.repository import GLib, Gst  # noqa: E402

URL, TRANSPORT, PORT, PACKETS = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
Gst.init(None)
loop = GLib.MainLoop()
sinks = {}


def on_pad(_source, pad):
    track = int(pad.get_name().split("_")[3])  # recv_rtp_src_TRACK_SSRC_PT
    sink = Gst.ElementFactory.make("fakesink")
    pipeline.add(sink)
    sink.sync_state_with_parent()
    pad.link(sink.get_static_pad("sink"))
    sinks[track] = sink


def packets(track):
    return sinks[track].get_property("stats").get_value("rendered") if track in sinks else 0


def on_time():
    if min(packets(0), packets(1)) >= PACKETS:
        loop.quit()
    return True


def on_message(_bus, message):
    if message.type == Gst.MessageType.ERROR:
        print(*message.parse_error(), flush=True)
        loop.quit()


pipeline = Gst.Pipeline()
source = Gst.ElementFactory.make("rtspsrc")
source.set_property("location", URL)
source.set_property("protocols", {"udp": 1, "tcp": 4}[TRANSPORT])
source.set_property("port-range", f"{PORT}-{PORT + 3}")
source.set_property("latency", 100)
source.set_property("teardown-timeout", 5 * Gst.SECOND)
source.connect("pad-added", on_pad)
pipeline.add(source)
bus = pipeline.get_bus()
bus.add_signal_watch()
bus.connect("message", on_message)
GLib.unix_signal_add(GLib.PRIORITY_HIGH, signal.SIGINT, loop.quit)
pipeline.set_state(Gst.State.PLAYING)
GLib.timeout_add(200, on_time)
loop.run()
for number in (0, 1):
    print(f"audio{number}: {packets(number)} packets", flush=True)
pipeline.set_state(Gst.State.NULL)
