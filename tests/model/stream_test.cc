// SPDX-License-Identifier: MIT OR GPL-2.0-only
// Laws L1, L2 and L4 of tests/tcp/laws.h on the model: a TCP pair on a bad path, with the modules of kshim/ between and
// packets of all shapes, and once more on a perfect path. RC_PARAMS="max_success=10000" plays more.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <sstream>
#include <string>

#include "tests/model/on_model.h"
#include "tests/tcp/chance.h"

namespace rtsp::model {
namespace {

// Gives each packet another shape in memory.
class AnyShape : public test::Middlebox {
 public:
  AnyShape(Router& router, const std::string& dice) : router_(router), dice_(dice) {}

  std::optional<test::TcpPacket> Pass(test::TcpPacket packet) override {
    const std::uint32_t roll = dice_.Roll();
    router_.shape.layout = static_cast<model_layout>(roll % 3);
    router_.shape.checksum = static_cast<model_checksum>(roll / 3 % 4);
    router_.shape.cloned = (roll & 64) != 0;
    router_.shape.own_headers = (roll & 128) != 0;
    router_.shape.headroom = 64;
    router_.shape.tailroom = roll % 5;
    router_.shape.piece = 1 + roll % 70;
    return router_.Pass(std::move(packet));
  }

 private:
  Router& router_;
  test::Dice dice_;
};

struct Trial {
  bool nat = true;
  bool ipv6 = false;
  bool seqadj_sampled_early = false;
  bool port_taken = true;
  std::string plan;  // The dice of the script.
  std::string shapes;
  test::SessionOptions session;
};

struct Outcome {
  test::SessionResult result;
  std::vector<std::string> broken;
  std::size_t expectations = 0;  // Expectations after the end of the connection.
  bool beyond_bounds = false;
  bool withheld = false, custody = false, longer = false;
};

// The longest packet that comes in, with all the options there may be, or what every host accepts.
unsigned LongestPacket(const Trial& trial, const test::SessionOptions& session) {
  constexpr unsigned kAlways = 576;
  const unsigned headers = (trial.ipv6 ? 40 : 20) + 20 + 40;
  const auto& ends = session.network.ends;
  return std::max(kAlways, headers + std::max(ends[0].sender.segment_bytes, ends[1].sender.segment_bytes));
}

Outcome Play(const Trial& trial, const test::SessionOptions& session) {
  Kernel::Options options{.nat = trial.nat};
  options.rules.keep_checksum = true;
  options.rules.seqadj_sampled_early = trial.seqadj_sampled_early;
  options.rules.mtu = LongestPacket(trial, session);
  Kernel kernel(options);
  if (trial.port_taken) {
    for (unsigned short port = 4990; port < 5010; ++port) model_bind_udp(port);
  }
  test::Complaints complaints(session.network.trace);
  Router router({.ipv6 = trial.ipv6});
  AnyShape shapes(router, trial.shapes);
  test::RtspScript script(test::Dice(trial.plan), trial.ipv6 ? "fd00::2" : "10.0.0.2");
  Outcome outcome;
  outcome.result = test::PlaySession(script, session, shapes, complaints);
  // A live mapping lingers until the session times out (limits::kSessionSeconds).
  model_pass_time(65000);
  outcome.expectations = Kernel::Openings().size();
  // A bound as well: if too many longer texts are on their way, another text cannot become longer and stays as it is.
  for (const char* bound : {"gap", "table_full", "cut_transport", "cannot_edit"})
    outcome.beyond_bounds = outcome.beyond_bounds || Kernel::Counter(bound) != 0;
  outcome.withheld = Kernel::Counter("withheld") > 0;
  outcome.custody = Kernel::Counter("custody") > 0;
  outcome.longer = Kernel::Counter("length_changed") > 0;
  for (const std::string& law : complaints.List()) {
    // The path counts payload alone; the model, whole packets.
    if (law != "a packet is longer than the path takes") outcome.broken.push_back(law);
  }
  for (const std::string& report : kernel.Stop()) outcome.broken.push_back(report);
  return outcome;
}

test::SessionOptions PerfectPath(const test::SessionOptions& session) {
  test::SessionOptions perfect;
  for (unsigned i = 0; i < 2; ++i) {
    perfect.network.ends[i].sender = {false, 60000, 1000, false};
    perfect.network.ends[i].receiver.buffer_bytes = 1U << 20;
    perfect.network.ends[i].receiver.may_overshoot = 1U << 16;
    perfect.network.ends[i].first_number = session.network.ends[i].first_number;
  }
  perfect.ending = session.ending;
  return perfect;
}

Outcome Judge(const Trial& trial) {
  Outcome is = Play(trial, trial.session);
  const Outcome should = Play(trial, PerfectPath(trial.session));
  is.beyond_bounds = is.beyond_bounds || should.beyond_bounds;
  const auto check = [&is](bool holds, const char* law) {
    if (!holds) is.broken.emplace_back(law);
  };
  check(should.broken.empty(), "a perfect path breaks a law");
  if (!is.beyond_bounds) {
    check(is.result.received[0] == should.result.received[0], "L2: the server receives other bytes");
    check(is.result.received[1] == should.result.received[1], "L2: the client receives other bytes");
  }
  check(is.expectations == 0 && should.expectations == 0, "L4: an expectation is left");
  return is;
}

std::string Trace(const Trial& trial) {
  std::ostringstream out;
  for (test::SessionOptions session : {trial.session, PerfectPath(trial.session)}) {
    out << "path:\n";
    session.network.trace = &out;
    static_cast<void>(Play(trial, session));
  }
  return out.str();
}

RC_GTEST_PROP(ModelStream, L2HoldsForAnyPathAndShape, ()) {
  Trial trial;
  trial.session = *test::AnySession();
  for (test::EndpointOptions& end : trial.session.network.ends) end.receiver.may_overshoot = 2048;
  trial.plan = *test::AnyDice(200);
  trial.shapes = *test::AnyDice(400);
  trial.nat = *rc::gen::weightedElement<bool>({{5, true}, {1, false}});
  trial.ipv6 = *rc::gen::arbitrary<bool>();
  trial.port_taken = *rc::gen::arbitrary<bool>();
  trial.seqadj_sampled_early = *rc::gen::arbitrary<bool>();
  const Outcome outcome = Judge(trial);
  RC_CLASSIFY(outcome.beyond_bounds, "beyond bounds");
  RC_CLASSIFY(outcome.withheld, "withheld");
  RC_CLASSIFY(outcome.custody, "custody");
  RC_CLASSIFY(outcome.longer, "longer");
  if (outcome.broken.empty()) return;
  for (const std::string& law : outcome.broken) RC_LOG() << law << '\n';
  RC_LOG() << Trace(trial);
  RC_FAIL("a law is broken");
}

// The receiver has the end of a stream that became longer, and lacks its middle. With the added bytes its last SACK block lies beyond all bytes that
// conntrack has seen. If conntrack took this acknowledgement and every later one for invalid, the middle would never arrive, and the session would
// stall for good.
TEST(ModelStream, L7BlocksBeyondAGrownStreamAreNotInvalid) {
  Kernel kernel({});
  Router router({.ipv6 = true});
  const auto send = [&router](rtspnat_direction direction, std::uint32_t seq, std::uint32_t ack,
                              const std::string& text, bool syn = false) {
    test::TcpPacket packet;
    packet.direction = direction;
    packet.seq = seq;
    packet.ack = ack;
    packet.syn = syn;
    packet.has_ack = ack != 0;
    packet.window = 64000;
    packet.payload = text;
    if (text == "sack") {
      packet.payload.clear();
      packet.sack = {{ack + 400, ack + 423}};
    }
    return router.Pass(packet);
  };
  ASSERT_TRUE(send(RTSPNAT_ORIGINAL, 1000, 0, "", true));
  ASSERT_TRUE(send(RTSPNAT_REPLY, 5000, 1001, "", true));
  ASSERT_TRUE(send(RTSPNAT_ORIGINAL, 1001, 5001, ""));
  const std::string head = SetupRequest(1, "RTP/AVP;unicast;destination=fd00::2;client_port=5000-5001");
  const auto first = send(RTSPNAT_ORIGINAL, 1001, 5001, head + std::string(420 - head.size(), '\n'));
  ASSERT_TRUE(first);
  ASSERT_EQ(first->payload.size(), 423U) << "three bytes longer";
  // The server has not got the first 400 bytes.
  EXPECT_TRUE(send(RTSPNAT_REPLY, 5001, 1001, "sack"));
  EXPECT_EQ(kernel.Stop(), std::vector<std::string>());
}

// The request in two segments, cut at every place, in every shape, with a port that must change.
TEST(ModelStream, L1HoldsAtEveryCut) {
  const std::string request = SetupRequest(1, kPair);
  for (std::size_t cut = 1; cut < request.size(); ++cut) {
    Kernel kernel({});
    model_bind_udp(5000);
    Router router;
    AnyShape shapes(router, std::string(40, static_cast<char>(cut * 7)));
    test::Complaints complaints;
    test::FixedScript script({{0, request}, {1, OkResponse(1, ServerTransport("9000-9001", "6000-6001"))}});
    test::SessionOptions session;
    session.network.ends[0].sender = {false, static_cast<std::uint32_t>(cut), 1000, false};
    session.network.ends[0].first_number = 0xffffff80;
    session.network.ends[0].receiver.may_overshoot = 2048;
    session.network.ends[1].receiver.may_overshoot = 2048;
    const test::SessionResult result = PlaySession(script, session, shapes, complaints);
    const std::string outside = ClientPort(result.received[0]);
    EXPECT_NE(outside, "5000-5001") << "cut at " << cut;
    EXPECT_EQ(result.received[0], SetupRequest(1, "RTP/AVP;unicast;client_port=" + outside))
        << "cut at " << cut;
    EXPECT_EQ(complaints.List(), std::vector<std::string>()) << "cut at " << cut;
    EXPECT_EQ(kernel.Stop(), std::vector<std::string>()) << "cut at " << cut;
  }
}

}  // namespace
}  // namespace rtsp::model
