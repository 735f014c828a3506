// SPDX-License-Identifier: MIT OR GPL-2.0-only
// Single packets through UserspaceRouter: cases of laws L2 and L5 that a random path seldom makes.
#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "tests/tcp/userspace_router.h"

namespace rtsp::test {
namespace {

constexpr std::uint32_t kFirst = 1000;

class RouterLaw : public testing::TestWithParam<rtspnat_length_changes> {
 protected:
  RouterLaw() {
    RouterOptions options;
    options.length_changes = GetParam();
    options.shows_empty = true;
    router.emplace(options, complaints);
    for (const rtspnat_direction direction : {RTSPNAT_ORIGINAL, RTSPNAT_REPLY}) {
      TcpPacket packet;
      packet.direction = direction;
      packet.seq = kFirst - 1;
      packet.syn = true;
      static_cast<void>(router->Pass(packet));
    }
  }

  void TearDown() override { EXPECT_EQ(complaints.List(), std::vector<std::string>{}); }

  // The client sends the bytes of `stream` from `offset` on.
  std::optional<TcpPacket> Send(std::size_t offset, std::size_t size) {
    TcpPacket packet;
    packet.seq = kFirst + static_cast<std::uint32_t>(offset);
    packet.has_ack = true;
    packet.ack = kFirst;
    packet.payload = stream.substr(offset, size);
    return router->Pass(packet);
  }

  // The server acknowledges all bytes before `offset`, in its own numbers.
  std::optional<TcpPacket> Acknowledge(std::size_t offset) {
    TcpPacket packet;
    packet.direction = RTSPNAT_REPLY;
    packet.seq = kFirst;
    packet.has_ack = true;
    packet.ack = kFirst + static_cast<std::uint32_t>(offset);
    return router->Pass(packet);
  }

  // Adds the bytes of `packet` to those that the server has.
  void Deliver(const std::optional<TcpPacket>& packet) {
    ASSERT_TRUE(packet);
    const std::size_t offset = packet->seq - kFirst;
    ASSERT_LE(offset, heard.size());
    // Bytes that came before stay; the others are new.
    const std::size_t old = heard.size() - offset;
    if (packet->payload.size() > old) heard += packet->payload.substr(old);
  }

  // The client hears no acknowledgement and sends all bytes from `offset` on until the server has them.
  void ResendFrom(std::size_t offset) {
    for (int i = 0; i < 4 && heard.size() < rewritten.size(); ++i) {
      Deliver(Send(offset, stream.size()));
      static_cast<void>(Acknowledge(heard.size()));
    }
  }

  static std::string Setup(int cseq, const char* address, int port) {
    return "SETUP rtsp://s/1 RTSP/1.0\r\nCSeq: " + std::to_string(cseq) +
           "\r\nTransport:RTP/AVP;unicast;destination=" + address + ";client_port=" + std::to_string(port) +
           "\r\n\r\n";
  }

  Complaints complaints;
  std::optional<UserspaceRouter> router;
  std::string stream = Setup(1, "10.0.1.2", 5000) + Setup(2, "10.0.1.2", 6000);
  std::string rewritten = Setup(1, "203.0.113.1", 5000) + Setup(2, "203.0.113.1", 6000);
  std::string heard;
};

constexpr std::size_t kGrowth = 3;

// The server acknowledges the first request. The router sees the acknowledgement, and the client does not. The second request is lost. The client
// sends both again, as one segment.
TEST_P(RouterLaw, L2HoldsWhenAnAcknowledgementIsLostBehindTheRouter) {
  const std::size_t half = stream.size() / 2;
  Deliver(Send(0, half));
  EXPECT_EQ(heard, rewritten.substr(0, half + kGrowth));
  static_cast<void>(Acknowledge(heard.size()));
  ResendFrom(0);
  EXPECT_EQ(heard, rewritten);
}

// The same, but part of the second request has arrived as well.
TEST_P(RouterLaw, L2HoldsWhenWhatFollowsAGrowthIsSentAgainWithIt) {
  const std::size_t half = stream.size() / 2;
  Deliver(Send(0, half));
  Deliver(Send(half, 20));
  static_cast<void>(Acknowledge(heard.size()));
  ResendFrom(half - 30);
  EXPECT_EQ(heard, rewritten);
}

// The same, but no later text becomes longer.
TEST_P(RouterLaw, L2HoldsWhenPlainTextIsSentAgainWithAGrowth) {
  const std::string plain = "OPTIONS * RTSP/1.0\r\nCSeq: 3\r\n\r\n";
  const std::size_t half = stream.size() / 2;
  stream = stream.substr(0, half) + plain;
  rewritten = rewritten.substr(0, half + kGrowth) + plain;
  Deliver(Send(0, half));
  static_cast<void>(Acknowledge(heard.size()));
  ResendFrom(0);
  EXPECT_EQ(heard, rewritten);
}

// Both requests leave. The first is lost, and its sender sends it again alone.
TEST_P(RouterLaw, L2HoldsWhenTheFirstOfTwoGrowthsIsLost) {
  const std::size_t half = stream.size() / 2;
  static_cast<void>(Send(0, half));
  static_cast<void>(Send(half, half));
  Deliver(Send(0, half));
  EXPECT_EQ(heard, rewritten.substr(0, half + kGrowth));
  static_cast<void>(Acknowledge(heard.size()));
  Deliver(Send(half, half));
  EXPECT_EQ(heard, rewritten);
}

// The text becomes longer at three places. The first addition is acknowledged, then text comes that lies behind the two others. Only one of these
// may leave, so the text must not leave, and nor may either addition.
TEST_P(RouterLaw, L2HoldsWhenTextIsDroppedBehindTwoGrowthsThatWait) {
  const std::string plain = "OPTIONS * RTSP/1.0\r\nCSeq: 4\r\n\r\n";
  const std::size_t size = stream.size() / 2;
  stream += Setup(3, "10.0.1.2", 7000) + plain;
  rewritten += Setup(3, "203.0.113.1", 7000) + plain;
  Deliver(Send(0, size));
  static_cast<void>(Send(size, size));
  static_cast<void>(Send(2 * size, size));
  static_cast<void>(Acknowledge(heard.size()));
  static_cast<void>(Send(3 * size, plain.size()));
  for (std::size_t i = 1; i < 3; ++i) {
    Deliver(Send(i * size, size));
    static_cast<void>(Acknowledge(heard.size()));
  }
  Deliver(Send(3 * size, plain.size()));
  EXPECT_EQ(heard, rewritten);
}

INSTANTIATE_TEST_SUITE_P(Numbers, RouterLaw,
                         testing::Values(RTSPNAT_ANY_LENGTH_CHANGE, RTSPNAT_ONE_LENGTH_CHANGE));

}  // namespace
}  // namespace rtsp::test
