// SPDX-License-Identifier: MIT OR GPL-2.0-only
// Connections and expectations of another router, which has died.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/model/on_model.h"

namespace rtsp::model {
namespace {

constexpr char kKeepAlive[] = "GET_PARAMETER rtsp://192.0.2.5/a RTSP/1.0\r\nCSeq: 2\r\n\r\n";
constexpr char kOtherPair[] = "RTP/AVP;unicast;client_port=5004-5005";

std::uint16_t FirstPort(const std::string& ports) { return static_cast<std::uint16_t>(std::stoi(ports)); }

class ModelCarried : public OnModel {
 protected:
  // Agrees on media on one router, and lets another router take over.
  static void BringOver(Session& session) {
    AgreeOnMedia(session);
    model_take_over();
  }

  // Sends a request and its answer, which pass unchanged, and waits until the next one.
  static void Exchange(Session& session) {
    EXPECT_EQ(session.Request(kKeepAlive), kKeepAlive);
    EXPECT_EQ(session.Response(OkResponse(2)), OkResponse(2));
    model_pass_time(1500);
  }

  // Sends a media packet from the server. Returns where it arrives.
  static std::optional<Datagram> Media(std::uint16_t outside, std::uint16_t from = 6000) {
    return PassUdp({kServer, from}, {kRouterOutside, outside}, "media");
  }

  // Asks for ports that the router uses itself, so that the server gets others. Returns whether these work.
  static bool IsHelped(Session& session, unsigned cseq) {
    model_bind_udp(5004);
    const std::string request = SetupRequest(cseq, kOtherPair, "track2");
    const std::string arrived = session.Request(request);
    session.Response(OkResponse(cseq, ServerTransport(ClientPort(arrived), "6004-6005")));
    if (arrived == request) return false;
    const auto media = Media(FirstPort(ClientPort(arrived)), 6004);
    return media && media->to == Endpoint{kClient, 5004};
  }
};

// conntrackd carries flows with their NAT.
TEST_F(ModelCarried, MediaPlayOn) {
  for (const bool taken : {false, true}) {
    Start();
    if (taken) model_bind_udp(5000);
    Router router;
    Session session(router);
    const std::uint16_t outside = FirstPort(AgreeOnMedia(session));
    EXPECT_EQ(outside == 5000, !taken);
    model_take_over();
    const auto media = Media(outside);
    ASSERT_TRUE(media);
    EXPECT_EQ(media->to, (Endpoint{kClient, 5000}));
    const auto report = PassUdp({kClient, 5001}, {kServer, 6001}, "report");
    ASSERT_TRUE(report);
    EXPECT_EQ(report->from, (Endpoint{kRouterOutside, static_cast<std::uint16_t>(outside + 1)}));
    EXPECT_FALSE(PassUdp({kStranger, 6000}, {kRouterOutside, outside}, "media"));
    Finish();
  }
}

TEST_F(ModelCarried, MediaOfPublishedPortsPlayOn) {
  Kernel::Options options;
  options.service = kRouterOutside;
  options.server = kCamera;
  options.rules.forward_port = true;
  Start(options);
  model_bind_udp(6000);
  const Host viewer{true, 66};
  Router router({}, {viewer, 40000}, {kRouterOutside, 554});
  Session session(router);
  ASSERT_TRUE(session.Open());
  session.Request(SetupRequest(1, kPair));
  const std::string answer = session.Response(OkResponse(1, ServerTransport("5000-5001", "6000-6001")));
  const std::uint16_t published = FirstPort(answer.substr(answer.find("server_port=") + 12));
  ASSERT_NE(published, 6000);
  model_take_over();

  const auto media = PassUdp({kCamera, 6000}, {viewer, 5000}, "media");
  ASSERT_TRUE(media);
  EXPECT_EQ(media->from, (Endpoint{kRouterOutside, published}));
  const auto report =
      PassUdp({viewer, 5001}, {kRouterOutside, static_cast<std::uint16_t>(published + 1)}, "report");
  ASSERT_TRUE(report);
  EXPECT_EQ(report->to, (Endpoint{kCamera, 6001}));
}

// This router knows nothing of the ports that the other one has reserved.
TEST_F(ModelCarried, NobodyElseEndsThem) {
  for (const bool spoke : {false, true}) {
    Start();
    Router router;
    Session session(router);
    BringOver(session);
    if (spoke) Exchange(session);
    Router other_router({}, {{false, 3}, 40000});
    Session other(other_router);
    AgreeOnMedia(other);
    const auto media = Media(5000);
    ASSERT_TRUE(media);
    EXPECT_EQ(media->to, (Endpoint{kClient, 5000}));
    Finish();
  }
}

// Nobody else gets the ports while media use them, though nobody has asked for them on this router.
TEST_F(ModelCarried, NobodyElseGetsTheirPorts) {
  for (const bool nat : {true, false}) {
    Start({.nat = nat});
    Router router;
    Session session(router);
    BringOver(session);
    Exchange(session);
    model_pass_time(1500);
    Router other_router({}, {{false, 3}, 40000});
    Session other(other_router);
    EXPECT_EQ(AgreeOnMedia(other) == "5000-5001", !nat) << "another client has another address";
    if (nat) {
      session.Request(SetupRequest(3, kPair));
      EXPECT_EQ(session.Response(OkResponse(3, ServerTransport("5000-5001", "6000-6001"))),
                OkResponse(3, ServerTransport("5000-5001", "6000-6001")))
          << "it may have them again";
      const auto media = Media(5000);
      ASSERT_TRUE(media);
      EXPECT_EQ(media->to, (Endpoint{kClient, 5000}));
      session.Request(TeardownRequest(4));
      session.Response(OkResponse(4));
      model_delete_flow(5000);
      model_delete_flow(5001);
      model_pass_time(1500);
      Router last_router({}, {{false, 4}, 40000});
      Session last(last_router);
      EXPECT_EQ(AgreeOnMedia(last), "5000-5001") << "when the flows have ended";
    }
    Finish();
  }
}

TEST_F(ModelCarried, IsReadOnBehindAnExchange) {
  for (const bool nat : {true, false}) {
    Kernel::Options options;
    options.nat = nat;
    Start(options);
    Router router;
    Session session(router);
    BringOver(session);
    Exchange(session);
    EXPECT_EQ(Kernel::Counter("midstream"), 1);
    EXPECT_EQ(Kernel::Counter("picked_up"), 0);
    if (nat) {
      EXPECT_TRUE(IsHelped(session, 3));
    } else {
      session.Request(kKeepAlive);
    }
    EXPECT_EQ(Kernel::Counter("picked_up"), 1);
    EXPECT_EQ(Kernel::Counter("connections_open"), 1);
    EXPECT_EQ(session.Wrong(), "");
    Finish();
  }
}

TEST_F(ModelCarried, NotInFrontOfOne) {
  Start();
  Router router;
  Session session(router);
  BringOver(session);
  EXPECT_FALSE(IsHelped(session, 2));
  EXPECT_EQ(Kernel::Counter("picked_up"), 0);
}

TEST_F(ModelCarried, NotBehindWhatIsNoWholeAnswer) {
  const std::string answer = OkResponse(2);
  const std::vector<std::string> half = {answer.substr(0, 20), answer.substr(20)};
  const std::vector<std::string> frame = {std::string("$\0\0\4data", 8)};
  for (const auto& pieces : {half, frame}) {
    Start();
    Router router;
    Session session(router);
    BringOver(session);
    session.Request(kKeepAlive);
    for (const std::string& piece : pieces) session.Response(piece);
    EXPECT_FALSE(IsHelped(session, 3));
    EXPECT_EQ(Kernel::Counter("picked_up"), 0);
    Finish();
  }
}

TEST_F(ModelCarried, NotWithoutAnExpectation) {
  Start();
  Router router;
  Session session(router);
  ASSERT_TRUE(session.Open());
  session.Request(kKeepAlive);
  session.Response(OkResponse(2));
  model_take_over();
  Exchange(session);
  EXPECT_FALSE(IsHelped(session, 3));
  EXPECT_EQ(Kernel::Counter("midstream"), 1);
  EXPECT_EQ(Kernel::Counter("picked_up"), 0);
}

TEST_F(ModelCarried, NotWhereTheTextBecameLonger) {
  Start();
  Network network;
  network.ipv6 = true;
  Router router(network);
  Session session(router);
  AgreeOnMedia(session, "RTP/AVP;unicast;destination=fd00::2;client_port=5000-5001");
  ASSERT_EQ(Kernel::Counter("length_changed"), 1);
  model_take_over();
  Exchange(session);
  EXPECT_FALSE(IsHelped(session, 3));
  EXPECT_EQ(Kernel::Counter("picked_up"), 0);
  EXPECT_EQ(session.Wrong(), "");
}

// A walk over the whole table of connections is expensive, and anybody may cause one.
TEST_F(ModelCarried, AreLookedAtOneByOne) {
  Start();
  Router routers[2] = {Router({}, {kClient, 40000}), Router({}, {kClient, 40001})};
  Session first(routers[0]), second(routers[1]);
  AgreeOnMedia(first);
  AgreeOnMedia(second, kOtherPair);
  model_take_over();
  EXPECT_EQ(first.Request(kKeepAlive), kKeepAlive);
  EXPECT_EQ(second.Request(kKeepAlive), kKeepAlive);
  EXPECT_EQ(first.Response(OkResponse(2)), OkResponse(2));
  EXPECT_EQ(second.Response(OkResponse(2)), OkResponse(2));
  model_pass_time(1500);
  EXPECT_EQ(first.Request(kKeepAlive), kKeepAlive);
  EXPECT_EQ(second.Request(kKeepAlive), kKeepAlive);
  EXPECT_EQ(Kernel::Counter("picked_up"), 1);
  EXPECT_EQ(second.Response(OkResponse(2)), OkResponse(2));
  model_pass_time(1500);
  EXPECT_EQ(second.Request(kKeepAlive), kKeepAlive);
  EXPECT_EQ(Kernel::Counter("picked_up"), 2);
}

// Carried connections must not keep the modules or the namespace from ending.
TEST_F(ModelCarried, IsForgottenAtTheEnd) {
  for (const bool with_namespace : {false, true}) {
    Start();
    Router router;
    Session session(router);
    BringOver(session);
    session.Request(kKeepAlive);
    if (with_namespace) model_end_namespace();
    Finish();
  }
}

}  // namespace
}  // namespace rtsp::model
