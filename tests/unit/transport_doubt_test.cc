// SPDX-License-Identifier: MIT OR GPL-2.0-only
// Transport specs that say something twice, or something that the core need not understand.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "rtsp/transport.h"
#include "tests/harness/text.h"

namespace rtsp::test {
namespace {

TransportSpec ReadOne(std::string_view value) {
  TransportReader reader(CursorOf(value), 0);
  TransportSpec spec;
  TransportSpec more;
  EXPECT_TRUE(reader.Next(spec)) << value;
  EXPECT_FALSE(reader.Next(more)) << value;
  return spec;
}

TEST(Transport, WhatIsSaidInTwoWaysIsMalformed) {
  for (const char* text :
       {"RTP/AVP;client_port=1-2;client_port=1-3", "RTP/AVP;client_port=1-2;client_port=1",
        "RTP/AVP;client_port=1,2;client_port=1", "RTP/AVP;client_port=1-2;client_port=x",
        "RTP/AVP;client_port=1;client_port 1", "RTP/AVP;RTP/AVP/TCP", "RTP/AVP;unicast;multicast",
        "RTP/AVP;destination=a;destination=b", "RTP/AVP;destination=a;destination=;destination=ab",
        "RTP/AVP;destination=ab;destination=a", "RTP/AVP;client_address=a;client_address=b",
        "RTP/AVP;dest_addr=\":1\";dest_addr=\":2\"/\":3\"",
        "RTP/AVP;dest_addr=\":1\"/\":2\";dest_addr=\":1\"",
        "RTP/AVP;dest_addr=\"[::1]:1\";dest_addr=\"[::2]:1\"", "RTP/AVP;dest_addr=\":1\";dest_addr=x"})
    EXPECT_NE(ReadOne(text).flags & kSpecMalformed, 0) << text;
}

TEST(Transport, WhatIsSaidTwiceAlikeIsInNoDoubt) {
  for (const char* text :
       {"RTP/AVP;client_port=1-2;client_port=1-2", "RTP/AVP;client_port=1-2;client_port=01 - 2",
        "RTP/AVP;client_port=1-0;client_port=1", "RTP/AVP;client_port=1,2;client_port=1-2",
        "RTP/AVP;RTP/AVP/UDP", "RTP/AVP;unicast;unicast", "RTP/AVP;mode=play;mode=record",
        "RTP/AVP;ssrc=1;ssrc=2", "RTP/AVP;destination;destination=a;destination= a ",
        "RTP/AVP;client_address=a;client_address=a",
        "RTP/AVP;dest_addr=\"[::1]:1\"/\":2\";dest_addr=\"[::1]:1\"/\":2\""})
    EXPECT_EQ(ReadOne(text).flags & (kSpecMalformed | kSpecBadPort), 0) << text;
}

TEST(Transport, WhatTheServerSaysInTwoWaysIsNotSaid) {
  const TransportSpec spec = ReadOne(
      "RTP/"
      "AVP;server_port=1-2;server_port=3-4;server_port=1-2;source=a;source=b;source=a;port=1;port=2;port=1;"
      "src_addr=\":1\";src_addr=\":2\";src_addr=\":1\";client_port=5000-5001");
  EXPECT_EQ(spec.flags, 0);
  EXPECT_EQ(spec.server_port.count, 0);
  EXPECT_EQ(spec.port.count, 0);
  EXPECT_EQ(spec.sources, 0);
  EXPECT_TRUE(spec.source.Empty());
  EXPECT_EQ(spec.client_port.count, 2);
  EXPECT_EQ(spec.repeat, 0);
}

TEST(Transport, Law5RepeatGivesEveryPlace) {
  const std::string text =
      "RTP/AVP;client_port=5000-5001;destination=h;client_port=05000-5001;client_address=c;destination=h;"
      "client_port=5000-5001";
  TransportReader reader(CursorOf(text), 0);
  TransportSpec spec;
  ASSERT_TRUE(reader.Next(spec));
  std::vector<std::size_t> ports = {spec.client_port.field[0].offset};
  std::vector<std::size_t> hosts = {spec.destination.offset};
  EXPECT_EQ(TextOf(text, spec.client_address), "c");
  while (spec.repeat != 0) {
    reader.Repeat(spec);
    if (spec.client_port.count != 0) ports.push_back(spec.client_port.field[0].offset);
    if (!spec.destination.Empty()) hosts.push_back(spec.destination.offset);
  }
  EXPECT_EQ(ports, (std::vector<std::size_t>{text.find("5000"), text.find("05000"), text.rfind("5000")}));
  EXPECT_EQ(hosts, (std::vector<std::size_t>{text.find("=h") + 1, text.rfind("=h") + 1}));
  EXPECT_FALSE(reader.Next(spec));
}

TEST(Transport, WhatIsNotTheClientsDoesNotSpoilASpec) {
  for (const char* other : {"x y=1",
                            "\"",
                            "=",
                            "=\"\"",

                            "\xff",
                            "mode play",
                            "ssrc=\"",
                            "ttl=",
                            "interleaved=",
                            "interleaved=x",
                            "interleaved 0",
                            "port=",
                            "port=x",
                            "port x",
                            "server_port",
                            "server_port=-",
                            "server_port x",
                            "source x",
                            "src_addr",
                            "src_addr=",
                            "src_addr=x",
                            "src_addr=\":1",
                            "src_addr=\":1\"x",
                            "src_addr=\":1\"/\":x\"",
                            "src_addr=\":1\"/\":2\"/\":3\"",
                            "setup x",
                            "connection x"}) {
    for (const std::string& text : {std::string("RTP/AVP;unicast;client_port=5000-5001;") + other,
                                    std::string(other) + ";RTP/AVP;unicast;client_port=5000-5001"}) {
      const TransportSpec spec = ReadOne(text);
      EXPECT_EQ(spec.flags & ~(kSpecUnknown | kSpecBadChannel), 0) << text;
      EXPECT_EQ(spec.client_port.value[1], 5001) << text;
      EXPECT_EQ(spec.protocol, Protocol::kRtpUdp) << text;
      EXPECT_EQ(spec.server_port.count + spec.port.count, 0) << text;
    }
  }
  EXPECT_EQ(ReadOne("RTP/AVP;src_addr=\":1\"/\":x\"").sources, 0);
  EXPECT_EQ(ReadOne("RTP/AVP;src_addr=\":1\"x").sources, 0);
}

}  // namespace
}  // namespace rtsp::test
