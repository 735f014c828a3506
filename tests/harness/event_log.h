// SPDX-License-Identifier: MIT OR GPL-2.0-only
#pragma once
/// @file
/// Writes what the parser reads in a stream as text, one event on each line. tests/spec/README.md explains the format.
#include <cstdint>
#include <string>
#include <string_view>

#include "rtsp/transport.h"
#include "tests/harness/tailed_framer.h"

namespace rtsp::test {

/// The direction of a stream: that of the side that opened the connection, or that of the side that answers.
enum class Role : std::uint8_t { kOpener, kAnswers };

/// Reads one direction of a connection, piece by piece, and writes its log.
class EventLog {
 public:
  explicit EventLog(Role role = Role::kOpener);

  /// Takes the next bytes of the stream. It copies them to memory of exactly their size, so that
  /// AddressSanitizer sees any read outside.
  void Feed(std::string_view piece);

  /// From here on the stream is read as the direction that answers.
  void ReadAnswers() { framer_.ReadAnswers(); }

  /// Returns the log so far.
  [[nodiscard]] const std::string& Text() const { return log_; }

 private:
  void Add(std::string_view text) { log_ += text; }
  void AddNumber(std::uint32_t number);
  void AddPlace(Field field);
  void AddText(Field field);
  void AddField(const char* name, Field field);
  void AddPorts(const char* name, const Ports& ports);
  void AddAddress(const char* name, const Address& address);
  void AddUnit();
  void AddStart();
  void AddHeader();
  void AddNumberValue(std::uint32_t maximum);
  void AddTransport();
  void AddSpec(const TransportSpec& spec);

  TailedFramer framer_;
  Unit unit_;
  std::string log_;
  bool lost_ = false;
};

/// Returns the log of @p stream, given in one piece.
[[nodiscard]] std::string LogOf(std::string_view stream, Role role = Role::kOpener);

/// Returns the reason as the log spells it, such as "bad_length".
[[nodiscard]] const char* Name(LostReason reason);

}  // namespace rtsp::test
