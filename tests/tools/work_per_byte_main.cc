// SPDX-License-Identifier: MIT OR GPL-2.0-only
// Law L6: streams that make the core work as much as they can. work_per_byte.py counts the instructions.
// usage: work_per_byte NAME BYTES
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "rtspnat.h"
#include "tests/harness/embedder.h"

namespace rtsp::test {

/// Gives the core one segment and asks for its whole plan. callgrind counts only this function.
[[gnu::noinline]] void GiveToCore(rtspnat_connection* connection, const rtspnat_segment& segment, bool busy,
                                  rtspnat_step& step) {
  static std::uint64_t scratch[RTSPNAT_SCRATCH_MAX / 8];
  static std::uint64_t buffers[2][RTSPNAT_BUFFER_MAX / 8];
  step = Sized<rtspnat_step>();
  auto edit = Sized<rtspnat_edit>();
  if (rtspnat_skip(connection, &segment)) return;
  rtspnat_begin(connection, scratch, &segment);
  while (rtspnat_next(connection, &step) != RTSPNAT_DONE) {
    if (step.ask == RTSPNAT_LEND) rtspnat_lend(connection, buffers[step.buffer.direction]);
    const bool is_busy = busy && step.ask == RTSPNAT_RESERVE;
    rtspnat_answer(connection, is_busy ? RTSPNAT_BUSY : RTSPNAT_YES, step.mapping.outside[0]);
  }
  for (unsigned i = step.done.edits; i-- > 0;) static_cast<void>(rtspnat_get_edit(connection, i, &edit));
}

namespace {

constexpr std::uint32_t kWhole = 1448;

struct Stream {
  const char* name;
  std::string head;       // This text comes once.
  std::string text;       // This text repeats until there are enough bytes,
  std::uint32_t size;     // in segments of this many bytes,
  std::uint32_t repeats;  // each sent this many times.
  bool busy;              // No port is free.
  bool acknowledges;      // The receiver acknowledges everything at once.
};

std::string Times(unsigned count, std::string_view text) {
  std::string all;
  for (unsigned i = 0; i < count; ++i) all += text;
  return all;
}

std::vector<Stream> Streams() {
  const std::string options = "OPTIONS * RTSP/1.0\r\n";
  const std::string setup = "SETUP rtsp://s/1 RTSP/1.0\r\nCSeq: 1\r\n";
  const std::string spec = "RTP/AVP;unicast;client_port=5000-5001;destination=10.0.1.2";
  const std::string transport = "Transport: " + spec + "\r\n\r\n";
  const std::string folded = "Transport: RTP/AVP;unicast" + Times(200, "\r\n ;") + "\r\n\r\n";
  const std::string list =
      "Transport: " + Times(12, "RTP/AVP;unicast;client_port=5000-5001,") + spec + "\r\n\r\n";
  // An odd pair becomes another one, so that the core reads the whole line once more.
  const std::string odd = "RTP/AVP;unicast;client_port=5001-5002";
  const std::string places =
      "Transport: " + Times(24, "RTP/AVP;multicast;client_port=5001-5002,") + odd + "\r\n\r\n";
  const std::string repeats = "Transport: " + odd + Times(30, ";port=1;client_port=5001-5002") + "\r\n\r\n";
  const std::string doubts = "Transport: " + odd + Times(30, ",x;client_port=1;client_port=2") + "\r\n\r\n";
  const std::string commas = "Transport: " + Times(1000, ",") + "\r\n\r\n";
  return {
      {"requests_whole", "", setup + transport, kWhole, 1, false, true},
      {"requests_by_byte", "", setup + transport, 1, 1, false, true},
      {"requests_by_byte_sent_4_times", "", setup + transport, 1, 4, false, true},
      {"edits_unacknowledged_by_byte", Times(20, setup + transport), "OPTIONS * RTSP/1.0\r\n\r\n", 1, 1,
       false, false},
      {"long_line_withheld_by_byte", "", setup + "Transport: " + std::string(980, 'x') + "\r\n\r\n", 1, 1,
       false, true},
      {"folds_by_byte", "", setup + folded, 1, 1, false, true},
      {"folds_whole", "", setup + folded, kWhole, 1, false, true},
      {"list_of_specs_whole", "", setup + list, kWhole, 1, false, true},
      {"places_that_follow_whole", "", setup + places, kWhole, 1, false, true},
      {"places_repeated_whole", "", setup + repeats, kWhole, 1, false, true},
      {"places_in_doubt_whole", "", setup + doubts, kWhole, 1, false, true},
      {"list_of_commas_whole", "", setup + commas, kWhole, 1, false, true},
      {"ports_all_busy_whole", "", setup + "Transport: RTP/AVP;client_port=5000\r\n\r\n", kWhole, 1, true,
       true},
      {"headers_short_whole", options, "a:\r\n", kWhole, 1, false, true},
      {"headers_named_like_ours_whole", options, "Transport-Info: x\r\nSessio: y\r\nCSe: 1\r\n", kWhole, 1,
       false, true},
      {"blank_lines_whole", options + "\r\n", "\r\n", kWhole, 1, false, true},
      {"messages_short_whole", "", "A * RTSP/1.0\r\n\r\n", kWhole, 1, false, true},
      {"frames_empty_whole", options + "\r\n", std::string("$\0\0\0", 4), kWhole, 1, false, true},
      {"frames_empty_by_byte", options + "\r\n", std::string("$\0\0\0", 4), 1, 1, false, true},
  };
}

rtspnat_segment SegmentOf(std::string_view bytes, std::uint32_t seq, std::uint32_t ack,
                          rtspnat_direction direction) {
  auto segment = Sized<rtspnat_segment>();
  segment.payload = reinterpret_cast<const std::uint8_t*>(bytes.data());
  segment.length = segment.at_hand = static_cast<std::uint32_t>(bytes.size());
  segment.seq = seq;
  segment.ack = ack;
  segment.direction = static_cast<std::uint8_t>(direction);
  segment.flags = RTSPNAT_ACK;
  return segment;
}

// Returns the position at which the sender goes on: behind the segment, or at the tail that the core cut off.
std::uint32_t NextAfter(const rtspnat_segment& segment, const rtspnat_step& step) {
  if ((step.done.notes >> RTSPNAT_NOTE_TRIMMED & 1U) != 0)
    return step.done.seq + step.done.prefix_length + step.done.keep;
  return segment.seq + segment.length;
}

// Returns false if the core gave up the stream or dropped a segment, because the measurement then shows nothing.
bool Play(const Stream& stream, std::size_t bytes) {
  const std::string answer = "RTSP/1.0 404 Not Found\r\nCSeq: 1\r\n\r\n";  // Keeps requests from piling up.
  const bool asks = stream.text.find("CSeq: 1") != std::string::npos && stream.acknowledges;
  const auto size = static_cast<std::uint32_t>(answer.size());
  static std::uint64_t memory[RTSPNAT_CONNECTION_MAX / 8];
  auto setup = Sized<rtspnat_setup>();
  setup.inside = {4, {10, 0, 1, 2}};
  setup.outside = {4, {203, 0, 113, 1}};
  setup.may_translate = true;
  setup.length_changes = RTSPNAT_ANY_LENGTH_CHANGE;
  rtspnat_connection* connection = rtspnat_open(memory, sizeof(memory), &setup);
  std::string text = stream.head;
  while (text.size() < bytes) text += stream.text;
  bool follows = true;
  std::uint32_t answers = 0;
  auto step = Sized<rtspnat_step>();
  for (std::uint32_t at = 0; at < text.size() && follows;) {
    const std::string_view piece = std::string_view(text).substr(at, stream.size);
    const rtspnat_segment data = SegmentOf(piece, at, 0, RTSPNAT_ORIGINAL);
    for (std::uint32_t i = 0; i < stream.repeats; ++i) {
      GiveToCore(connection, data, stream.busy, step);
      follows = follows && !step.done.transparent && step.done.verdict == RTSPNAT_ACCEPT;
      if (i == 0) at = NextAfter(data, step);
    }
    const std::uint32_t end = rtspnat_map_sequence(connection, RTSPNAT_ORIGINAL, at);
    for (; asks && (answers + 1) * stream.text.size() + stream.head.size() <= at; ++answers) {
      const rtspnat_segment reply = SegmentOf(answer, answers * size, end, RTSPNAT_REPLY);
      GiveToCore(connection, reply, false, step);
    }
    const rtspnat_segment heard = SegmentOf({}, answers * size, end, RTSPNAT_REPLY);
    if (stream.acknowledges) GiveToCore(connection, heard, false, step);
  }
  return follows;
}

}  // namespace
}  // namespace rtsp::test

int main(int argc, char** argv) {
  const std::vector<rtsp::test::Stream> streams = rtsp::test::Streams();
  if (argc != 3) {
    for (const rtsp::test::Stream& stream : streams) std::printf("%s %u\n", stream.name, stream.size);
    return 0;
  }
  for (const rtsp::test::Stream& stream : streams) {
    if (std::string_view(argv[1]) != stream.name) continue;
    return rtsp::test::Play(stream, static_cast<std::size_t>(std::atol(argv[2]))) ? 0 : 2;
  }
  return 1;
}
