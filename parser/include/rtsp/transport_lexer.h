// SPDX-License-Identifier: MIT OR GPL-2.0-only
#pragma once
/// @file
/// The regular part of the Transport grammar, lexed by re2c; for transport.cc only.
#include <cstdint>

#include "rtsp/transport.h"

namespace rtsp {

/// Names of Transport parameters; kProtocol is a part with slashes instead of a name.
enum class Parameter : std::uint8_t {
  kNothing = 0,  ///< No name here: a separator, a quote, a byte that is no text, or the end.
  kUnknown,
  kProtocol,
  kClientAddress,
  kClientPort,
  kConnection,
  kDestAddr,
  kDestination,
  kInterleaved,
  kMode,
  kMulticast,
  kPort,
  kRtcpMux,
  kServerPort,
  kSetup,
  kSource,
  kSrcAddr,
  kSsrc,
  kUnicast,
};

/// Some of the names.
class ParameterSet {
 public:
  constexpr ParameterSet() = default;
  template <typename... Parameters>
  constexpr explicit ParameterSet(Parameters... parameters) {
    (Add(parameters), ...);
  }

  constexpr void Add(Parameter parameter) { bits_ |= 1U << static_cast<unsigned>(parameter); }
  [[nodiscard]] constexpr bool Has(Parameter parameter) const {
    return (bits_ >> static_cast<unsigned>(parameter) & 1U) != 0;
  }

 private:
  std::uint32_t bits_ = 0;
};

/// A name or a protocol part, without regard to case.
struct ParameterName {
  Parameter parameter = Parameter::kNothing;
  Protocol protocol = Protocol::kNone;  ///< For kProtocol.
  std::uint8_t after = 0;               ///< The byte behind it, or where it would begin; 0 at the end.
  std::uint32_t end = 0;                ///< Its position; where the name begins for kNothing.
};

/// Lexes a name or protocol at the cursor.
[[nodiscard]] ParameterName LexParameterName(Cursor in);

/// Moves past a value: up to the next `;` or `,` outside quotes, or the end. Returns false if
/// there is a NUL in it, which no value may have.
[[nodiscard]] bool LexValue(Cursor& in);

/// True if @p value, with or without quotes, is passive or actpass: the sender listens for TCP connections.
[[nodiscard]] bool LexIsPassive(Cursor value);

/// True if @p value, with or without quotes, names a mode in which the client sends.
[[nodiscard]] bool LexIsRecord(Cursor value);

}  // namespace rtsp
