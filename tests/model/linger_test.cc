// SPDX-License-Identifier: MIT OR GPL-2.0-only
// Sessions that outlive their control connection.
#include <gtest/gtest.h>

#include "tests/model/on_model.h"

namespace rtsp::model {
namespace {

class ModelLinger : public OnModel {
 protected:
  static std::optional<Datagram> Media(std::uint16_t port = 5000) {
    return PassUdp({kServer, 6000}, {kRouterOutside, port}, "media");
  }

  // No session timeout was named: 60 seconds.
  static void ExpectLingering(unsigned seconds) {
    EXPECT_EQ(Kernel::Flows(), 2U);
    EXPECT_EQ(Kernel::Counter("mappings_lingering"), 1);
    EXPECT_EQ(Kernel::Counter("mappings_live"), 0);
    model_pass_time((seconds - 3) * 1000);
    EXPECT_TRUE(Media()) << "admitted until the session has timed out";
    model_pass_time(6000);
    EXPECT_TRUE(Kernel::Openings().empty());
    EXPECT_EQ(Kernel::Counter("mappings_lingering"), 0);
    EXPECT_EQ(Kernel::Counter("mappings_released"), 1);
  }
};

TEST_F(ModelLinger, AfterClose) {
  Start();
  Router router;
  Session session(router);
  AgreeOnMedia(session);
  session.Close();
  ExpectLingering(60);
  EXPECT_EQ(Kernel::Counter("connections_open"), 0);
  EXPECT_EQ(model_trace_count("rtsp_linger"), 1U);
}

// conntrack would forget the connection, and with it all expectations, in ten seconds.
TEST_F(ModelLinger, AfterReset) {
  for (const rtspnat_direction direction : {RTSPNAT_ORIGINAL, RTSPNAT_REPLY}) {
    Start();
    Router router;
    Session session(router);
    AgreeOnMedia(session);
    session.Reset(direction);
    ExpectLingering(60);
    EXPECT_EQ(Kernel::Counter("connections_open"), 0);
    Finish();
  }
}

TEST_F(ModelLinger, AsLongAsTheServerSays) {
  Start();
  Router router;
  Session session(router);
  ASSERT_TRUE(session.Open());
  session.Request(SetupRequest(1, kPair));
  session.Response("RTSP/1.0 200 OK\r\nCSeq: 1\r\nSession: 12345678;timeout=600\r\n" +
                   ServerTransport("5000-5001", "6000-6001") + "\r\n");
  session.Close();
  ExpectLingering(600);
}

TEST_F(ModelLinger, NotAfterTeardown) {
  Start();
  Router router;
  Session session(router);
  AgreeOnMedia(session);
  session.Request(TeardownRequest(2));
  session.Response(OkResponse(2));
  session.Close();
  EXPECT_TRUE(Kernel::Openings().empty());
  model_pass_time(3000);
  EXPECT_EQ(Kernel::Counter("connections_open"), 0);
}

// If only the same ports are possible, the client that comes back gets them.
TEST_F(ModelLinger, GivesWayToTheSamePortOfTheSameHost) {
  for (const bool nat : {false, true}) {
    Start({.nat = nat});
    Router router, again_router({}, {kClient, 40001});
    Session session(router), again(again_router);
    EXPECT_EQ(AgreeOnMedia(session), "5000-5001");
    session.Close();
    EXPECT_EQ(AgreeOnMedia(again), "5000-5001");
    EXPECT_EQ(Kernel::Counter("mappings_lingering"), 0);
    EXPECT_EQ(Kernel::Counter("mappings_live"), 1);
    EXPECT_TRUE(PassUdp({kServer, 6000}, {nat ? kRouterOutside : kClient, 5000}, "media"));
    Finish();
  }
}

// Another CPU is busy with the connection that lingers. Nobody waits for it, and the client gets other ports.
TEST_F(ModelLinger, NobodyWaitsForOneThatLingers) {
  Start();
  Router router, again_router({}, {kClient, 40001});
  Session session(router), again(again_router);
  EXPECT_EQ(AgreeOnMedia(session), "5000-5001");
  session.Close();
  model_fail(MODEL_FAULT_TRYLOCK, 0, 1000);
  EXPECT_NE(AgreeOnMedia(again), "5000-5001");
  EXPECT_EQ(Kernel::Counter("mappings_lingering"), 1);
  EXPECT_EQ(Kernel::Counter("mappings_live"), 1);
}

// The lingering mapping has another port inside, which may still be in use.
TEST_F(ModelLinger, DoesNotGiveWayToAnotherPortOfTheSameHost) {
  Start();
  model_bind_udp(5000);
  Router router, again_router({}, {kClient, 40001});
  Session session(router), again(again_router);
  const std::string outside = AgreeOnMedia(session);
  ASSERT_NE(outside, "5000-5001");
  session.Close();
  EXPECT_NE(AgreeOnMedia(again, "RTP/AVP;unicast;client_port=" + outside), outside);
  EXPECT_EQ(Media(static_cast<std::uint16_t>(std::stoi(outside)))->to, (Endpoint{kClient, 5000}));
}

TEST_F(ModelLinger, DoesNotGiveWayToOthers) {
  Start();
  Router router, other_router({}, {{false, 3}, 40000});
  Session session(router), other(other_router);
  EXPECT_EQ(AgreeOnMedia(session), "5000-5001");
  session.Close();
  EXPECT_NE(AgreeOnMedia(other), "5000-5001");
  EXPECT_EQ(Kernel::Counter("mappings_lingering"), 1);
  EXPECT_EQ(Media()->to, (Endpoint{kClient, 5000}));
}

TEST_F(ModelLinger, EndsWithTheModule) {
  Start();
  Router router;
  Session session(router);
  AgreeOnMedia(session);
  session.Reset(RTSPNAT_REPLY);
  ASSERT_EQ(model_unload("nf_nat_rtsp"), 0);
  ASSERT_EQ(model_unload("nf_conntrack_rtsp"), 0);
  EXPECT_TRUE(Kernel::Openings().empty());
}

TEST_F(ModelLinger, EndsWithTheNamespace) {
  Start();
  Router router;
  Session session(router);
  AgreeOnMedia(session);
  session.Close();
  EXPECT_EQ(Kernel::Counter("mappings_lingering"), 1);
}

// The first port of the pair is free and the second lingers. The module registers the first, releases it, and registers it again.
TEST_F(ModelLinger, APairOfWhichOnePortWasTakenAwayComesBack) {
  Start();
  Router router, again_router({}, {kClient, 40001});
  Session session(router), again(again_router);
  EXPECT_EQ(AgreeOnMedia(session), "5000-5001");
  session.Close();
  model_delete_expectation(5000);
  EXPECT_EQ(AgreeOnMedia(again), "5000-5001");
  EXPECT_EQ(Kernel::Counter("mappings_live"), 1);
  EXPECT_EQ(Kernel::Counter("expect_failed"), 0);
  EXPECT_TRUE(PassUdp({kServer, 6000}, {kRouterOutside, 5000}, "media"));
}

}  // namespace
}  // namespace rtsp::model
