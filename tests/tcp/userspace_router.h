// SPDX-License-Identifier: MIT OR GPL-2.0-only
#pragma once
/// @file
/// A router that embeds the core through its C ABI and handles each step as rtspnat.h says. It checks those laws of that header that a single step
/// can show.
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "rtspnat.h"
#include "tests/harness/embedder.h"
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
  std::uint32_t piece = 0;     ///< Bytes of a payload that the core sees at a time; 0 for all.
  bool use_skip = true;        ///< Offer each segment to rtspnat_skip_frames() and rtspnat_skip() first.
  bool checks_numbers = true;  ///< Check L5 with each packet, which takes most of the time.
  /// While the core holds nothing, the router shows it only one in this many empty segments without FIN, RST and URG; 0 for none of
  /// them.
  unsigned shows_empty = 0;
  /// Changes the setup that the core gets.
  std::function<void(rtspnat_setup&)> prepare;
  /// Answers each question. Without it the ledger answers.
  std::function<void(rtspnat_connection*, const rtspnat_step&)> answer;
};

class UserspaceRouter : public Middlebox {
 public:
  UserspaceRouter(const RouterOptions& options, Complaints& complaints);

  std::optional<TcpPacket> Pass(TcpPacket packet) override;

  /// The core sees aggregates of up to 64 KiB, made of short packets. The receiver acknowledges once for 16 of them.
  void PassBulk(const Bulk& bulk, const TcpPacket& sender, const TcpPacket& receiver) override;

  /// Forgets the connection, as after a long silence.
  void Close();

  [[nodiscard]] const PortLedger& Ports() const { return ledger_; }

  /// Returns all bits of enum rtspnat_note that were set in any step.
  [[nodiscard]] std::uint64_t Notes() const { return notes_; }
  [[nodiscard]] bool Noted(rtspnat_note note) const { return (notes_ >> note & 1U) != 0; }

  /// Returns the number of steps in which @p note was set.
  [[nodiscard]] unsigned Count(rtspnat_note note) const { return counts_[note]; }

  /// Returns rtspnat_done.holding and rtspnat_done.transparent of the last dialogue.
  [[nodiscard]] bool Holding() const { return holding_; }
  [[nodiscard]] bool Transparent() const { return step_.done.transparent; }

  /// Returns the number of bytes of PassBulk() that the core wanted to see.
  [[nodiscard]] std::uint64_t SlowBulk() const { return slow_bulk_; }

  /// Returns the number of gaps behind which the core dropped segments before the first `$` frame of their direction.
  [[nodiscard]] unsigned GapsInText() const { return gaps_in_text_; }

  /// Returns the number of segments that the core dropped behind a gap after a `$` frame.
  [[nodiscard]] unsigned DroppedMedia() const { return dropped_media_; }

  /// Returns the numbers of dialogues and of questions.
  [[nodiscard]] std::size_t Calls() const { return calls_; }

 private:
  void Learn(const TcpPacket& syn);
  void Open();
  [[nodiscard]] bool IsUnread(const TcpPacket& packet);
  [[nodiscard]] bool Skip(const rtspnat_segment& segment);
  [[nodiscard]] bool Converse(const rtspnat_segment& segment);
  void TakeNotes(const rtspnat_segment& segment);
  [[nodiscard]] bool PassBulkSegment(const rtspnat_segment& segment, bool in_frames);
  void ApplyStep(TcpPacket& packet);
  [[nodiscard]] std::string ApplyEdits(std::string bytes);
  void Answer(const rtspnat_step& step);
  void MapNumbers(TcpPacket& packet) const;
  void RememberStream(const TcpPacket& packet);
  void CheckOwnBytes(unsigned direction, std::uint32_t seq, const std::string& bytes);
  void CheckNumbers(unsigned direction, std::uint32_t from) const;
  void CheckClosed(const rtspnat_segment& segment);
  void NoteArrivals(const TcpPacket& packet);
  void CheckHolding(const rtspnat_segment& segment);
  void CheckCustody(const TcpPacket& packet);

  RouterOptions options_;
  Complaints& complaints_;
  PortLedger ledger_;
  Embedder embedder_;
  rtspnat_connection* connection_ = nullptr;
  std::unique_ptr<SequenceNumbers> numbers_;
  std::optional<std::uint32_t> first_seq_[2];
  static constexpr char kUnseen = 0;
  static constexpr char kSeen = 1;
  std::string stream_[2];  // The senders' streams, as far as the router has seen them,
  std::string seen_[2];    // and of each byte of it kSeen or kUnseen.
  std::uint32_t acknowledged_[2] = {};
  rtspnat_step step_ = Sized<rtspnat_step>();
  bool holding_ = false;
  bool urgent_ = false;  // A packet was urgent.
  std::uint32_t sent_end_[2] =
      {};  // The number behind the last byte or FIN that came in, in the sender's numbers.
  std::uint32_t arrived_[2] = {};  // The receiver's last acknowledgement, in the sender's numbers.
  unsigned empty_ = 0;             // Empty segments that the core need not see.
  std::size_t came_bytes_ = 0;     // Payload bytes of the packet in hand, before any change.
  std::uint64_t slow_bulk_ = 0;
  std::vector<std::uint8_t> bulk_bytes_;
  bool has_frames_[2] = {};
  bool drops_[2] = {};  // The core dropped the segment before.
  unsigned gaps_in_text_ = 0;
  unsigned dropped_media_ = 0;
  std::uint64_t notes_ = 0;
  unsigned counts_[RTSPNAT_NOTES] = {};
  std::size_t calls_ = 0;
};

}  // namespace rtsp::test
