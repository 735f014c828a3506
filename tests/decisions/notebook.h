// SPDX-License-Identifier: MIT OR GPL-2.0-only
#pragma once
/// @file
/// The router of a case. It answers the core's questions as the scene says, and writes one line for each.
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

  /// Returns the number of mappings that are held.
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

/// Returns a router with the addresses of @p scene, which asks @p notebook. The caller sets length_changes. Both arguments must outlive the
/// router.
[[nodiscard]] RouterOptions RouterOf(const Scene& scene, Notebook& notebook);

/// Returns the names of those @p notes that say why something was left alone or failed, each as `counts NAME`. Notes about the way in which TCP
/// cut the stream are left out.
[[nodiscard]] std::vector<std::string> ReasonsOf(std::uint64_t notes);

}  // namespace rtsp::test
