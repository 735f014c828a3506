// SPDX-License-Identifier: MIT OR GPL-2.0-only
#pragma once
/// @file
/// Where the parts of a session say that something is wrong.
#include <algorithm>
#include <ostream>
#include <string>
#include <vector>

namespace rtsp::test {

/// Laws found broken, each once, in the order in which they were.
class Complaints {
 public:
  /// Complaints are also written to @p trace at once, so that it shows which packet broke the law.
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
