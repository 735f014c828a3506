// SPDX-License-Identifier: MIT OR GPL-2.0-only
// Media flows. The module makes them when the reply has named both ends, keeps them as long as the mapping, and lets nobody else have them.
#include <gtest/gtest.h>

#include <string>

#include "tests/model/on_model.h"

namespace rtsp::model {
namespace {

constexpr Host kNeighbour{false, 3};

class ModelFlow : public OnModel {
 protected:
  static std::optional<Datagram> Media(std::uint16_t port = 5000, std::uint16_t from = 6000) {
    return PassUdp({kServer, from}, {kRouterOutside, port}, "media");
  }

  // Returns whether media arrive at the ports that the client has asked for.
  static bool Plays() {
    for (const std::uint16_t i : {std::uint16_t{0}, std::uint16_t{1}}) {
      const auto media = Media(static_cast<std::uint16_t>(5000 + i), static_cast<std::uint16_t>(6000 + i));
      if (!media || media->to != Endpoint{kClient, static_cast<std::uint16_t>(5000 + i)}) return false;
    }
    return true;
  }

  // A neighbour sends UDP of its own, from the same ports to the same server.
  static void NeighbourSends() {
    for (const std::uint16_t i : {std::uint16_t{0}, std::uint16_t{1}}) {
      EXPECT_TRUE(PassUdp({kNeighbour, static_cast<std::uint16_t>(5000 + i)},
                          {kServer, static_cast<std::uint16_t>(6000 + i)}, "not RTSP"));
    }
  }

  void StartWithNeighbour() {
    Kernel::Options options;
    options.rules.admit_new_udp = true;
    Start(options);
  }
};

TEST_F(ModelFlow, ANeighbourWhoWasThereBeforeGetsNothing) {
  StartWithNeighbour();
  Router router;
  Session session(router);
  NeighbourSends();
  EXPECT_EQ(AgreeOnMedia(session), "5000-5001");
  EXPECT_TRUE(Plays());
}

TEST_F(ModelFlow, NorOneWhoSendsBetweenTheReplyAndTheMedia) {
  StartWithNeighbour();
  Router router;
  Session session(router);
  EXPECT_EQ(AgreeOnMedia(session), "5000-5001");
  NeighbourSends();
  EXPECT_TRUE(Plays());
}

TEST_F(ModelFlow, NorDuringAPause) {
  for (const bool played : {false, true}) {
    StartWithNeighbour();
    Router router;
    Session session(router);
    EXPECT_EQ(AgreeOnMedia(session), "5000-5001");
    if (played) {
      EXPECT_TRUE(Plays());
    }
    for (unsigned minute = 0; minute < 60; ++minute) {
      model_pass_time(60000);
      NeighbourSends();
    }
    EXPECT_TRUE(Plays()) << "after an hour";
    Finish();
  }
}

// As `conntrack -D` and -F do, or a link that goes down.
TEST_F(ModelFlow, ComesBackWhenSomebodyEndsIt) {
  Start();
  Router router;
  Session session(router);
  AgreeOnMedia(session);
  EXPECT_TRUE(Plays());
  model_delete_flow(5000);
  EXPECT_EQ(Kernel::Flows(), 1U);
  model_pass_time(2000);
  EXPECT_EQ(Kernel::Flows(), 2U);
  EXPECT_TRUE(Plays());
}

TEST_F(ModelFlow, HoldsNoPlaceInTheTable) {
  for (const unsigned places : {16U, 32U}) {
    Start();
    model_set_expect_max(places);
    model_set_parameter("expectations", std::to_string(places).c_str());
    model_set_parameter("mappings_per_second", "0");
    for (unsigned number = 0; number < 30; ++number) {
      Router router({}, {kClient, static_cast<std::uint16_t>(40000 + number)});
      Session session(router);
      ASSERT_TRUE(session.Open());
      for (unsigned track = 1; track <= 2; ++track) {
        const unsigned port = 5000 + 4 * number + 2 * track;
        const std::string ports = std::to_string(port) + "-" + std::to_string(port + 1);
        session.Request(SetupRequest(track, "RTP/AVP;unicast;client_port=" + ports));
        EXPECT_LE(model_expectations_counted(), 4U);
        session.Response(OkResponse(track, ServerTransport(ports, "6000-6001")));
        EXPECT_TRUE(Media(static_cast<std::uint16_t>(port)));
        EXPECT_TRUE(Media(static_cast<std::uint16_t>(port + 1), 6001));
      }
    }
    EXPECT_EQ(Kernel::Flows(), 120U);
    EXPECT_EQ(model_expectations_counted(), 0U);
    Finish();
  }
}

// A port is taken as long as a mapping holds it, whether or not there is an expectation of it.
TEST_F(ModelFlow, KeepsItsPortFromOthers) {
  for (const bool paused : {false, true}) {
    Start();
    Router router, other_router({}, {kNeighbour, 40000});
    Session session(router), other(other_router);
    EXPECT_EQ(AgreeOnMedia(session), "5000-5001");
    EXPECT_TRUE(Plays());
    if (paused) model_pass_hours(1);
    EXPECT_NE(AgreeOnMedia(other), "5000-5001");
    EXPECT_TRUE(Plays());
    session.Request(TeardownRequest(2));
    session.Response(OkResponse(2));
    Router last_router({}, {{false, 4}, 40000});
    Session last(last_router);
    EXPECT_EQ(AgreeOnMedia(last), "5000-5001") << "and no longer";
    Finish();
  }
}

TEST_F(ModelFlow, EndsWithItsMappingUnlessItIsUsed) {
  for (const bool used : {false, true}) {
    Start();
    Router router;
    Session session(router);
    AgreeOnMedia(session);
    if (used) {
      EXPECT_TRUE(Plays());
    }
    session.Request(TeardownRequest(2));
    session.Response(OkResponse(2));
    EXPECT_EQ(Kernel::Flows(), used ? 2U : 0U);
    model_pass_time(31000);
    EXPECT_EQ(Kernel::Flows(), 0U) << "it ages out";
    Finish();
  }
}

// Somebody whose packets are answered has the two ends already. The client gets the same ports as without a helper.
TEST_F(ModelFlow, LeavesAConversationOfOthersAlone) {
  StartWithNeighbour();
  Router router;
  Session session(router);
  NeighbourSends();
  EXPECT_TRUE(Media());
  EXPECT_EQ(AgreeOnMedia(session), "5000-5001");
  EXPECT_EQ(Kernel::Counter("flow_failed"), 1);
  const auto media = Media();
  ASSERT_TRUE(media);
  EXPECT_EQ(media->to, (Endpoint{kNeighbour, 5000}));
  model_delete_flow(5001);
  model_pass_time(200000);
  EXPECT_TRUE(Plays()) << "when it has ended";
}

// The same between two sweeps: a flow that was ended, and whose ends somebody took, is expected again, and comes back when the ends are free.
TEST_F(ModelFlow, IsExpectedWhileOthersHaveItsEnds) {
  StartWithNeighbour();
  Router router;
  Session session(router);
  AgreeOnMedia(session);
  EXPECT_TRUE(Plays());
  model_delete_flow(5000);
  NeighbourSends();
  EXPECT_EQ(Media()->to, (Endpoint{kNeighbour, 5000})) << "or this proves nothing";
  model_pass_time(2000);
  EXPECT_EQ(Kernel::Expectations().size(), 1U);
  model_pass_time(200000);
  EXPECT_TRUE(Kernel::Expectations().empty());
  EXPECT_TRUE(Plays());
}

TEST_F(ModelFlow, FollowsAnotherAnswer) {
  Start();
  Router router;
  Session session(router);
  AgreeOnMedia(session);
  session.Request(SetupRequest(2, kPair));
  session.Response(OkResponse(2, ServerTransport("5000-5001", "7000-7001")));
  EXPECT_FALSE(Media(5000, 6000));
  const auto media = Media(5000, 7000);
  ASSERT_TRUE(media);
  EXPECT_EQ(media->to, (Endpoint{kClient, 5000}));
}

TEST_F(ModelFlow, GoesWithTheModules) {
  for (const bool used : {false, true}) {
    Start();
    Router router;
    Session session(router);
    AgreeOnMedia(session);
    if (used) {
      EXPECT_TRUE(Plays());
    }
    ASSERT_EQ(model_unload("nf_nat_rtsp"), 0);
    ASSERT_EQ(model_unload("nf_conntrack_rtsp"), 0);
    EXPECT_EQ(Kernel::Flows(), used ? 2U : 0U);
    Finish();
  }
}

}  // namespace
}  // namespace rtsp::model
