// SPDX-License-Identifier: MIT OR GPL-2.0-only
// Servers behind port forwarding, for viewers outside and inside.
#include <gtest/gtest.h>

#include "tests/model/on_model.h"

namespace rtsp::model {
namespace {

constexpr Host kViewer{true, 66};
constexpr Host kNeighbour{false, 2};

class ModelPublish : public OnModel {
 protected:
  void StartForwarding() {
    Kernel::Options options;
    options.service = kRouterOutside;
    options.server = kCamera;
    options.rules.forward_port = true;
    options.rules.hairpin = true;
    Start(options);
  }

  static std::string ServerPort(const std::string& text) {
    const std::size_t at = text.find("server_port=");
    return at == std::string::npos ? "" : text.substr(at + 12, text.find_first_of(";\r", at) - at - 12);
  }

  // Returns the ports that the viewer gets for the camera's ports 6000-6001. @p outside has the ports that the camera gets.
  static std::uint16_t Agree(Session& session, std::string* outside) {
    EXPECT_TRUE(session.Open());
    *outside = ClientPort(session.Request(SetupRequest(1, kPair)));
    const std::string answer = session.Response(OkResponse(1, ServerTransport(*outside, "6000-6001")));
    EXPECT_EQ(session.Wrong(), "");
    return static_cast<std::uint16_t>(std::stoi(ServerPort(answer)));
  }
};

TEST_F(ModelPublish, MediaLeaveFromThePublishedPort) {
  for (const bool taken : {false, true}) {
    StartForwarding();
    if (taken) model_bind_udp(6000);
    Router router({}, {kViewer, 40000}, {kRouterOutside, 554});
    Session session(router);
    std::string outside;
    const std::uint16_t port = Agree(session, &outside);
    EXPECT_EQ(outside, "5000-5001");
    EXPECT_EQ(port == 6000, !taken);
    EXPECT_EQ(Kernel::Counter("mappings_published"), 1);
    const auto media = PassUdp({kCamera, 6000}, {kViewer, 5000}, "media");
    ASSERT_TRUE(media);
    EXPECT_EQ(media->from, (Endpoint{kRouterOutside, port}));
    EXPECT_EQ(media->to, (Endpoint{kViewer, 5000}));
    EXPECT_EQ(media->state, MODEL_RELATED);
    Finish();
  }
}

TEST_F(ModelPublish, PunchReachesTheCamera) {
  for (const bool taken : {false, true}) {
    StartForwarding();
    if (taken) model_bind_udp(6000);
    Router router({}, {kViewer, 40000}, {kRouterOutside, 554});
    Session session(router);
    std::string outside;
    const std::uint16_t port = Agree(session, &outside);
    const auto punch = PassUdp({kViewer, 5000}, {kRouterOutside, port}, "punch");
    ASSERT_TRUE(punch);
    EXPECT_EQ(punch->from, (Endpoint{kViewer, 5000}));
    EXPECT_EQ(punch->to, (Endpoint{kCamera, 6000}));
    const auto report =
        PassUdp({kViewer, 5001}, {kRouterOutside, static_cast<std::uint16_t>(port + 1)}, "report");
    ASSERT_TRUE(report);
    EXPECT_EQ(report->to, (Endpoint{kCamera, 6001}));
    EXPECT_FALSE(PassUdp({{true, 99}, 5000}, {kRouterOutside, port}, "attack"));
    Finish();
  }
}

TEST_F(ModelPublish, NothingPassesBeforeTheAnswerNorAfterTeardown) {
  StartForwarding();
  Router router({}, {kViewer, 40000}, {kRouterOutside, 554});
  Session session(router);
  ASSERT_TRUE(session.Open());
  session.Request(SetupRequest(1, kPair));
  EXPECT_FALSE(PassUdp({kCamera, 6000}, {kViewer, 5000}, "media"));
  session.Response(OkResponse(1, ServerTransport("5000-5001", "6000-6001")));
  session.Request(TeardownRequest(2));
  session.Response(OkResponse(2));
  EXPECT_TRUE(Kernel::Openings().empty());
  EXPECT_EQ(Kernel::Counter("mappings_published"), 0);
  EXPECT_FALSE(PassUdp({kViewer, 5000}, {kRouterOutside, 6000}, "punch"));
}

TEST_F(ModelPublish, TwoViewersOfOneCamera) {
  StartForwarding();
  Router first_router({}, {kViewer, 40000}, {kRouterOutside, 554});
  Router second_router({}, {{true, 67}, 40000}, {kRouterOutside, 554});
  Session first(first_router), second(second_router);
  std::string outside;
  const std::uint16_t first_port = Agree(first, &outside), second_port = Agree(second, &outside);
  EXPECT_EQ(PassUdp({kCamera, 6000}, {{true, 67}, 5000}, "media")->from,
            (Endpoint{kRouterOutside, second_port}));
  EXPECT_EQ(PassUdp({kViewer, 5000}, {kRouterOutside, first_port}, "punch")->to, (Endpoint{kCamera, 6000}));
}

// One router translates both ends.
TEST_F(ModelPublish, Hairpin) {
  for (const bool camera_first : {true, false}) {
    StartForwarding();
    model_bind_udp(5000);
    model_bind_udp(6000);
    Router router({}, {kNeighbour, 40000}, {kRouterOutside, 554});
    Session session(router);
    std::string outside;
    const std::uint16_t port = Agree(session, &outside);
    const auto told = static_cast<std::uint16_t>(std::stoi(outside));
    EXPECT_NE(told, 5000);
    EXPECT_NE(port, 6000);
    const auto media = [&] { return PassUdp({kCamera, 6000}, {kGateway, told}, "media"); };
    const auto punch = [&] { return PassUdp({kNeighbour, 5000}, {kRouterOutside, port}, "punch"); };
    for (const bool camera : {camera_first, !camera_first}) {
      const auto arrived = camera ? media() : punch();
      ASSERT_TRUE(arrived);
      EXPECT_EQ(arrived->from, camera ? (Endpoint{kRouterOutside, port}) : (Endpoint{kGateway, told}));
      EXPECT_EQ(arrived->to, camera ? (Endpoint{kNeighbour, 5000}) : (Endpoint{kCamera, 6000}));
    }
    Finish();
  }
}

TEST_F(ModelPublish, TracedAndCounted) {
  StartForwarding();
  Router router({}, {kViewer, 40000}, {kRouterOutside, 554});
  Session session(router);
  std::string outside;
  Agree(session, &outside);
  EXPECT_EQ(model_trace_count("rtsp_reserve"), 1U);
  EXPECT_EQ(model_trace_count("rtsp_publish"), 1U);
  EXPECT_EQ(model_trace_count("rtsp_expect"), 1U);
  EXPECT_EQ(model_trace_count("rtsp_release"), 0U);
  EXPECT_EQ(Kernel::Counter("mappings_live"), 1);
}

}  // namespace
}  // namespace rtsp::model
