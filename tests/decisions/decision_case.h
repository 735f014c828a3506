// SPDX-License-Identifier: MIT OR GPL-2.0-only
#pragma once
/// @file
/// A case of tests/spec/decisions: a whole control connection. tests/spec/decisions/README.md explains the format.
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "rtspnat.h"
#include "tests/harness/spec_reader.h"

namespace rtsp::test {

/// The addresses of a case, and the router's answers.
struct Scene {
  rtspnat_address inside = {4, {10, 0, 1, 2}};
  rtspnat_address outside = {4, {203, 0, 113, 1}};
  rtspnat_address server = {4, {198, 51, 100, 5}};
  rtspnat_address published = {};      ///< The server's address as the client knows it; family 0: its own.
  std::uint16_t inside_port = 40000;   ///< The client's port of the control connection,
  std::uint16_t outside_port = 40000;  ///< and as the server sees it.
  std::uint8_t options = 0;            ///< Of enum rtspnat_options.
  bool routed = false;                 ///< No NAT translates the client: outside is inside.
  std::vector<std::uint16_t> taken;    ///< RESERVE of one of these ports gets BUSY.
  bool no_ports = false;               ///< RESERVE gets NO.
  bool no_expectations = false;        ///< EXPECT gets NO.
  bool also_free = false;              ///< The case also holds with no port taken: see WithPortsFree().
  std::optional<rtspnat_length_changes>
      length_changes;  ///< Without a value the case holds with one and with any.
};

/// A text of one side, and its outcome.
struct Turn {
  rtspnat_direction direction = RTSPNAT_ORIGINAL;
  std::string said;
  std::string heard;             ///< The text that the other side gets.
  std::vector<std::string> log;  ///< The router's actions, see Notebook.
  bool fin = false;              ///< The side closes after the text.
  int line = 0;                  ///< The line in the file.
};

struct DecisionCase {
  Scene scene;
  std::vector<Turn> turns;
};

/// Reads a case out of its blocks. Throws std::runtime_error, with the line, if a block is wrong.
[[nodiscard]] DecisionCase ReadDecisionCase(const SpecCase& spec);

/// Returns the same case with no port taken: wherever the case names ports outside, they are those inside.
[[nodiscard]] DecisionCase WithPortsFree(const DecisionCase& play);

}  // namespace rtsp::test
