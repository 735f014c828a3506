// SPDX-License-Identifier: MIT OR GPL-2.0-only
// Tests of the model itself: the laws of model.h by number, and the kernel's own functions on packets.
#include <gtest/gtest.h>

#include "tests/model/on_model.h"
#include "tests/model/probe.h"

namespace rtsp::model {
namespace {

// Without the modules; the probe is the helper.
class Model : public testing::Test {
 protected:
  void Start(const Kernel::Options& options = {.load_nat_rtsp = false}) {
    kernel_ = std::make_unique<Kernel>(options);
    model_unload("nf_conntrack_rtsp");
    probe_edit = {};
    probe_register();
  }

  std::vector<std::string> Stop() {
    probe_unregister();
    return kernel_->Stop();
  }

 private:
  std::unique_ptr<Kernel> kernel_;
};

struct Misuse {
  probe_misuse what;
  const char* report;
};

class ModelMisuse : public Model, public testing::WithParamInterface<Misuse> {};

TEST_P(ModelMisuse, Law1IsReported) {
  Start();
  if (GetParam().what == PROBE_KEEP_SOCKET) model_bind_udp(5000);
  probe_do(GetParam().what);
  const std::vector<std::string> reports = Stop();
  EXPECT_FALSE(reports.empty());
  if (!reports.empty()) {
    EXPECT_NE(reports[0].find(GetParam().report), std::string::npos) << reports[0];
  }
}

INSTANTIATE_TEST_SUITE_P(InProcessContext, ModelMisuse,
                         testing::Values(Misuse{PROBE_LOCK_TWICE, "takes first, which"},
                                         Misuse{PROBE_UNLOCK_WITHOUT_LOCK, "which nobody holds"},
                                         Misuse{PROBE_LOCK_IN_BOTH_ORDERS, "the other way round"},
                                         Misuse{PROBE_LOCK_IN_A_CIRCLE, "one is taken inside three"},
                                         Misuse{PROBE_LOCK_TWO_OF_A_KIND, "another one of its kind"},
                                         Misuse{PROBE_WAIT_FOR_WORK_THAT_WAITS, "work is taken inside mutex"},
                                         Misuse{PROBE_LOCK_UNINITIALISED, "not initialised"},
                                         Misuse{PROBE_SLEEP_WITH_LOCK, "may sleep, with first"},
                                         Misuse{PROBE_SLEEP_UNDER_RCU,
                                                "may sleep, in a softirq or under RCU"},
                                         Misuse{PROBE_DEREFERENCE_OUTSIDE_RCU, "rcu_read_lock_held"},
                                         Misuse{PROBE_REFCOUNT_FROM_ZERO, "refcount_inc_not_zero"},
                                         Misuse{PROBE_REFCOUNT_OVERFLOWS, "has overflowed"},
                                         Misuse{PROBE_FREE_CACHE_IN_USE, "with 1 objects left"},
                                         Misuse{PROBE_KEEP_SOCKET, "a reference to a socket"},
                                         Misuse{PROBE_LEAK, "1 objects are left"}));

class ModelMisuseOfPacket : public Model, public testing::WithParamInterface<Misuse> {};

TEST_P(ModelMisuseOfPacket, Laws1And3And4AreReported) {
  Start({.nat = false});
  Router router;
  router.shape.cloned = GetParam().what == PROBE_WRITE_TO_CLONE;
  Session session(router);
  ASSERT_TRUE(session.Open());
  probe_edit.armed = probe_edit.misuse = true;
  probe_edit.what = GetParam().what;
  session.Request("some text");
  const std::vector<std::string> reports = Stop();
  EXPECT_FALSE(reports.empty());
  if (!reports.empty()) {
    EXPECT_NE(reports[0].find(GetParam().report), std::string::npos) << reports[0];
  }
}

INSTANTIATE_TEST_SUITE_P(InPacketPath, ModelMisuseOfPacket,
                         testing::Values(Misuse{PROBE_SLEEP_WITH_LOCK, "may sleep"},
                                         Misuse{PROBE_LEAVE_WITH_LOCK, "the helper leaves first"},
                                         Misuse{PROBE_KEEP_CONNTRACK, "the namespace cannot end"},
                                         Misuse{PROBE_BAD_CHECKSUM, "a wrong checksum"},
                                         Misuse{PROBE_BAD_LENGTH, "in its IP header"},
                                         Misuse{PROBE_WRITE_TO_CLONE, "of a clone"},
                                         Misuse{PROBE_SMALL_AGGREGATE, "an aggregate of one segment"}));

TEST_F(Model, Law1ALockOfSoftirqsIsTakenWithBottomHalvesDisabled) {
  Start({.nat = false});
  Router router;
  Session session(router);
  ASSERT_TRUE(session.Open());
  // Media make the packet path take the lock.
  probe_do(PROBE_LOCK_WITHOUT_BH);
  probe_edit.armed = probe_edit.misuse = true;
  probe_edit.what = PROBE_LOCK_WITHOUT_BH;
  session.Request("some text");
  const std::vector<std::string> reports = Stop();
  ASSERT_FALSE(reports.empty());
  EXPECT_NE(reports[0].find("with bottom halves enabled"), std::string::npos) << reports[0];
}

TEST_F(Model, Law2NothingChangesWhenAnEditFails) {
  for (const unsigned after : {0U, 1U}) {
    Start({.nat = false});
    Router router;
    Session session(router);
    ASSERT_TRUE(session.Open());
    probe_edit.armed = true;
    probe_edit.offset = 5;
    probe_edit.text = "text that grows";
    // The copy because it is shared, or the one because it is too small.
    model_fail(MODEL_FAULT_WRITABLE, after, 1);
    EXPECT_EQ(session.Request("some text"), "some text");
    EXPECT_TRUE(probe_edit.failed);
    EXPECT_EQ(Stop(), std::vector<std::string>());
  }
}

// Every shape, with every kind of edit.
TEST_F(Model, Law4EditsOfAnyLengthInAnyShape) {
  const std::string sent = "0123456789abcdef";
  for (const model_layout layout : {MODEL_LINEAR, MODEL_PAGED, MODEL_LISTED}) {
    for (const int checksum : {0, 1, 2, 3}) {
      for (const bool cloned : {false, true}) {
        for (const bool ipv6 : {false, true}) {
          for (const unsigned tailroom : {0U, 3U, 100U}) {
            Kernel::Options options{.nat = false};
            options.rules.keep_checksum = true;
            Start(options);
            Router router({.ipv6 = ipv6, .options = 1});
            router.shape = {.layout = layout,
                            .linear = 0,
                            .piece = 5,
                            .headroom = 32,
                            .tailroom = tailroom,
                            .cloned = cloned,
                            .own_headers = false,
                            .checksum = static_cast<model_checksum>(checksum),
                            .gso_size = 0};
            Session session(router);
            ASSERT_TRUE(session.Open());
            const auto with = [&](unsigned offset, unsigned length, const char* text, unsigned cut) {
              probe_edit = {};
              probe_edit.armed = true;
              probe_edit.offset = offset;
              probe_edit.length = length;
              probe_edit.text = text;
              probe_edit.cut = cut;
              return session.Repeat(RTSPNAT_ORIGINAL, 0, sent);
            };
            EXPECT_EQ(with(0, 0, "front", 0), "front" + sent);
            EXPECT_EQ(with(4, 4, "grown to this", 0), "0123grown to this89abcdef");
            EXPECT_EQ(with(4, 4, "less", 0), "0123less89abcdef");
            EXPECT_EQ(with(4, 4, "x", 0), "0123x89abcdef");
            EXPECT_EQ(with(0, 0, "", 6), "0123456789");
            EXPECT_EQ(with(0, 0, "", 16), "");
            EXPECT_EQ(with(2, 1, "odd", 3), "01odd3456789abc");
            probe_edit.armed = true;
            probe_edit.seq_change = -77777;
            EXPECT_EQ(session.Repeat(RTSPNAT_ORIGINAL, 0, sent).size(), 15U);
            EXPECT_EQ(Stop(), std::vector<std::string>());
          }
        }
      }
    }
  }
}

TEST_F(Model, AggregatesStayAggregatesUntilTheyAreReset) {
  Start({.nat = false});
  Router router;
  Session session(router);
  session.segment_size = 100;
  ASSERT_TRUE(session.Open());
  probe_edit.armed = true;
  probe_edit.cut = 150;
  probe_edit.gso_reset = true;
  EXPECT_EQ(session.Repeat(RTSPNAT_ORIGINAL, 0, std::string(250, 'x')).size(), 100U);
  EXPECT_EQ(Stop(), std::vector<std::string>());
}

TEST_F(Model, TooLargeForTheLinkIsReported) {
  Kernel::Options options{.nat = false};
  options.rules.mtu = 1500;
  Start(options);
  Router router;
  Session session(router);
  ASSERT_TRUE(session.Open());
  EXPECT_EQ(session.Request(std::string(1460, 'x')).size(), 1460U);
  probe_edit.armed = true;
  probe_edit.text = "+";
  session.Repeat(RTSPNAT_ORIGINAL, 0, std::string(1460, 'x'));
  EXPECT_EQ(Stop(), std::vector<std::string>{"a packet of 1501 bytes leaves, and the link takes 1500"});
}

// The results are those that were measured with the kernel's own functions.
class ModelSeqadj : public Model {
 protected:
  void SetUp() override {
    Start();
    EXPECT_TRUE(session_.Open());
  }
  void TearDown() override { EXPECT_EQ(Stop(), std::vector<std::string>()); }

  // Sends @p size bytes at @p seq, made longer by @p growth at @p offset; returns the number they leave with.
  std::uint32_t Send(std::uint32_t seq, std::size_t size, std::size_t growth = 0, unsigned offset = 0,
                     bool by_segment = true) {
    const std::string text(growth, '+');
    probe_edit = {};
    if (growth != 0) {
      probe_edit.armed = true;
      probe_edit.offset = offset;
      probe_edit.text = text.c_str();
      probe_edit.adjust = !by_segment;
      probe_edit.adjust_by_segment = by_segment;
    }
    test::TcpPacket packet;
    packet.seq = kStart + seq;
    packet.ack = 0xfffffff1;
    packet.has_ack = true;
    packet.window = 64000;
    packet.payload.assign(size, 'x');
    const auto arrived = router_.Pass(packet);
    EXPECT_TRUE(arrived);
    return arrived ? arrived->seq - kStart : 0;
  }

  // The acknowledgement of what the server sees, as the client sees it; and the blocks.
  test::TcpPacket Acknowledge(std::uint32_t ack, std::uint32_t block = 0) {
    test::TcpPacket packet;
    packet.direction = RTSPNAT_REPLY;
    packet.seq = 0xfffffff1;
    packet.ack = kStart + ack;
    packet.has_ack = true;
    packet.window = 64000;
    if (block != 0) packet.sack = {{kStart + block, kStart + block + 10}};
    auto arrived = router_.Pass(packet);
    EXPECT_TRUE(arrived);
    if (arrived) {
      arrived->ack -= kStart;
      for (auto& [first, last] : arrived->sack) first -= kStart, last -= kStart;
    }
    return arrived.value_or(packet);
  }

 private:
  static constexpr std::uint32_t kStart = 1001;
  Router router_;
  Session session_{router_};
};

TEST_F(ModelSeqadj, OneEdit) {
  EXPECT_EQ(Send(0, 100, 5), 0U);
  EXPECT_EQ(Send(100, 100), 105U);
  EXPECT_EQ(Send(0, 100, 5), 0U) << "sent again";
  EXPECT_EQ(Acknowledge(105).ack, 100U);
  EXPECT_EQ(Acknowledge(205).ack, 200U);
  const test::TcpPacket with_block = Acknowledge(105, 155);
  ASSERT_EQ(with_block.sack.size(), 1U);
  EXPECT_EQ(with_block.sack[0].first, 150U);
  EXPECT_EQ(with_block.sack[0].second, 160U);
}

TEST_F(ModelSeqadj, SecondEditInFlightMovesTheFirst) {
  Send(0, 100, 5);
  Send(100, 100, 3);
  EXPECT_EQ(Send(0, 100, 5), 5U) << "the first segment again: a hole that never fills";
}

TEST_F(ModelSeqadj, SecondEditIsSafeOnceTheFirstIsAcknowledged) {
  Send(0, 100, 5);
  EXPECT_EQ(Acknowledge(105).ack, 100U);
  EXPECT_EQ(Send(100, 100, 3), 105U);
  EXPECT_EQ(Send(200, 100), 208U);
  EXPECT_EQ(Acknowledge(208).ack, 200U);
}

TEST_F(ModelSeqadj, KeyedByTheSegmentARecutGoesWrong) {
  Send(0, 100, 5, 60);
  EXPECT_EQ(Send(50, 50), 55U);
}

TEST_F(ModelSeqadj, KeyedByTheEditARecutGoesRight) {
  Send(0, 100, 5, 60, false);
  EXPECT_EQ(Send(50, 50), 50U);
  EXPECT_EQ(Send(90, 10), 95U);
  EXPECT_EQ(Acknowledge(105).ack, 100U);
}

}  // namespace
}  // namespace rtsp::model
