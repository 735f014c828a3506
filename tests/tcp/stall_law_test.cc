// SPDX-License-Identifier: MIT OR GPL-2.0-only
// Law L7 of tests/tcp/laws.h, measured on the clock of the sessions: on a path without losses, however the
// applications write, no sender waits for longer than one retransmission timeout, and a whole session takes little
// longer than without a helper.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <iostream>
#include <string>
#include <vector>

#include "tests/tcp/chance.h"
#include "tests/tcp/laws.h"

namespace rtsp::test {
namespace {

// The time of the path itself: there and back, and a delayed acknowledgement.
constexpr Time kPath = 20ms + 40ms;

// With Nagle's algorithm, which is the default of an application.
Trial AnyPieces(std::uint32_t segment_bytes) {
  Trial trial;
  trial.plan = *AnyDice(200);
  trial.session.pieces = *AnyDice(200);
  trial.realm = *rc::gen::inRange(0U, kRealms);
  trial.router.answers.taken = static_cast<std::uint8_t>(*rc::gen::inRange(0, 8));
  trial.router.length_changes =
      *rc::gen::element(RTSPNAT_ANY_LENGTH_CHANGE, RTSPNAT_ONE_LENGTH_CHANGE, RTSPNAT_NO_LENGTH_CHANGE);
  for (EndpointOptions& end : trial.session.network.ends) {
    end.sender.segment_bytes = segment_bytes;
    end.receiver.may_overshoot = 2048;
    end.delays_acknowledgements = *rc::gen::arbitrary<bool>();
  }
  return trial;
}

RC_GTEST_PROP(StallLaw, L7NoWaitIsLongerThanOneTimeout, ()) {
  const Trial trial = AnyPieces(*rc::gen::element(1460U, 536U, 64U, 9U));
  const Judgement judgement = Judge(trial);
  RC_CLASSIFY(judgement.Noted(RTSPNAT_NOTE_CUSTODY), "custody");
  RC_LOG() << judgement.result.longest_stall.count() << " us beyond the timeout\n" << Trace(trial);
  for (const std::string& law : judgement.broken) RC_LOG() << law << '\n';
  RC_ASSERT(judgement.broken.empty());
  RC_ASSERT(judgement.result.longest_stall <= kPath);
}

// The time of a turn after its last write: one timeout for withheld bytes; another if the packet that carries them must be cut, because it would be the
// longest so far; and the round trips of the bytes that wait behind them, one for each segment, because a timeout shuts the congestion window.
RC_GTEST_PROP(StallLaw, L7WhatIsWrittenArrivesWithinTwoTimeouts, ()) {
  const Trial trial = AnyPieces(1460);
  const Judgement judgement = Judge(trial);
  const SessionResult& result = judgement.result;
  RC_CLASSIFY(result.longest_rest > result.longest_timeout + 5 * kPath, "two timeouts");
  RC_LOG() << result.longest_rest.count() << " us\n" << Trace(trial);
  RC_ASSERT(result.longest_rest <= 2 * result.longest_timeout + 5 * kPath);
}

// A request in every number of equal pieces, without a pause, with a short one, and with one beyond the timeout.
TEST(StallLaw, L7OneRequestInEveryNumberOfPieces) {
  const std::string request =
      "SETUP rtsp://server/stream RTSP/1.0\r\nCSeq: 2\r\nTransport: "
      "RTP/AVP;unicast;client_port=5000-5001\r\n\r\n";
  for (const int pause : {0, 4, 6}) {  // See Session::Say().
    Time stall = Time::zero();
    Time rest = Time::zero();
    unsigned timeouts = 0;
    for (std::size_t size = 1; size < request.size(); ++size) {
      Trial trial;
      trial.turns = {{0, request}};
      trial.router.answers.taken = 3;
      for (std::size_t i = 0; i < request.size(); i += size)
        trial.session.pieces += {static_cast<char>(size), static_cast<char>(pause)};
      const Judgement judgement = Judge(trial);
      EXPECT_EQ(judgement.broken, std::vector<std::string>{});
      stall = std::max(stall, judgement.result.longest_stall);
      rest = std::max(rest, judgement.result.longest_rest - judgement.result.longest_timeout);
      timeouts = std::max(timeouts, judgement.result.timeouts);
    }
    std::cout << "pause " << pause << ": at most " << timeouts << " timeouts, a wait " << stall.count() / 1000
              << " ms, a rest " << rest.count() / 1000 << " ms beyond one\n";
    EXPECT_LE(stall, kPath);
    EXPECT_LE(rest, 3 * kPath);
  }
}

}  // namespace
}  // namespace rtsp::test
