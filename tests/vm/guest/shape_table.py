# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""Transport lines of real servers and clients, as data. The names are those of the table that they were collected in.

Placeholders: {a} {b} the client's ports, {far} another one, {any} the first where nobody minds, {s} {t} the server's,
{client} the client's address as the one who writes knows it, {own} the server's; \\b stands for no blank behind the
colon.

Answers: `via` is the transport that a client asks for, `media` whether the server then sends some.
Announcements: `expect` is `plays` where the decision table has a mapping, `left` where the text is to stay as it is and
nothing to be expected.
"""

from collections import namedtuple

Answer = namedtuple("Answer", "name line via media", defaults=("udp", True))
Announcement = namedtuple("Announcement", "name line expect", defaults=("plays",))

U = "RTP/AVP/UDP;unicast;"
A = "RTP/AVP;unicast;"
T = "RTP/AVP/TCP;unicast;"

ANSWERS = (
    Answer("V2 folded", A + "\r\n  client_port={a}-{b};server_port={s}-{t}"),
    Answer("V21", U + "mode=receive;source={own};client_port={a}-{b};server_port={s}-{t}"),
    Answer("V23 loopback source", A + "mode=PLAY;source=127.0.0.1;client_port={a}-{b};server_port={s}-{t};ssrc=0"),
    Answer("V28 gst", A + 'client_port={a}-{b};server_port={s}-{t};ssrc=E828474C;mode="PLAY"'),
    Answer("V29 VLC", U + "client_port={a}-{b};server_port={s}-{t};ssrc=CF12C5BA;mode=play"),
    Answer("V30 multicast", "RTP/AVP/UDP;destination={client};port={a}-{b};ttl=1;mode=play"),
    Answer("V33 live555", A + "destination={client};source={own};client_port={a}-{b};server_port={s}-{t}"),
    Answer("V34 Reolink", T + "destination={client};source=192.168.5.206;interleaved=0-1", "tcp"),
    Answer("V38 single, server first", U + "server_port={s};client_port={a};ssrc=0B6020AD;mode=PLAY"),
    Answer("V39 blank in ssrc", U + "client_port={a};server_port={s};ssrc= 4317f;mode=play"),
    Answer("V40", T + "interleaved=0-1;ssrc=     D93FF", "tcp"),
    Answer("V41 empty source", U + "source=;client_port={a}-{b};server_port={s}-{t};ssrc=45dcb578"),
    Answer("V42 decimal ssrc", A + "client_port={a};source={own};server_port={s};ssrc=1449463210"),
    Answer("V44 spec not first", 'client_port={a}-{b};RTP/AVP;mode="PLAY";unicast'),
    Answer("V46 UDP for TCP", A + "server_port={s}-{t};client_port={a}-{b}", "tcp"),
    Answer("V47", A + "source={own};server_port={s}-{t};client_port={a}-{b};ssrc=3969838262"),
    Answer("V49 Hikvision", T + 'interleaved=0-1;ssrc=4cacc3d1;mode="play"', "tcp"),
    Answer("V50 Hikvision", T + "interleaved=0-1;ssrc= d6d6627", "tcp"),
    Answer("V51 ssrc first", "RTP/AVP;ssrc=22345685;unicast;client_port={a}-{b};server_port={s}-{t}"),
    Answer("V52 one channel", T + "destination={client};source={own};interleaved=0", "tcp"),
    Answer("V53 TCP without /TCP", A + "destination={client};source={own};interleaved=0-1", "tcp"),
    Answer("V54 comma for semicolon", A + "client_port={a}-{b};server_port={s}-{t},ssrc=FFFFCCCC"),
    Answer("V55 server_port 0-1", U + "client_port={a}-{b};server_port=0-1;ssrc=4317f"),
    Answer("V56 server_port 0-0", A + "client_port={a}-{b};server_port=0-0"),
    Answer("V57 all 0-0", U + "client_port=0-0;server_port=0-0;ssrc=1234567"),
    Answer("V59 ssrc not hex", A + "client_port={a}-{b};server_port=0-0;ssrc=Wang_qin_feng{a}_{b}"),
    Answer("V60 adjacent instead", A + "client_port={a}-{b};server_port={s}-{t}"),
    Answer("V61 far and reversed", A + "client_port={a}-{b};server_port={s}-37864;ssrc=13372d1a;mode=play"),
    Answer("V62 client-port", A + "client-port={a}-{b};server_port={s}-{t}"),
    Answer("V63 multicast destination", U + "destination=239.1.2.3;source={own};port={a}-{b};ttl=255", "udp", False),
    Answer("V64 multicast", "RTP/AVP;multicast;destination=239.128.1.100;port=5564-5565;ttl=15;interleaved=2-3;"
           "ssrc=1234;", "udp", False),
    Answer("V65 undefined", A + "client_port={a}-{b};server_port=undefined-undefined"),
    Answer("V70 MP2T", "MP2T/H2221/UDP;unicast;destination={client};server_port={s};client_port={a}"),
    Answer("V77 QAM", "MP2T/DVBC/QAM;unicast; destination=5678.6", "udp", False),
    Answer("V78 port=", "MP2T/AVP;unicast;destination={client};port={a}"),
    Answer("V86 no server_port", A + "destination={client};client_port={a}-{b}"),
    Answer("V87", A + "source={own};client_port={a}-{b};server_port={s}-{t}"),
    Answer("V89 SRT", "SRT/AVP;server_port={s}", "udp", False),
    Answer("V90 DSS", "RTP/AVP/UDP;unicast;client_port={a}-{b};source={own};client_port={a}-{b};server_port={s}-{t};"
           "ssrc=12345678"),
    Answer("V91 ZLMediaKit", U + "client_port={a}-{b};mode=play,RTP/AVP/TCP;unicast;interleaved=0-1;server_port={s}-{t};"
           "ssrc=1"),
    Answer("V93 Axis", 'RTP/AVP;multicast;destination=239.194.168.96;ttl=5;port=50000-50001;mode="PLAY"', "udp", False),
    Answer("V94 Dahua", T + "interleaved=0-1;ssrc=30A98EE7", "tcp"),
    Answer("V95 port=0-", A + "client_port={a}-{b};server_port=0-;port=--"),
    Answer("no Transport", None),
    Answer("padded", A + "client_port={a:07}-{b:07};server_port={s:07}-{t:07}"),
    Answer("no blank behind the colon", "\b" + A + "client_port={a}-{b};server_port={s}-{t}"),
)

ANNOUNCEMENTS = (
    Announcement("V1", A + "client_port={a}-{b}"),
    Announcement("V3 folded, multicast first",
                 'RTP/AVP;multicast;ttl=127;mode="PLAY",\r\n  ' + A + 'client_port={a}-{b};mode="PLAY"'),
    Announcement("V4", "RTP/AVP/TCP;interleaved=0-1", "left"),
    Announcement("V5 single", A + "client_port={a}"),
    Announcement("V6 lower case", "rtp/avp/udp;client_port={a}-{b};mode=play"),
    Announcement("V8", "RTP/AVP;multicast;destination=224.0.1.11;port=21010-21011;mode=record;ttl=127", "left"),
    Announcement("V9 2.0", A + 'dest_addr=":{a}"/":{b}", RTP/AVP/TCP;unicast;interleaved=0-1'),
    Announcement("V11 TCP media", T + 'dest_addr=":9"/":9"; setup=active;connection=new', "left"),
    Announcement("V14 ICE", 'RTP/AVP/D-ICE; unicast; ICE-ufrag="a"; ICE-Password="b"; candidates="1 1 UDP '
                 '2130706431 10.0.1.2 8998 typ host; 2 1 UDP 1 10.0.1.2 8999 typ host"; RTCP-mux, RTP/AVP/UDP; unicast; dest_addr=":{a}"/":{b}"'),
    Announcement("V16 record", U + "client_port={a}-{b};mode=record"),
    Announcement("V17", "RTP/AVP/UDP;multicast", "left"),
    Announcement("V19 Real", "x-pn-tng/UDP;client_port={a};mode=play"),
    Announcement("V20 RAW", "RAW/RAW/UDP;unicast;client_port={a}"),
    Announcement("V26 0-0", U + "client_port=0-0;mode=RECORD", "left"),
    Announcement("V27 SAVPF", "RTP/SAVPF/UDP;unicast;client_port={a}-{b};mode=RECORD"),
    Announcement("V31 no unicast", "RTP/AVP/UDP;client_port={a}-{b}"),
    Announcement("V32 mode first", A + "mode=receive;client_port={a}-{b}"),
    Announcement("V35 broken", "x-pn-tng/tcp;mode=play,rtp/avp/unicast;mode=play", "left"),
    Announcement("V36 RealPlayer", "x-real-rdt/mcast;client_port={any};mode=play,x-real-rdt/udp;client_port={a};"
                 "mode=play,x-pn-tng/udp;client_port={a};mode=play," + A + "client_port={a}-{b};mode=play,x-pn-tng/tcp;mode=play"),
    Announcement("V43 other host", 'RTP/AVP;multicast;ttl=127;mode="PLAY", ' + A + ' client_port={a}-{b};mode="PLAY"; '
                 'destination=vovida.com ; source=10.0.1.1:3030 ', "left"),
    Announcement("V44 spec not first", 'client_port={a}-{b};RTP/AVP;mode="PLAY";unicast'),
    Announcement("V45 (null)", T + "destination=(null);client_port={a}-{b}", "left"),
    Announcement("V48 no blank", "\b" + U + "client_port={a}-{b};ssrc=0"),
    Announcement("V60 not adjacent", A + "client_port={a}-{far}"),
    Announcement("V66 comma pair", A + " client_port= {a},{b}", "plays"),
    Announcement("V67 upper case", A + " Client_Port = {a}-{b}", "plays"),
    Announcement("V68 octets in front", "\x01\x02\x7f\x03RTP/AVP/UDP;unicast;client_port={a}-{b}", "left"),
    Announcement("V69", A + "client_port={a}-{b}, RTP/AVP/TCP;unicast;interleaved=0-1"),
    Announcement("V70 Movistar", "MP2T/H2221/UDP;unicast;client_port={a}"),
    Announcement("V71 unicast last", "MP2T/H2221/UDP;client_port={a};destination={client};unicast"),
    Announcement("V72", "MP2T/H2221/UDP;unicast;client_port={a};mode=play"),
    Announcement("V73 own destination, four specs", "MP2T/RTP/UDP;unicast;destination={client};client_port={a}-{b},"
                 "MP2T/RTP/TCP;unicast;destination={client};interleaved=0-1,MP2T/UDP;unicast;destination={client};client_port={a}-{b}"),
    Announcement("V74 rtp2httpd", "MP2T/RTP/TCP;unicast;interleaved=0-1,MP2T/TCP;unicast;interleaved=0-1,"
                 "RTP/AVP/TCP;unicast;interleaved=0-1,MP2T/RTP/UDP;unicast;client_port={a}-{b},MP2T/UDP;unicast;client_port={a}-{b},"
                 + A + "client_port={a}-{b}"),
    Announcement("V75 ZTE", "MP2T/RTP/UDP;unicast;client_address={client};client_port={a}-{b};mode=PLAY", "plays"),
    Announcement("V76 loopback", "MP2T/AVP/UDP;unicast;destination=127.0.0.1;client_port={a};"
                 "client_mac=01005e000001", "left"),
    Announcement("V79 port=", "RAW/RAW/UDP;unicast;destination={client};port={a}", "plays"),
    Announcement("V80 RAW pair", "RAW/RAW/UDP;unicast;client_port={a}-{b}"),
    Announcement("V81 client=",
                 "MP2T/DVBC/UDP;unicast;client=1234;source=127.0.0.1;destination={client};client_port={a}", "plays"),
    Announcement("V82 slash pair", A + "client_port={a}/{b}"),
    Announcement("V82 destination with a port", "MP2T/UDP;unicast;destination={client}:{a};client_port={a}-{b}", "plays"),
    Announcement("V83 Wi-Fi Display", U + "client_port={a}"),
    Announcement("V84 AirPlay", U + "interleaved=0-1;mode=record;control_port={a};timing_port={b}", "left"),
    Announcement("V85 AirPlay", U + "mode=record;timing_port={a};x-events;control_port={b}", "left"),
    Announcement("V92", U + "client_port={a}-{b};mode=play"),
    Announcement("V95 fragment", A + "client_port={a}-", "left"),
    Announcement("V96", U + "client_port={a}-{b};interleaved=4-5;", "plays"),
    Announcement("odd first", A + "client_port={b}-{far}"),
    Announcement("reversed", A + "client_port={b}-{a}"),
)
