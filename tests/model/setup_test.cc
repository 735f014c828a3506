// SPDX-License-Identifier: MIT OR GPL-2.0-only
// The modules of kshim/ on the model: from SETUP to media, and to the end.
#include <gtest/gtest.h>

#include "tests/model/on_model.h"

namespace rtsp::model {
namespace {

class ModelSetup : public OnModel {
 protected:
  // The server sends a datagram to a port of the router.
  static std::optional<Datagram> FromServer(std::uint16_t port, std::uint16_t from = 6000,
                                            const Network& on = {}) {
    return PassUdp({kServer, from}, {kRouterOutside, port}, "media", on);
  }
};

TEST_F(ModelSetup, SamePortIsKept) {
  Start();
  Router router;
  Session session(router);
  ASSERT_TRUE(session.Open());
  EXPECT_EQ(session.Request(SetupRequest(1, kPair)), SetupRequest(1, kPair));
  EXPECT_EQ(Kernel::Openings().size(), 2U);
  const std::string answer = OkResponse(1, ServerTransport("5000-5001", "6000-6001"));
  EXPECT_EQ(session.Response(answer), answer);
  EXPECT_EQ(session.Wrong(), "");
  EXPECT_EQ(Kernel::Flows(), 2U);
  EXPECT_TRUE(Kernel::Expectations().empty());
  EXPECT_EQ(Kernel::Counter("same_port"), 1);
}

TEST_F(ModelSetup, MediaReachTheClient) {
  Start();
  Router router;
  Session session(router);
  AgreeOnMedia(session);
  const auto media = FromServer(5000);
  ASSERT_TRUE(media);
  EXPECT_EQ(media->from, (Endpoint{kServer, 6000}));
  EXPECT_EQ(media->to, (Endpoint{kClient, 5000}));
  EXPECT_EQ(media->state, MODEL_RELATED);
  EXPECT_EQ(FromServer(5001, 6001)->to, (Endpoint{kClient, 5001}));
  EXPECT_EQ(FromServer(5000)->payload, "media");
}

TEST_F(ModelSetup, TakenPortIsReplacedAndTheReplyMappedBack) {
  Start();
  model_bind_udp(5000);
  Router router;
  Session session(router);
  ASSERT_TRUE(session.Open());
  const std::string request = session.Request(SetupRequest(1, kPair));
  const std::string outside = ClientPort(request);
  ASSERT_EQ(outside.size(), 9U);
  EXPECT_NE(outside, "5000-5001");
  EXPECT_EQ(request, SetupRequest(1, "RTP/AVP;unicast;client_port=" + outside));
  EXPECT_EQ(session.Response(OkResponse(1, ServerTransport(outside, "6000-6001"))),
            OkResponse(1, ServerTransport("5000-5001", "6000-6001")));
  const auto port = static_cast<std::uint16_t>(std::stoi(outside));
  ASSERT_TRUE(FromServer(port));
  EXPECT_EQ(FromServer(port)->to, (Endpoint{kClient, 5000}));
  EXPECT_EQ(session.Wrong(), "");
  EXPECT_GE(Kernel::Counter("port_busy"), 1);
}

TEST_F(ModelSetup, RetransmissionGetsTheSamePorts) {
  Start();
  model_bind_udp(5000);
  Router router;
  Session session(router);
  ASSERT_TRUE(session.Open());
  const std::string sent = SetupRequest(1, kPair);
  session.acknowledges = false;
  const std::string arrived = session.Request(sent);
  const auto size = static_cast<std::uint32_t>(sent.size());
  EXPECT_EQ(session.Repeat(RTSPNAT_ORIGINAL, size, sent), arrived);
  EXPECT_EQ(session.Repeat(RTSPNAT_ORIGINAL, 50, sent.substr(size - 50)), arrived.substr(size - 50));
  EXPECT_EQ(Kernel::Counter("reserved"), 1);
}

TEST_F(ModelSetup, ClientSpeaksFirstFromTheAnnouncedPort) {
  Start();
  model_bind_udp(5000);
  Router router;
  Session session(router);
  const auto outside = static_cast<std::uint16_t>(std::stoi(AgreeOnMedia(session)));
  const auto punch = PassUdp({kClient, 5000}, {kServer, 6000}, "punch");
  ASSERT_TRUE(punch);
  EXPECT_EQ(punch->from, (Endpoint{kRouterOutside, outside}));
  EXPECT_EQ(punch->state, MODEL_ESTABLISHED);
  const auto media = FromServer(outside);
  ASSERT_TRUE(media);
  EXPECT_EQ(media->to, (Endpoint{kClient, 5000}));
}

TEST_F(ModelSetup, NothingPassesBeforeTheAnswer) {
  Start();
  Router router;
  Session session(router);
  ASSERT_TRUE(session.Open());
  session.Request(SetupRequest(1, kPair));
  EXPECT_FALSE(FromServer(5000));
  EXPECT_FALSE(PassUdp({kStranger, 6000}, {kRouterOutside, 5000}, "attack"));
  session.Response(OkResponse(1, ServerTransport("5000-5001", "6000-6001")));
  EXPECT_TRUE(FromServer(5000));
}

TEST_F(ModelSetup, StrangersAreKeptOutOfLiveMappings) {
  Start();
  Router router;
  Session session(router);
  AgreeOnMedia(session);
  EXPECT_FALSE(PassUdp({kStranger, 6000}, {kRouterOutside, 5000}, "attack"));
  EXPECT_FALSE(FromServer(5000, 6002)) << "not a port that the server named";
  EXPECT_FALSE(FromServer(5002));
  ASSERT_TRUE(FromServer(5000));
  EXPECT_FALSE(PassUdp({kStranger, 6000}, {kRouterOutside, 5000}, "attack")) << "beside a flow under way";
}

TEST_F(ModelSetup, RefusedSetupIsReleased) {
  Start();
  Router router;
  Session session(router);
  ASSERT_TRUE(session.Open());
  session.Request(SetupRequest(1, kPair));
  session.Response("RTSP/1.0 461 Unsupported transport\r\nCSeq: 1\r\n\r\n");
  EXPECT_TRUE(Kernel::Openings().empty());
  EXPECT_EQ(ClientPort(session.Request(SetupRequest(2, kPair))), "5000-5001") << "the ports are free again";
}

TEST_F(ModelSetup, TeardownReleases) {
  Start();
  Router router;
  Session session(router);
  AgreeOnMedia(session);
  session.Request(TeardownRequest(2));
  session.Response(OkResponse(2));
  EXPECT_TRUE(Kernel::Openings().empty());
  EXPECT_FALSE(FromServer(5000));
}

// D27: by default a media flow times out.
TEST_F(ModelSetup, TeardownEndsMediaUnderWayIfAsked) {
  for (const bool ends : {false, true}) {
    for (const bool client_first : {false, true}) {
      Start();
      model_set_parameter("end_media", ends ? "Y" : "N");
      Router router;
      Session session(router);
      AgreeOnMedia(session);
      if (client_first) {
        EXPECT_TRUE(PassUdp({kClient, 5000}, {kServer, 6000}, "punch"));
      }
      EXPECT_TRUE(FromServer(5000));
      session.Request(TeardownRequest(2));
      EXPECT_TRUE(FromServer(5000)) << "until the answer";
      session.Response(OkResponse(2));
      EXPECT_TRUE(Kernel::Openings().empty());
      EXPECT_EQ(FromServer(5000).has_value(), !ends) << client_first;
      Finish();
    }
  }
}

TEST_F(ModelSetup, ASetupOnOtherPortsEndsMediaOfThoseBeforeIfAsked) {
  Start();
  model_set_parameter("end_media", "Y");
  Router router;
  Session session(router);
  AgreeOnMedia(session);
  EXPECT_TRUE(FromServer(5000));
  session.Request(SetupRequest(2, "RTP/AVP;unicast;client_port=5002-5003"));
  session.Response(OkResponse(2, ServerTransport("5002-5003", "6002-6003")));
  EXPECT_FALSE(FromServer(5000));
  EXPECT_TRUE(FromServer(5002, 6002));
}

TEST_F(ModelSetup, CloseBeforeTheAnswerReleases) {
  Start();
  Router router;
  Session session(router);
  ASSERT_TRUE(session.Open());
  session.Request(SetupRequest(1, kPair));
  session.Close();
  EXPECT_TRUE(Kernel::Openings().empty());
  model_pass_time(5000);
  EXPECT_EQ(Kernel::Counter("connections_open"), 0);
}

TEST_F(ModelSetup, ResetBeforeTheAnswerReleases) {
  for (const rtspnat_direction direction : {RTSPNAT_ORIGINAL, RTSPNAT_REPLY}) {
    Start();
    Router router;
    Session session(router);
    ASSERT_TRUE(session.Open());
    session.Request(SetupRequest(1, kPair));
    session.Reset(direction);
    EXPECT_TRUE(Kernel::Openings().empty());
    model_pass_time(5000);
    EXPECT_EQ(Kernel::Counter("connections_open"), 0);
    Finish();
  }
}

TEST_F(ModelSetup, SilentEndReleases) {
  Start();
  Router router;
  Session session(router);
  AgreeOnMedia(session);
  model_flush_conntracks();
  EXPECT_TRUE(Kernel::Openings().empty());
  model_pass_time(5000);
  EXPECT_EQ(Kernel::Counter("connections_open"), 0);
  EXPECT_EQ(model_conntrack_count(), 0U);
}

TEST_F(ModelSetup, TwoClientsWithTheSamePorts) {
  Start();
  Router first_router, second_router({}, {{false, 3}, 40000});
  Session first(first_router), second(second_router);
  EXPECT_EQ(AgreeOnMedia(first), "5000-5001");
  const std::string outside = AgreeOnMedia(second);
  EXPECT_NE(outside, "5000-5001");
  EXPECT_NE(first_router.Outside(), second_router.Outside());
  const auto to_first = FromServer(5000);
  const auto to_second = FromServer(static_cast<std::uint16_t>(std::stoi(outside)));
  ASSERT_TRUE(to_first && to_second);
  EXPECT_EQ(to_first->to, (Endpoint{kClient, 5000}));
  EXPECT_EQ(to_second->to, (Endpoint{{false, 3}, 5000}));
}

TEST_F(ModelSetup, FiveDigitsAreReplacedByFive) {
  Start();
  model_bind_udp(10240);
  Router router;
  Session session(router);
  const std::string outside = AgreeOnMedia(session, "RTP/AVP;unicast;client_port=10240-10241;mode=play");
  EXPECT_EQ(outside.size(), 11U);
  EXPECT_NE(outside, "10240-10241");
}

TEST_F(ModelSetup, RoutedClientGetsItsPinholes) {
  Start({.nat = false});
  Router router;
  Session session(router);
  EXPECT_EQ(AgreeOnMedia(session), "5000-5001");
  const auto media = PassUdp({kServer, 6000}, {kClient, 5000}, "media");
  ASSERT_TRUE(media);
  EXPECT_EQ(media->to, (Endpoint{kClient, 5000}));
  EXPECT_FALSE(PassUdp({kStranger, 6000}, {kClient, 5000}, "attack"));
  EXPECT_TRUE(PassUdp({kClient, 5001}, {kServer, 6001}, "report"));
  EXPECT_FALSE(model_is_loaded("nf_nat_rtsp"));
}

TEST_F(ModelSetup, IPv6) {
  for (const bool nat : {true, false}) {
    for (const unsigned extension : {0U, 1U, 3U}) {
      Start({.nat = nat});
      if (nat) model_bind_udp(5000);
      const Network on{.ipv6 = true, .options = extension};
      Router router(on);
      Session session(router);
      const std::string outside = AgreeOnMedia(session);
      EXPECT_EQ(outside == "5000-5001", !nat);
      const auto port = static_cast<std::uint16_t>(std::stoi(outside));
      const auto media = PassUdp({kServer, 6000}, {nat ? kRouterOutside : kClient, port}, "media", on);
      ASSERT_TRUE(media);
      EXPECT_EQ(media->to, (Endpoint{kClient, 5000}));
      EXPECT_EQ(session.Wrong(), "");
      Finish();
    }
  }
}

TEST_F(ModelSetup, ServerKnownByAnotherAddress) {
  for (const bool helper_before_nat : {false, true}) {
    Kernel::Options options;
    options.rules.helper_before_nat = helper_before_nat;
    options.rules.forward_port = true;
    Start(options);
    Router router({}, {kClient, 40000}, {kService, 554});
    Session session(router);
    const std::string outside = AgreeOnMedia(session);
    ASSERT_EQ(outside, "5000-5001");
    const auto media = FromServer(5000);
    ASSERT_TRUE(media);
    EXPECT_EQ(media->to, (Endpoint{kClient, 5000}));
    const auto punch = PassUdp({kClient, 5001}, {kService, 6001}, "report");
    ASSERT_TRUE(punch);
    EXPECT_EQ(punch->to, (Endpoint{kServer, 6001}));
    EXPECT_EQ(punch->from, (Endpoint{kRouterOutside, 5001}));
    Finish();
  }
}

TEST_F(ModelSetup, OtherPortsHaveNoHelper) {
  Start();
  Router router({}, {kClient, 40000}, {kServer, 8554});
  Session session(router);
  EXPECT_FALSE(session.Open()) << "the firewall admits port 554 alone";
  EXPECT_EQ(Kernel::Counter("connections_total"), 0);
}

TEST_F(ModelSetup, InterleavedMediaAreUntouched) {
  Start();
  model_bind_udp(5000);
  Router router;
  Session session(router);
  ASSERT_TRUE(session.Open());
  const std::string request = SetupRequest(1, "RTP/AVP/TCP;unicast;interleaved=0-1");
  EXPECT_EQ(session.Request(request), request);
  const std::string answer = OkResponse(1, "Transport: RTP/AVP/TCP;unicast;interleaved=0-1\r\n");
  EXPECT_EQ(session.Response(answer), answer);
  const std::string frame = std::string("$\0\1\0", 4) + std::string(256, 'x');
  EXPECT_EQ(session.Response(frame + frame), frame + frame);
  EXPECT_TRUE(Kernel::Openings().empty());
}

}  // namespace
}  // namespace rtsp::model
