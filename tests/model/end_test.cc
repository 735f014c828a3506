// SPDX-License-Identifier: MIT OR GPL-2.0-only
// The end of a namespace, of a module and of a connection while another CPU runs other code.
#include <gtest/gtest.h>

#include <functional>
#include <vector>

#include "tests/model/on_model.h"

namespace rtsp::model {
namespace {

class ModelEnd : public OnModel {
 protected:
  // Calls `other` at the `number`th place where another CPU may come in while `here` runs. Returns whether there was one.
  static bool Meanwhile(unsigned number, const std::function<void()>& other,
                        const std::function<void()>& here) {
    struct Place {
      unsigned left;
      const std::function<void()>& other;
      bool done = false;
    } place{number, other};
    model_on_preempt_anywhere(
        [](void* data) {
          auto* at = static_cast<Place*>(data);
          // A CPU that wants a mutex waits, and comes in later.
          if (at->done || model_mutex_is_held() || at->left-- > 0) return;
          at->done = true;
          model_set_cpu(1);
          at->other();
          model_set_cpu(0);
        },
        &place);
    here();
    model_on_preempt_anywhere(nullptr, nullptr);
    return place.done;
  }
};

// The sweep frees connections that have ended. Its counters belong to the namespace.
TEST_F(ModelEnd, NamespaceWhileTheSweepRuns) {
  unsigned places = 0;
  for (bool met = true; met; places += met) {
    Start();
    Router router;
    Session session(router);
    AgreeOnMedia(session);
    model_flush_conntracks();
    met = Meanwhile(places, model_end_namespace, [] { model_pass_time(2000); });
    Finish();
  }
  EXPECT_GT(places, 2U);
}

TEST_F(ModelEnd, NamespaceWithTheModulesLoaded) {
  Start();
  for (std::uint8_t number = 2; number < 12; ++number) {
    Router router({}, {{false, number}, 40000});
    Session session(router);
    AgreeOnMedia(session);
    if (number % 2 == 0) session.Close();
  }
  model_end_namespace();
  model_pass_time(3000);
}

TEST_F(ModelEnd, ModuleWithTheSweepDue) {
  Start({.nat = false});
  Router router;
  Session session(router);
  AgreeOnMedia(session);
  model_flush_conntracks();
  EXPECT_EQ(model_unload("nf_conntrack_rtsp"), 0);
}

// Packets still reach the helper until the last connection has lost it.
TEST_F(ModelEnd, ModuleWhileSomebodyAsksForPorts) {
  unsigned places = 0;
  for (bool met = true; met; places += met) {
    Start({.nat = false});
    Router router;
    Session session(router);
    ASSERT_TRUE(session.Open());
    session.Request("OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n");
    session.Response(OkResponse(1));
    met = Meanwhile(
        places, [&session] { session.Request(SetupRequest(2, kPair)); },
        [] { model_unload("nf_conntrack_rtsp"); });
    Finish();
  }
  EXPECT_GT(places, 2U);
}

TEST_F(ModelEnd, ModuleWhileAServerRedirects) {
  unsigned places = 0;
  for (bool met = true; met; places += met) {
    Start({.nat = false});
    model_set_parameter("follow_redirects", "Y");
    Router router;
    Session session(router);
    ASSERT_TRUE(session.Open());
    session.Request("DESCRIBE rtsp://192.0.2.5/a RTSP/1.0\r\nCSeq: 1\r\n\r\n");
    met = Meanwhile(
        places,
        [&session] {
          session.Response("RTSP/1.0 302 Found\r\nCSeq: 1\r\nLocation: rtsp://192.0.2.5:8554/b\r\n\r\n");
        },
        [] { model_unload("nf_conntrack_rtsp"); });
    Finish();
  }
  EXPECT_GT(places, 2U);
}

// While any helper ends, a new connection may lose its own helper between two looks at it.
TEST_F(ModelEnd, HelperIsLostAtTheFirstPacket) {
  for (const bool nat : {true, false}) {
    for (unsigned after = 0; after < 12; ++after) {
      Start({.nat = nat});
      Router router;
      Session session(router);
      model_fail(MODEL_FAULT_HELPER, after, 100);
      EXPECT_TRUE(session.Open());
      model_fail(MODEL_FAULT_HELPER, 0, 0);
      session.Request(SetupRequest(1, kPair));
      EXPECT_EQ(session.Wrong(), "");
      Finish();
    }
  }
}

// After the server's reset conntrack goes on with the same entry.
TEST_F(ModelEnd, ConnectionIsOpenedAgainFromTheSamePort) {
  const std::string longer = "RTP/AVP;unicast;destination=fd00::2;client_port=5000-5001";
  const Network network{.ipv6 = true};
  const std::string tls = "\x16\x03\x01 hello";
  for (const std::string& first : {SetupRequest(1, kPair), SetupRequest(1, longer), tls}) {
    Start();
    {
      Router router(network);
      Session session(router);
      ASSERT_TRUE(session.Open());
      const std::string got = session.Request(first);
      EXPECT_EQ(got.size() > first.size(), first.find("destination") != std::string::npos);
      session.Response(OkResponse(1, ServerTransport("5000-5001", "6000-6001")));
      session.Reset(RTSPNAT_REPLY);
    }
    Router router(network);
    Session session(router);
    ASSERT_TRUE(session.Open(500000));
    const std::string outside =
        ClientPort(session.Request(SetupRequest(1, "RTP/AVP;unicast;client_port=5010-5011")));
    session.Response(OkResponse(1, ServerTransport(outside, "6010-6011")));
    EXPECT_EQ(session.Wrong(), "");
    EXPECT_EQ(Kernel::Counter("mappings_live"), 1) << first;
    EXPECT_TRUE(PassUdp({kServer, 6010}, {kRouterOutside, 5010}, "media", network)) << first;
    Finish();
  }
}

// Both ends have forgotten the connection, and conntrack has not.
TEST_F(ModelEnd, ConnectionIsOpenedAgainWithoutAnEnd) {
  Start();
  for (const std::uint32_t later : {0U, 500000U}) {
    Router router;
    Session session(router);
    ASSERT_TRUE(session.Open(later));
    const std::string port = later == 0 ? "5000-5001" : "5010-5011";
    session.Request(SetupRequest(1, "RTP/AVP;unicast;client_port=" + port));
    session.Response(OkResponse(1, ServerTransport(port, "6010-6011")));
    EXPECT_EQ(session.Wrong(), "");
  }
  EXPECT_EQ(Kernel::Counter("connections_open"), 1);
  EXPECT_EQ(Kernel::Counter("mappings_live"), 1);
  EXPECT_TRUE(PassUdp({kServer, 6010}, {kRouterOutside, 5010}, "media"));
}

// As `conntrack -F` does. A flow that the sweep made anew would take a packet that comes before the sweep lets the
// connection go, and would last as long as there are such packets.
TEST_F(ModelEnd, NoFlowIsMadeAnewForAConnectionThatHasEnded) {
  Start();
  Router router;
  Session session(router);
  AgreeOnMedia(session);
  unsigned places = 0, let_in = 0;
  const auto send = [&places, &let_in] {
    ++places;
    let_in += PassUdp({kServer, 6000}, {kRouterOutside, 5000}, "media").has_value();
  };
  send();
  ASSERT_EQ(let_in, 1U);
  model_flush_conntracks();
  model_on_preempt_anywhere([](void* data) { (*static_cast<decltype(send)*>(data))(); },
                            const_cast<void*>(static_cast<const void*>(&send)));
  model_pass_time(2000);
  model_on_preempt_anywhere(nullptr, nullptr);
  EXPECT_GT(places, 2U);
  EXPECT_EQ(let_in, 1U);
  EXPECT_EQ(Kernel::Flows(), 0U);
}

// A packet that opens a connection while the sweep runs waits only until the sweep has looked at a few others.
TEST_F(ModelEnd, TheSweepLetsOthersIn) {
  unsigned places[2] = {};
  for (const unsigned round : {0U, 1U}) {
    Start();
    model_set_parameter("max_connections", "4096");
    for (unsigned i = 0; i < (round == 0 ? 1U : 640U); ++i) {
      Router router({}, {kClient, static_cast<std::uint16_t>(20000 + i)});
      Session session(router);
      ASSERT_TRUE(session.Open());
      session.Request("S");
    }
    model_on_preempt_anywhere([](void* count) { ++*static_cast<unsigned*>(count); }, &places[round]);
    model_pass_time(1000);
    model_on_preempt_anywhere(nullptr, nullptr);
    Finish();
  }
  EXPECT_GE(places[1], places[0] + 9) << "once for each 64 of 640";
}

}  // namespace
}  // namespace rtsp::model
