// SPDX-License-Identifier: MIT OR GPL-2.0-only
#pragma once
/// @file
/// The list of broken laws, to which all parts of a session add.
#include <algorithm>
#include <ostream>
#include <string>
#include <vector>

namespace rtsp::test {

/// The laws that were broken, each once, in this order.
class Complaints {
 public:
  /// Also writes each complaint to @p trace at once, so that the trace shows which packet broke the law.
  explicit Complaints(std::ostream* trace = nullptr) : trace_(trace) {}

  /// Notes @p law unless it @p holds.
  void Check(bool holds, const char* law) {
    if (holds) return;
    if (trace_ != nullptr) *trace_ << "broken: " << law << '\n';
    if (std::find(list_.begin(), list_.end(), law) == list_.end()) list_.emplace_back(law);
  }

  [[nodiscard]] const std::vector<std::string>& List() const { return list_; }

 private:
  std::ostream* trace_;
  std::vector<std::string> list_;
};

}  // namespace rtsp::test
