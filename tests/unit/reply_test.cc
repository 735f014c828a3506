// SPDX-License-Identifier: MIT OR GPL-2.0-only
// The peer's side: a server behind NAT, and sessions that outlive their connection.
#include <gtest/gtest.h>

#include <string>

#include "tests/harness/dialogue.h"
#include "tests/unit/messages.h"

namespace rtsp::test {
namespace {

using Lines = std::vector<std::string>;

// A camera at 192.168.1.20 behind 203.0.113.7; the client too is behind NAT if `client_behind_nat`.
rtspnat_setup ServerBehindNat(bool client_behind_nat = false) {
  rtspnat_setup setup = Dialogue::SetupOf(client_behind_nat);
  setup.peer = {4, {192, 168, 1, 20}};
  setup.published = {4, {203, 0, 113, 7}};
  setup.may_publish = true;
  return setup;
}

Dialogue::Reserve PeerPortsBelow(std::uint16_t port) {
  return [port](const rtspnat_step& step, std::uint16_t&) {
    return step.mapping.published[0] < port ? RTSPNAT_BUSY : RTSPNAT_YES;
  };
}

class ReplyTest : public ::testing::Test {
 protected:
  void TearDown() override {
    dialogue.Close();
    EXPECT_EQ(dialogue.Broken(), Lines{});
  }

  // Sends a SETUP and its reply; returns the reply that leaves.
  std::string Agree(const std::string& request, const std::string& reply) {
    dialogue.Send(kC2S, SetupRequest(2, request));
    return dialogue.Send(kS2C, ReplyTo(2, "200 OK", reply)).sent;
  }

  Dialogue dialogue{ServerBehindNat()};
};

TEST_F(ReplyTest, PublishesTheSamePortsWhereTheyAreFree) {
  const std::string reply = "RTP/AVP;unicast;client_port=5000-5001;server_port=9000-9001";
  EXPECT_EQ(Agree("RTP/AVP;unicast;client_port=5000-5001", reply), ReplyTo(2, "200 OK", reply));
  EXPECT_EQ(dialogue.Log(), (Lines{"reserve 0 5000-5001 as 5000-5001", "publish 0 9000-9001 as 9000-9001",
                                   "expect 0 5000-5001 to 5000-5001 peer 9000-9001 open 3"}));
}

TEST_F(ReplyTest, PublishesOtherPortsAndTheOtherAddress) {
  dialogue.publish = PeerPortsBelow(9004);
  const std::string reply =
      Agree("RTP/AVP;unicast;client_port=5000-5001",
            "RTP/AVP;unicast;client_port=5000-5001;source=192.168.1.20;server_port=9000-9001");
  EXPECT_NE(reply.find("source=203.0.113.7;server_port=9004-9005"), std::string::npos) << reply;
  EXPECT_EQ(dialogue.Log().back(),
            "expect 0 5000-5001 to 5000-5001 peer 9000-9001 as 9004-9005 open 3 source 192.168.1.20");
}

TEST_F(ReplyTest, SaysThePublishedPortsAlikeWhereTheServerSaysThemTwice) {
  dialogue.publish = PeerPortsBelow(9004);
  const std::string spec = "RTP/AVP;unicast;client_port=5000-5001;server_port=";
  EXPECT_EQ(
      Agree("RTP/AVP;unicast;client_port=5000-5001",
            spec + "9000-9001\r\nTransport: " + spec + "9000-9001," + spec + "9002-9003"),
      ReplyTo(2, "200 OK", spec + "9004-9005\r\nTransport: " + spec + "9004-9005," + spec + "9002-9003"));
}

TEST_F(ReplyTest, WhatIsSaidFirstStandsWhereItCannotBeSaidAgain) {
  dialogue.publish = PeerPortsBelow(10000);
  const std::string spec = "RTP/AVP;unicast;client_port=5000-5001;server_port=";
  const std::string reply = Agree("RTP/AVP;unicast;client_port=5000-5001",
                                  spec + "09000-09001\r\nTransport: " + spec + "9000-9001");
  EXPECT_EQ(reply.find("09000"), std::string::npos) << reply;
  EXPECT_NE(reply.find("Transport: " + spec + "9000-9001"), std::string::npos) << reply;
  EXPECT_NE(dialogue.Log().back().find("peer 9000-9001 as "), std::string::npos) << dialogue.Log().back();
}

TEST_F(ReplyTest, PublishesSrcAddrOfRtsp2) {
  dialogue.publish = PeerPortsBelow(6300);
  const std::string reply = Agree(
      "RTP/AVP;unicast;dest_addr=\":5000\"/\":5001\"",
      "RTP/AVP;unicast;dest_addr=\":5000\"/\":5001\";src_addr=\"192.168.1.20:6256\"/\"192.168.1.20:6257\"");
  const std::size_t at = reply.find("src_addr=\"203.0.113.7:");
  ASSERT_NE(at, std::string::npos) << reply;
  EXPECT_EQ(reply.find("192.168.1.20"), std::string::npos) << reply;
  EXPECT_EQ(reply.find("6256"), std::string::npos) << reply;
}

TEST_F(ReplyTest, LeavesTheClientsSideAlone) {
  dialogue.reserve = [](const rtspnat_step&, std::uint16_t&) { return RTSPNAT_BUSY; };
  const std::string request = SetupRequest(2, "RTP/AVP;unicast;client_port=5000-5001");
  EXPECT_EQ(dialogue.Send(kC2S, request).sent, request);
  EXPECT_EQ(dialogue.Log(), (Lines{"reserve 0 5000-5001 as 5000-5001 busy"})) << "no other ports without NAT";
}

TEST_F(ReplyTest, PublishesNothingThatIsNotThere) {
  for (const char* ports : {";server_port=0-0", ";server_port=0-1", ";server_port=554-555", ""}) {
    Dialogue one(ServerBehindNat());
    const std::string reply = std::string("RTP/AVP;unicast;client_port=5000-5001") + ports;
    one.Send(kC2S, SetupRequest(2, "RTP/AVP;unicast;client_port=5000-5001"));
    EXPECT_EQ(one.Send(kS2C, ReplyTo(2, "200 OK", reply)).sent, ReplyTo(2, "200 OK", reply));
    EXPECT_TRUE(one.EverNoted(RTSPNAT_NOTE_NOT_PUBLISHED)) << ports;
    EXPECT_EQ(one.Live(), 1U) << "media can come all the same";
    one.Close();
    EXPECT_EQ(one.Broken(), Lines{});
  }
}

TEST_F(ReplyTest, PublishesForTheAnswerToItsOwnRequestOnly) {
  const std::string spec = "RTP/AVP;unicast;client_port=5000-5001;source=192.168.1.20;server_port=9000-9001";
  dialogue.publish = PeerPortsBelow(9004);
  dialogue.Send(kC2S, "OPTIONS rtsp://s/a RTSP/1.0\r\nCSeq: 1\r\n\r\n");
  dialogue.Send(kC2S, SetupRequest(2, "RTP/AVP;unicast;client_port=5000-5001"));
  const std::string other = ReplyTo(1, "200 OK", spec);
  EXPECT_EQ(dialogue.Send(kS2C, other).sent, other);
  const std::string refusal = ReplyTo(2, "455 Method Not Valid In This State", spec);
  EXPECT_EQ(dialogue.Send(kS2C, refusal).sent, refusal);
  EXPECT_EQ(dialogue.Log(), (Lines{"reserve 0 5000-5001 as 5000-5001", "release 0"}));
}

TEST_F(ReplyTest, RefusedItLeavesThePortsAndNamesThePublishedAddress) {
  dialogue.publish = [](const rtspnat_step&, std::uint16_t&) { return RTSPNAT_NO; };
  const std::string reply = Agree("RTP/AVP;unicast;client_port=5000-5001",
                                  "RTP/AVP;unicast;client_port=5000-5001;server_port=9000-9001");
  EXPECT_NE(reply.find("server_port=9000-9001"), std::string::npos);
  EXPECT_EQ(dialogue.Log().back(), "expect 0 5000-5001 to 5000-5001 peer 9000-9001 as 0-0 open 3");
}

TEST_F(ReplyTest, RepeatedSetupKeepsWhatWasPublished) {
  const std::string reply = "RTP/AVP;unicast;client_port=5000-5001;server_port=9000-9001";
  dialogue.publish = PeerPortsBelow(9004);
  const std::string first = Agree("RTP/AVP;unicast;client_port=5000-5001", reply);
  dialogue.Send(kC2S, SetupRequest(3, "RTP/AVP;unicast;client_port=5000-5001", "rtsp://s/a/1",
                                   "Session: 12345678\r\n"));
  const std::string second = dialogue.Send(kS2C, ReplyTo(3, "200 OK", reply)).sent;
  EXPECT_EQ(first.substr(first.find("Transport")), second.substr(second.find("Transport")));
  dialogue.Send(kC2S, TeardownRequest(4, "rtsp://s/a/1"));
  dialogue.Send(kS2C, ReplyTo(4, "200 OK"));
  EXPECT_EQ(dialogue.Held(), 0U) << "one holder, not two";
}

TEST_F(ReplyTest, HairpinChangesBothSides) {
  Dialogue both(ServerBehindNat(true));
  both.reserve = TakenBelow(5004);
  both.publish = PeerPortsBelow(9004);
  const std::string request =
      both.Send(kC2S, SetupRequest(2, "RTP/AVP;unicast;client_port=5000-5001;destination=10.0.1.2")).sent;
  EXPECT_NE(request.find("client_port=5004-5005;destination=203.0.113.1"), std::string::npos) << request;
  const std::string reply =
      both.Send(kS2C,
                ReplyTo(2, "200 OK",
                        "RTP/AVP;unicast;destination=203.0.113.1;source=192.168.1.20;client_port=5004-5005;"
                        "server_port=9000-9001"))
          .sent;
  EXPECT_NE(reply.find("destination=10.0.1.2;source=203.0.113.7;client_port=5000-5001;server_port=9004-9005"),
            std::string::npos)
      << reply;
  EXPECT_EQ(both.Broken(), Lines{});
}

TEST_F(ReplyTest, PublishesAListeningTcpPort) {
  dialogue.publish = PeerPortsBelow(53480);
  const std::string reply = Agree(
      "RTP/AVP/TCP;unicast;dest_addr=\":9\"/\":9\";setup=active;connection=new",
      "RTP/AVP/TCP;unicast;dest_addr=\":9\"/\":9\";src_addr=\"192.168.1.20:53478\"/\"192.168.1.20:53479\";"
      "setup=passive;connection=new");
  EXPECT_NE(reply.find("src_addr=\"203.0.113.7:53480\"/\"203.0.113.7:53481\""), std::string::npos) << reply;
  EXPECT_EQ(
      dialogue.Log(),
      (Lines{"publish 0 tcp 53478-53479 as 53478-53479 busy", "publish 0 tcp 53478-53479 as 53480-53481",
             "expect 0 tcp 0-0 to 0-0 peer 53478-53479 as 53480-53481 open 3 source 192.168.1.20"}));
}

TEST_F(ReplyTest, RewritesThePortBehindADestinationBothWays) {
  Dialogue client(Dialogue::SetupOf(true));
  client.reserve = TakenBelow(5004);
  const std::string inside = "MP2T/UDP;unicast;destination=10.0.1.2:5000;client_port=5000-5001";
  const std::string request = client.Send(kC2S, SetupRequest(2, inside)).sent;
  EXPECT_NE(request.find("destination=203.0.113.1:5004;client_port=5004-5005"), std::string::npos) << request;
  const std::string reply =
      client
          .Send(kS2C,
                ReplyTo(2, "200 OK", "MP2T/UDP;unicast;destination=203.0.113.1:5004;client_port=5004-5005"))
          .sent;
  EXPECT_NE(reply.find(inside.substr(17)), std::string::npos) << reply;
}

TEST_F(ReplyTest, ReadsNothingOfTheKindInTheClientsDirection) {
  Dialogue client(Dialogue::SetupOf(true));
  client.Send(kC2S, SetupRequest(2, "RTP/AVP;unicast;client_port=5000-5001"));
  const std::string reply = ReplyTo(
      2, "200 OK", "RTP/AVP;unicast;client_port=5000-5001;source=198.51.100.10;server_port=9000-9001");
  EXPECT_EQ(client.Send(kS2C, reply).sent, reply);
}

// The core uses the text of a reply for that reply only, whatever the client sends in between.
TEST(MediaSource, IsOfTheReplyThatNamesIt) {
  const std::string spec = "RTP/AVP;unicast;client_port=5000-5001";
  const std::string reply = ReplyTo(2, "200 OK", spec + ";server_port=9000-9001;source=198.51.100.77");
  const std::string request = SetupRequest(2, spec);
  const std::string options = "OPTIONS * RTSP/1.0\r\nCSeq: 3\r\n\r\n";
  const Lines log = {
      "reserve 0 5000-5001 as 5000-5001",
      "expect 0 5000-5001 to 5000-5001 peer 9000-9001 open 3 source 198.51.100.77",
  };
  for (std::size_t cut = 0; cut <= reply.size(); ++cut) {
    Dialogue one(Dialogue::SetupOf(false));
    one.Send(kC2S, request);
    one.Send(kS2C, reply.substr(0, cut));
    one.Send(kC2S, options);
    one.Send(kS2C, reply.substr(cut));
    EXPECT_EQ(one.Log(), log) << "cut at " << cut;
    one.Send(kS2C, ReplyTo(3, "200 OK"));
    one.Send(kC2S, SetupRequest(4, spec));
    one.Send(kS2C, ReplyTo(4, "200 OK", spec + ";server_port=9000-9001"));
    EXPECT_EQ(one.Log().back(), "expect 0 5000-5001 to 5000-5001 peer 9000-9001 open 3")
        << "the next has none";
    one.Close();
    EXPECT_EQ(one.Broken(), Lines{});
  }
}

TEST_F(ReplyTest, LivesOnForTheTimeThatTheSessionHas) {
  Agree("RTP/AVP;unicast;client_port=5000-5001",
        "RTP/AVP;unicast;client_port=5000-5001;server_port=9000-9001");
  dialogue.Send(kC2S, SetupRequest(3, "RTP/AVP;unicast;client_port=5002-5003", "rtsp://s/a/2"));
  dialogue.Send(kS2C, "OPTIONS * RTSP/1.0\r\nCSeq: 1\r\nSession: 1 ; Timeout = 90\r\n\r\n");
  dialogue.Send(kC2S, "", RTSPNAT_FIN);
  EXPECT_EQ(dialogue.Log()[3], "reserve 1 5002-5003 as 5002-5003");
  EXPECT_EQ(dialogue.Log()[4], "release 1") << "never answered";
  EXPECT_EQ(dialogue.Log()[5], "linger 0 90");
}

TEST_F(ReplyTest, ASetupOnOtherPortsFreesThoseBefore) {
  const std::string session = "Session: 12345678\r\n";
  Agree("RTP/AVP;unicast;client_port=5000-5001",
        "RTP/AVP;unicast;client_port=5000-5001;server_port=9000-9001");
  dialogue.Send(kC2S, SetupRequest(3, "RTP/AVP;unicast;client_port=6000-6001", "rtsp://s/a/1", session));
  EXPECT_EQ(dialogue.Held(), 2U) << "both until it is answered";
  dialogue.Send(kS2C, ReplyTo(3, "200 OK", "RTP/AVP;unicast;client_port=6000-6001;server_port=9002-9003"));
  EXPECT_EQ(dialogue.Held(), 1U);
  EXPECT_EQ(dialogue.Live(), 1U);
  dialogue.Send(kC2S, SetupRequest(4, "RTP/AVP/TCP;unicast;interleaved=0-1", "rtsp://s/a/1", session));
  dialogue.Send(kS2C, ReplyTo(4, "200 OK", "RTP/AVP/TCP;unicast;interleaved=0-1"));
  EXPECT_EQ(dialogue.Held(), 0U) << "from UDP to interleaved";
}

TEST_F(ReplyTest, TeardownOfAStreamLeavesThePortsToOthersThatShareThem) {
  Agree("RTP/AVP;unicast;client_port=5000-5001",
        "RTP/AVP;unicast;client_port=5000-5001;server_port=9000-9001");
  dialogue.Send(kC2S, SetupRequest(3, "RTP/AVP;unicast;client_port=5000-5001", "rtsp://s/a/2",
                                   "Session: 12345678\r\n"));
  dialogue.Send(kS2C, ReplyTo(3, "200 OK", "RTP/AVP;unicast;client_port=5000-5001;server_port=9000-9001"));
  dialogue.Send(kC2S, TeardownRequest(4, "rtsp://s/a/1"));
  dialogue.Send(kS2C, ReplyTo(4, "200 OK"));
  EXPECT_EQ(dialogue.Live(), 1U) << "the first of two streams was ended";
  dialogue.Send(kC2S, TeardownRequest(5, "rtsp://s/a"));
  dialogue.Send(kS2C, ReplyTo(5, "200 OK"));
  EXPECT_EQ(dialogue.Held(), 0U);
}

TEST_F(ReplyTest, HandsOffWhereTheClientFindsItsOwnWay) {
  Dialogue stun(Dialogue::SetupOf(true));
  stun.reserve = TakenBelow(9999);
  const std::string request = SetupRequest(2, "RTP/AVP;unicast;client_port=5000-5001", "rtsp://s/a/1",
                                           "Supported: play.basic, nat.stun\r\n");
  EXPECT_EQ(stun.Send(kC2S, request).sent, request);
  EXPECT_TRUE(stun.EverNoted(RTSPNAT_NOTE_OTHER_TRAVERSAL));
  EXPECT_EQ(stun.Log(), Lines{});
}

TEST_F(ReplyTest, OtherFamiliesOnBothSidesAreNotTouched) {
  rtspnat_setup nat64 = Dialogue::SetupOf(true);
  nat64.inside = {6, {0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2}};
  Dialogue other(nat64);
  const std::string request = SetupRequest(2, "RTP/AVP;unicast;client_port=5000-5001");
  EXPECT_EQ(other.Send(kC2S, request).sent, request);
  EXPECT_EQ(other.Log(), Lines{});
}

}  // namespace
}  // namespace rtsp::test
