// SPDX-License-Identifier: MIT OR GPL-2.0-only
// Memory and bytes that the embedder gives for a while: law 14 of rtspnat.h, and payloads that come in pieces.
#include <gtest/gtest.h>

#include <string>

#include "tests/unit/messages.h"

namespace rtsp::test {
namespace {

using Lines = std::vector<std::string>;

const std::string kTransport = "RTP/AVP;unicast;client_port=5000-5001";
const std::string kRequest = SetupRequest(1, kTransport);
const std::string kNewRequest = SetupRequest(1, "RTP/AVP;unicast;client_port=5002-5003");
const std::string kReply =
    ReplyTo(1, "200 OK", "RTP/AVP;unicast;client_port=5000-5001;server_port=7000-7001");

std::uint32_t Size(const std::string& text) { return static_cast<std::uint32_t>(text.size()); }

class LendingTest : public ::testing::Test {
 protected:
  void TearDown() override {
    dialogue.Close();
    EXPECT_EQ(dialogue.Broken(), Lines{});
  }

  Dialogue dialogue;
};

TEST_F(LendingTest, Law14WhatNeedsNoEditAndIsWholeNeedsNoBuffer) {
  dialogue.lends = false;
  EXPECT_EQ(dialogue.Send(kC2S, kRequest).sent, kRequest);
  EXPECT_EQ(dialogue.Send(kS2C, kReply).sent, kReply);
  EXPECT_EQ(dialogue.Live(), 1U);
  EXPECT_FALSE(dialogue.EverNoted(RTSPNAT_NOTE_NOT_LENT));
}

TEST_F(LendingTest, Law14AnEditHasABufferUntilItHasArrived) {
  dialogue.reserve = TakenBelow(5002);
  const Outcome sent = dialogue.Send(kC2S, kRequest);
  EXPECT_EQ(sent.sent, kNewRequest);
  EXPECT_EQ(dialogue.Lent(), 1U);
  EXPECT_TRUE(sent.holding) << "an empty segment may bring the acknowledgement";
  dialogue.Acknowledge(kC2S, Size(kRequest) - 2);
  const Outcome part = dialogue.Send(kS2C, "");
  EXPECT_EQ(dialogue.Lent(), 0U) << "the edit has arrived, if not all of the request";
  EXPECT_FALSE(part.skipped) << "the buffer could not have come back";
  EXPECT_FALSE(part.holding);
}

TEST_F(LendingTest, Law14ALineHasABufferUntilItsEndIsThere) {
  for (std::size_t cut = 1; cut < kRequest.size() - 2; ++cut) {
    Dialogue lines;
    lines.Send(kC2S, kRequest.substr(0, cut));
    EXPECT_EQ(lines.Lent(), cut == kRequest.find('\n') + 1 ? 0U : 1U) << "a header line may go on: " << cut;
    lines.Send(kC2S, kRequest.substr(cut));
    lines.Acknowledge(kC2S, Size(kRequest));
    lines.Send(kS2C, "");
    EXPECT_EQ(lines.Lent(), 0U) << cut;
    EXPECT_EQ(lines.Left(kC2S), kRequest);
    EXPECT_EQ(lines.Broken(), Lines{});
  }
}

TEST_F(LendingTest, Law14BetweenMessagesNothingIsLent) {
  dialogue.reserve = TakenBelow(5002);
  dialogue.Send(kC2S, kRequest);
  dialogue.Acknowledge(kC2S, Size(kRequest));
  dialogue.Send(kS2C, ReplyTo(1, "200 OK", "RTP/AVP;unicast;client_port=5002-5003;server_port=7000-7001"));
  EXPECT_EQ(dialogue.Lent(), 1U) << "the reply is edited too";
  dialogue.Acknowledge(kS2C, dialogue.Next(kS2C));
  dialogue.Send(kC2S, "");
  EXPECT_EQ(dialogue.Lent(), 0U);
  EXPECT_EQ(dialogue.Live(), 1U);
}

// With one addition at a time the text that was added is needed until the next one leaves.
TEST_F(LendingTest, AnAdditionKeepsItsBufferAndAsksForNoEmptySegments) {
  rtspnat_setup setup = Dialogue::SetupOf(true, RTSPNAT_ONE_LENGTH_CHANGE);
  setup.inside = {4, {10, 0, 1, 2}};
  setup.outside = {4, {203, 0, 113, 111}};
  Dialogue grows(setup);
  const std::string request = SetupRequest(1, "RTP/AVP;unicast;destination=10.0.1.2;client_port=5000-5001");
  EXPECT_GT(grows.Send(kC2S, request).sent.size(), request.size());
  grows.Acknowledge(kC2S, Size(request));
  const Outcome heard = grows.Send(kS2C, ReplyTo(1, "404 Not Found"));
  EXPECT_EQ(grows.Lent(), 1U);
  EXPECT_FALSE(heard.holding);
  EXPECT_EQ(grows.Broken(), Lines{});
}

TEST_F(LendingTest, WithoutMemoryALineThatNeedsAnEditStaysAsItIs) {
  dialogue.reserve = TakenBelow(5002);
  dialogue.lends = false;
  const Outcome sent = dialogue.Send(kC2S, kRequest);
  EXPECT_EQ(sent.sent, kRequest);
  EXPECT_TRUE(sent.Noted(RTSPNAT_NOTE_NOT_LENT));
  EXPECT_FALSE(sent.transparent);
  EXPECT_EQ(dialogue.Held(), 0U) << "what was reserved for the line was given back";
  dialogue.Send(kS2C, ReplyTo(1, "200 OK"));
  dialogue.lends = true;
  EXPECT_NE(dialogue.Send(kC2S, SetupRequest(2, kTransport)).edits, 0U) << "the next SETUP is helped";
}

TEST_F(LendingTest, WithoutMemoryForTheFrontOfALineTheConnectionIsLeftAlone) {
  dialogue.Send(kC2S, kRequest);
  dialogue.lends = false;
  const Outcome sent = dialogue.Send(kC2S, "SETUP rtsp://s/2 RTSP/1.0\r\nTrans");
  EXPECT_EQ(sent.sent, "SETUP rtsp://s/2 RTSP/1.0\r\nTrans");
  EXPECT_TRUE(sent.transparent);
  EXPECT_TRUE(sent.Noted(RTSPNAT_NOTE_NOT_LENT));
  EXPECT_EQ(dialogue.Held(), 1U) << "what was agreed stays until the connection ends";
}

TEST_F(LendingTest, Law5PiecesOfAPayloadGiveTheSameBytes) {
  const std::string two = kRequest + SetupRequest(2, "RTP/AVP;unicast;client_port=6001-6002");
  Dialogue whole;
  whole.reserve = TakenBelow(5002);
  whole.Send(kC2S, two);
  for (std::uint32_t piece = 1; piece < two.size(); ++piece) {
    Dialogue pieces;
    pieces.reserve = TakenBelow(5002);
    pieces.piece = piece;
    EXPECT_EQ(pieces.Send(kC2S, two).sent, whole.Left(kC2S)) << piece;
    EXPECT_EQ(pieces.Log(), whole.Log()) << piece;
    EXPECT_FALSE(pieces.EverNoted(RTSPNAT_NOTE_WITHHELD)) << piece;
    EXPECT_EQ(pieces.Broken(), Lines{});
  }
}

// A withheld line goes on in a segment that comes in pieces.
TEST_F(LendingTest, Law5PiecesBehindAWithheldLine) {
  for (std::uint32_t piece = 1; piece < 30; ++piece) {
    Dialogue pieces;
    pieces.reserve = TakenBelow(5002);
    pieces.piece = piece;
    pieces.Send(kC2S, kRequest.substr(0, kRequest.size() - 20));
    pieces.Send(kC2S, kRequest.substr(kRequest.size() - 20));
    EXPECT_EQ(pieces.Left(kC2S), kNewRequest) << piece;
    EXPECT_EQ(pieces.Broken(), Lines{});
  }
}

// One connection by the bare ABI.
class AbiTest : public ::testing::Test {
 protected:
  void Open(std::uint8_t options) {
    rtspnat_setup setup = Dialogue::SetupOf(true);
    setup.options = options;
    embedder.Open(setup);
    next[0] = setup.first_seq[0];
    next[1] = setup.first_seq[1];
  }

  // The next bytes of a direction.
  rtspnat_segment SegmentOf(const std::string& bytes, rtspnat_direction direction = kC2S) {
    auto segment = Sized<rtspnat_segment>();
    segment.payload = reinterpret_cast<const std::uint8_t*>(bytes.data());
    segment.length = segment.at_hand = Size(bytes);
    segment.direction = static_cast<std::uint8_t>(direction);
    segment.seq = next[direction];
    next[direction] += segment.length;
    return segment;
  }

  // Answers all questions; the ports inside are taken outside.
  void Converse() {
    while (rtspnat_next(embedder.Connection(), &step) != RTSPNAT_DONE) {
      if (embedder.Serve(step)) continue;
      const bool busy = step.ask == RTSPNAT_RESERVE && step.mapping.outside[0] == step.mapping.inside[0];
      rtspnat_answer(embedder.Connection(), busy ? RTSPNAT_BUSY : RTSPNAT_YES, step.mapping.outside[0]);
    }
    EXPECT_FALSE(embedder.IsMisused());
  }

  Embedder embedder;
  std::uint32_t next[2] = {};
  rtspnat_step step = Sized<rtspnat_step>();
};

TEST_F(AbiTest, ABodyNeedNotBeShown) {
  Open(0);
  const std::string head = "ANNOUNCE rtsp://s/a RTSP/1.0\r\nCSeq: 1\r\nContent-Length: 1000\r\n\r\n";
  auto segment = SegmentOf(head);
  segment.length += 1000;
  embedder.Begin(segment, Size(head));
  ASSERT_EQ(rtspnat_next(embedder.Connection(), &step), RTSPNAT_DONE) << "nothing more is asked for";
  EXPECT_EQ(step.done.keep, segment.length);
}

TEST_F(AbiTest, BytesThatAreNotShownEndTheReading) {
  Open(0);
  embedder.Begin(SegmentOf(kRequest), 20);
  rtspnat_ask ask = rtspnat_next(embedder.Connection(), &step);
  while (ask == RTSPNAT_LEND && embedder.Serve(step)) ask = rtspnat_next(embedder.Connection(), &step);
  ASSERT_EQ(ask, RTSPNAT_MORE);
  EXPECT_EQ(step.more.offset, 20U);
  rtspnat_answer(embedder.Connection(), RTSPNAT_NO, 0);
  Converse();
  EXPECT_TRUE(step.done.transparent);
  EXPECT_EQ(step.done.keep, Size(kRequest));
}

// A proxy: numbers mean nothing, nobody acknowledges, and nothing is sent again.
TEST_F(AbiTest, AStreamInAnyPiecesLeavesAsItDoesInOne) {
  const std::string reply = "RTSP/1.0 404 Not Found\r\nCSeq: 1\r\n\r\n";
  std::string stream;
  std::string expected;
  for (int i = 0; i < 6; ++i) {
    stream += SetupRequest(1, kTransport, "rtsp://s/a", "X-Long: " + std::string(700, 'x') + "\r\n");
    expected += SetupRequest(1, "RTP/AVP;unicast;client_port=5002-5003", "rtsp://s/a",
                             "X-Long: " + std::string(700, 'x') + "\r\n");
  }
  const std::size_t message = stream.size() / 6;
  for (const std::size_t size : {1U, 2U, 7U, 100U, 767U, 1448U}) {
    Open(RTSPNAT_OPTION_STREAM);
    std::string left;
    for (std::size_t at = 0; at < stream.size();) {
      const std::size_t end = std::min({at + size, stream.size(), (at / message + 1) * message});
      const std::string piece = stream.substr(at, end - at);
      auto segment = SegmentOf(piece);
      segment.seq = 12345;  // Ignored.
      EXPECT_FALSE(rtspnat_skip(embedder.Connection(), &segment));
      embedder.Move();
      embedder.Begin(segment);
      Converse();
      ASSERT_EQ(step.done.verdict, RTSPNAT_ACCEPT);
      ASSERT_NE(step.done.taken, 0U) << "the loop would not end";
      std::string sent(reinterpret_cast<const char*>(step.done.prefix), step.done.prefix_length);
      sent += piece.substr(0, step.done.keep);
      auto edit = Sized<rtspnat_edit>();
      for (unsigned i = step.done.edits; i-- > 0;) {
        ASSERT_TRUE(rtspnat_get_edit(embedder.Connection(), i, &edit));
        sent.replace(edit.offset, edit.length, reinterpret_cast<const char*>(edit.text), edit.text_length);
      }
      left += sent;
      at += step.done.taken;
      if (at % message != 0) continue;
      embedder.Begin(SegmentOf(reply, kS2C));
      Converse();
    }
    EXPECT_EQ(left, expected) << size;
    EXPECT_LE(embedder.Lent(), 1U) << "the last edit has left; its buffer comes back with the next bytes";
  }
}

TEST_F(AbiTest, MappingsCanBeListed) {
  Open(0);
  embedder.Begin(SegmentOf(kRequest));
  Converse();
  ASSERT_TRUE(rtspnat_get_mapping(embedder.Connection(), 0, &step));
  EXPECT_EQ(step.mapping.state, RTSPNAT_RESERVED);
  EXPECT_EQ(step.mapping.inside[1], 5001);
  EXPECT_EQ(step.mapping.outside[0], 5002);
  const std::string reply =
      ReplyTo(1, "200 OK", "RTP/AVP;unicast;client_port=5002-5003;server_port=7000-7001");
  embedder.Begin(SegmentOf(reply, kS2C));
  Converse();
  ASSERT_TRUE(rtspnat_get_mapping(embedder.Connection(), 0, &step));
  EXPECT_EQ(step.mapping.state, RTSPNAT_LIVE);
  EXPECT_EQ(step.mapping.streams, 1);
  EXPECT_EQ(step.mapping.peer[1], 7001);
  EXPECT_FALSE(rtspnat_get_mapping(embedder.Connection(), 1, &step));
  EXPECT_FALSE(rtspnat_get_mapping(embedder.Connection(), rtspnat_mappings(), &step));
}

TEST_F(AbiTest, AConnectionMayBeForgottenOnceNothingDependsOnIt) {
  Open(0);
  const std::string other = "GET / HTTP/1.1\r\n";
  embedder.Begin(SegmentOf(other));
  Converse();
  EXPECT_TRUE(step.done.transparent);
  EXPECT_TRUE(step.done.may_forget);
  Open(0);
  embedder.Begin(SegmentOf(kRequest));
  Converse();
  EXPECT_FALSE(step.done.may_forget);
  const std::string nothing;
  rtspnat_segment end = SegmentOf(nothing);
  end.flags = RTSPNAT_RST;
  embedder.Begin(end);
  Converse();
  EXPECT_FALSE(step.done.may_forget) << "the text may be sent again";
}

TEST_F(AbiTest, MisuseChangesNothingAndIsSaid) {
  std::uint64_t memory[RTSPNAT_CONNECTION_MAX / 8];
  std::uint64_t scratch[RTSPNAT_SCRATCH_MAX / 8];
  rtspnat_setup setup = Dialogue::SetupOf(true);
  EXPECT_EQ(rtspnat_version(), static_cast<unsigned>(RTSPNAT_VERSION));
  EXPECT_EQ(rtspnat_open(nullptr, sizeof(memory), &setup), nullptr);
  EXPECT_EQ(rtspnat_open(memory, rtspnat_connection_size() - 1, &setup), nullptr);
  EXPECT_EQ(rtspnat_open(reinterpret_cast<char*>(memory) + 1, sizeof(memory), &setup), nullptr);
  EXPECT_EQ(rtspnat_open(memory, sizeof(memory), nullptr), nullptr);
  setup.size -= 1;
  EXPECT_EQ(rtspnat_open(memory, sizeof(memory), &setup), nullptr);
  setup.size = sizeof(setup) + 8;  // Of a later version.
  rtspnat_connection* const connection = rtspnat_open(memory, sizeof(memory), &setup);
  ASSERT_NE(connection, nullptr);

  EXPECT_EQ(rtspnat_next(connection, &step), RTSPNAT_MISUSE) << "no segment was taken in";
  rtspnat_answer(connection, RTSPNAT_YES, 5000);
  EXPECT_FALSE(rtspnat_lend(connection, scratch));
  EXPECT_FALSE(rtspnat_show(connection, nullptr, 0));
  auto edit = Sized<rtspnat_edit>();
  EXPECT_FALSE(rtspnat_get_edit(connection, 0, &edit));
  EXPECT_EQ(rtspnat_take_buffer(connection), nullptr);

  rtspnat_segment segment = SegmentOf(kRequest);
  EXPECT_FALSE(rtspnat_begin(connection, nullptr, &segment));
  EXPECT_FALSE(rtspnat_begin(connection, scratch, nullptr));
  segment.size -= 1;
  EXPECT_FALSE(rtspnat_begin(connection, scratch, &segment));
  EXPECT_FALSE(rtspnat_skip(connection, &segment));
  std::uint32_t offset = 0;
  EXPECT_EQ(rtspnat_skip_frames(connection, &segment, nullptr, 0, &offset), RTSPNAT_FRAMES_NO);
  segment.size += 1;
  ASSERT_TRUE(rtspnat_begin(connection, scratch, &segment));
  step.size = 4;
  EXPECT_EQ(rtspnat_next(connection, &step), RTSPNAT_MISUSE);
  EXPECT_FALSE(rtspnat_close(connection, &step));
  EXPECT_FALSE(rtspnat_get_mapping(connection, 0, &step));
  auto position = Sized<rtspnat_position>();
  EXPECT_EQ(rtspnat_judge_loss(connection, &position), RTSPNAT_LOSES_BYTES) << "the dialogue goes on";
}

// The scratch of a dialogue that was left may be gone.
TEST_F(AbiTest, ADialogueThatWasLeftEndsTheReading) {
  Open(0);
  embedder.Begin(SegmentOf(kRequest));
  ASSERT_EQ(rtspnat_next(embedder.Connection(), &step), RTSPNAT_RESERVE);
  const std::string second = SetupRequest(2, kTransport);
  const rtspnat_segment segment = SegmentOf(second);
  embedder.Begin(segment);
  Converse();
  EXPECT_TRUE(step.done.transparent);
  EXPECT_EQ(step.done.keep, segment.length);
  EXPECT_FALSE(rtspnat_get_mapping(embedder.Connection(), 0, &step));
}

}  // namespace
}  // namespace rtsp::test
