// SPDX-License-Identifier: MIT OR GPL-2.0-only
// Segments of which nothing has to be read: media on the control connection, above all.
#include "mangler/connection.h"

namespace mangle {
namespace {

// Flags that end the reading, whatever the segment carries.
constexpr std::uint32_t kEnds = RTSPNAT_FIN | RTSPNAT_RST | RTSPNAT_URG;

}  // namespace

// True if a segment may be passed over that needs no reading: nothing is held, and no question is to be asked.
bool Connection::MayPassOver(const rtspnat_segment& segment) const {
  return is_quiet_ && (segment.flags & kEnds) == 0 && !(lent_ && FreesBuffer(segment));
}

// Takes in a segment that need not be read and ends `count` bytes behind the frontier. Nothing is held.
void Connection::PassOver(const rtspnat_segment& segment, Direction& direction, std::uint32_t count) {
  stream::Lane& lane = direction.lane;
  scratch_ = nullptr;
  const std::uint32_t payload = segment.segment_size != 0 ? segment.segment_size : segment.length;
  lane.NoteSize(payload, HeaderLength(segment));
  if (count != 0) lane.Advance(lane.Frontier() + count);
  if (lent_) ForgetEdits(segment, lane);
}

void Connection::ForgetEdits(const rtspnat_segment& segment, stream::Lane& lane) {
  NoteAcknowledgement(segment);
  lane.LeaveBehind();
}

// The payload need not be read if nothing in it is a line, no edit falls on it, and nothing is withheld.
bool Connection::Skip(const rtspnat_segment& segment) {
  if (!MayPassOver(segment)) return false;
  Direction& direction = directions_[segment.direction & 1];
  const stream::Range range{segment.seq, segment.length};
  if (lent_ && !direction.lane.IsUnedited(range)) return false;
  const std::int32_t past = stream::Distance(range.End(), direction.lane.Frontier());
  const std::uint32_t count = !range.Empty() && past > 0 ? static_cast<std::uint32_t>(past) : 0;
  if (count > direction.framer.SkipLeft() && !transparent_) return false;
  direction.framer.Skip(count);
  PassOver(segment, direction, count);
  return true;
}

// True if the segment goes on where the stream was left, between messages or in a frame or body. All edits lie before it.
bool Connection::MayHoldFrames(const rtspnat_segment& segment, const Direction& direction) const {
  if (transparent_ || !MayPassOver(segment)) return false;
  return segment.seq == direction.lane.Frontier() && direction.framer.MaySkipFrames() &&
         !agreement_.IsInterleavedAlone();
}

// `bytes` lie at `offset`; with 0 that is where the stream was left.
rtspnat_frames Connection::SkipFrames(const rtspnat_segment& segment, const bytes::Cursor& bytes,
                                      std::uint32_t& offset) {
  Direction& direction = directions_[segment.direction & 1];
  const std::uint32_t first = offset;
  const std::uint32_t end = segment.length;
  std::uint32_t at = first;
  if (first == 0) {
    if (!MayHoldFrames(segment, direction)) return RTSPNAT_FRAMES_NO;
    at = direction.framer.SkipLeft();
  }
  // No head is read behind the segment.
  const bytes::Cursor heads = bytes.Slice(0, end - first);
  const std::uint32_t remaining = at - first;
  std::uint32_t index = remaining;
  for (;;) {
    const rtsp::FrameHead frame = rtsp::ReadFrameHead(heads, index);
    if (!frame.valid) break;
    index += rtsp::kFrameHeadBytes + frame.length;
  }
  at = first + index;
  offset = at;
  if (at < end) {
    const bool is_other = index + rtsp::kFrameHeadBytes <= heads.Size();
    return is_other || end - at < rtsp::kFrameHeadBytes ? RTSPNAT_FRAMES_NO : RTSPNAT_FRAMES_HEAD;
  }
  const bool began = first != 0 || index != remaining;
  direction.framer.SkipFrames(end, at - end);
  PassOver(segment, direction, end);
  interleaved_[segment.direction & 1] |= began;
  return began ? RTSPNAT_FRAMES_BEGUN : RTSPNAT_FRAMES_DONE;
}

}  // namespace mangle
