// SPDX-License-Identifier: MIT OR GPL-2.0-only
// Who may send media: the parameter media_source.
#include <gtest/gtest.h>

#include "tests/model/on_model.h"

namespace rtsp::model {
namespace {

constexpr Host kMediaServer{true, 7};

class ModelSource : public OnModel {
 protected:
  static bool From(const Host& host, std::uint16_t port = 6000, bool nat = true) {
    return PassUdp({host, port}, {nat ? kRouterOutside : kClient, 5000}, "media").has_value();
  }

  // The server says that media come from 192.0.2.7.
  static void Agree(Session& session, const std::string& source = ";source=192.0.2.7") {
    ASSERT_TRUE(session.Open());
    session.Request(SetupRequest(1, kPair));
    std::string transport = ServerTransport("5000-5001", "6000-6001");
    transport.insert(transport.size() - 2, source);
    session.Response(OkResponse(1, transport));
  }
};

TEST_F(ModelSource, UnknownNameIsRefused) {
  Start();
  EXPECT_EQ(model_set_parameter("media_source", "anybody"), -22);
  EXPECT_EQ(model_set_parameter("media_source", "announced"), 0);
}

TEST_F(ModelSource, PeerAlone) {
  Start();
  Router router;
  Session session(router);
  Agree(session);
  EXPECT_FALSE(From(kMediaServer));
  EXPECT_TRUE(From(kServer));
}

TEST_F(ModelSource, AnnouncedAlone) {
  Start();
  model_set_parameter("media_source", "announced");
  Router router;
  Session session(router);
  Agree(session);
  EXPECT_FALSE(From(kServer));
  EXPECT_FALSE(From(kStranger));
  const auto media = PassUdp({kMediaServer, 6000}, {kRouterOutside, 5000}, "media");
  ASSERT_TRUE(media);
  EXPECT_EQ(media->from, (Endpoint{kMediaServer, 6000}));
  EXPECT_EQ(media->to, (Endpoint{kClient, 5000}));
}

TEST_F(ModelSource, AnnouncedIsWhereTheClientSends) {
  Start();
  model_set_parameter("media_source", "announced");
  model_bind_udp(5000);
  Router router;
  Session session(router);
  ASSERT_TRUE(session.Open());
  const std::string outside = ClientPort(session.Request(SetupRequest(1, kPair)));
  std::string transport = ServerTransport(outside, "6000-6001");
  transport.insert(transport.size() - 2, ";source=192.0.2.7");
  session.Response(OkResponse(1, transport));
  const auto port = static_cast<std::uint16_t>(std::stoi(outside));
  const auto punch = PassUdp({kClient, 5000}, {kMediaServer, 6000}, "punch");
  ASSERT_TRUE(punch);
  EXPECT_EQ(punch->from, (Endpoint{kRouterOutside, port}));
  EXPECT_EQ(punch->to, (Endpoint{kMediaServer, 6000}));
}

TEST_F(ModelSource, NobodyAnnouncedIsThePeer) {
  Start();
  model_set_parameter("media_source", "announced");
  Router router;
  Session session(router);
  Agree(session, "");
  EXPECT_FALSE(From(kMediaServer));
  EXPECT_TRUE(From(kServer));
}

TEST_F(ModelSource, TheFirstOneIsTheOnlyOne) {
  for (const bool nat : {true, false}) {
    Start({.nat = nat});
    model_set_parameter("media_source", "any-latch");
    Router router;
    Session session(router);
    ASSERT_TRUE(session.Open());
    session.Request(SetupRequest(1, kPair));
    EXPECT_FALSE(From({true, 8}, 6000, nat)) << "before the answer";
    session.Response(OkResponse(1, ServerTransport("5000-5001", "6000-6001")));
    EXPECT_FALSE(From(kMediaServer, 6002, nat)) << "not a port that the server named";
    EXPECT_TRUE(From(kMediaServer, 6000, nat));
    EXPECT_FALSE(From(kStranger, 6000, nat));
    EXPECT_FALSE(From(kServer, 6000, nat));
    EXPECT_TRUE(From(kMediaServer, 6000, nat));
    Finish();
  }
}

// The packet of another source found the expectation while it was open to all.
TEST_F(ModelSource, OnlyOneOfTwoAtOnce) {
  for (const bool nat : {true, false}) {
    Start({.nat = nat});
    model_set_parameter("media_source", "any-latch");
    Router router;
    Session session(router);
    AgreeOnMedia(session);
    struct Meanwhile {
      bool nat, done = false, passed = false;
      int locks = 0;
    } meanwhile{.nat = nat};
    // Of the first packet: one lock to find the expectation, and then the one to latch it.
    model_on_preempt(
        [](void* data) {
          auto* here = static_cast<Meanwhile*>(data);
          if (here->done || ++here->locks < 2) return;
          here->done = true;
          model_set_cpu(1);
          here->passed = From(kStranger, 6000, here->nat);
          model_set_cpu(0);
        },
        &meanwhile);
    const bool first = From(kMediaServer, 6000, nat);
    model_on_preempt(nullptr, nullptr);
    EXPECT_TRUE(meanwhile.done);
    EXPECT_TRUE(meanwhile.passed);
    EXPECT_FALSE(first);
    EXPECT_FALSE(From(kMediaServer, 6000, nat)) << "nor later";
    EXPECT_TRUE(From(kStranger, 6000, nat));
    Finish();
  }
}

// A port that any source may use later keeps other expectations out from the start.
TEST_F(ModelSource, WideReservationsDoNotOverlap) {
  Start();
  model_set_parameter("media_source", "any-latch");
  Router router, other_router({}, {{false, 3}, 40000}, {kMediaServer, 554});
  Session session(router), other(other_router);
  EXPECT_EQ(AgreeOnMedia(session), "5000-5001");
  EXPECT_NE(AgreeOnMedia(other), "5000-5001");
}

TEST_F(ModelSource, NarrowReservationIsNotWidened) {
  Start();
  Router router;
  Session session(router);
  ASSERT_TRUE(session.Open());
  session.Request(SetupRequest(1, kPair));
  model_set_parameter("media_source", "any-latch");
  session.Response(OkResponse(1, ServerTransport("5000-5001", "6000-6001")));
  EXPECT_FALSE(From(kStranger));
  EXPECT_TRUE(From(kServer));
}

}  // namespace
}  // namespace rtsp::model
