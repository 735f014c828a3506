// SPDX-License-Identifier: MIT OR GPL-2.0-only
// A connection that is forgotten between two messages and opened again goes on as if it had never been forgotten.
#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "rtsp/framer.h"
#include "tests/harness/dialogue.h"

namespace rtsp {
namespace {

using test::Dialogue;

const std::string kOptions = "OPTIONS rtsp://198.51.100.10/ RTSP/1.0\r\nCSeq: 1\r\n\r\n";
const std::string kOk = "RTSP/1.0 200 OK\r\nCSeq: 1\r\n\r\n";

std::string Request(unsigned cseq, const std::string& ports, const std::string& more = "") {
  return "SETUP rtsp://198.51.100.10/a RTSP/1.0\r\nCSeq: " + std::to_string(cseq) +
         "\r\nTransport: RTP/AVP;unicast;" + ports + "\r\n" + more + "\r\n";
}

std::string Answer(unsigned cseq, const std::string& transport, const std::string& status = "200 OK") {
  return "RTSP/1.0 " + status + "\r\nCSeq: " + std::to_string(cseq) +
         "\r\nSession: 1234;timeout=90\r\nTransport: " + transport + "\r\n\r\n";
}

using Lines = std::vector<std::pair<rtspnat_direction, std::string>>;

// The core has to remember something of each of these.
std::vector<Lines> Conversations() {
  const std::string teardown = "TEARDOWN rtsp://198.51.100.10/a RTSP/1.0\r\nCSeq: 9\r\nSession: 1234\r\n\r\n";
  const std::string ports = "client_port=5000-5001";
  const Lines played = {
      {RTSPNAT_ORIGINAL, kOptions},
      {RTSPNAT_REPLY, kOk},
      {RTSPNAT_ORIGINAL, Request(2, ports)},
      {RTSPNAT_REPLY, Answer(2, "RTP/AVP;unicast;client_port=5000-5001;server_port=6000-6001")},
      {RTSPNAT_ORIGINAL, teardown},
      {RTSPNAT_REPLY, "RTSP/1.0 200 OK\r\nCSeq: 9\r\n\r\n"},
      {RTSPNAT_ORIGINAL, Request(10, "client_port=7000-7001")},
      {RTSPNAT_REPLY, Answer(10, "RTP/AVP;unicast;client_port=7000-7001")}};
  const std::string frame = std::string("$\0\0\4abcd", 8);
  return {
      played,
      {{RTSPNAT_ORIGINAL, Request(2, "interleaved=0-1")},
       {RTSPNAT_REPLY, Answer(2, "RTP/AVP/TCP;unicast;interleaved=0-1")},
       {RTSPNAT_REPLY, frame},
       {RTSPNAT_ORIGINAL, Request(3, ports)}},
      {{RTSPNAT_ORIGINAL, "OPTIONS * RTSP/1.0\r\nCSeq: 1\r\nSupported: nat.stun\r\n\r\n"},
       {RTSPNAT_REPLY, kOk},
       {RTSPNAT_ORIGINAL, Request(3, ports)}},
      // A gap: the core believes less of later replies.
      {{RTSPNAT_ORIGINAL, kOptions},
       {RTSPNAT_REPLY, "what is this\r\n" + kOk},
       {RTSPNAT_ORIGINAL, Request(2, ports)},
       {RTSPNAT_REPLY, Answer(2, "RTP/AVP;unicast;client_port=5000-5001;server_port=6000-6001")}},
      // A lone LF begins no head where the first one had CR LF.
      {{RTSPNAT_ORIGINAL, kOptions},
       {RTSPNAT_REPLY, kOk},
       {RTSPNAT_ORIGINAL, "OPTIONS * RTSP/1.0\nCSeq: 2\n\n" + Request(3, ports)}},
      // The reply to the request before, once more.
      {{RTSPNAT_ORIGINAL, kOptions},
       {RTSPNAT_REPLY, kOk},
       {RTSPNAT_ORIGINAL, Request(2, ports)},
       {RTSPNAT_REPLY, "RTSP/1.0 454 No\r\nCSeq: 1\r\n\r\n"},
       {RTSPNAT_REPLY, Answer(2, "RTP/AVP;unicast;client_port=5000-5001")}},
  };
}

// Plays the session in pieces of `size` bytes, and forgets the connection whenever nothing is lost. Returns how often it did.
unsigned Play(Dialogue& dialogue, const Lines& lines, std::size_t size, bool forgets) {
  unsigned forgotten = 0;
  for (const auto& [direction, text] : lines) {
    for (std::size_t at = 0; at < text.size(); at += size) {
      dialogue.Send(direction, std::string_view(text).substr(at, size));
      const rtspnat_direction other = direction == RTSPNAT_REPLY ? RTSPNAT_ORIGINAL : RTSPNAT_REPLY;
      dialogue.Acknowledge(direction, dialogue.Next(direction));
      dialogue.Send(other, {});
      if (forgets) forgotten += dialogue.Forget() == RTSPNAT_LOSES_NOTHING ? 1U : 0U;
    }
  }
  return forgotten;
}

TEST(Forgetting, GoesOnAsIfItHadNotBeenForgotten) {
  for (const Lines& lines : Conversations()) {
    for (const std::size_t size : {std::size_t{1}, std::size_t{7}, std::size_t{10000}}) {
      SCOPED_TRACE(lines[0].second + " in pieces of " + std::to_string(size));
      Dialogue kept, forgotten;
      (void)Play(kept, lines, size, false);
      EXPECT_GE(Play(forgotten, lines, size, true), 1U);
      EXPECT_EQ(forgotten.Log(), kept.Log());
      for (const auto direction : {RTSPNAT_ORIGINAL, RTSPNAT_REPLY})
        EXPECT_EQ(forgotten.Left(direction), kept.Left(direction));
      for (unsigned note = 0; note < RTSPNAT_NOTES; ++note)
        EXPECT_EQ(forgotten.EverNoted(static_cast<rtspnat_note>(note)),
                  kept.EverNoted(static_cast<rtspnat_note>(note)))
            << rtspnat_note_name(note);
      EXPECT_TRUE(forgotten.Broken().empty()) << forgotten.Broken().front();
    }
  }
}

TEST(Forgetting, SessionsLiveAsLongAsTheServerSaid) {
  Dialogue dialogue;
  const Lines lines = Conversations()[0];
  (void)Play(dialogue, lines, 10000, true);
  dialogue.Send(RTSPNAT_ORIGINAL, {}, RTSPNAT_FIN);
  ASSERT_FALSE(dialogue.Log().empty());
  EXPECT_NE(dialogue.Log().back().find("90"), std::string::npos) << dialogue.Log().back();
}

TEST(Forgetting, TellsWhatIsLost) {
  Dialogue dialogue;
  EXPECT_EQ(dialogue.Forget(), RTSPNAT_LOSES_NOTHING);
  dialogue.Send(RTSPNAT_ORIGINAL, "OPTIO");
  EXPECT_EQ(dialogue.Forget(), RTSPNAT_LOSES_PLACE);
  dialogue.Send(RTSPNAT_ORIGINAL, kOptions.substr(5));
  EXPECT_EQ(dialogue.Forget(), RTSPNAT_LOSES_REQUESTS);
  dialogue.Send(RTSPNAT_REPLY, kOk.substr(0, 20));
  EXPECT_EQ(dialogue.Forget(), RTSPNAT_LOSES_PLACE);
  dialogue.Send(RTSPNAT_REPLY, kOk.substr(20));
  EXPECT_EQ(dialogue.Forget(), RTSPNAT_LOSES_NOTHING);
  const std::string setup = Request(2, "client_port=5000-5001");
  dialogue.Send(RTSPNAT_ORIGINAL, setup.substr(0, setup.size() - 10));
  EXPECT_EQ(dialogue.Forget(), RTSPNAT_LOSES_BYTES) << "withheld";
  dialogue.Send(RTSPNAT_ORIGINAL, setup.substr(setup.size() - 10));
  EXPECT_EQ(dialogue.Forget(), RTSPNAT_LOSES_BYTES) << "a mapping";
}

TEST(Forgetting, WhereMediaRanNobodyGoesOn) {
  Dialogue dialogue;
  dialogue.Send(RTSPNAT_ORIGINAL, kOptions);
  dialogue.Send(RTSPNAT_REPLY, std::string("$\0\0\4abcd", 8) + kOk);
  EXPECT_EQ(dialogue.Forget(), RTSPNAT_LOSES_PLACE);
}

TEST(Forgetting, AnEditIsNotForgottenBeforeItHasArrived) {
  Dialogue dialogue;
  dialogue.reserve = [](const rtspnat_step& step, std::uint16_t&) {
    return step.mapping.outside[0] == 5000 ? RTSPNAT_BUSY : RTSPNAT_YES;
  };
  dialogue.Send(RTSPNAT_ORIGINAL, Request(2, "client_port=5000-5001"));
  dialogue.Send(RTSPNAT_REPLY, "RTSP/1.0 461 No\r\nCSeq: 2\r\n\r\n");
  EXPECT_EQ(dialogue.Held(), 0U);
  EXPECT_EQ(dialogue.Forget(), RTSPNAT_LOSES_BYTES);
  dialogue.Acknowledge(RTSPNAT_ORIGINAL, dialogue.Next(RTSPNAT_ORIGINAL));
  dialogue.Send(RTSPNAT_REPLY, {});
  EXPECT_EQ(dialogue.Forget(), RTSPNAT_LOSES_NOTHING);
}

// The core takes every byte that may begin a start line for one, and no other byte.
TEST(Forgetting, OpensWithWhatAStartLineBeginsWith) {
  for (unsigned byte = 0; byte < 256; ++byte) {
    const auto first = static_cast<std::uint8_t>(byte);
    const std::string line = static_cast<char>(first) + std::string(" rtsp://a/ RTSP/1.0");
    const bool starts = LexStartLine(Cursor(reinterpret_cast<const std::uint8_t*>(line.data()),
                                            static_cast<std::uint32_t>(line.size())))
                            .kind != StartKind::kInvalid;
    if (byte == '\r' || byte == '\n') {
      EXPECT_EQ(rtspnat_judge_opening(&first, 1), RTSPNAT_OPENS_LATER);
    } else {
      EXPECT_EQ(rtspnat_judge_opening(&first, 1), starts ? RTSPNAT_OPENS : RTSPNAT_OPENS_NOT) << byte;
    }
  }
  const std::uint8_t lines[] = {'\r', '\n', '\r', '\n', 'R'};
  EXPECT_EQ(rtspnat_judge_opening(lines, 4), RTSPNAT_OPENS_LATER);
  EXPECT_EQ(rtspnat_judge_opening(lines, 5), RTSPNAT_OPENS);
  EXPECT_EQ(rtspnat_judge_opening(nullptr, 0), RTSPNAT_OPENS_LATER);
}

}  // namespace
}  // namespace rtsp
