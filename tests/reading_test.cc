// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "mangle/reading.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/text.h"

namespace mangle {
namespace {

const rtspnat_address kOwn = {4, {10, 0, 1, 2}};

rtsp::TransportSpec Spec(const std::string& text) {
  rtsp::TransportSpec spec;
  EXPECT_TRUE(rtsp::TransportReader(rtsp::test::CursorOf(text), 0).Next(spec));
  return spec;
}

Announcement Announced(const std::string& text) {
  return ReadAnnouncement(Spec(text), rtsp::test::CursorOf(text), kOwn);
}

Chosen Replied(const std::string& text) { return ReadChosen(Spec(text)); }

TEST(Announcement, TakesAPairAsItStands) {
  const Announcement pair = Announced("RTP/AVP;unicast;client_port=53853-57228");
  EXPECT_EQ(pair.refusal, RTSPNAT_NOTES);
  EXPECT_EQ(pair.count, 2);
  EXPECT_EQ(pair.inside[1], 57228);
  EXPECT_EQ(pair.open, 3);
}

TEST(Announcement, InfersTheRtcpPortOfASingleRtpPort) {
  const Announcement rtp = Announced("RTP/AVP;unicast;client_port=10000");
  EXPECT_EQ(rtp.count, 2);
  EXPECT_EQ(rtp.inside[1], 10001);
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
  EXPECT_EQ(Announced("RTP/AVP;unicast;dest_addr=\":4588\"/\":4589\";RTCP-mux").open, 1);
  EXPECT_EQ(Announced("RTP/AVP/UDP;unicast;dest_addr=\":9\"/\":9\"").refusal, RTSPNAT_NOTE_BAD_PORT);
}

TEST(Announcement, ServesOnlyTheOwnAddress) {
  EXPECT_EQ(Announced("RTP/AVP;unicast;client_port=5000-5001;destination=10.0.1.3").refusal,
            RTSPNAT_NOTE_OTHER_ADDRESS);
  EXPECT_EQ(Announced("RTP/AVP;unicast;dest_addr=\"203.0.113.1:5000\"/\":5001\"").refusal,
            RTSPNAT_NOTE_OTHER_ADDRESS);
  EXPECT_EQ(Announced("RTP/AVP;unicast;client_port=5000-5001;destination=10.0.1.2").refusal, RTSPNAT_NOTES);
}

TEST(Hosts, AreThoseThatNameTheAddress) {
  const std::string text =
      "RTP/AVP;unicast;destination=10.0.1.2;dest_addr=\"10.0.1.2:5000\"/\"10.0.1.3:5001\"";
  const Hosts hosts = FindHosts(Spec(text), rtsp::test::CursorOf(text), kOwn);
  ASSERT_EQ(hosts.count, 2);
  EXPECT_EQ(hosts.field[0].offset, text.find("10.0.1.2"));
  EXPECT_EQ(hosts.field[1].offset, text.find("10.0.1.2:"));
}

TEST(Chosen, ReadsTheServersPorts) {
  const Chosen pair = Replied("RTP/AVP;unicast;client_port=5000-5001;server_port=9000-9001");
  EXPECT_EQ(pair.choice, Choice::kUdp);
  EXPECT_EQ(pair.client.value[0], 5000);
  EXPECT_EQ(pair.peer[0], 9000);
  EXPECT_EQ(pair.peer[1], 9001);
  const Chosen far = Replied("RTP/AVP;unicast;client_port=5006-5007;server_port=54158-37864;mode=play");
  EXPECT_EQ(far.peer[0], 54158) << "reversed and far apart is as given";
  EXPECT_EQ(far.peer[1], 37864);
  EXPECT_EQ(Replied("RTP/AVP/UDP;unicast;server_port=8052;client_port=14186").peer[1], 8053);
}

TEST(Chosen, PinsNoPortThatStandsForAny) {
  for (const char* ports : {"0-0", "0-1", "undefined-undefined", "70000-70001"}) {
    const Chosen chosen =
        Replied(std::string("RTP/AVP/UDP;unicast;client_port=52764-52765;server_port=") + ports);
    EXPECT_EQ(chosen.choice, Choice::kUdp) << ports;
    EXPECT_EQ(chosen.peer[0], 0) << ports;
    EXPECT_EQ(chosen.peer[1], 0) << ports;
  }
}

TEST(Chosen, KnowsWhenNoMappingIsNeeded) {
  for (const char* text : {"RTP/AVP/TCP;unicast;interleaved=0-1", "RTP/AVP;unicast;interleaved=0-1",
                           "RTP/AVP;multicast;destination=224.2.0.1;port=3456-3457;ttl=16",
                           "RTP/AVP/UDP;destination=239.0.0.1;port=1234-1235;ttl=1;mode=play"})
    EXPECT_EQ(Replied(text).choice, Choice::kOtherWay) << text;
}

TEST(Chosen, SaysNothingOfWhatItDoesNotUnderstand) {
  for (const char* text : {"ssrc=FFFFCCCC", "x/y/z;client_port=5000-5001", "RTP/AVP;unicast"})
    EXPECT_EQ(Replied(text).choice, Choice::kNotSaid) << text;
}

}  // namespace
}  // namespace mangle
