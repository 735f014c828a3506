// SPDX-License-Identifier: MIT OR GPL-2.0-only
// Tests of the TCP pair itself: over a plain wire its streams arrive whatever happens to packets, and it notices middleboxes that do
// harm.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <functional>
#include <string>

#include "tests/tcp/chance.h"
#include "tests/tcp/session.h"
#include "tests/tcp/witness.h"

namespace rtsp::test {
namespace {

FixedScript Megabytes(std::size_t size) {
  std::string bytes;
  for (std::size_t i = 0; i < size; ++i) bytes.push_back(static_cast<char>('a' + i * 7 % 26));
  return FixedScript({{0, bytes}, {1, bytes}, {0, "short"}, {1, bytes + bytes}});
}

RC_GTEST_PROP(TcpPair, DeliversBothStreamsOverAnyPath, ()) {
  const SessionOptions options = *AnySession();
  Wire wire;
  Complaints complaints;
  Witness witness(wire, complaints);
  FixedScript script = Megabytes(*rc::gen::inRange<std::size_t>(1, 6000));
  const SessionResult result = PlaySession(script, options, witness, complaints);
  for (const std::string& law : complaints.List()) RC_LOG() << law << '\n';
  RC_ASSERT(complaints.List().empty());
  for (unsigned direction = 0; direction < 2; ++direction)
    RC_ASSERT(result.received[direction] == result.sent[direction]);
}

/// A middlebox made of a function.
class Meddler : public Middlebox {
 public:
  explicit Meddler(std::function<void(TcpPacket&)> meddle) : meddle_(std::move(meddle)) {}
  std::optional<TcpPacket> Pass(TcpPacket packet) override {
    meddle_(packet);
    return packet;
  }

 private:
  std::function<void(TcpPacket&)> meddle_;
};

// A path with some losses. Returns the complaints.
std::vector<std::string> Meddle(std::function<void(TcpPacket&)> meddle) {
  SessionOptions options;
  options.network.dice = std::string(40, 0) + "\x08\x0b\x20\x09" + std::string(30, 0) + "\x08\x08";
  options.network.ends[0].sender.segment_bytes = 100;
  Meddler meddler(std::move(meddle));
  Complaints complaints;
  Witness witness(meddler, complaints);
  FixedScript script = Megabytes(3000);
  static_cast<void>(PlaySession(script, options, witness, complaints));
  return complaints.List();
}

TEST(TcpPair, HasNothingToSayAgainstAnHonestMiddlebox) {
  EXPECT_EQ(Meddle([](TcpPacket&) {}), std::vector<std::string>{});
}

TEST(TcpPair, NoticesBytesThatDifferWhenSentAgain) {
  EXPECT_NE(Meddle([n = 0](TcpPacket& packet) mutable {
              if (!packet.payload.empty()) packet.payload[0] = static_cast<char>(++n);
            }),
            std::vector<std::string>{});
}

TEST(TcpPair, NoticesAnAcknowledgementOfWhatWasNeverSent) {
  EXPECT_NE(Meddle([](TcpPacket& packet) {
              if (packet.direction == RTSPNAT_REPLY && !packet.syn) packet.ack += 1;
            }),
            std::vector<std::string>{});
}

TEST(TcpPair, NoticesGrowthWithoutAdjustedNumbers) {
  EXPECT_NE(Meddle([](TcpPacket& packet) {
              if (packet.payload.size() == 100) packet.payload.insert(50, "+");
            }),
            std::vector<std::string>{});
}

TEST(TcpPair, NoticesDataBeyondTheWindow) {
  EXPECT_NE(Meddle([](TcpPacket& packet) {
              if (packet.payload.size() == 100) packet.payload += std::string(70000, 'x');
            }),
            std::vector<std::string>{});
}

TEST(TcpPair, NoticesAStallFromALostTail) {
  EXPECT_NE(Meddle([](TcpPacket& packet) {
              if (packet.payload.size() <= 5) packet.payload.clear();
            }),
            std::vector<std::string>{});
}

// Plays over a plain wire. Returns the complaints.
std::vector<std::string> PlayOverAWire(FixedScript script, SessionResult& result) {
  Wire wire;
  Complaints complaints;
  Witness witness(wire, complaints);
  result = PlaySession(script, {}, witness, complaints);
  return complaints.List();
}

TEST(TcpPair, GoesOnBehindBytesThatNobodyStores) {
  constexpr std::uint64_t kBulk = 0x8123'4567;
  SessionResult result;
  const std::vector<std::string> broken = PlayOverAWire(
      FixedScript({{0, "one", kBulk}, {1, "two", kBulk}, {0, "three", 4}, {1, "four"}}), result);
  EXPECT_EQ(broken, std::vector<std::string>{});
  EXPECT_EQ(result.received[0], "onethree");
  EXPECT_EQ(result.received[1], "twofour");
}

TEST(TcpPair, LearnsThatThePathHasShrunk) {
  const std::string long_text(5000, 'x');
  SessionResult result;
  const std::vector<std::string> broken =
      PlayOverAWire(FixedScript({{0, long_text}, {0, long_text, 0, true, 600}, {1, long_text}}), result);
  EXPECT_EQ(broken, std::vector<std::string>{});
  EXPECT_EQ(result.received[0], long_text + long_text);
  EXPECT_EQ(result.received[1], long_text);
  EXPECT_EQ(result.timeouts, 0U) << "ICMP comes earlier";
}

TEST(TcpPair, NoticesPacketsThatAreTooLongForAPathThatHasShrunk) {
  // A sender learns nothing from the loss of a packet that is longer than it sent.
  Meddler meddler([](TcpPacket& packet) {
    if (packet.payload.size() == 600) packet.payload += "+";
  });
  Complaints complaints;
  FixedScript script({{0, "short", 0, true, 600}, {0, std::string(5000, 'x')}});
  static_cast<void>(PlaySession(script, {}, meddler, complaints));
  EXPECT_EQ(complaints.List(), std::vector<std::string>{"L7: the session has stalled"});
}

TEST(TcpPair, TakesAnUrgentByteOutOfTheStream) {
  SessionResult result;
  const std::vector<std::string> broken = PlayOverAWire(
      FixedScript({{0, "abc!def", 0, true, 0, 4}, {1, "?", 0, true, 0, 1}, {0, "ghi"}}), result);
  EXPECT_EQ(broken, std::vector<std::string>{});
  EXPECT_EQ(result.received[0], "abcdefghi");
  EXPECT_EQ(result.received[1], "");
}

}  // namespace
}  // namespace rtsp::test
