// SPDX-License-Identifier: MIT OR GPL-2.0-only
// Memory runs out: packets pass unchanged, the failure is counted, and no object is left.
#include <gtest/gtest.h>

#include "tests/model/on_model.h"

namespace rtsp::model {
namespace {

class ModelFault : public OnModel {};

TEST_F(ModelFault, NoMemoryForTheState) {
  Start();
  model_bind_udp(5000);
  Router router;
  Session session(router);
  ASSERT_TRUE(session.Open());
  model_fail(MODEL_FAULT_ALLOCATION, 0, 1);
  EXPECT_EQ(session.Request(SetupRequest(1, kPair)), SetupRequest(1, kPair));
  EXPECT_EQ(Kernel::Counter("no_memory"), 1);
  EXPECT_EQ(session.Request(SetupRequest(2, kPair)), SetupRequest(2, kPair))
      << "what was missed is not understood";
  EXPECT_TRUE(Kernel::Openings().empty());
}

// The packet comes again. One that carries nothing passes: the next acknowledgement says the same.
TEST_F(ModelFault, NoMemoryForTheDialogue) {
  Start();
  model_bind_udp(5000);
  Router router;
  Session session(router);
  session.resend = [] { EXPECT_EQ(Kernel::Counter("no_memory"), 1); };
  ASSERT_TRUE(session.Open());
  model_fail(MODEL_FAULT_ALLOCATION, 2, 1);
  session.acknowledges = false;
  const std::string sent = SetupRequest(1, kPair);
  const std::string arrived = session.Request(sent);
  EXPECT_NE(ClientPort(arrived), "5000-5001");
  model_fail(MODEL_FAULT_ALLOCATION, 0, 1);
  EXPECT_EQ(session.Response(""), "") << "the server acknowledges";
  EXPECT_EQ(Kernel::Counter("no_memory"), 2);
  const auto size = static_cast<std::uint32_t>(sent.size());
  EXPECT_EQ(session.Repeat(RTSPNAT_ORIGINAL, size, sent), arrived) << "its edit is kept until the core knows";
  EXPECT_EQ(session.Wrong(), "");
}

// Text that cannot be changed stays as it is, and its ports are given back. The next SETUP is helped.
TEST_F(ModelFault, NoMemoryForAnEdit) {
  bool is_seen = false;
  for (unsigned after = 3; after < 12; ++after) {
    Start();
    model_bind_udp(5000);
    Router router;
    Session session(router);
    ASSERT_TRUE(session.Open());
    model_fail(MODEL_FAULT_ALLOCATION, after, 1);
    const std::string arrived = session.Request(SetupRequest(1, kPair));
    if (Kernel::Counter("not_lent") != 0) {
      is_seen = true;
      EXPECT_EQ(arrived, SetupRequest(1, kPair));
      EXPECT_EQ(Kernel::Counter("no_memory"), 1);
      EXPECT_TRUE(Kernel::Openings().empty());
      session.Response("RTSP/1.0 461 Unsupported Transport\r\nCSeq: 1\r\n\r\n");
      EXPECT_NE(session.Request(SetupRequest(2, kPair)), SetupRequest(2, kPair));
    }
    EXPECT_EQ(session.Wrong(), "");
    Finish();
  }
  EXPECT_TRUE(is_seen);
}

TEST_F(ModelFault, NoMemoryForExpectations) {
  for (const unsigned after : {3U, 4U}) {
    Start();
    Router router;
    Session session(router);
    ASSERT_TRUE(session.Open());
    model_fail(MODEL_FAULT_ALLOCATION, after, 1);
    EXPECT_EQ(session.Request(SetupRequest(1, kPair)), SetupRequest(1, kPair));
    EXPECT_EQ(Kernel::Counter("no_memory"), 1);
    EXPECT_TRUE(Kernel::Openings().empty());
    EXPECT_EQ(Kernel::Counter("no_ports"), 1);
    Finish();
  }
}

// Of two ports, and of four, which are another object. The connection goes on: its next SETUP is helped.
TEST_F(ModelFault, NoMemoryForTheMapping) {
  for (const char* transport : {kPair, "RTP/AVP;unicast;client_port=5000-5003"}) {
    Start();
    model_bind_udp(5000);
    Router router;
    Session session(router);
    ASSERT_TRUE(session.Open());
    model_fail(MODEL_FAULT_ALLOCATION, 3, 1);
    EXPECT_EQ(session.Request(SetupRequest(1, transport)), SetupRequest(1, transport));
    EXPECT_EQ(Kernel::Counter("no_memory"), 1);
    EXPECT_EQ(Kernel::Counter("no_ports"), 1);
    EXPECT_EQ(Kernel::Counter("mappings_total"), 0);
    EXPECT_TRUE(Kernel::Openings().empty());
    session.Response("RTSP/1.0 461 Unsupported Transport\r\nCSeq: 1\r\n\r\n");
    EXPECT_NE(session.Request(SetupRequest(2, transport)), SetupRequest(2, transport));
    EXPECT_EQ(Kernel::Counter("mappings_reserved"), 1);
    EXPECT_EQ(session.Wrong(), "");
    Finish();
  }
}

// Media still go where the camera sends them: the rules may translate them, or not. The mapping stays as it was.
TEST_F(ModelFault, NoMemoryForPublishedPorts) {
  Kernel::Options options;
  options.service = kRouterOutside;
  options.server = kCamera;
  options.rules.forward_port = true;
  options.rules.hairpin = true;
  for (const unsigned after : {1U, 2U, 3U}) {
    Start(options);
    Router router({}, {{true, 66}, 40000}, {kRouterOutside, 554});
    Session session(router);
    ASSERT_TRUE(session.Open());
    session.Request(SetupRequest(1, kPair));
    model_fail(MODEL_FAULT_ALLOCATION, after, 1);
    const std::string answer = OkResponse(1, ServerTransport("5000-5001", "6000-6001"));
    EXPECT_EQ(session.Response(answer), answer);
    EXPECT_EQ(Kernel::Counter("no_memory"), 1);
    EXPECT_EQ(Kernel::Counter("not_published"), 1);
    EXPECT_EQ(Kernel::Counter("mappings_published"), 0);
    EXPECT_EQ(Kernel::Counter("mappings_live"), 1);
    EXPECT_EQ(session.Wrong(), "");
    session.Request(TeardownRequest(2));
    session.Response(OkResponse(2));
    EXPECT_EQ(Kernel::Counter("mappings_live"), 0);
    EXPECT_TRUE(Kernel::Expectations().empty());
    Finish();
  }
}

TEST_F(ModelFault, NoMemoryForTheHost) {
  Start();
  Router router;
  Session session(router);
  ASSERT_TRUE(session.Open());
  model_fail(MODEL_FAULT_ALLOCATION, 1, 1);
  EXPECT_EQ(session.Request(SetupRequest(1, kPair)), SetupRequest(1, kPair));
  EXPECT_EQ(Kernel::Counter("too_many_hosts"), 1);
  EXPECT_TRUE(Kernel::Openings().empty());
}

TEST_F(ModelFault, NoMemoryToLeadMediaOut) {
  Start();
  Router router;
  Session session(router);
  ASSERT_TRUE(session.Open());
  session.Request(SetupRequest(1, kPair));
  // The module tries to make each flow twice.
  model_fail(MODEL_FAULT_ALLOCATION, 1, 6);
  session.Response(OkResponse(1, ServerTransport("5000-5001", "6000-6001")));
  EXPECT_EQ(Kernel::Counter("flow_failed"), 2);
  EXPECT_EQ(Kernel::Counter("outbound_failed"), 2);
  EXPECT_EQ(Kernel::Expectations().size(), 2U);
  EXPECT_TRUE(PassUdp({kServer, 6000}, {kRouterOutside, 5000}, "media")) << "media still come in";
  model_pass_time(2000);
  EXPECT_TRUE(Kernel::Expectations().empty()) << "tried again";
  EXPECT_EQ(Kernel::Flows(), 2U);
}

// Behind NAT the packet is dropped, because earlier edits and withheld bytes must stay as they are. Its sender sends it again.
TEST_F(ModelFault, NotLinearBehindNat) {
  Start();
  model_bind_udp(5000);
  Router router;
  Session session(router);
  ASSERT_TRUE(session.Open());
  router.shape.layout = MODEL_PAGED;
  router.shape.piece = 100;
  model_fail(MODEL_FAULT_LINEARIZE, 0, 1);
  const std::string sent = SetupRequest(1, kPair);
  EXPECT_EQ(session.Request(sent), "(dropped)");
  EXPECT_EQ(Kernel::Counter("not_linear"), 1);
  EXPECT_TRUE(Kernel::Openings().empty());
  const std::string again = session.Repeat(RTSPNAT_ORIGINAL, static_cast<std::uint32_t>(sent.size()), sent);
  EXPECT_NE(ClientPort(again), "5000-5001");
  EXPECT_EQ(Kernel::Openings().size(), 2U);
}

TEST_F(ModelFault, NotLinearWithoutNat) {
  Start({.nat = false});
  Router router;
  Session session(router);
  ASSERT_TRUE(session.Open());
  router.shape.layout = MODEL_PAGED;
  router.shape.piece = 100;
  model_fail(MODEL_FAULT_LINEARIZE, 0, 1);
  EXPECT_EQ(session.Request(SetupRequest(1, kPair)), SetupRequest(1, kPair));
  EXPECT_EQ(Kernel::Counter("not_linear"), 1);
  EXPECT_EQ(session.Request(SetupRequest(2, kPair)), SetupRequest(2, kPair));
  EXPECT_TRUE(Kernel::Openings().empty()) << "what was missed is not understood";
}

// A packet whose tail cannot be cut off, though it ends in a Transport line, must not pass.
TEST_F(ModelFault, RewriteFailed) {
  Start();
  model_bind_udp(5000);
  Router router;
  Session session(router);
  ASSERT_TRUE(session.Open());
  router.shape.cloned = router.shape.own_headers = true;
  model_fail(MODEL_FAULT_WRITABLE, 1, 1);
  const std::string sent = SetupRequest(1, kPair);
  const std::string front = sent.substr(0, sent.size() - 8);
  EXPECT_EQ(session.Request(front), "(dropped)");
  EXPECT_EQ(Kernel::Counter("rewrite_failed"), 1);
  const auto size = static_cast<std::uint32_t>(front.size());
  const std::string again = session.Repeat(RTSPNAT_ORIGINAL, size, sent);
  EXPECT_EQ(again, SetupRequest(1, "RTP/AVP;unicast;client_port=" + ClientPort(again)));
  EXPECT_NE(ClientPort(again), "5000-5001");
}

TEST_F(ModelFault, EditFailed) {
  Start();
  model_bind_udp(5000);
  Router router;
  Session session(router);
  ASSERT_TRUE(session.Open());
  router.shape.cloned = router.shape.own_headers = true;
  // NAT makes the headers writable first.
  model_fail(MODEL_FAULT_WRITABLE, 1, 1);
  EXPECT_EQ(session.Request(SetupRequest(1, kPair)), SetupRequest(1, kPair));
  EXPECT_EQ(Kernel::Counter("edit_failed"), 1);
  EXPECT_EQ(session.Wrong(), "");
}

// Memory runs out at any place of a session. The text that arrives is the sent one, or the one with enough memory.
TEST_F(ModelFault, AnyAllocation) {
  for (unsigned after = 0; after < 60; ++after) {
    for (const unsigned times : {1U, 3U, 1000U}) {
      Start();
      model_bind_udp(5000);
      Router router;
      Session session(router);
      session.resend = [] { model_fail(MODEL_FAULT_ALLOCATION, 0, 0); };
      model_fail(MODEL_FAULT_ALLOCATION, after, times);
      if (session.Open()) {
        const std::string sent = SetupRequest(1, kPair);
        const std::string arrived = session.Request(sent);
        EXPECT_EQ(arrived, SetupRequest(1, "RTP/AVP;unicast;client_port=" + ClientPort(arrived)));
        if (arrived != sent) {
          EXPECT_FALSE(Kernel::Openings().empty());
        }
        const std::string answer = OkResponse(1, ServerTransport(ClientPort(arrived), "6000-6001"));
        const bool was_lent = Kernel::Counter("not_lent") == 0;
        const std::string heard = session.Response(answer);
        if (!was_lent || Kernel::Counter("not_lent") == 0) {
          EXPECT_EQ(ClientPort(heard), "5000-5001");
        } else {
          EXPECT_EQ(heard, answer) << "what cannot be changed passes as it is";
        }
        PassUdp({kServer, 6000}, {kRouterOutside, 5002}, "media");
        session.Close();
        EXPECT_EQ(session.Wrong(), "");
      }
      Finish();
    }
  }
}

TEST_F(ModelFault, LoadingWithoutMemory) {
  for (unsigned after = 0; after < 8; ++after) {
    Start();
    ASSERT_EQ(model_unload("nf_nat_rtsp"), 0);
    ASSERT_EQ(model_unload("nf_conntrack_rtsp"), 0);
    model_fail(MODEL_FAULT_ALLOCATION, after, 1);
    const int err = model_load("nf_nat_rtsp");
    model_fail(MODEL_FAULT_ALLOCATION, 0, 0);
    EXPECT_EQ(err == 0, model_is_loaded("nf_conntrack_rtsp"));
    EXPECT_EQ(model_load("nf_nat_rtsp"), 0);
    Finish();
  }
}

}  // namespace
}  // namespace rtsp::model
