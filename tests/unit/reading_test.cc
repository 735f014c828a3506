// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "mangler/rtsp/transport_meaning.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/harness/text.h"

namespace mangle {
namespace {

const rtspnat_address kOwn = {4, {10, 0, 1, 2}};

rtsp::TransportSpec Spec(const std::string& text) {
  rtsp::TransportSpec spec;
  EXPECT_TRUE(rtsp::TransportReader(rtsp::test::CursorOf(text), 0).Next(spec));
  return spec;
}

Announcement Announced(const std::string& text) {
  Announcement out;
  const rtsp::TransportSpec spec = Spec(text);
  const bytes::Cursor line = rtsp::test::CursorOf(text);
  ReadAnnouncement(spec, PortBehind(line, spec.destination), IsOwn(spec, line, kOwn), out);
  return out;
}

ReplyChoice Replied(const std::string& text) {
  ReplyChoice out;
  const rtsp::TransportSpec spec = Spec(text);
  const bytes::Cursor line = rtsp::test::CursorOf(text);
  ReadReplyChoice(spec, line, PortBehind(line, spec.destination), out);
  return out;
}

TEST(Announcement, TakesAPairAsItStands) {
  const Announcement pair = Announced("RTP/AVP;unicast;client_port=53853-57228");
  EXPECT_EQ(pair.refusal, RTSPNAT_NOTES);
  EXPECT_EQ(pair.count, 2);
  EXPECT_EQ(pair.inside.last, 57228);
  EXPECT_EQ(pair.open, 3);
}

TEST(Announcement, InfersTheRtcpPortOfASingleRtpPort) {
  const Announcement rtp = Announced("RTP/AVP;unicast;client_port=10000");
  EXPECT_EQ(rtp.count, 2);
  EXPECT_EQ(rtp.inside.last, 10001);
  EXPECT_EQ(rtp.open, 3);
  EXPECT_EQ(rtp.text.count, 1);
  EXPECT_EQ(Announced("RTP/AVP;unicast;client_port=65535").count, 1) << "there is no next port";
}

TEST(Announcement, OpensOnePortOnlyForOtherProtocols) {
  const Announcement even = Announced("MP2T/H2221/UDP;unicast;client_port=27392");
  EXPECT_EQ(even.count, 2) << "the pair is reserved";
  EXPECT_EQ(even.open, 1) << "and one port opened";
  EXPECT_EQ(Announced("RAW/RAW/UDP;unicast;client_port=27393").count, 1);
}

TEST(Announcement, ReadsRtsp2Addresses) {
  const Announcement pair = Announced("RTP/AVP;unicast;dest_addr=\":4588\"/\":4589\"");
  EXPECT_EQ(pair.count, 2);
  EXPECT_EQ(pair.open, 3);
  EXPECT_EQ(Announced("RTP/AVP;unicast;dest_addr=\":4588\"").open, 1) << "no RTCP without an address for it";
  EXPECT_EQ(Announced("RTP/AVP;unicast;dest_addr=\":4588\"/\":4589\";RTCP-mux").open & nat::kAllPorts, 1);
  EXPECT_EQ(Announced("RTP/AVP/UDP;unicast;dest_addr=\":9\"/\":9\"").refusal, RTSPNAT_NOTE_BAD_PORT);
}

TEST(Announcement, ServesOnlyTheOwnAddress) {
  EXPECT_EQ(Announced("RTP/AVP;unicast;client_port=5000-5001;destination=10.0.1.3").refusal,
            RTSPNAT_NOTE_OTHER_ADDRESS);
  EXPECT_EQ(Announced("RTP/AVP;unicast;dest_addr=\"203.0.113.1:5000\"/\":5001\"").refusal,
            RTSPNAT_NOTE_OTHER_ADDRESS);
  EXPECT_EQ(Announced("RTP/AVP;unicast;client_port=5000-5001;destination=10.0.1.2").refusal, RTSPNAT_NOTES);
}

TEST(Announcement, AParameterWithoutAValueIsNoAddress) {
  for (const char* text :
       {"destination", "destination=", "destination= ", "client_address=", "destination;destination="}) {
    const std::string spec = std::string("RTP/AVP;unicast;") + text + ";client_port=5000-5001";
    EXPECT_EQ(Announced(spec).refusal, RTSPNAT_NOTES) << spec;
  }
  EXPECT_EQ(Announced("RTP/AVP;unicast;destination=\"\";client_port=5000-5001").refusal,
            RTSPNAT_NOTE_OTHER_ADDRESS);
}

TEST(Announcement, TakesHalfAPairForALonePort) {
  for (const char* ports : {"5000-0", "5000-", "5000/"}) {
    const Announcement half = Announced(std::string("RTP/AVP;unicast;client_port=") + ports);
    EXPECT_EQ(half.refusal, RTSPNAT_NOTES) << ports;
    EXPECT_EQ(half.count, 2) << ports;
    EXPECT_EQ(half.open, 3) << ports;
    EXPECT_EQ(half.text.count, 1) << ports;
  }
}

TEST(Announcement, KeepsThePortsThatAreOpenedWithoutRtcpMux) {
  EXPECT_EQ(nat::WithoutMux(Announced("RTP/AVP;unicast;dest_addr=\":5000\"/\":5001\";RTCP-mux").open) &
                nat::kAllPorts,
            3);
  EXPECT_EQ(nat::WithoutMux(Announced("RTP/AVP;unicast;client_port=5000;RTCP-mux").open) & nat::kAllPorts, 3);
  EXPECT_EQ(nat::WithoutMux(Announced("RTP/AVP;unicast;dest_addr=\":5000\";RTCP-mux").open) & nat::kAllPorts,
            1);
  EXPECT_EQ(Announced("RTP/AVP;unicast;dest_addr=\":5000\"/\":5001\"").open, 3);
}

TEST(Announcement, TakesARangeOfUpToFourPorts) {
  const Announcement three = Announced("MP2T/RTP/UDP;unicast;client_port=6970-6972");
  EXPECT_EQ(three.count, 3);
  EXPECT_EQ(three.open, 7);
  EXPECT_EQ(three.inside.At(1, 3), 6971);
  EXPECT_EQ(Announced("RTP/AVP;unicast;client_port=6970-6973").count, 4);
  EXPECT_EQ(Announced("RTP/AVP;unicast;client_port=6970-6974").count, 2) << "too far apart: two ports";
  EXPECT_EQ(Announced("RTP/AVP;unicast;client_port=6971-6970").count, 2) << "reversed: two ports";
}

TEST(Announcement, ReadsThePortBehindTheDestination) {
  const Announcement port = Announced("MP2T/H2221/UDP;unicast;destination=10.0.1.2:27392");
  EXPECT_EQ(port.refusal, RTSPNAT_NOTES);
  EXPECT_EQ(port.inside.first, 27392);
  const Announcement both = Announced("RTP/AVP;unicast;destination=\"10.0.1.2\";client_port=5000-5001");
  EXPECT_EQ(both.refusal, RTSPNAT_NOTES) << "quotes";
  EXPECT_EQ(Announced("RAW/RAW/UDP;unicast;destination=10.0.1.2;port=6000").inside.first, 6000);
  EXPECT_EQ(Announced("RAW/RAW/UDP;unicast;destination=10.0.1.9:6000").refusal, RTSPNAT_NOTE_OTHER_ADDRESS);
  EXPECT_NE(Announced("RAW/RAW/UDP;unicast;port=6000").refusal, RTSPNAT_NOTES) << "whose port?";
}

TEST(Announcement, MapsTcpOnlyWhereTheClientListens) {
  const std::string spec = "RTP/AVP/TCP;unicast;dest_addr=\":5000\"/\":5001\"";
  EXPECT_EQ(Announced(spec).refusal, RTSPNAT_NOTE_NOT_UNICAST_UDP) << "active is what is meant";
  EXPECT_EQ(Announced(spec + ";setup=active").refusal, RTSPNAT_NOTE_NOT_UNICAST_UDP);
  for (const char* setup : {"passive", "\"actpass\"", "ActPass"}) {
    const Announcement listens = Announced(spec + ";connection=new;setup=" + setup);
    EXPECT_EQ(listens.refusal, RTSPNAT_NOTES) << setup;
    EXPECT_TRUE(listens.tcp);
    EXPECT_EQ(listens.count, 2);
  }
  EXPECT_EQ(Announced("RTP/AVP/TCP;unicast;dest_addr=\":5000\";setup=passive").count, 1);
  EXPECT_NE(Announced(spec + ";setup=passive;interleaved=0-1").refusal, RTSPNAT_NOTES);
  EXPECT_NE(Announced(spec + ";setup=passive;interleaved=x").refusal, RTSPNAT_NOTES);
}

TEST(HostPort, IsWhatStandsInAParameter) {
  const auto read = [](const std::string& text) {
    const HostPort out =
        ReadHostPort(rtsp::test::CursorOf(text), {0, static_cast<std::uint16_t>(text.size())});
    return text.substr(out.host.offset, out.host.length) + "|" + std::to_string(out.port);
  };
  EXPECT_EQ(read("10.0.1.2"), "10.0.1.2|0");
  EXPECT_EQ(read("10.0.1.2:3030"), "10.0.1.2|3030");
  EXPECT_EQ(read("\"10.0.1.2:3030\""), "10.0.1.2|3030");
  EXPECT_EQ(read("2001:db8::1"), "2001:db8::1|0");
  EXPECT_EQ(read("[2001:db8::1]"), "2001:db8::1|0");
  EXPECT_EQ(read("[2001:db8::1]:554"), "2001:db8::1|554");
  EXPECT_EQ(read("10.0.1.2:65546"), "10.0.1.2|0") << "no port wraps";
  EXPECT_EQ(read("10.0.1.2:"), "10.0.1.2|0");
  EXPECT_EQ(read(""), "|0");
  EXPECT_EQ(read("\""), "\"|0");
  EXPECT_EQ(read("\"\""), "|0");
  EXPECT_EQ(read("["), "|0");
  EXPECT_EQ(read(":"), "|0");
}

TEST(MediaSource, IsOneThatMediaCanComeFrom) {
  const auto family = [](const std::string& source) {
    const std::string text = "RTP/AVP;unicast;client_port=5000-5001;source=" + source;
    return ReadMediaSource(Spec(text), rtsp::test::CursorOf(text)).family;
  };
  EXPECT_EQ(family("10.9.8.7"), 4);
  EXPECT_EQ(family("10.9.8.7:3030"), 4);
  EXPECT_EQ(family("2001:db8::7"), 6);
  for (const char* other : {"127.0.0.1", "0.0.0.0", "169.254.3.4", "239.1.2.3", "255.255.255.255", "::1",
                            "::", "fe80::1", "ff02::1", "camera.example", "", "(null)", "::ffff:10.9.8.7"})
    EXPECT_EQ(family(other), 0) << other;
}

TEST(Announcement, ServesNoOtherClientAddress) {
  const std::string spec = "MP2T/RTP/UDP;unicast;client_port=5000-5001;client_address=";
  EXPECT_EQ(Announced(spec + "10.0.1.2").refusal, RTSPNAT_NOTES);
  EXPECT_EQ(Announced(spec + "10.0.1.3").refusal, RTSPNAT_NOTE_OTHER_ADDRESS);
}

TEST(Hosts, AreThoseThatNameTheAddress) {
  const std::string text =
      "RTP/AVP;unicast;destination=10.0.1.2;dest_addr=\"10.0.1.2:5000\"/\"10.0.1.3:5001\"";
  Hosts hosts;
  FindDestinations(Spec(text), rtsp::test::CursorOf(text), false, hosts);
  EXPECT_EQ(hosts.count, 3);
  KeepOnly(hosts, rtsp::test::CursorOf(text), kOwn);
  ASSERT_EQ(hosts.count, 2);
  EXPECT_EQ(hosts.field[0].offset, text.find("10.0.1.2"));
  EXPECT_EQ(hosts.field[1].offset, text.find("10.0.1.2:"));
}

TEST(ReplyChoice, ReadsTheServersPorts) {
  const ReplyChoice pair = Replied("RTP/AVP;unicast;client_port=5000-5001;server_port=9000-9001");
  EXPECT_EQ(pair.choice, Choice::kUdp);
  EXPECT_EQ(pair.client.value[0], 5000);
  EXPECT_EQ(pair.peer.first, 9000);
  EXPECT_EQ(pair.peer.last, 9001);
  const ReplyChoice far = Replied("RTP/AVP;unicast;client_port=5006-5007;server_port=54158-37864;mode=play");
  EXPECT_EQ(far.peer.first, 54158) << "reversed and far apart is as given";
  EXPECT_EQ(far.peer.last, 37864);
  EXPECT_EQ(Replied("RTP/AVP/UDP;unicast;server_port=8052;client_port=14186").peer.last, 8053);
}

TEST(ReplyChoice, TakesHalfAPairForALonePort) {
  for (const char* ports : {"6970-0", "6970-"}) {
    const ReplyChoice half = Replied(std::string("RTP/AVP;unicast;client_port=5000-0;server_port=") + ports);
    EXPECT_EQ(half.choice, Choice::kUdp) << ports;
    EXPECT_EQ(half.client.count, 1) << ports;
    EXPECT_EQ(half.server.count, 1) << ports;
    EXPECT_EQ(half.peer.first, 6970) << ports;
    EXPECT_EQ(half.peer.last, 6971) << ports;
  }
}

TEST(ReplyChoice, PinsNoPortThatIsInDoubt) {
  const ReplyChoice chosen =
      Replied("RTP/AVP;unicast;client_port=5000-5001;server_port=1000-1001;server_port=2000-2001");
  EXPECT_EQ(chosen.choice, Choice::kUdp);
  EXPECT_EQ(chosen.client.value[0], 5000);
  EXPECT_EQ(chosen.peers, 0);
}

TEST(ReplyChoice, SaysWhetherRtcpMuxIsTaken) {
  EXPECT_TRUE(Replied("RTP/AVP;unicast;dest_addr=\":5000\";src_addr=\":9000\";RTCP-mux").rtcp_mux);
  EXPECT_FALSE(
      Replied("RTP/AVP;unicast;dest_addr=\":5000\"/\":5001\";src_addr=\":9000\"/\":9001\"").rtcp_mux);
}

TEST(ReplyChoice, PinsNoPortThatStandsForAny) {
  for (const char* ports : {"0-0", "0-1", "undefined-undefined", "70000-70001"}) {
    const ReplyChoice chosen =
        Replied(std::string("RTP/AVP/UDP;unicast;client_port=52764-52765;server_port=") + ports);
    EXPECT_EQ(chosen.choice, Choice::kUdp) << ports;
    EXPECT_EQ(chosen.peer.first, 0) << ports;
    EXPECT_EQ(chosen.peer.last, 0) << ports;
  }
}

TEST(ReplyChoice, KnowsWhenNoMappingIsNeeded) {
  for (const char* text : {"RTP/AVP/TCP;unicast;interleaved=0-1", "RTP/AVP;unicast;interleaved=0-1",
                           "RTP/AVP/TCP;unicast", "RTP/AVP/TCP"})
    EXPECT_EQ(Replied(text).choice, Choice::kInterleaved) << text;
  for (const char* text : {"RTP/AVP;multicast;destination=224.2.0.1;port=3456-3457;ttl=16",
                           "RTP/AVP/UDP;destination=239.0.0.1;port=1234-1235;ttl=1;mode=play"})
    EXPECT_EQ(Replied(text).choice, Choice::kOtherWay) << text;
}

TEST(ReplyChoice, TakesAHostAndAPortForUnicast) {
  const ReplyChoice chosen = Replied("RTP/AVP/UDP;destination=203.0.113.1;port=1234-1235;ttl=1;mode=play");
  EXPECT_EQ(chosen.choice, Choice::kUdp);
  EXPECT_EQ(chosen.client.value[0], 1234);
}

TEST(ReplyChoice, TellsWhoOpensTcpConnections) {
  const std::string spec =
      "RTP/AVP/TCP;unicast;dest_addr=\":9\"/\":9\";src_addr=\"198.51.100.5:53478\";setup=";
  const ReplyChoice server = Replied(spec + "passive");
  EXPECT_EQ(server.choice, Choice::kTcpToServer);
  EXPECT_EQ(server.peers, 1);
  EXPECT_EQ(server.peer.first, 53478);
  EXPECT_EQ(Replied(spec + "active").choice, Choice::kTcpToClient);
  EXPECT_EQ(Replied("RTP/AVP/TCP;unicast;dest_addr=\":5000\";src_addr=\":9\";setup=passive").choice,
            Choice::kTcpToClient);
}

TEST(ReplyChoice, SaysNothingOfWhatItDoesNotUnderstand) {
  for (const char* text : {"ssrc=FFFFCCCC", "x/y/z;client_port=5000-5001", "RTP/AVP;unicast"})
    EXPECT_EQ(Replied(text).choice, Choice::kNotSaid) << text;
}

}  // namespace
}  // namespace mangle
