// SPDX-License-Identifier: MIT OR GPL-2.0-only
// Media over TCP connections of their own (RFC 7826 appendix C.2.2).
#include <gtest/gtest.h>

#include "tests/model/on_model.h"

namespace rtsp::model {
namespace {

class ModelTcpMedia : public OnModel {
 protected:
  static std::string Setup(const std::string& transport) {
    return "SETUP rtsp://192.0.2.5/a RTSP/2.0\r\nCSeq: 1\r\nTransport: " + transport + "\r\n\r\n";
  }

  static std::string Ok(const std::string& transport) {
    return "RTSP/2.0 200 OK\r\nCSeq: 1\r\nSession: 12345678\r\nTransport: " + transport + "\r\n\r\n";
  }

  // Opens a connection. Returns whether its first packet passes through @p router, which then knows where it arrived.
  static bool Connect(Router& router) {
    test::TcpPacket syn;
    syn.direction = RTSPNAT_ORIGINAL;
    syn.seq = 77;
    syn.syn = true;
    syn.window = 64000;
    return router.Pass(syn).has_value();
  }

  static constexpr char kPassive[] = "RTP/AVP/TCP;unicast;dest_addr=\":9000\";setup=passive;connection=new";
};

TEST_F(ModelTcpMedia, ServerConnectsToThePassiveClient) {
  Start();
  Router router;
  Session session(router);
  ASSERT_TRUE(session.Open());
  EXPECT_EQ(session.Request(Setup(kPassive)), Setup(kPassive));
  ASSERT_EQ(Kernel::Openings().size(), 1U);
  EXPECT_EQ(Kernel::Openings()[0].protocol, 6);
  Router early({}, {kServer, 7001}, {kRouterOutside, 9000});
  EXPECT_FALSE(Connect(early)) << "before the answer";
  session.Response(
      Ok("RTP/AVP/TCP;unicast;dest_addr=\":9000\";src_addr=\"192.0.2.5:7000\";setup=active;connection=new"));
  Router media({}, {kServer, 7000}, {kRouterOutside, 9000});
  EXPECT_TRUE(Connect(media));
  EXPECT_EQ(media.LastState(), MODEL_RELATED);
  EXPECT_EQ(media.RealServer(), (Endpoint{kClient, 9000}));
  Router stranger({}, {kStranger, 7000}, {kRouterOutside, 9000});
  EXPECT_FALSE(Connect(stranger));
  EXPECT_FALSE(PassUdp({kServer, 7000}, {kRouterOutside, 9000}, "not TCP"));
}

TEST_F(ModelTcpMedia, ListenersOfTheRouterAreNotTakenAway) {
  Start();
  model_listen_tcp(9000);
  Router router;
  Session session(router);
  ASSERT_TRUE(session.Open());
  EXPECT_NE(session.Request(Setup(kPassive)), Setup(kPassive));
  EXPECT_GE(Kernel::Counter("port_busy"), 1);
}

TEST_F(ModelTcpMedia, SocketsOfUdpAreNotInTheWay) {
  Start();
  model_bind_udp(9000);
  Router router;
  Session session(router);
  ASSERT_TRUE(session.Open());
  EXPECT_EQ(session.Request(Setup(kPassive)), Setup(kPassive));
}

// A camera that listens: the viewer connects from any port to the published one.
TEST_F(ModelTcpMedia, ClientConnectsToThePublishedPort) {
  Kernel::Options options;
  options.service = kRouterOutside;
  options.server = kCamera;
  options.rules.forward_port = true;
  Start(options);
  constexpr Host kViewer{true, 66};
  Router router({}, {kViewer, 40000}, {kRouterOutside, 554});
  Session session(router);
  ASSERT_TRUE(session.Open());
  session.Request(Setup("RTP/AVP/TCP;unicast;dest_addr=\":9\";setup=active;connection=new"));
  session.Response(
      Ok("RTP/AVP/TCP;unicast;dest_addr=\":9\";src_addr=\":7000\";setup=passive;connection=new"));
  ASSERT_EQ(Kernel::Openings().size(), 1U);
  EXPECT_EQ(Kernel::Openings()[0].protocol, 6);
  Router media({}, {kViewer, 50123}, {kRouterOutside, 7000});
  EXPECT_TRUE(Connect(media));
  EXPECT_EQ(media.RealServer(), (Endpoint{kCamera, 7000}));
  EXPECT_EQ(media.Outside(), (Endpoint{kViewer, 50123}));
}

}  // namespace
}  // namespace rtsp::model
