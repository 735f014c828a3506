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

/// Where the router stands and what it answers.
struct Scene {
  rtspnat_address inside = {4, {10, 0, 1, 2}};
  rtspnat_address outside = {4, {203, 0, 113, 1}};
  rtspnat_address server = {4, {198, 51, 100, 5}};
  rtspnat_address published = {};      ///< The server's address as the client knows it; family 0: its own.
  std::uint16_t inside_port = 40000;   ///< Of the control connection at the client,
  std::uint16_t outside_port = 40000;  ///< and as the server sees it.
  std::uint8_t options = 0;            ///< Of enum rtspnat_options.
  bool routed = false;                 ///< No NAT for the client: outside is inside.
  std::vector<std::uint16_t> taken;    ///< RESERVE of any of these ports is busy.
  bool no_ports = false;               ///< RESERVE is refused,
  bool no_expectations = false;        ///< EXPECT is refused.
  bool also_free = false;              ///< The case holds with no port taken, too: see WithPortsFree().
  std::optional<rtspnat_length_changes>
      length_changes;  ///< If not said: the case holds with one and with any.
};

/// What one side says in one go, and what comes of it.
struct Turn {
  rtspnat_direction direction = RTSPNAT_ORIGINAL;
  std::string said;
  std::string heard;             ///< By the other side.
  std::vector<std::string> log;  ///< What the router did, see Notebook.
  bool fin = false;              ///< The side closes behind it.
  int line = 0;                  ///< In the file.
};

struct DecisionCase {
  Scene scene;
  std::vector<Turn> turns;
};

/// Reads a case out of its blocks. Throws std::runtime_error, with the line, if one is not understood.
[[nodiscard]] DecisionCase ReadDecisionCase(const SpecCase& spec);

/// Returns the same case with no port taken: the ports outside are then those inside, wherever the case names them.
[[nodiscard]] DecisionCase WithPortsFree(const DecisionCase& play);

}  // namespace rtsp::test
