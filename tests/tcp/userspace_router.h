// SPDX-License-Identifier: MIT OR GPL-2.0-only
#pragma once
/// @file
/// A router that embeds the core by its C ABI, does what rtspnat.h says with each step, and checks the laws of that
/// header which can be seen in a single step.
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "rtspnat.h"
#include "tests/tcp/complaints.h"
#include "tests/tcp/middlebox.h"
#include "tests/tcp/port_ledger.h"
#include "tests/tcp/sequence_adjustment.h"

namespace rtsp::test {

struct RouterOptions {
  bool may_translate = true;
  rtspnat_length_changes length_changes = RTSPNAT_ANY_LENGTH_CHANGE;
  rtspnat_address inside = {4, {10, 0, 1, 2}};
  rtspnat_address outside = {4, {203, 0, 113, 1}};
  AnswerPolicy answers;
  bool use_skip = true;        ///< Offer each segment to rtspnat_skip() first.
  bool checks_numbers = true;  ///< Check L5 with each packet, which takes most of the time.
  bool shows_empty = false;    ///< Show the core empty segments also when it holds nothing.
  /// Changes what the core is told of the connection.
  std::function<void(rtspnat_setup&)> prepare;
  /// Answers each question; without it the ledger does.
  std::function<void(rtspnat_connection*, const rtspnat_step&)> answer;
};

class UserspaceRouter : public Middlebox {
 public:
  UserspaceRouter(const RouterOptions& options, Complaints& complaints);

  std::optional<TcpPacket> Pass(TcpPacket packet) override;

  /// The connection is forgotten, as after a long silence.
  void Close();

  [[nodiscard]] const PortLedger& Ports() const { return ledger_; }

  /// Returns bits of enum rtspnat_note that were ever set.
  [[nodiscard]] std::uint64_t Notes() const { return notes_; }
  [[nodiscard]] bool Noted(rtspnat_note note) const { return (notes_ >> note & 1U) != 0; }

  /// Returns how often @p note was set.
  [[nodiscard]] unsigned Count(rtspnat_note note) const { return counts_[note]; }

  /// Returns how many dialogues and questions it took.
  [[nodiscard]] std::size_t Calls() const { return calls_; }

 private:
  void Learn(const TcpPacket& syn);
  void Open();
  [[nodiscard]] bool Converse(const rtspnat_segment& segment);
  void ApplyStep(TcpPacket& packet);
  [[nodiscard]] std::string ApplyEdits(std::string bytes);
  void Answer(const rtspnat_step& step);
  void MapNumbers(TcpPacket& packet) const;
  void RememberStream(const TcpPacket& packet);
  void CheckOwnBytes(unsigned direction, std::uint32_t seq, const std::string& bytes);
  void CheckNumbers(unsigned direction, std::uint32_t from) const;
  void CheckClosed(const rtspnat_segment& segment);

  RouterOptions options_;
  Complaints& complaints_;
  PortLedger ledger_;
  std::vector<std::uint64_t> memory_;
  rtspnat_connection* connection_ = nullptr;
  std::unique_ptr<SequenceNumbers> numbers_;
  std::optional<std::uint32_t> first_seq_[2];
  std::string stream_[2];  // What the senders sent, and which of it has been seen.
  std::vector<bool> seen_[2];
  std::uint32_t acknowledged_[2] = {};
  rtspnat_step step_ = {};
  bool holding_ = false;
  std::uint64_t notes_ = 0;
  unsigned counts_[RTSPNAT_NOTES] = {};
  std::size_t calls_ = 0;
};

}  // namespace rtsp::test
