// SPDX-License-Identifier: MIT OR GPL-2.0-only
// Attacks by servers, strangers and hosts inside, on real RTSP connections. The helper expects only media that the client asked for and the server
// granted, and only for the client's own address.
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/model/on_model.h"
#include "tests/model/probe.h"

namespace rtsp::model {
namespace {

constexpr std::size_t kMostOfAConnection = 64;  // 16 mappings, 2 ports each, both ways

std::string Granted(unsigned cseq, const std::string& client_port) {
  return OkResponse(cseq, ServerTransport(client_port, "6000-6001"));
}

std::string PairFrom(unsigned port) {
  return "RTP/AVP;unicast;client_port=" + std::to_string(port) + "-" + std::to_string(port + 1);
}

class ModelAttack : public OnModel {
 protected:
  static std::optional<Datagram> FromServer(std::uint16_t port) {
    return PassUdp({kServer, 6000}, {kRouterOutside, port}, "media");
  }

  static bool AnyActive() {
    const auto all = Kernel::Openings();
    return std::any_of(all.begin(), all.end(), [](const model_expectation& one) { return one.active; });
  }

  // This Transport value opens nothing, and stays as it is.
  static void ExpectRefused(const std::string& transport) {
    SCOPED_TRACE(transport);
    Router router;
    Session session(router);
    ASSERT_TRUE(session.Open());
    EXPECT_EQ(session.Request(SetupRequest(1, transport)), SetupRequest(1, transport));
    EXPECT_TRUE(Kernel::Openings().empty());
    const std::string answer = OkResponse(1, "Transport: " + transport + ";server_port=6000-6001\r\n");
    EXPECT_EQ(session.Response(answer), answer);
    EXPECT_TRUE(Kernel::Openings().empty());
    for (const std::uint16_t port :
         {std::uint16_t{22}, std::uint16_t{554}, std::uint16_t{4464}, std::uint16_t{5000}})
      EXPECT_FALSE(FromServer(port));
    session.Close();
    model_flush_conntracks();
  }
};

TEST_F(ModelAttack, OtherHostsAreNotServed) {
  Start();
  for (const std::string host : {"10.0.0.3", "192.0.2.66", "192.0.2.1", "127.0.0.1", "255.255.255.255",
                                 "a.example", "10.0.0.2.", "010.0.0.2", "::ffff:10.0.0.2"}) {
    ExpectRefused("RTP/AVP;unicast;destination=" + host + ";client_port=5000-5001");
    ExpectRefused("RTP/AVP;unicast;client_port=5000-5001;destination=" + host);
    ExpectRefused("RTP/AVP;unicast;destination=10.0.0.2;destination=" + host + ";client_port=5000-5001");
    ExpectRefused("RTP/AVP;unicast;dest_addr=\"" + host + ":5000\"/\"" + host + ":5001\"");
    ExpectRefused("RTP/AVP;unicast;dest_addr=\"10.0.0.2:5000\"/\"" + host + ":5001\"");
  }
}

TEST_F(ModelAttack, SystemPortsAndNumbersBeyond) {
  Start();
  for (const char* ports :
       {"0-0", "1-2", "22-23", "554-555", "1023-1024", "65535-65536", "65536-65537", "70000-70001", "70536",
        "4294972296-4294972297", "18446744073709556616-18446744073709556617", "-5000", "+5000-+5001",
        "0x1388-0x1389", "5e3-5e3", "-", ""})
    ExpectRefused("RTP/AVP;unicast;client_port=" + std::string(ports));
}

TEST_F(ModelAttack, PortsOfTheRouterItselfStayItsOwn) {
  for (const std::uint16_t bound : {std::uint16_t{5000}, std::uint16_t{5001}}) {
    Start();
    model_bind_udp(bound);
    Router router;
    Session session(router);
    ASSERT_NE(AgreeOnMedia(session), "");
    for (const model_expectation& one : Kernel::Openings()) {
      if (one.source_port == 6000 || one.source_port == 6001) {
        EXPECT_NE(one.destination_port, bound);
      }
    }
    EXPECT_FALSE(FromServer(bound));
    Finish();
  }
}

// The ICMP header lies where TCP's would lie, and the identification of the packet that it is about lies where TCP has its flags.
TEST_F(ModelAttack, AnIcmpErrorIsNoSyn) {
  for (const std::uint16_t id : std::initializer_list<std::uint16_t>{0x5202, 0x9202, 0x5203}) {
    Start();
    model_bind_udp(5000);
    Router router;
    Session session(router);
    ASSERT_TRUE(session.Open());
    probe_icmp_error(id);
    EXPECT_NE(ClientPort(session.Request(SetupRequest(1, kPair))), "5000-5001");
    EXPECT_EQ(Kernel::Counter("fast_open"), 0);
    Finish();
  }
}

// While several requests wait, an answer without CSeq, or with the CSeq of no request, answers none of them.
TEST_F(ModelAttack, AnswersThatNobodyAskedFor) {
  Start();
  Router router;
  Session session(router);
  ASSERT_TRUE(session.Open());
  session.Request("OPTIONS * RTSP/1.0\r\nCSeq: 99\r\n\r\n");
  session.Response(OkResponse(99));
  for (const unsigned cseq : {0U, 1U, 77U, 0xffffffffU})
    EXPECT_EQ(session.Response(Granted(cseq, "5000-5001")), Granted(cseq, "5000-5001"));
  EXPECT_TRUE(Kernel::Openings().empty());
  session.Request(SetupRequest(1, kPair));
  session.Request(SetupRequest(2, PairFrom(7000), "track2"));
  session.Response(Granted(3, "5000-5001"));
  session.Response("RTSP/1.0 100 Continue\r\nCSeq: 1\r\n" + ServerTransport("5000-5001", "6000-6001") +
                   "\r\n");
  session.Response("RTSP/1.0 200 OK\r\n" + ServerTransport("5000-5001", "6000-6001") + "\r\n");
  session.Response("RTSP/1.0 200 OK\r\nCSeq: 4294967297\r\n" + ServerTransport("5000-5001", "6000-6001") +
                   "\r\n");
  EXPECT_FALSE(AnyActive());
  EXPECT_FALSE(FromServer(5000));
  session.Response(Granted(1, "5000-5001"));
  EXPECT_TRUE(FromServer(5000)) << "its own answer";
  session.Response(Granted(1, "7000-7001"));
  EXPECT_FALSE(FromServer(7000)) << "the same answer again, for other ports";
}

// Real servers answer without CSeq, or always with 0.
TEST_F(ModelAttack, AnAnswerWithoutCseqOpensWhatTheOnlySetupAskedFor) {
  for (const std::string cseq : {"", "CSeq: 0\r\n", "CSeq: 4294967297\r\n"}) {
    SCOPED_TRACE(cseq);
    Start();
    Router router;
    Session session(router);
    ASSERT_TRUE(session.Open());
    session.Request(SetupRequest(1, kPair));
    session.Response("RTSP/1.0 200 OK\r\n" + cseq + ServerTransport("7000-7001", "6000-6001") + "\r\n");
    EXPECT_FALSE(FromServer(7000)) << "named by the server alone";
    EXPECT_TRUE(FromServer(5000));
    session.Response("RTSP/1.0 200 OK\r\n" + cseq + ServerTransport("8000-8001", "6000-6001") + "\r\n");
    EXPECT_FALSE(FromServer(8000)) << "nobody waits any more";
    Finish();
  }
}

TEST_F(ModelAttack, AnAnswerOpensNoOtherPortsAndNoOtherHost) {
  Start();
  Router router;
  Session session(router);
  ASSERT_TRUE(session.Open());
  session.Request(SetupRequest(1, kPair));
  session.Response(
      OkResponse(1,
                 "Transport: RTP/AVP;unicast;destination=10.0.0.3;client_port=7000-7001;source=192.0.2.66;"
                 "server_port=6000-6001\r\n"));
  for (const std::uint16_t port : {std::uint16_t{7000}, std::uint16_t{7001}, std::uint16_t{22}})
    EXPECT_FALSE(FromServer(port));
  EXPECT_FALSE(PassUdp({kServer, 6000}, {{false, 3}, 5000}, "attack"));
  EXPECT_FALSE(PassUdp({kStranger, 6000}, {kRouterOutside, 5000}, "attack"));
}

TEST_F(ModelAttack, SetupOfTheServerOpensNothing) {
  Start();
  Router router;
  Session session(router);
  ASSERT_TRUE(session.Open());
  EXPECT_EQ(session.Response(SetupRequest(1, kPair)), SetupRequest(1, kPair));
  session.Request(Granted(1, "5000-5001"));
  EXPECT_TRUE(Kernel::Openings().empty());
  EXPECT_FALSE(FromServer(5000));
}

TEST_F(ModelAttack, OneAnswerForTwoRequestsOfTheSameCseq) {
  Start();
  Router router;
  Session session(router);
  ASSERT_TRUE(session.Open());
  session.Request(SetupRequest(1, kPair));
  session.Request(SetupRequest(1, PairFrom(7000), "track2"));
  session.Response(Granted(1, "5000-5001"));
  EXPECT_FALSE(FromServer(7000));
}

TEST_F(ModelAttack, AFloodStaysWithinItsBounds) {
  Start();
  Router router;
  Session session(router);
  ASSERT_TRUE(session.Open());
  for (unsigned number = 0; number < 400; ++number) {
    const std::string text = SetupRequest(number, PairFrom(5000 + 2 * number));
    ASSERT_EQ(session.Request(text), text);
  }
  EXPECT_LE(Kernel::Openings().size(), kMostOfAConnection / 2);
  EXPECT_FALSE(AnyActive());
  for (unsigned number = 0; number < 400; ++number)
    session.Response(Granted(number, PairFrom(5000 + 2 * number).substr(28)));
  EXPECT_LE(Kernel::Openings().size(), kMostOfAConnection);
  Router other_router({}, {{false, 3}, 40000});
  Session other(other_router);
  EXPECT_EQ(AgreeOnMedia(other, PairFrom(9000)), "9000-9001") << "others get theirs";
  EXPECT_TRUE(FromServer(9000));
  session.Close();
  model_pass_time(65000);
  EXPECT_EQ(Kernel::Flows(), 2U) << "those of the other, when the session has timed out";
}

TEST_F(ModelAttack, TeardownOfAnothersSession) {
  Start();
  Router router, other_router({}, {{false, 3}, 40000});
  Session session(router), other(other_router);
  AgreeOnMedia(session);
  const std::size_t held = Kernel::Openings().size();
  ASSERT_TRUE(other.Open());
  other.Request(TeardownRequest(2));
  other.Response(OkResponse(2));
  session.Request("TEARDOWN rtsp://192.0.2.5/b RTSP/1.0\r\nCSeq: 3\r\nSession: ffffffff\r\n\r\n");
  session.Response(OkResponse(3));
  session.Response(OkResponse(4));
  session.Response("RTSP/1.0 454 Session Not Found\r\nCSeq: 1\r\n\r\n");
  session.Response(TeardownRequest(5));
  EXPECT_EQ(Kernel::Openings().size(), held);
  EXPECT_TRUE(FromServer(5000));
}

TEST_F(ModelAttack, ForgedSegmentsOutsideTheWindowEndNothing) {
  Start();
  Router router;
  Session session(router);
  AgreeOnMedia(session);
  const std::size_t held = Kernel::Openings().size();
  // A forged packet of the server, by somebody who does not see the sequence numbers.
  for (const std::uint32_t seq : {0x40000000U, 0x80000000U, 0xc0000000U}) {
    for (const bool rst : {true, false}) {
      test::TcpPacket packet;
      packet.direction = RTSPNAT_REPLY;
      packet.seq = seq;
      packet.ack = seq;
      packet.rst = rst;
      packet.fin = !rst;
      packet.payload = rst ? "" : Granted(1, "9000-9001");
      router.Pass(packet);
    }
  }
  EXPECT_EQ(Kernel::Openings().size(), held);
  EXPECT_TRUE(FromServer(5000));
  EXPECT_FALSE(FromServer(9000));
  EXPECT_EQ(session.Request(SetupRequest(2, PairFrom(9000), "track2")),
            SetupRequest(2, PairFrom(9000), "track2"));
}

TEST_F(ModelAttack, TheSamePortsAreNotGivenTwice) {
  Start();
  Router router, other_router({}, {{false, 3}, 40000});
  Session session(router), other(other_router);
  AgreeOnMedia(session);
  ASSERT_TRUE(FromServer(5000));
  const std::string theirs = AgreeOnMedia(other);
  EXPECT_NE(theirs, "5000-5001");
  const auto media = FromServer(5000);
  ASSERT_TRUE(media);
  EXPECT_EQ(media->to, (Endpoint{kClient, 5000}));
}

}  // namespace
}  // namespace rtsp::model
