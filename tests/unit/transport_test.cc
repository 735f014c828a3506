// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "rtsp/transport.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/harness/names.h"
#include "tests/harness/text.h"
#include "tests/reference/transport.h"

namespace rtsp::test {
namespace {

// Reads all specs of a value; @p value must outlive the result's use of offsets.
std::vector<TransportSpec> Read(std::string_view value) {
  std::vector<TransportSpec> specs;
  TransportReader reader(CursorOf(value), 0);
  TransportSpec spec;
  while (reader.Next(spec)) {
    specs.push_back(spec);
    if (specs.size() > value.size() + 1) break;
  }
  return specs;
}

TransportSpec ReadOne(std::string_view value) {
  const std::vector<TransportSpec> specs = Read(value);
  EXPECT_EQ(specs.size(), 1U) << value;
  return specs.empty() ? TransportSpec{} : specs.front();
}

std::vector<Field> FieldsOf(const TransportSpec& spec) {
  std::vector<Field> fields = {spec.protocol_field, spec.destination, spec.source, spec.mode,
                               spec.setup,          spec.connection,  spec.ssrc};
  for (const Ports& ports : {spec.client_port, spec.server_port, spec.port, spec.interleaved})
    fields.insert(fields.end(), {ports.field[0], ports.field[1]});
  for (const Address& address : {spec.dest_addr[0], spec.dest_addr[1], spec.src_addr[0], spec.src_addr[1]})
    fields.insert(fields.end(), {address.host, address.port_field});
  return fields;
}

constexpr std::string_view kRichValue =
    " RTP/AVP;unicast;client_port=4588-4589;server_port=6256/6257;mode=\"PLAY,RECORD\";ssrc=1A;source=a.b:1 ,"
    "\r\n\tRTP/AVP/TCP;interleaved=0-1;destination=;port=1,2;setup=active;connection=new\t,"
    " RTP/SAVPF/UDP;dest_addr=\"[2001:db8::1]:4588\" / \":4589\";src_addr=\"h\"/\"h:2\"/\"x\";RTCP-mux";

TEST(Transport, Law1FieldsLieInsideTheirSpec) {
  const std::vector<TransportSpec> specs = Read(kRichValue);
  ASSERT_EQ(specs.size(), 3U);
  for (const TransportSpec& spec : specs) {
    EXPECT_LE(spec.all.offset + spec.all.length, static_cast<int>(kRichValue.size()));
    for (const Field& field : FieldsOf(spec)) {
      if (field.Empty()) continue;
      EXPECT_GE(field.offset, spec.all.offset);
      EXPECT_LE(field.offset + field.length, spec.all.offset + spec.all.length);
    }
  }
}

TEST(Transport, Law2NoNumberWraps) {
  for (const char* port : {"70000", "65546", "65536", "-1", "+1", "0x10", "", "1e3", "99999999999999999999",
                           "18446744073709551621", "4294967301", "undefined", "5000x", "5000.1", "-"}) {
    const std::string text = std::string("RTP/AVP;unicast;client_port=") + port;
    const TransportSpec spec = ReadOne(text);
    EXPECT_EQ(spec.client_port.count, 0) << text;
    EXPECT_EQ(spec.client_port.value[0], 0) << text;
    EXPECT_TRUE(spec.client_port.field[0].Empty()) << text;
    EXPECT_NE(spec.flags & kSpecBadPort, 0) << text;
    EXPECT_EQ(spec.flags & kSpecMalformed, 0) << text;
    const std::string pair = std::string("RTP/AVP;unicast;client_port=5000-") + port;
    const bool is_half = *port == '\0';
    EXPECT_EQ(ReadOne(pair).client_port.count, is_half ? 1 : 0) << pair;
    EXPECT_EQ((ReadOne(pair).flags & kSpecBadPort) != 0, !is_half) << pair;
    const std::string quoted = std::string("RTP/AVP;unicast;dest_addr=\":") + port + "\"";
    EXPECT_EQ(ReadOne(quoted).dest_addr[0].port, 0) << quoted;
    EXPECT_NE(ReadOne(quoted).flags & kSpecMalformed, 0) << quoted;
  }
}

TEST(Transport, Law2ChannelsEndAt255) {
  EXPECT_EQ(ReadOne("RTP/AVP/TCP;interleaved=254-255").interleaved.value[1], 255);
  const TransportSpec spec = ReadOne("RTP/AVP/TCP;interleaved=255-256");
  EXPECT_EQ(spec.interleaved.count, 0);
  EXPECT_EQ(spec.flags, kSpecBadChannel);
}

TEST(Transport, ASecondPortThatIsZeroOrMissingIsNone) {
  for (const char* ports : {"5000-0", "5000-", "5000/", "5000/000", "5000 - 0 ", "5000 - ", "5000,0"}) {
    for (const char* name : {"client_port", "server_port", "port"}) {
      const TransportSpec spec = ReadOne(std::string("RTP/AVP;unicast;") + name + "=" + ports + ";ssrc=1");
      const Ports& read = *name == 'c' ? spec.client_port : *name == 's' ? spec.server_port : spec.port;
      EXPECT_EQ(read.count, 1) << name << ports;
      EXPECT_EQ(read.value[0], 5000) << name << ports;
      EXPECT_EQ(read.value[1], 0) << name << ports;
      EXPECT_EQ(read.separator, 0) << name << ports;
      EXPECT_TRUE(read.field[1].Empty()) << name << ports;
      EXPECT_FALSE(spec.ssrc.Empty()) << name << ports;
      EXPECT_EQ(spec.flags, 0) << name << ports;
    }
  }
  EXPECT_EQ(ReadOne("RTP/AVP;unicast;server_port=0-0").server_port.count, 2) << "as cameras say it";
  EXPECT_EQ(ReadOne("RTP/AVP/TCP;interleaved=1-0").interleaved.count, 2) << "channel 0 is one";
}

TEST(Transport, Law2ZeroPaddingIsDecimal) {
  const TransportSpec spec = ReadOne("RTP/AVP;unicast;client_port=05010-0005011");
  EXPECT_EQ(spec.client_port.value[0], 5010);
  EXPECT_EQ(spec.client_port.field[0].length, 5);
  EXPECT_EQ(spec.client_port.value[1], 5011);
  EXPECT_EQ(spec.client_port.field[1].length, 7);
}

TEST(Transport, Law3SpecsFollowEachOther) {
  const std::vector<TransportSpec> specs = Read(kRichValue);
  int end = 0;
  for (const TransportSpec& spec : specs) {
    EXPECT_GE(spec.all.offset, end);
    EXPECT_GT(spec.all.length, 0);
    end = spec.all.offset + spec.all.length;
  }
}

TEST(Transport, Law3EmptyElementsAreNoSpecs) {
  EXPECT_TRUE(Read("").empty());
  EXPECT_TRUE(Read("  ").empty());
  EXPECT_TRUE(Read(" , ,\t,").empty());
  EXPECT_EQ(Read(",RTP/AVP,,RTP/AVP/TCP , ").size(), 2U);
}

TEST(Transport, Law3TheEndIsTheEnd) {
  TransportReader reader(CursorOf("RTP/AVP"), 0);
  TransportSpec spec;
  EXPECT_TRUE(reader.Next(spec));
  for (int i = 0; i < 3; ++i) {
    EXPECT_FALSE(reader.Next(spec));
    EXPECT_EQ(spec.protocol, Protocol::kNone);
  }
  EXPECT_FALSE(TransportReader().Next(spec));
}

TEST(Transport, Law4QuotedSeparatorsSeparateNothing) {
  const std::string text = "RTP/AVP;mode=\"PLAY,RECORD;x\";unicast;client_port=5000-5001";
  const TransportSpec spec = ReadOne(text);
  EXPECT_EQ(TextOf(text, spec.mode), "\"PLAY,RECORD;x\"");
  EXPECT_EQ(spec.client_port.count, 2);
  EXPECT_EQ(spec.flags, 0);
}

TEST(Transport, Law4AnOpenQuoteIsAnOrdinaryByte) {
  const std::string text = "RTP/AVP;mode=\"PLAY;unicast;client_port=5000-5001,RTP/AVP/TCP";
  const std::vector<TransportSpec> specs = Read(text);
  ASSERT_EQ(specs.size(), 2U);
  EXPECT_EQ(TextOf(text, specs[0].mode), "\"PLAY");
  EXPECT_EQ(specs[0].client_port.count, 2);
  EXPECT_EQ(specs[1].protocol, Protocol::kRtpTcp);
}

TEST(Transport, Law4AnOpenQuoteInAnAddressSwallowsNothing) {
  for (const char* address : {"\"", "\":9", "\":9\"/\":9", ":9", "\":9\"/", "\":9\"/x"}) {
    const std::string text =
        std::string("RTP/AVP;dest_addr=") + address + ";unicast,RTP/AVP/TCP;interleaved=0-1";
    const std::vector<TransportSpec> specs = Read(text);
    ASSERT_EQ(specs.size(), 2U) << text;
    EXPECT_NE(specs[0].flags & kSpecMalformed, 0) << text;
    EXPECT_EQ(specs[0].delivery, Delivery::kUnicast) << text;
    EXPECT_EQ(specs[1].interleaved.count, 2) << text;
    EXPECT_EQ(specs[1].flags, 0) << text;
  }
}

TEST(Transport, KnowsProtocols) {
  const std::vector<std::pair<const char*, Protocol>> cases = {{"RTP/AVP", Protocol::kRtpUdp},
                                                               {"rtp/avp/udp", Protocol::kRtpUdp},
                                                               {"RTP/SAVPF/UDP", Protocol::kRtpUdp},
                                                               {"RTP/AVPF", Protocol::kRtpUdp},
                                                               {"RTP/SAVP/TCP", Protocol::kRtpTcp},
                                                               {"RTP/AVP/D-ICE", Protocol::kRtpIce},
                                                               {"RTP/SAVPF/d-ice", Protocol::kRtpIce},
                                                               {"RAW/RAW/UDP", Protocol::kOtherUdp},
                                                               {"x-real-rdt/udp", Protocol::kOtherUdp},
                                                               {"x-pn-tng/tcp", Protocol::kOtherTcp},
                                                               {"MP2T/RTP/TCP", Protocol::kOtherTcp},
                                                               {"RTP/XYZ/UDP", Protocol::kOtherUdp},
                                                               {"RTP/AVPX", Protocol::kOther},
                                                               {"RTP/AVP/unicast", Protocol::kOther},
                                                               {"RTP/AVP/UDP/x", Protocol::kOther},
                                                               {"SRT/AVP", Protocol::kOther},
                                                               {"RTP/AVP/UDPX", Protocol::kOther},
                                                               {"RTP/AVP/D-ICEX", Protocol::kOther},
                                                               {"RTP", Protocol::kNone}};
  for (const auto& [text, protocol] : cases) {
    EXPECT_EQ(ReadOne(text).protocol, protocol) << text;
    EXPECT_EQ(ReadOne(text).flags & kSpecMalformed, 0) << text;
  }
}

TEST(Transport, BrokenProtocolsAreNoneOrMalformed) {
  for (const char* text : {"RTP/AVP/", "RTP/AVP/UDP/", "RTP/AVP UDP", "RTP/AVP\xff"})
    EXPECT_NE(ReadOne(text).flags & kSpecMalformed, 0) << text;
  for (const char* text : {"RTP/", "/AVP", "RTP//UDP"}) {
    EXPECT_EQ(ReadOne(text).protocol, Protocol::kNone) << text;
    EXPECT_EQ(ReadOne(text).flags, kSpecUnknown) << text;
  }
}

TEST(Transport, ADigitBehindACommaIsASecondPort) {
  const TransportSpec spec = ReadOne("RTP/AVP;unicast; client_port= 5000,5001");
  EXPECT_EQ(spec.client_port.count, 2);
  EXPECT_EQ(spec.client_port.separator, ',');
  const std::vector<TransportSpec> specs = Read("RTP/AVP;client_port=5000, RTP/AVP/TCP");
  ASSERT_EQ(specs.size(), 2U);
  EXPECT_EQ(specs[0].client_port.count, 1);
  EXPECT_EQ(specs[0].flags, 0);
}

TEST(Transport, ASpecThatBeginsWithADigitIsNoPort) {
  const std::vector<TransportSpec> specs = Read("RTP/AVP;unicast;client_port=5000,3gpp/x/udp;unicast");
  ASSERT_EQ(specs.size(), 2U);
  EXPECT_EQ(specs[0].client_port.count, 1);
  EXPECT_EQ(specs[0].flags, 0);
  EXPECT_EQ(specs[1].protocol, Protocol::kOtherUdp);
}

TEST(Transport, MoreThanTwoAddressesAreTold) {
  const TransportSpec spec = ReadOne("RTP/AVP;dest_addr=\":1\"/\":2\"/\":3\"/\":4\"");
  EXPECT_EQ(spec.destinations, 2);
  EXPECT_EQ(spec.dest_addr[1].port, 2);
  EXPECT_EQ(spec.flags, kSpecMoreAddresses);
}

TEST(Transport, ReadsAddresses) {
  const std::string text =
      "RTP/AVP;dest_addr=\"[2001:db8::1]:4588\" / \"[::1]\";src_addr=\"host.example:9\"/\"host\"";
  const TransportSpec spec = ReadOne(text);
  EXPECT_EQ(spec.flags, 0);
  EXPECT_EQ(TextOf(text, spec.dest_addr[0].host), "2001:db8::1");
  EXPECT_EQ(spec.dest_addr[0].port, 4588);
  EXPECT_EQ(TextOf(text, spec.dest_addr[1].host), "::1");
  EXPECT_TRUE(spec.dest_addr[1].port_field.Empty());
  EXPECT_EQ(TextOf(text, spec.src_addr[0].host), "host.example");
  EXPECT_EQ(TextOf(text, spec.src_addr[0].port_field), "9");
  EXPECT_EQ(TextOf(text, spec.src_addr[1].host), "host");
}

TEST(Transport, BrokenAddressesAreMalformed) {
  for (const char* address : {"\"\"", "\":\"", "\"a:b:1\"", "\"[::1:9\"", "\"[::1]9\"", "\"[::1]:\"",
                              "\"2001:db8::1\"", "\":9 \"", "4588", "", "\":9\"\":9\"", "\"198.51.100:x\""})
    EXPECT_EQ(ReadOne(std::string("RTP/AVP;dest_addr=") + address).flags, kSpecMalformed | kSpecBadAddress)
        << address;
}

TEST(Transport, RecordIsToldInAnySpelling) {
  for (const char* mode : {"record", "RECORD", "\"RECORD\"", "receive", "\"receive\" "})
    EXPECT_NE(ReadOne(std::string("RTP/AVP;mode=") + mode).flags & kSpecRecord, 0) << mode;
  for (const char* mode : {"play", "\"PLAY\"", "", "recorder", "\"PLAY\",record"})
    EXPECT_EQ(Read(std::string("RTP/AVP;mode=") + mode).front().flags & kSpecRecord, 0) << mode;
}

TEST(Transport, NulStopsTheReadingAndIsMalformed) {
  const std::string text(kRichValue);
  for (std::size_t i = 0; i < text.size(); ++i) {
    std::string with_nul = text;
    with_nul[i] = '\0';
    const std::vector<TransportSpec> specs = Read(with_nul);
    ASSERT_FALSE(specs.empty()) << i;
    EXPECT_NE(specs.back().flags & kSpecMalformed, 0) << i;
    EXPECT_LE(specs.size(), 3U) << i;
  }
}

TEST(Transport, NamesAreNeverEmpty) {
  EXPECT_STREQ(Name(Protocol::kNone), "none");
  EXPECT_STREQ(Name(Protocol::kOther), "other");
  EXPECT_STREQ(Name(static_cast<Protocol>(200)), "other");
  EXPECT_STREQ(Name(Protocol::kRtpUdp), "RTP/UDP");
  EXPECT_STREQ(Name(Protocol::kRtpTcp), "RTP/TCP");
  EXPECT_STREQ(Name(Protocol::kRtpIce), "RTP/D-ICE");
  EXPECT_STREQ(Name(Protocol::kOtherUdp), "other/UDP");
  EXPECT_STREQ(Name(Protocol::kOtherTcp), "other/TCP");
}

}  // namespace
}  // namespace rtsp::test
