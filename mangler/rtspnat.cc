// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "rtspnat.h"

#include "mangler/connection.h"

struct rtspnat_connection : mangle::Connection {
  using mangle::Connection::Connection;
};

namespace {

// True if `given` is there, and not smaller than in version 1 of the ABI.
template <typename Struct>
bool IsWhole(const Struct* given) {
  return given != nullptr && given->size >= sizeof(Struct);
}

bool IsMemory(const void* memory) {
  return memory != nullptr && reinterpret_cast<std::uintptr_t>(memory) % alignof(std::uint64_t) == 0;
}

void Clear(rtspnat_step& step) {
  const std::uint32_t size = step.size;
  step = {};
  step.size = size;
}

}  // namespace

extern "C" {

unsigned int rtspnat_version(void) { return RTSPNAT_VERSION; }

size_t rtspnat_connection_size(void) { return sizeof(rtspnat_connection); }

size_t rtspnat_scratch_size(void) { return sizeof(mangle::Scratch); }

size_t rtspnat_buffer_size(void) { return sizeof(stream::Buffer); }

unsigned int rtspnat_mappings(void) { return limits::kMappings; }

rtspnat_connection* rtspnat_open(void* memory, size_t size, const rtspnat_setup* setup) {
  if (!IsMemory(memory) || size < sizeof(rtspnat_connection) || !IsWhole(setup)) return nullptr;
  return new (memory) rtspnat_connection(*setup);
}

rtspnat_opening rtspnat_judge_opening(const uint8_t* bytes, uint32_t length) {
  switch (rtsp::JudgeOpening(bytes::Cursor(bytes, bytes != nullptr ? length : 0))) {
    case rtsp::Opening::kNothing: return RTSPNAT_OPENS_LATER;
    case rtsp::Opening::kMessage: return RTSPNAT_OPENS;
    case rtsp::Opening::kOther: break;
  }
  return RTSPNAT_OPENS_NOT;
}

rtspnat_loss rtspnat_judge_loss(const rtspnat_connection* connection, rtspnat_position* position) {
  return IsWhole(position) ? connection->JudgeLoss(*position) : RTSPNAT_LOSES_BYTES;
}

bool rtspnat_skip(rtspnat_connection* connection, const rtspnat_segment* segment) {
  return IsWhole(segment) && connection->Skip(*segment);
}

rtspnat_frames rtspnat_skip_frames(rtspnat_connection* connection, const rtspnat_segment* segment,
                                   const uint8_t* bytes, uint32_t length, uint32_t* offset) {
  if (!IsWhole(segment) || offset == nullptr) return RTSPNAT_FRAMES_NO;
  return connection->SkipFrames(*segment, bytes::Cursor(bytes, bytes != nullptr ? length : 0), *offset);
}

bool rtspnat_begin(rtspnat_connection* connection, void* scratch, const rtspnat_segment* segment) {
  if (!IsMemory(scratch) || !IsWhole(segment)) return false;
  connection->Begin(scratch, *segment);
  return true;
}

rtspnat_ask rtspnat_next(rtspnat_connection* connection, rtspnat_step* step) {
  if (!IsWhole(step) || !connection->HasSegment()) return RTSPNAT_MISUSE;
  Clear(*step);
  return connection->Next(*step);
}

void rtspnat_answer(rtspnat_connection* connection, rtspnat_reply reply, uint16_t first_port) {
  connection->Answer(reply, first_port);
}

bool rtspnat_lend(rtspnat_connection* connection, void* memory) {
  return connection->Lend(IsMemory(memory) ? memory : nullptr);
}

bool rtspnat_show(rtspnat_connection* connection, const uint8_t* bytes, uint32_t length) {
  return connection->Show(bytes::Cursor(bytes, bytes != nullptr ? length : 0));
}

bool rtspnat_get_edit(const rtspnat_connection* connection, unsigned int index, rtspnat_edit* edit) {
  return IsWhole(edit) && connection->GetEdit(index, *edit);
}

bool rtspnat_get_mapping(const rtspnat_connection* connection, unsigned int number, rtspnat_step* step) {
  if (!IsWhole(step)) return false;
  Clear(*step);
  return connection->GetMapping(number, step->mapping);
}

bool rtspnat_close(rtspnat_connection* connection, rtspnat_step* step) {
  if (!IsWhole(step)) return false;
  Clear(*step);
  return connection->Close(*step);
}

void* rtspnat_take_buffer(rtspnat_connection* connection) { return connection->TakeBuffer(); }

uint32_t rtspnat_map_sequence(const rtspnat_connection* connection, rtspnat_direction direction,
                              uint32_t seq) {
  return connection->MapSequence(direction, seq);
}

uint32_t rtspnat_map_acknowledgement(const rtspnat_connection* connection, rtspnat_direction direction,
                                     uint32_t ack) {
  return connection->MapAcknowledgement(direction, ack);
}

const char* rtspnat_note_name(unsigned int note) {
  static constexpr const char* kNames[] = {
      "requests",
      "responses",
      "setups",
      "interleaved_frames",
      "reserved",
      "live",
      "released",
      "edited",
      "same_port",
      "not_rtsp",
      "lost_framing",
      "bad_length",
      "line_too_long",
      "bad_transport",
      "bad_port",
      "not_unicast_udp",
      "other_address",
      "cannot_edit",
      "cut_transport",
      "no_cseq",
      "table_full",
      "no_ports",
      "expect_failed",
      "out_of_order",
      "gap",
      "withheld",
      "custody",
      "trimmed",
      "length_changed",
      "urgent",
      "published",
      "not_published",
      "lingers",
      "other_traversal",
      "bare_line_end",
      "reply_gap",
      "unanswered",
      "not_lent",
  };
  static_assert(sizeof(kNames) / sizeof(kNames[0]) == RTSPNAT_NOTES);
  return note < RTSPNAT_NOTES ? kNames[note] : "?";
}

}  // extern "C"
