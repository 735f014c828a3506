// SPDX-License-Identifier: MIT OR GPL-2.0-only
// The notes of requests, mappings and streams stay right however long a session lasts, and a full table undoes what was begun (law 4 of
// rtspnat.h).
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "tests/harness/dialogue.h"
#include "tests/unit/messages.h"

namespace rtsp::test {
namespace {

using Lines = std::vector<std::string>;

constexpr const char* kUdp = "RTP/AVP;unicast;client_port=9200-9201";
constexpr const char* kUdpOutside = "RTP/AVP;unicast;client_port=9202-9203";

class BookkeepingTest : public ::testing::Test {
 protected:
  void TearDown() override {
    EXPECT_EQ(dialogue.Broken(), Lines{});
    dialogue.Close();
    EXPECT_EQ(dialogue.Held(), 0U);
    EXPECT_EQ(dialogue.Broken(), Lines{});
  }

  // Sends text, which the receiver acknowledges.
  Outcome Say(rtspnat_direction direction, const std::string& text) {
    const Outcome outcome = dialogue.Send(direction, text);
    dialogue.Acknowledge(direction, dialogue.Next(direction));
    dialogue.Send(direction == kC2S ? kS2C : kC2S, "");
    return outcome;
  }

  // Sets the session up under one URL after the other, on the same ports.
  void Retune(int times, const std::string& outside) {
    const std::string answer = ";server_port=5500-5501";
    for (int i = 1; i <= times; ++i) {
      const std::string uri = "rtsp://s/stream=1?freq=" + std::to_string(10000 + i);
      ASSERT_EQ(Say(kC2S, SetupRequest(i, kUdp, uri)).sent, SetupRequest(i, outside, uri)) << i;
      ASSERT_EQ(Say(kS2C, ReplyTo(i, "200 OK", outside + answer)).sent, ReplyTo(i, "200 OK", kUdp + answer))
          << i;
      ASSERT_EQ(dialogue.Held(), 1U) << i;
      ASSERT_EQ(dialogue.Live(), 1U) << i;
    }
  }

  void Teardown(int cseq, const std::string& uri) {
    Say(kC2S, TeardownRequest(cseq, uri));
    Say(kS2C, ReplyTo(cseq, "200 OK"));
  }

  [[nodiscard]] std::ptrdiff_t Questions(const std::string& ask) const {
    return std::ranges::count_if(dialogue.Log(),
                                 [&](const std::string& line) { return line.starts_with(ask); });
  }

  Dialogue dialogue;
};

// SAT>IP receivers do so at every change of the channel.
TEST_F(BookkeepingTest, OneTeardownEndsASessionHoweverOftenItWasSetUp) {
  for (const int times : {16, 17, 255, 256, 300, 10000}) {
    SCOPED_TRACE(times);
    Retune(times, kUdp);
    Teardown(times + 1, "rtsp://s/stream=1");
    EXPECT_EQ(dialogue.Held(), 0U);
  }
  EXPECT_EQ(Questions("reserve"), 6);
  EXPECT_EQ(Questions("release"), 6);
}

TEST_F(BookkeepingTest, EverySetupIsEditedAndItsReplyLedBack) {
  dialogue.reserve = TakenBelow(9202);
  for (const int times : {17, 300, 10000}) {
    SCOPED_TRACE(times);
    Retune(times, kUdpOutside);
    Teardown(times + 1, "rtsp://s/stream=1");
    EXPECT_EQ(dialogue.Held(), 0U);
  }
}

// A TEARDOWN that names no session.
TEST_F(BookkeepingTest, TeardownOfTheLastUrlReleases) {
  Retune(300, kUdp);
  Say(kC2S, "TEARDOWN rtsp://s/a RTSP/1.0\r\nCSeq: 301\r\n\r\n");
  Say(kS2C, ReplyTo(301, "200 OK"));
  EXPECT_EQ(dialogue.Held(), 0U);
}

// A server that never answers.
TEST_F(BookkeepingTest, RequestsWithoutAnAnswerGiveWay) {
  dialogue.reserve = TakenBelow(9202);
  constexpr int kRequests = 1000;
  int unanswered = 0;
  for (int i = 1; i <= kRequests; ++i) {
    const std::string uri = "rtsp://s/" + std::to_string(i);
    const Outcome outcome = Say(kC2S, SetupRequest(i, kUdp, uri));
    ASSERT_EQ(outcome.sent, SetupRequest(i, kUdpOutside, uri)) << i;
    unanswered += outcome.Noted(RTSPNAT_NOTE_UNANSWERED) ? 1 : 0;
    ASSERT_EQ(dialogue.Held(), 1U) << i;
  }
  EXPECT_EQ(unanswered, kRequests - 16);
  Say(kS2C, ReplyTo(kRequests, "200 OK", std::string(kUdpOutside) + ";server_port=5500-5501"));
  EXPECT_EQ(dialogue.Live(), 1U) << "the newest is helped";
  Teardown(kRequests + 1, "rtsp://s/1000");
  EXPECT_EQ(dialogue.Held(), 1U) << "15 SETUPs wait";
}

// Each request asks for ports of its own.
TEST_F(BookkeepingTest, TheNewestOfManyRequestsIsHelped) {
  constexpr int kRequests = 1000;
  for (int i = 1; i <= kRequests; ++i) {
    std::string spec = "RTP/AVP;unicast;client_port=";
    spec += std::to_string(5000 + 2 * i);
    spec += "-" + std::to_string(5001 + 2 * i);
    const Outcome outcome = Say(kC2S, SetupRequest(i, spec));
    EXPECT_TRUE(outcome.Noted(RTSPNAT_NOTE_RESERVED)) << i;
    ASSERT_LE(dialogue.Held(), 16U) << i;
  }
  EXPECT_EQ(Questions("release"), kRequests - 16);
}

// A request that sets a live stream up again releases nothing when it makes room: its reply is still mapped back.
TEST_F(BookkeepingTest, ARequestThatHoldsNothingOfItsOwnGivesNoWay) {
  dialogue.reserve = [](const rtspnat_step& step, std::uint16_t&) {
    return step.mapping.outside[0] == step.mapping.inside[0] ? RTSPNAT_BUSY : RTSPNAT_YES;
  };
  const auto spec = [](int port) {
    return "RTP/AVP;unicast;client_port=" + std::to_string(port) + "-" + std::to_string(port + 1);
  };
  std::string outside;
  for (int i = 1; i <= 16; ++i) {
    const std::string uri = "rtsp://s/a/" + std::to_string(i);
    const std::string sent = Say(kC2S, SetupRequest(i, spec(5000 + 100 * i), uri)).sent;
    const std::size_t at = sent.find("client_port=");
    const std::string ports = "RTP/AVP;unicast;" + sent.substr(at, sent.find("\r\n", at) - at);
    if (i == 1) outside = ports;
    Say(kS2C, ReplyTo(i, "200 OK", ports));
  }
  ASSERT_EQ(dialogue.Live(), 16U);
  Say(kC2S, SetupRequest(17, spec(5100), "rtsp://s/a/1", "Session: 12345678\r\n"));
  const std::string one_more = SetupRequest(18, spec(9000), "rtsp://s/a/17");
  const Outcome refused = Say(kC2S, one_more);
  EXPECT_EQ(refused.sent, one_more);
  EXPECT_TRUE(refused.Noted(RTSPNAT_NOTE_TABLE_FULL));
  EXPECT_FALSE(refused.Noted(RTSPNAT_NOTE_UNANSWERED));
  EXPECT_EQ(Say(kS2C, ReplyTo(17, "200 OK", outside)).sent, ReplyTo(17, "200 OK", spec(5100)));
}

// The bound of the port proposals of one head.
TEST_F(BookkeepingTest, AHeadProposesPorts64TimesAtMost) {
  dialogue.reserve = [](const rtspnat_step&, std::uint16_t&) { return RTSPNAT_BUSY; };
  const std::string specs = "RTP/AVP;unicast;client_port=5000-5001,RTP/AVP;unicast;client_port=50000-50001";
  EXPECT_EQ(Say(kC2S, SetupRequest(1, specs)).sent, SetupRequest(1, specs));
  EXPECT_EQ(Questions("reserve"), 64);
  const std::string lines = "RTP/AVP;unicast;client_port=5000-5001\r\nTransport: " + std::string(kUdp);
  EXPECT_EQ(Say(kC2S, SetupRequest(2, lines)).sent, SetupRequest(2, lines));
  EXPECT_EQ(Questions("reserve"), 128) << "two lines of one head";
}

// ffmpeg without UDP packets: SETUP of the same URL, interleaved.
class Fallback : public BookkeepingTest {
 protected:
  void FallBack() {
    Say(kC2S, SetupRequest(1, kUdp));
    Say(kS2C, ReplyTo(1, "200 OK", std::string(kUdp) + ";server_port=5500-5501", "AAAA"));
    Say(kC2S, SetupRequest(2, "RTP/AVP/TCP;unicast;interleaved=0-1"));
    Say(kS2C, ReplyTo(2, "200 OK", "RTP/AVP/TCP;unicast;interleaved=0-1", "BBBB"));
  }

  const std::string frame = std::string("$\0\0\4", 4) + "abcd";
};

TEST_F(Fallback, TheConnectionIsForgottenAtTheFirstFrame) {
  FallBack();
  EXPECT_EQ(dialogue.Held(), 0U);
  EXPECT_FALSE(Say(kC2S, "PLAY rtsp://s/a/1 RTSP/1.0\r\nCSeq: 3\r\n\r\n").transparent);
  EXPECT_TRUE(Say(kS2C, frame).transparent);
}

TEST_F(Fallback, NoFrameBehindALostOneIsDropped) {
  FallBack();
  Say(kS2C, frame);
  for (std::uint32_t i = 1; i <= 40; ++i)
    EXPECT_FALSE(dialogue.SendAt(kS2C, dialogue.Next(kS2C) + i * 8, frame).dropped) << i;
}

// Another stream of the connection is still sent over UDP.
TEST_F(Fallback, NoFrameIsDroppedWhileAnotherStreamHoldsItsPorts) {
  Say(kC2S, SetupRequest(7, "RTP/AVP;unicast;client_port=9300-9301", "rtsp://s/a/2"));
  Say(kS2C, ReplyTo(7, "200 OK", "RTP/AVP;unicast;client_port=9300-9301", "AAAA"));
  FallBack();
  EXPECT_EQ(dialogue.Held(), 1U);
  Say(kS2C, frame);
  for (std::uint32_t i = 1; i <= 40; ++i)
    EXPECT_FALSE(dialogue.SendAt(kS2C, dialogue.Next(kS2C) + i * 8, frame).dropped) << i;
  EXPECT_EQ(dialogue.Held(), 1U) << "what was agreed stays";
}

}  // namespace
}  // namespace rtsp::test
