// SPDX-License-Identifier: MIT OR GPL-2.0-only
#pragma once
/// @file
/// The first line of a message (RFC 2326 sections 6.1 and 7.1, RFC 7826 section 20.2.2).
#include <cstdint>

#include "rtsp/bytes.h"

namespace rtsp {

enum class StartKind : std::uint8_t {
  kInvalid = 0,   ///< Neither; in particular HTTP, TLS and free text.
  kRequest = 1,   ///< Method SP [URI SP] RTSP-Version.
  kResponse = 2,  ///< RTSP-Version SP status [SP reason].
};

/// Request methods that have a name here; methods are case-sensitive.
enum class Method : std::uint8_t {
  kOther = 0,  ///< Any other token: passes, has no meaning to us.
  kAnnounce,
  kDescribe,
  kGetParameter,
  kOptions,
  kPause,
  kPlay,
  kPlayNotify,
  kRecord,
  kRedirect,
  kSetup,
  kSetParameter,
  kTeardown,
};

/// A start line, as lexed.
struct StartLine {
  StartKind kind = StartKind::kInvalid;
  Method method = Method::kOther;  ///< Requests only.
  std::uint8_t major = 0;          ///< RTSP version, one digit each.
  std::uint8_t minor = 0;
  std::uint16_t status = 0;  ///< Responses only: 100 to 999.
  /// Requests only: all between the blanks behind the method and the blanks in front of the last version. Real clients
  /// leave it empty, or write blanks into it. Empty also for a LongStartLine.
  Field uri;
  std::uint32_t odd_uri =
      0;  ///< HashUri() of a URI that has blanks in it, or is one of a LongStartLine; else 0.
};

/// Lexes @p line, which is one line without its line end. Gives kInvalid for anything but a
/// request or status line of some RTSP version; never fails otherwise.
[[nodiscard]] StartLine LexStartLine(Cursor line);

/// How a stream begins.
enum class Opening : std::uint8_t {
  kOther = 0,  ///< Not as RTSP.
  kNothing,    ///< With nothing but line ends.
  kMessage,    ///< With what may become a start line.
};

/// Tells how a stream begins whose first bytes are all of @p in.
[[nodiscard]] Opening JudgeOpening(Cursor in);

/// Returns Hash() of the bytes of @p uri that are no blanks.
[[nodiscard]] std::uint32_t HashUri(const Cursor& uri);

/// Reads a start line that is too long to be held, byte by byte as it comes: URIs carry tokens of a kilobyte and more.
///
///     LongStartLine line;
///     line.Begin();
///     for (; !in.AtEnd(); in.Skip()) line.Put(in.Peek());      // To the LF, which belongs to the line.
///     StartLine start = line.Finish();
///
/// Laws (tests/unit/start_line_test.cc):
///  1. Finish() gives what LexStartLine() gives of the same line, but for StartLine::uri, in whose stead odd_uri is set; and
///     but for methods of more than kMethodBytes, which are invalid.
class LongStartLine {
 public:
  static constexpr std::uint32_t kMethodBytes = 64;

  /// Begins a line.
  void Begin();

  /// Takes the next byte of the line.
  void Put(std::uint8_t byte);

  /// Returns the line, whose LF has been taken.
  [[nodiscard]] StartLine Finish() const;

 private:
  enum class Part : std::uint8_t { kFirstWord, kStatus, kReason, kUri, kInvalid };
  static constexpr std::uint32_t kWordBytes = 8;    // Of a version.
  static constexpr std::uint32_t kFrontBytes = 16;  // The longest method that has a name, and a blank.

  void EndFirstWord();
  void TakeOfUri(std::uint8_t byte);
  void TakeOfStatus(std::uint8_t byte);

  Hasher uri_;                  // Of what has been read of the URI and the word that may be the version.
  std::uint32_t uri_hash_ = 0;  // Without the last word.
  std::uint8_t front_[kFrontBytes] = {};  // Of the line.
  std::uint8_t word_[kWordBytes] = {};    // Front of the last word.
  std::uint8_t front_size_ = 0;           // Bytes of the first word; stops above kMethodBytes.
  std::uint8_t word_size_ = 0;            // Bytes of the last word; stops above kWordBytes.
  Part part_ = Part::kFirstWord;
  bool has_slash_ = false;  // In the first word: it is no method.
  bool in_word_ = true;
  bool after_return_ = false;  // The byte before was a CR: the line's end, or a control byte.
};

}  // namespace rtsp
