// SPDX-License-Identifier: MIT OR GPL-2.0-only
#pragma once
/// @file
/// Header lines: the names that matter here, and the short values (RFC 2326 section 12,
/// RFC 7826 section 18).
#include <cstdint>

#include "rtsp/bytes.h"

namespace rtsp {

/// Header names that have a meaning to the core; compared without regard to case.
enum class HeaderName : std::uint8_t {
  kOther = 0,  ///< Every other line, also one without a colon.
  kContentLength,
  kCSeq,
  kLocation,
  kRequire,  ///< Proxy-Require as well.
  kSession,
  kSupported,
  kTransport,
  kXNat,  ///< Address and port of the control connection, as boxes of an IPTV platform write it.
};

/// A header line's name, and where its value starts.
struct Header {
  HeaderName name = HeaderName::kOther;
  std::uint16_t value = 0;  ///< Offset of the byte after the colon, from the name on; 0 for kOther.
};

/// Lexes the name at the cursor of @p line and the colon, with blanks before it allowed (HCOLON of
/// RFC 7826 section 20.1). Reads no further than it must: of a line that is kOther,
/// only the bytes that tell so.
[[nodiscard]] Header LexHeader(Cursor line);

/// True if @p line, the front of a header line, can be continued so that its name is @p name, or already is so.
[[nodiscard]] bool MayBe(HeaderName name, Cursor line);

/// Reads a value that is one decimal number of at most @p maximum with optional white space around it
/// (CSeq, Content-Length). Not valid if there is anything else.
[[nodiscard]] Number ReadNumberValue(Cursor line, std::uint16_t value, std::uint32_t maximum);

/// Returns a value without the white space around it.
[[nodiscard]] Field TrimmedValue(Cursor line, std::uint16_t value);

/// Returns the session identifier of a Session value: what stands before the first `;` or white
/// space. Empty if there is none.
[[nodiscard]] Field SessionIdentifier(Cursor line, std::uint16_t value);

/// Reads the timeout parameter of a Session value, in seconds (RFC 2326 section 12.37). Not valid if there is none.
[[nodiscard]] Number SessionTimeout(Cursor line, std::uint16_t value);

/// True if a Supported or Require value names the feature nat.stun.
[[nodiscard]] bool NamesStun(Cursor line, std::uint16_t value);

/// Returns the name in the RFC's spelling, "other" for kOther.
[[nodiscard]] const char* Name(HeaderName name);

}  // namespace rtsp
