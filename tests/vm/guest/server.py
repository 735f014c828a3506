#!/usr/bin/python3
# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""server.py PORT ADDRESS...: a real RTSP server (gst-rtsp-server) with two audio tracks at /test.

G.711 at 8 kHz, 50 packets a second and track: cheap enough for an emulated processor. All clients share one media,
so that the server sends to all of them from the same ports, as cameras do. Prints each request it is sent, and of SETUP
the User-Agent, the CSeq and the Transport line as they came.

Also at /lasting, where a session outlives its connection; at /fixed, sent from ports 6100 to 6103. With TS in the
environment, a file, at /stream=0 a track of MPEG-TS. With RECORD, names, /record/NAME takes two such audio tracks from a
publisher, and how many packets of each came is printed.
"""

import os
import pathlib
import sys

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtsp", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtsp, GstRtspServer  # noqa: E402

HEADERS = [getattr(GstRtsp.RTSPHeaderField, name) for name in ("USER_AGENT", "CSEQ", "TRANSPORT")]

SOURCE = "audiotestsrc is-live=true samplesperbuffer=160 freq={} ! audio/x-raw,rate=8000,channels=1 ! "
TRACKS = (
    SOURCE.format(440) + "alawenc ! rtppcmapay name=pay0 pt=8 ",
    SOURCE.format(660) + "mulawenc ! rtppcmupay name=pay1 pt=0 ",
)


RECORD = " ".join(f"rtppcmadepay name=depay{track} ! fakesink name=sink{track} async=false" for track in (0, 1))
TS = "appsrc name=source is-live=true do-timestamp=true format=time caps=video/mpegts,systemstream=true,packetsize=188 ! " \
    "rtpmp2tpay name=pay0 pt=33 mtu=200"


def log(*words):
    print(*words, flush=True)


def on_setup(_client, context):
    log("\t".join(["SETUP", *(context.request.get_header(header, 0)[1] or "" for header in HEADERS)]))


def on_client(_server, client):
    peer = client.get_connection().get_ip()
    log("connected", peer)
    client.connect("setup-request", on_setup)
    client.connect("announce-request", on_announce)
    client.connect("new-session", lambda _c, session: session.set_timeout(600))
    for method in ("play", "teardown"):
        client.connect(method + "-request", lambda _c, _ctx, name: log(name.upper(), peer), method)
    client.connect("closed", lambda _c: log("closed", peer))


def on_announce(_client, context):
    """Counts what a publisher sends."""
    element, name = context.media.get_element(), context.uri.abspath
    sinks = [element.get_by_name(f"sink{track}") for track in (0, 1)]
    last = []

    def count():
        counts = [sink.get_property("stats").get_value("rendered") for sink in sinks]
        # Stopping sets them to 0.
        if counts > last:
            log("RECORDED", name, *counts)
            last[:] = counts
        return True

    timer = GLib.timeout_add(200, count)
    context.media.connect("unprepared", lambda _media: GLib.source_remove(timer))


def on_transport_stream(_factory, media):
    """Feeds it: 50 packets a second, and from the start again."""
    source = media.get_element().get_by_name("source")
    stream, place = pathlib.Path(os.environ["TS"]).read_bytes(), 0

    def feed():
        nonlocal place
        source.emit("push-buffer", Gst.Buffer.new_wrapped(stream[place : place + 188]))
        place = (place + 188) % len(stream)
        return True

    timer = GLib.timeout_add(20, feed)
    media.connect("unprepared", lambda _media: GLib.source_remove(timer))


def mount(server, path, launch, **properties):
    factory = GstRtspServer.RTSPMediaFactory()
    factory.set_launch(f"( {launch} )")
    for name, value in properties.items():
        factory.set_property(name, value)
    server.get_mount_points().add_factory(path, factory)
    return factory


def more_mounts(server):
    pool = GstRtspServer.RTSPAddressPool()
    anywhere = GstRtspServer.RTSP_ADDRESS_POOL_ANY_IPV4
    pool.add_range(anywhere, anywhere, 6100, 6103, 0)
    mount(server, "/lasting", " ".join(TRACKS), stop_on_disconnect=False)
    mount(server, "/fixed", " ".join(TRACKS)).set_address_pool(pool)
    mount(server, "/stream=0", TS).connect("media-configure", on_transport_stream)
    for name in os.environ.get("RECORD", "").split():
        mount(server, "/record/" + name, RECORD, transport_mode=GstRtspServer.RTSPTransportMode.RECORD)


def serve(address, port):
    server = GstRtspServer.RTSPServer()
    server.set_address(address)
    server.set_service(port)
    mount(server, "/test", " ".join(TRACKS), shared=True)
    more_mounts(server)
    server.connect("client-connected", on_client)
    if not server.attach(None):
        sys.exit(f"cannot listen on {address} port {port}")
    GLib.timeout_add_seconds(2, lambda: server.get_session_pool().cleanup() >= 0)
    log("listening on", address, port)
    return server


def main():
    Gst.init(None)
    servers = [serve(address, sys.argv[1]) for address in sys.argv[2:]]
    GLib.MainLoop().run()
    del servers


main()
