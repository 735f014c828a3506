#!/usr/bin/python3
# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""server.py PORT ADDRESS...: a real RTSP server (gst-rtsp-server) with two audio tracks at /test.

G.711 at 8 kHz, 50 packets a second and track: cheap enough for an emulated processor. All clients share one media,
so that the server sends to all of them from the same ports, as cameras do. Prints each request it is sent, and of SETUP
the User-Agent, the CSeq and the Transport line as they came.
"""

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


def log(*words):
    print(*words, flush=True)


def on_setup(_client, context):
    log("\t".join(["SETUP", *(context.request.get_header(header, 0)[1] for header in HEADERS)]))


def on_client(_server, client):
    peer = client.get_connection().get_ip()
    log("connected", peer)
    client.connect("setup-request", on_setup)
    client.connect("new-session", lambda _c, session: session.set_timeout(600))
    for method in ("play", "teardown"):
        client.connect(method + "-request", lambda _c, _ctx, name: log(name.upper(), peer), method)
    client.connect("closed", lambda _c: log("closed", peer))


def serve(address, port):
    server = GstRtspServer.RTSPServer()
    server.set_address(address)
    server.set_service(port)
    factory = GstRtspServer.RTSPMediaFactory()
    factory.set_launch("( " + " ".join(TRACKS) + ")")
    factory.set_shared(True)
    server.get_mount_points().add_factory("/test", factory)
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
