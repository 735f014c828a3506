// SPDX-License-Identifier: MIT OR GPL-2.0-only
// The parameter follow_redirects: the control connection to which a server sends its client on (D29).
#include <gtest/gtest.h>

#include <string>

#include "tests/model/on_model.h"

namespace rtsp::model {
namespace {

constexpr std::uint16_t kOtherPort = 8554;

class ModelRedirect : public OnModel {
 protected:
  void Follow(bool follows) {
    Start();
    model_set_parameter("follow_redirects", follows ? "Y" : "N");
  }

  // The server sends its client on to `url`.
  static void SendOn(Session& session, const std::string& url) {
    session.Request("DESCRIBE rtsp://192.0.2.5/a RTSP/1.0\r\nCSeq: 1\r\n\r\n");
    session.Response("RTSP/1.0 302 Found\r\nCSeq: 1\r\nLocation: " + url + "\r\n\r\n");
  }

  // Returns whether a connection to `server` passes the firewall and its media are let in.
  static bool Plays(const Endpoint& server, std::uint16_t client_port) {
    Router router({}, {kClient, client_port}, server);
    Session session(router);
    if (!session.Open()) return false;
    session.Request(SetupRequest(1, kPair));
    session.Response(OkResponse(1, ServerTransport("5000-5001", "6000-6001")));
    EXPECT_EQ(session.Wrong(), "");
    return PassUdp({server.host, 6000}, {kRouterOutside, 5000}, "media").has_value();
  }
};

TEST_F(ModelRedirect, TheNextConnectionIsWatchedToo) {
  for (const Host& host : {kServer, kStranger}) {
    Follow(true);
    Router router;
    Session session(router);
    ASSERT_TRUE(session.Open());
    SendOn(session, host == kServer ? "rtsp://192.0.2.5:8554/b" : "rtsp://192.0.2.66:8554/b");
    EXPECT_EQ(Kernel::Counter("redirected"), 1);
    EXPECT_EQ(Kernel::Openings().size(), 1U);
    EXPECT_TRUE(Plays({host, kOtherPort}, 40001));
    EXPECT_EQ(Kernel::Flows(), 3U) << "one connection, and its media";
    EXPECT_FALSE(Plays({host, kOtherPort}, 40002)) << "and no other";
    Finish();
  }
}

TEST_F(ModelRedirect, NotUnlessAsked) {
  Follow(false);
  Router router;
  Session session(router);
  ASSERT_TRUE(session.Open());
  SendOn(session, "rtsp://192.0.2.5:8554/b");
  EXPECT_TRUE(Kernel::Openings().empty());
  EXPECT_FALSE(Plays({kServer, kOtherPort}, 40001));
}

TEST_F(ModelRedirect, TheLastOneCountsAndNotForLong) {
  Follow(true);
  Router router;
  Session session(router);
  ASSERT_TRUE(session.Open());
  SendOn(session, "rtsp://192.0.2.5:8555/b");
  SendOn(session, "rtsp://192.0.2.5:8554/b");
  EXPECT_EQ(Kernel::Openings().size(), 1U);
  EXPECT_FALSE(Plays({kServer, 8555}, 40001));
  model_pass_time(61000);
  EXPECT_TRUE(Kernel::Openings().empty());
  EXPECT_FALSE(Plays({kServer, kOtherPort}, 40002));
}

TEST_F(ModelRedirect, OnlyAnAddressThatMayBeRoutedTo) {
  Follow(true);
  Router router;
  Session session(router);
  ASSERT_TRUE(session.Open());
  for (const char* url : {"rtsp://127.0.0.1:8554/", "rtsp://169.254.1.1:8554/", "rtsp://camera:8554/",
                          "rtsp://[2001:db8::1]:8554/", "rtsp://192.0.2.5:0/", "rtsp://239.1.1.1:8554/",
                          "http://192.0.2.5:8554/", "rtsp://192.0.2.5/"})
    SendOn(session, url);
  EXPECT_TRUE(Kernel::Openings().empty());
  EXPECT_EQ(Kernel::Counter("redirected"), 0);
}

// Each connection would hold a reference to the one before, and a kernel frees such a chain by recursion.
TEST_F(ModelRedirect, NotWithoutEnd) {
  Follow(true);
  std::uint16_t server_port = 554;
  unsigned opened = 0;
  for (; opened < 600; ++opened) {
    Router router({}, {kClient, static_cast<std::uint16_t>(20000 + opened)}, {kServer, server_port});
    Session session(router);
    if (!session.Open()) break;
    server_port = static_cast<std::uint16_t>(10000 + opened);
    SendOn(session, "rtsp://192.0.2.5:" + std::to_string(server_port) + "/b");
    session.Reset(RTSPNAT_ORIGINAL);
  }
  EXPECT_EQ(opened, 5U) << "the first, and four redirects";
  EXPECT_EQ(Kernel::Counter("redirected"), 4);
  EXPECT_EQ(Kernel::Counter("too_many_redirects"), 1);
}

// An expected control connection counts for its host as long as the expectation exists.
TEST_F(ModelRedirect, CountsForItsHost) {
  Follow(true);
  model_set_parameter("max_mappings_per_host", "2");
  for (std::uint16_t number = 0; number < 4; ++number) {
    Router router({}, {kClient, static_cast<std::uint16_t>(40000 + number)});
    Session session(router);
    ASSERT_TRUE(session.Open());
    SendOn(session, "rtsp://192.0.2.5:" + std::to_string(8000 + number) + "/b");
    session.Close();
  }
  EXPECT_EQ(Kernel::Counter("redirected"), 2);
  EXPECT_EQ(Kernel::Counter("too_many_mappings"), 2);
  EXPECT_EQ(Kernel::Openings().size(), 2U);
  model_pass_time(3000);
  EXPECT_EQ(Kernel::Openings().size(), 2U);
  EXPECT_EQ(Kernel::Counter("connections_open"), 2) << "those that are being followed";
  model_pass_time(61000);
  EXPECT_EQ(Kernel::Counter("connections_open"), 0);
  Router router({}, {kClient, 41000});
  Session session(router);
  ASSERT_TRUE(session.Open());
  SendOn(session, "rtsp://192.0.2.5:8010/b");
  EXPECT_EQ(Kernel::Counter("redirected"), 3);
}

TEST_F(ModelRedirect, Ipv6) {
  Follow(true);
  const Network ipv6{.ipv6 = true};
  Router router(ipv6);
  Session session(router);
  ASSERT_TRUE(session.Open());
  SendOn(session, "rtsp://[2001:db8::7]:8554/b");
  EXPECT_EQ(Kernel::Counter("redirected"), 1);
}

}  // namespace
}  // namespace rtsp::model
