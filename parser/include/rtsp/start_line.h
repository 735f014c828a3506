// SPDX-License-Identifier: MIT OR GPL-2.0-only
#pragma once
/// @file
/// The first line of a message (RFC 2326 sections 6.1 and 7.1, RFC 7826 section 20.2.2).
#include <cstdint>

#include "rtsp/bytes.h"

namespace rtsp {

enum class StartKind : std::uint8_t {
  kInvalid = 0,   ///< Neither; in particular HTTP, TLS and free text.
  kRequest = 1,   ///< Method SP URI SP RTSP-Version.
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
  Field uri;                 ///< Requests only.
};

/// Lexes a start line at the cursor into @p line, and moves to where a request line must end, or to where the
/// end or a blank must stand behind a status. Returns false, and moves anywhere, for anything else. Never looks
/// behind a line end.
[[nodiscard]] bool LexStart(Cursor& in, StartLine& line);

/// Lexes @p line, which is one line without its line end. Gives kInvalid for anything but a
/// request or status line of some RTSP version; never fails otherwise.
[[nodiscard]] StartLine LexStartLine(Cursor line);

/// Returns the method's name in the RFC's spelling, "other" for kOther.
[[nodiscard]] const char* Name(Method method);

}  // namespace rtsp
