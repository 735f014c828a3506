// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "rtspnat.h"

#include "mangler/connection.h"

// The ABI hands out memory that it does not own; this is placement new without <new>.
struct InPlace {};
inline void* operator new(std::size_t, void* memory, InPlace) noexcept { return memory; }

struct rtspnat_connection : mangle::Connection {
  using mangle::Connection::Connection;
};

extern "C" {

size_t rtspnat_connection_size(void) { return sizeof(rtspnat_connection); }

unsigned int rtspnat_mappings(void) { return limits::kMappings; }

rtspnat_connection* rtspnat_open(void* memory, const rtspnat_setup* setup) {
  return new (memory, InPlace{}) rtspnat_connection(*setup);
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
  return connection->JudgeLoss(*position);
}

bool rtspnat_skip(rtspnat_connection* connection, const rtspnat_segment* segment) {
  return connection->Skip(*segment);
}

rtspnat_frames rtspnat_skip_frames(rtspnat_connection* connection, const rtspnat_segment* segment,
                                   const uint8_t* bytes, uint32_t length, uint32_t* offset) {
  return connection->SkipFrames(*segment, bytes::Cursor(bytes, bytes != nullptr ? length : 0), *offset);
}

void rtspnat_begin(rtspnat_connection* connection, const rtspnat_segment* segment) {
  connection->Begin(*segment);
}

rtspnat_ask rtspnat_next(rtspnat_connection* connection, rtspnat_step* step) {
  return connection->Next(*step);
}

void rtspnat_answer(rtspnat_connection* connection, rtspnat_reply reply, uint16_t first_port) {
  connection->Answer(reply, first_port);
}

bool rtspnat_get_edit(const rtspnat_connection* connection, unsigned int index, rtspnat_edit* edit) {
  return connection->GetEdit(index, *edit);
}

bool rtspnat_close(rtspnat_connection* connection, rtspnat_step* step) { return connection->Close(*step); }

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
  };
  static_assert(sizeof(kNames) / sizeof(kNames[0]) == RTSPNAT_NOTES);
  return note < RTSPNAT_NOTES ? kNames[note] : "?";
}

}  // extern "C"
