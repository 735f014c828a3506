// SPDX-License-Identifier: MIT OR GPL-2.0-only
// Modules, namespaces and connections that begin and end at the wrong moment.
#include <gtest/gtest.h>

#include "tests/model/on_model.h"

namespace rtsp::model {
namespace {

class ModelLifetime : public OnModel {};

TEST_F(ModelLifetime, UnloadInTheMiddleOfAStream) {
  Start();
  Router router;
  Session session(router);
  AgreeOnMedia(session);
  ASSERT_EQ(model_unload("nf_conntrack_rtsp"), -16) << "nf_nat_rtsp needs it";
  ASSERT_EQ(model_unload("nf_nat_rtsp"), 0);
  ASSERT_EQ(model_unload("nf_conntrack_rtsp"), 0);
  EXPECT_TRUE(Kernel::Openings().empty());
  EXPECT_EQ(session.Request(SetupRequest(2, kPair, "track2")), SetupRequest(2, kPair, "track2"));
  EXPECT_EQ(session.Response(OkResponse(2)), OkResponse(2));
  EXPECT_EQ(session.Wrong(), "");
  // After a reload the module leaves the old connection alone and follows new ones.
  ASSERT_EQ(model_load("nf_nat_rtsp"), 0);
  session.Request(SetupRequest(3, kPair, "track3"));
  EXPECT_TRUE(Kernel::Openings().empty());
  Router other_router({}, {{false, 3}, 40001});
  Session other(other_router);
  AgreeOnMedia(other);
  EXPECT_TRUE(PassUdp({kServer, 6000}, {kRouterOutside, 5000}, "media"));
}

TEST_F(ModelLifetime, NatHalfGoesInTheMiddleOfAStream) {
  Start();
  model_bind_udp(5000);
  Router router;
  Session session(router);
  const std::string outside = AgreeOnMedia(session);
  ASSERT_NE(outside, "5000-5001");
  ASSERT_EQ(model_unload("nf_nat_rtsp"), 0);
  model_pass_time(2000);
  EXPECT_TRUE(Kernel::Openings().empty());
  const std::string again = SetupRequest(2, "RTP/AVP;unicast;client_port=7000-7001", "track2");
  EXPECT_EQ(session.Request(again), again);
  EXPECT_GE(Kernel::Counter("no_nat_module"), 1);
}

TEST_F(ModelLifetime, WithoutNatHalfTheTextIsLeftAlone) {
  Start({.load_nat_rtsp = false});
  Router router;
  Session session(router);
  ASSERT_TRUE(session.Open());
  EXPECT_EQ(session.Request(SetupRequest(1, kPair)), SetupRequest(1, kPair));
  EXPECT_TRUE(Kernel::Openings().empty());
  EXPECT_GE(Kernel::Counter("no_nat_module"), 1);
}

TEST_F(ModelLifetime, NatHalfComesLate) {
  Start({.load_nat_rtsp = false});
  model_bind_udp(5000);
  Router router;
  Session session(router);
  ASSERT_TRUE(session.Open());
  session.Request("OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n");
  session.Response(OkResponse(1));
  EXPECT_EQ(session.Request(SetupRequest(2, kPair)), SetupRequest(2, kPair));
  session.Response("RTSP/1.0 461 Unsupported transport\r\nCSeq: 2\r\n\r\n");
  ASSERT_EQ(model_load("nf_nat_rtsp"), 0);
  const std::string request = session.Request(SetupRequest(3, kPair));
  EXPECT_NE(ClientPort(request), "5000-5001");
  EXPECT_EQ(Kernel::Openings().size(), 2U);
}

TEST_F(ModelLifetime, NatHalfComesWithTheOther) {
  Start({.nat = false});
  EXPECT_FALSE(model_is_loaded("nf_nat_rtsp"));
  ASSERT_EQ(model_unload("nf_conntrack_rtsp"), 0);
  ASSERT_EQ(model_modprobe("nf_conntrack_rtsp"), 0);
  EXPECT_TRUE(model_is_loaded("nf_nat_rtsp"));
}

TEST_F(ModelLifetime, OlderConnectionIsNotTouched) {
  Start({.nat = true, .load_nat_rtsp = true});
  model_unload("nf_nat_rtsp");
  model_unload("nf_conntrack_rtsp");
  Router router;
  Session session(router);
  ASSERT_TRUE(session.Open());
  ASSERT_EQ(model_load("nf_nat_rtsp"), 0);
  EXPECT_EQ(session.Request(SetupRequest(1, kPair)), SetupRequest(1, kPair));
  EXPECT_EQ(Kernel::Counter("connections_total"), 0);
}

TEST_F(ModelLifetime, KernelEndsWithConnectionsOpen) {
  Start();
  for (std::uint8_t number = 2; number < 12; ++number) {
    Router router({}, {{false, number}, 40000});
    Session session(router);
    AgreeOnMedia(session);
    PassUdp({kServer, 6000}, {kRouterOutside, 5000}, "media");
  }
  EXPECT_EQ(Kernel::Counter("connections_open"), 10);
}

TEST_F(ModelLifetime, NoMoreConnectionsThanAllowed) {
  Start();
  model_set_parameter("max_connections", "3");
  for (std::uint8_t number = 2; number < 7; ++number) {
    Router router({}, {{false, number}, 40000});
    Session session(router);
    ASSERT_TRUE(session.Open());
    const std::string request = SetupRequest(1, kPair);
    EXPECT_EQ(session.Request(request).size(), request.size());
  }
  EXPECT_EQ(Kernel::Counter("connections_open"), 3);
  EXPECT_EQ(Kernel::Counter("mappings_reserved"), 3);
  EXPECT_EQ(Kernel::Counter("gave_way_unanswered"), 2) << "those that had asked first";
}

TEST_F(ModelLifetime, WhatPlaysDoesNotGiveWay) {
  Start();
  model_set_parameter("max_connections", "3");
  for (std::uint8_t number = 2; number < 7; ++number) {
    Router router({}, {{false, number}, 40000});
    Session session(router);
    AgreeOnMedia(session, "RTP/AVP;unicast;client_port=" + std::to_string(5000 + 2 * number) + "-" +
                              std::to_string(5001 + 2 * number));
  }
  EXPECT_EQ(Kernel::Counter("connections_open"), 3);
  EXPECT_EQ(Kernel::Counter("mappings_live"), 3);
  EXPECT_EQ(Kernel::Counter("too_many_connections"), 2);
  EXPECT_EQ(Kernel::Counter("gave_way_unanswered"), 0);
}

TEST_F(ModelLifetime, MediaOutliveTheControlConnection) {
  Start();
  Router router;
  Session session(router);
  AgreeOnMedia(session);
  ASSERT_TRUE(PassUdp({kServer, 6000}, {kRouterOutside, 5000}, "media"));
  session.Close();
  model_pass_time(5000);
  EXPECT_TRUE(PassUdp({kServer, 6000}, {kRouterOutside, 5000}, "media"));
  model_pass_time(400000);
  EXPECT_EQ(model_conntrack_count(), 0U);
}

TEST_F(ModelLifetime, SamePortsAgainAfterTheEnd) {
  Start();
  for (int round = 0; round < 3; ++round) {
    Router router;
    Session session(router);
    EXPECT_EQ(AgreeOnMedia(session), "5000-5001");
    session.Close();
    model_pass_time(300000);
    EXPECT_TRUE(Kernel::Openings().empty());
    EXPECT_EQ(model_conntrack_count(), 0U);
  }
}

TEST_F(ModelLifetime, OtherDirectionOnAnotherCpu) {
  Start();
  model_bind_udp(5000);
  Router router;
  Session session(router);
  ASSERT_TRUE(session.Open());
  // The server's packet is on its way while the client's first one is being read.
  struct Meanwhile {
    Router router;
    bool done = false;
  } meanwhile;
  model_on_preempt(
      [](void* data) {
        auto* here = static_cast<Meanwhile*>(data);
        if (here->done) return;
        here->done = true;
        test::TcpPacket packet;
        packet.direction = RTSPNAT_REPLY;
        packet.seq = 0xfffffff1;
        packet.ack = 1001;
        packet.has_ack = true;
        packet.window = 64000;
        packet.payload = "RTSP/1.0 200 OK\r\nCSeq: 7\r\n\r\n";
        model_set_cpu(1);
        here->router.Pass(packet);
        model_set_cpu(0);
      },
      &meanwhile);
  EXPECT_NE(ClientPort(session.Request(SetupRequest(1, kPair))), "5000-5001");
  model_on_preempt(nullptr, nullptr);
  EXPECT_TRUE(meanwhile.done);
  EXPECT_EQ(Kernel::Counter("connections_total"), 1);
}

// An expectation may not last longer than 32 bits of jiffies.
TEST_F(ModelLifetime, SessionOfAMonth) {
  Start();
  Router router;
  Session session(router);
  EXPECT_EQ(AgreeOnMedia(session), "5000-5001");
  for (unsigned day = 0; day < 30; ++day) {
    model_pass_hours(24);
    session.Request("OPTIONS * RTSP/1.0\r\nCSeq: 9\r\nSession: 12345678\r\n\r\n");
    session.Response("RTSP/1.0 200 OK\r\nCSeq: 9\r\n\r\n");
  }
  EXPECT_EQ(Kernel::Flows(), 2U);
  EXPECT_TRUE(PassUdp({kServer, 6000}, {kRouterOutside, 5000}, "media"));
}

// An expectation may not last longer than 32 bits of jiffies: those of a server that names no port stay.
TEST_F(ModelLifetime, ExpectationsOfAMonth) {
  Start();
  Router router;
  Session session(router);
  ASSERT_TRUE(session.Open());
  session.Request(SetupRequest(1, kPair));
  session.Response(OkResponse(1, "Transport: RTP/AVP;unicast;client_port=5000-5001\r\n"));
  for (unsigned day = 0; day < 30; ++day) {
    model_pass_hours(24);
    session.Request("OPTIONS * RTSP/1.0\r\nCSeq: 9\r\nSession: 12345678\r\n\r\n");
    session.Response("RTSP/1.0 200 OK\r\nCSeq: 9\r\n\r\n");
  }
  EXPECT_EQ(Kernel::Openings().size(), 2U);
  EXPECT_TRUE(PassUdp({kServer, 6000}, {kRouterOutside, 5000}, "media"));
}

TEST_F(ModelLifetime, WhatIsReleasedIsNotCounted) {
  Start();
  Router router;
  Session session(router);
  ASSERT_TRUE(session.Open());
  for (unsigned i = 1; i < 20; ++i) {
    const std::string ports = std::to_string(5000 + 2 * i) + "-" + std::to_string(5001 + 2 * i);
    session.Request(SetupRequest(i, "RTP/AVP;unicast;client_port=" + ports));
    EXPECT_EQ(model_expectations_counted(), 2U);
    session.Response("RTSP/1.0 461 Unsupported transport\r\nCSeq: " + std::to_string(i) + "\r\n\r\n");
    EXPECT_EQ(model_expectations_counted(), 0U);
  }
}

// A kernel collects expectations that were only marked as dead once a minute. Until then they are in everybody's way.
TEST_F(ModelLifetime, SessionsThatComeAndGoNeedNoMorePlaces) {
  Start();
  model_set_expect_max(16);
  model_set_parameter("expectations", "16");
  Router router;
  Session session(router);
  ASSERT_TRUE(session.Open());
  for (unsigned i = 1; i < 40; i += 2) {
    const std::string ports = std::to_string(5000 + 2 * i) + "-" + std::to_string(5001 + 2 * i);
    const std::string outside =
        ClientPort(session.Request(SetupRequest(i, "RTP/AVP;unicast;client_port=" + ports)));
    session.Response(OkResponse(i, ServerTransport(outside, "6000-6001")));
    EXPECT_LE(model_expectations_counted(), 4U);
    session.Request(TeardownRequest(i + 1));
    session.Response(OkResponse(i + 1));
    EXPECT_EQ(model_expectations_counted(), 0U);
    model_pass_time(2000);
  }
  EXPECT_EQ(Kernel::Counter("mappings_released"), 20);
  EXPECT_EQ(Kernel::Counter("too_many_expectations") + Kernel::Counter("expectation_table_full"), 0);
}

TEST_F(ModelLifetime, MappingsGoWithTheNatHalf) {
  Start();
  Router router;
  Session session(router);
  AgreeOnMedia(session);
  ASSERT_EQ(model_unload("nf_nat_rtsp"), 0);
  model_pass_time(2000);
  EXPECT_EQ(Kernel::Counter("mappings_live"), 0);
  EXPECT_EQ(Kernel::Counter("mappings_released"), 1);
  session.Request(TeardownRequest(2));
  session.Response(OkResponse(2));
}

// There each packet goes through all hooks twice.
TEST_F(ModelLifetime, OverTheLoopbackDevice) {
  Kernel::Options options;
  options.rules.loopback = true;
  Start(options);
  Network network;
  network.ipv6 = true;
  Router router(network);
  Session session(router);
  AgreeOnMedia(session, "RTP/AVP;unicast;destination=fd00::2;client_port=5000-5001");
  EXPECT_EQ(Kernel::Counter("length_changed"), 1);
  for (unsigned i = 2; i < 5; ++i) {
    session.Request("OPTIONS * RTSP/1.0\r\nCSeq: " + std::to_string(i) + "\r\n\r\n");
    session.Response(OkResponse(i));
  }
  EXPECT_EQ(session.Wrong(), "");
}

}  // namespace
}  // namespace rtsp::model
