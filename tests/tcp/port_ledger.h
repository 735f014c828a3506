// SPDX-License-Identifier: MIT OR GPL-2.0-only
#pragma once
/// @file
/// Answers the questions of rtspnat.h for an embedder: reserves ports, notes them, and checks laws 4 and 6.
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "rtspnat.h"
#include "tests/tcp/complaints.h"

namespace rtsp::test {

/// The embedder's answers. They depend only on the question, so that the same question always gets the same answer.
struct AnswerPolicy {
  std::uint8_t taken =
      0;  ///< 0: every port is free. Otherwise a port is free only if its pair's number is a multiple of this.
  bool refuses = false;       ///< RESERVE gets NO for one in four pairs of inside ports.
  bool expects_fail = false;  ///< EXPECT gets NO for one pair in four.
  std::uint16_t given = 0;    ///< If not 0, every RESERVE gets this port, whatever was proposed.
};

class PortLedger {
 public:
  PortLedger(const AnswerPolicy& policy, bool may_translate, Complaints& complaints)
      : policy_(policy), may_translate_(may_translate), complaints_(complaints) {}

  /// Answers the question that @p step asks of @p connection.
  void Answer(rtspnat_connection* connection, const rtspnat_step& step);

  /// Returns one line for each question so far.
  [[nodiscard]] const std::vector<std::string>& Log() const { return log_; }

  /// Returns the number of mappings that are held.
  [[nodiscard]] std::size_t Held() const { return held_.size(); }

  /// Returns the number of questions so far.
  [[nodiscard]] std::size_t Questions() const { return log_.size(); }

 private:
  [[nodiscard]] bool IsTaken(std::uint16_t port) const;
  void Reserve(rtspnat_connection* connection, const rtspnat_step& step);
  void Publish(rtspnat_connection* connection, const rtspnat_step& step);
  void Expect(rtspnat_connection* connection, const rtspnat_step& step);

  AnswerPolicy policy_;
  bool may_translate_;
  Complaints& complaints_;
  std::map<unsigned, rtspnat_step> held_;
  std::vector<std::string> log_;
};

}  // namespace rtsp::test
