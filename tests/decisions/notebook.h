// SPDX-License-Identifier: MIT OR GPL-2.0-only
#pragma once
/// @file
/// The router's side of a case: answers the questions of the core as the scene says, and writes down one line for each.
#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "rtspnat.h"
#include "tests/decisions/decision_case.h"
#include "tests/tcp/complaints.h"
#include "tests/tcp/userspace_router.h"

namespace rtsp::test {

class Notebook {
 public:
  Notebook(const Scene& scene, Complaints& complaints) : scene_(scene), complaints_(complaints) {}

  void Answer(rtspnat_connection* connection, const rtspnat_step& step);

  /// Returns the lines since the last call.
  [[nodiscard]] std::vector<std::string> Take();

  /// Returns how many mappings are held.
  [[nodiscard]] std::size_t Held() const { return held_.size(); }

 private:
  [[nodiscard]] rtspnat_reply Offered(const std::uint16_t (&ports)[RTSPNAT_PORTS], unsigned count) const;
  void Reserve(rtspnat_connection* connection, const rtspnat_step& step);
  void Publish(rtspnat_connection* connection, const rtspnat_step& step);
  void Expect(rtspnat_connection* connection, const rtspnat_step& step);

  const Scene& scene_;
  Complaints& complaints_;
  std::set<unsigned> held_;
  std::vector<std::string> lines_;
};

/// Returns a router that stands where @p scene says and asks @p notebook; length_changes is left to the caller. Both must
/// outlive it.
[[nodiscard]] RouterOptions RouterOf(const Scene& scene, Notebook& notebook);

/// Returns the names of the notes among @p notes that say why something was left alone or went wrong, each as
/// `counts NAME`. What tells only how TCP cut the stream is not among them.
[[nodiscard]] std::vector<std::string> ReasonsOf(std::uint64_t notes);

}  // namespace rtsp::test
