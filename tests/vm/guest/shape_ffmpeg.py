#!/usr/bin/python3
# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""shape_ffmpeg.py URL PORT PACKETS SECONDS NUMBER...: as shape_player.py, with ffmpeg's libavformat. That is the
RTSP client of ffmpeg, without a program to start for each session: on an emulated processor it takes seconds."""

import ctypes
import sys
import threading
import time

from shape_table import ANSWERS

URL, PORT, PACKETS, SECONDS = sys.argv[1], *map(int, sys.argv[2:5])
AVFORMAT, AVCODEC, AVUTIL = map(ctypes.CDLL, ("libavformat.so.59", "libavcodec.so.59", "libavutil.so.57"))
AVCODEC.av_packet_alloc.restype = ctypes.c_void_p
DEADLINE = time.monotonic() + SECONDS


def check(code):
    if code < 0:
        text = ctypes.create_string_buffer(200)
        AVUTIL.av_strerror(code, text, ctypes.c_size_t(200))
        raise OSError(text.value.decode())


def play(number, port):
    options, context = ctypes.c_void_p(), ctypes.c_void_p()
    wanted = {"rtsp_transport": ANSWERS[number].via, "min_port": port, "max_port": port + 1,
              "timeout": SECONDS * 500000}
    for name, value in wanted.items():
        AVUTIL.av_dict_set(ctypes.byref(options), name.encode(), str(value).encode(), 0)
    packet, count, why = ctypes.c_void_p(AVCODEC.av_packet_alloc()), 0, ""
    try:
        url = f"{URL}/{number}".encode()
        check(AVFORMAT.avformat_open_input(ctypes.byref(context), url, None, ctypes.byref(options)))
        while count < PACKETS and time.monotonic() < DEADLINE:
            check(AVFORMAT.av_read_frame(context, packet))
            AVCODEC.av_packet_unref(packet)
            count += 1
    except OSError as error:
        why = str(error)
    print(f"{number}\t{count}\t{why}\n", end="", flush=True)
    AVFORMAT.avformat_close_input(ctypes.byref(context))


def main():
    AVUTIL.av_log_set_level(16)
    threads = [threading.Thread(target=play, args=(int(word), PORT + 4 * place))
               for place, word in enumerate(sys.argv[5:])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


main()
