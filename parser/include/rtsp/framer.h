// SPDX-License-Identifier: MIT OR GPL-2.0-only
#pragma once
/// @file
/// Cuts one direction of an RTSP connection into units: start lines, header lines, bodies and
/// `$` frames (RFC 2326 sections 4 and 10.12, RFC 7826 sections 5 and 14).
///
/// Bytes may arrive in pieces of any size. An unfinished line is held here, up to limits::kLineBytes; bodies
/// and `$` payload are counted and never read. Nothing is allocated. Whoever withholds a line from its receiver can
/// have its bytes kept in the same place, beside the line that is held then (Keep()).
#include <cstdint>

#include "bytes/limits.h"
#include "bytes/tail.h"
#include "rtsp/bytes.h"
#include "rtsp/header.h"
#include "rtsp/start_line.h"

namespace rtsp {

enum class UnitKind : std::uint8_t {
  kNeedMore = 0,  ///< Every byte given has been taken in.
  kNoRoom,  ///< Not all: for the rest of an unfinished line there is no room beside the bytes that are kept.
  kStartLine,    ///< Unit::line and Unit::start.
  kHeader,       ///< Unit::line and Unit::header.
  kHeadEnd,      ///< The empty line; Unit::length bytes of body follow.
  kInterleaved,  ///< A `$` frame; Unit::length bytes of payload follow, on Unit::channel.
  kGap,          ///< Text among replies that is not understood: reading goes on at the next status line.
  kLost,         ///< No longer understood, see Unit::reason. Final: it is given again for ever.
};

/// Why a stream cannot be followed any further.
enum class LostReason : std::uint8_t {
  kNone = 0,
  kNotRtsp,      ///< The first line of all is not a start line.
  kNoStart,      ///< A later message does not begin with a start line.
  kBadLength,    ///< Content-Length is not a number, too large, contradicts itself, or stands in a
                 ///< response that has no body in RTSP 1.0 and may have one in 2.0 (R2).
  kLineTooLong,  ///< A line beyond limits::kLongLineBytes.
};

/// Bytes in front of the payload of a `$` frame: `$`, channel, length in network order (RFC 2326 section 10.12).
inline constexpr std::uint32_t kFrameHeadBytes = 4;

/// Those bytes.
struct FrameHead {
  bool valid = false;  ///< They begin with `$`.
  std::uint8_t channel = 0;
  std::uint16_t length = 0;  ///< Of the payload.
};

/// Reads the head of a `$` frame at @p index of @p in; not valid if it is not all there.
[[nodiscard]] inline FrameHead ReadFrameHead(const Cursor& in, std::uint32_t index) {
  const std::uint32_t head = in.NetworkWord(index);
  return {head >> 24 == '$', static_cast<std::uint8_t>(head >> 16 & 0xff),
          static_cast<std::uint16_t>(head & 0xffff)};
}

/// What Framer::Next() gives.
struct Unit {
  UnitKind kind = UnitKind::kNeedMore;
  LostReason reason = LostReason::kNone;
  std::uint8_t channel = 0;  ///< kInterleaved.
  bool too_long =
      false;  ///< kHeader, kStartLine: the line is beyond limits::kLineBytes; `line` holds its front.
  bool bare =
      false;  ///< kHeader: the line holds a CR or an LF that ends no line: who reads it as another line, and
              ///< who does not, cannot be told.
  bool held = false;         ///< The line began in an earlier piece; `line` is a copy of it.
  Cursor line;               ///< Without its line end; valid until the next call.
  std::uint32_t offset = 0;  ///< Of the unit's first byte in the stream, modulo 2^32.
  std::uint32_t length = 0;  ///< kHeadEnd, kInterleaved: bytes that follow and are passed over.
  StartLine start;           ///< kStartLine.
  Header header;             ///< kHeader.
};

/// The framing state of one direction of one connection.
///
/// Line ends: a head whose start line ends in CR LF has lines that end in CR LF, and a CR or LF elsewhere is a byte of its line, as
/// for gortsplib and rtsp-types; a head whose start line ends in a lone LF has lines that end in LF. Where the first start line of the
/// direction has ended in CR LF, a line that ends in a lone LF is no start line.
///
/// Replies open nothing by themselves, so ReadAnswers() has them read as kindly as clients do: what is not understood is a kGap,
/// and the framer searches for the next line that is a status line.
///
/// Laws (tests/unit/framer_test.cc, fuzz/framer_fuzz.cc):
///  1. Cutting the stream differently changes no unit but for Unit::held and where the line lies.
///  2. Units do not overlap and their offsets never go back.
///  3. Work is bounded: a byte is looked at a fixed number of times, bodies and `$` payload not at all.
///  4. kLost is final.
///  5. No byte that any reader in tests/reference takes for text of a value begins a line; behind a gap this is not promised.
class Framer {
 public:
  /// Gives the next unit of @p in, from its cursor on, and moves the cursor behind what was taken. To be
  /// called until it gives kNeedMore (all taken), kNoRoom (give the rest again) or kLost, then again with the next
  /// piece. Passes over header lines without a name here (kOther) unless asked for kAllLines.
  enum Lines : bool { kNamedLines = false, kAllLines = true };
  void Next(Cursor& in, bytes::Tail& tail, Unit& unit, Lines lines = kNamedLines);

  /// Reads what comes from now on as the answers to a direction that has begun as RTSP: a frame may come before the first
  /// reply, and text that is not understood ends nothing.
  void ReadAnswers() {
    answers_ = true;
    started_ = true;
  }

  /// True once a kGap or a bad length has been passed over: what has been read since may be part of a body.
  [[nodiscard]] bool Gap() const { return gap_; }

  /// Returns how many bytes of an unfinished line have been taken in; 0 between lines.
  [[nodiscard]] std::uint32_t LineSize() const { return given_out_ ? 0 : line_size_; }

  /// True if an unfinished header line is held whole and may yet become a header named @p name.
  [[nodiscard]] bool MayBecome(HeaderName name, const bytes::Tail& tail) const;

  /// Returns how many of the bytes that come next belong to a body or `$` payload.
  [[nodiscard]] std::uint32_t SkipLeft() const { return skip_; }

  /// Passes over @p count bytes, at most SkipLeft(), without seeing them.
  void Skip(std::uint32_t count);

  /// True if what comes next, behind a body or `$` payload that is left, may be a `$` frame.
  [[nodiscard]] bool MaySkipFrames() const { return state_ == State::kBetween && started_; }

  /// Passes over @p count bytes that are the rest of a body or payload and `$` frames, to the last of which
  /// @p left bytes more belong. Only if MaySkipFrames().
  void SkipFrames(std::uint32_t count, std::uint32_t left) {
    offset_ += count;
    skip_ = left;
  }

  /// True between messages: no line is begun, no header is open, no body is left.
  [[nodiscard]] bool Idle() const { return state_ == State::kBetween && skip_ == 0; }

  /// Returns what a framer that is Idle() remembers of what it has read: kMarkBits bits.
  [[nodiscard]] std::uint32_t Marks() const;

  /// Goes on as a new framer where another one was Idle() and had those marks.
  void Resume(std::uint32_t marks);

  static constexpr std::uint32_t kMarkBits = 5;

  /// True once a start line has been seen, or ReadAnswers() was called.
  [[nodiscard]] bool Started() const { return started_; }

 private:
  // kSearch: between lines, behind text that was not understood.
  enum class State : std::uint8_t { kBetween, kSearch, kStartLine, kHeaders, kFrame, kLost };
  enum class LineEnd : std::uint8_t { kUnknown, kCrLf, kLf };

  void TakeLine(Cursor& in, bytes::Tail& tail, Unit& unit);
  [[nodiscard]] bool TakePlainLine(Cursor& in, Unit& unit);
  void Lose(LostReason reason, Unit& unit);
  void LoseStart(LostReason reason, Unit& unit);
  void BeginSearch();
  void NoteGap(Unit& unit);
  void SearchStart(Cursor& in, Unit& unit);
  [[nodiscard]] bool IsStartLine(const StartLine& start, LineEnd end) const;
  void BeginMessage(Cursor& in, Unit& unit);
  void NextFrame(Cursor& in, bytes::Tail& tail, Unit& unit);
  void FeedLong(const Cursor& in, const bytes::Tail& tail, std::uint32_t start, std::uint32_t before);
  void FinishStartLine(Unit& unit);
  void FinishHeader(Unit& unit);
  void FinishHead(Unit& unit);
  void BeginHead(std::uint16_t status, LineEnd end);
  [[nodiscard]] std::uint32_t FindLineEnd(const Cursor& in, std::uint32_t from) const;
  [[nodiscard]] bool IsBare(const Cursor& line) const;
  [[nodiscard]] bool GiveLine(Cursor& in, bytes::Tail& tail, Unit& unit, std::uint32_t end);
  [[nodiscard]] bool FindEnd(Cursor& in, bytes::Tail& tail, Unit& unit, std::uint32_t& behind);
  void DropLine(bytes::Tail& tail);
  [[nodiscard]] bool Hold(Cursor& in, bytes::Tail& tail, std::uint32_t end, Unit& unit);
  [[nodiscard]] bool LineIsEmpty(const Cursor& in, const bytes::Tail& tail, std::uint32_t line_feed) const;

  std::uint32_t offset_ = 0;     // Of the next byte in the stream.
  std::uint32_t skip_ = 0;       // Body or payload bytes left.
  std::uint32_t length_ = 0;     // Content-Length of the open head.
  std::uint32_t line_size_ = 0;  // Bytes of the unfinished line, held or not.
  std::uint16_t status_ = 0;     // Of the open head; 0 for a request.
  State state_ = State::kBetween;
  LostReason reason_ = LostReason::kNone;
  LineEnd line_end_ =
      LineEnd::kUnknown;  // Of the start line that was read last: how the lines of its head end.
  LineEnd first_end_ = LineEnd::kUnknown;  // Of the first start line.
  bool started_ = false;                   // A start line has been seen, or need not be.
  bool answers_ = false;
  bool searching_ = false;  // For a status line.
  bool gap_ = false;
  bool after_return_ = false;  // The last byte of the unfinished line is a CR.
  bool has_length_ = false;
  bool bad_length_ = false;
  bool line_fed_ = false;       // The held line has its line end: is the next byte a fold?
  bool given_out_ = false;      // The line in the tail is done with.
  std::uint32_t searched_ = 0;  // Bytes passed over in the search.
  LongStartLine long_;          // The unfinished start line, once it is beyond limits::kLineBytes.
};

}  // namespace rtsp
