// SPDX-License-Identifier: MIT OR GPL-2.0-only
#pragma once
/// @file
/// An embedder of the C ABI that plays a whole connection, notes every question, and checks the laws of rtspnat.h at
/// every step. Tests and fuzzers use the same one.
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "rtspnat.h"
#include "tests/harness/embedder.h"

namespace rtsp::test {

/// The outcome of one segment.
struct Outcome {
  std::string sent;         ///< The segment as it goes on; empty if dropped.
  std::uint32_t start = 0;  ///< Stream offset of its first byte before any rewriting,
  std::uint32_t end = 0;    ///< and of the byte behind its last one.
  bool dropped = false;
  bool skipped = false;  ///< rtspnat_skip() or rtspnat_skip_frames() passed it.
  bool transparent = false;
  std::uint64_t notes = 0;
  unsigned edits = 0;
  std::uint32_t ack = 0;  ///< Acknowledged stream offset of the other direction, before any rewriting.
  bool fin = false;
  bool holding = false;

  [[nodiscard]] bool Noted(rtspnat_note note) const { return (notes >> note & 1U) != 0; }
};

/// One connection between a client inside and a server outside.
class Dialogue {
 public:
  /// Answers RESERVE. It gets the step, and may change the port.
  using Reserve = std::function<rtspnat_reply(const rtspnat_step&, std::uint16_t& first_port)>;
  /// Answers EXPECT.
  using Expect = std::function<rtspnat_reply(const rtspnat_step&)>;

  explicit Dialogue(bool may_translate = true,
                    rtspnat_length_changes length_changes = RTSPNAT_ANY_LENGTH_CHANGE);

  /// Opens a connection with @p setup.
  explicit Dialogue(const rtspnat_setup& setup);

  /// Returns the setup that the other constructor uses: a client at 10.0.1.2, behind 203.0.113.1 if
  /// @p may_translate, a server at 198.51.100.10.
  [[nodiscard]] static rtspnat_setup SetupOf(
      bool may_translate, rtspnat_length_changes length_changes = RTSPNAT_ANY_LENGTH_CHANGE);

  Reserve reserve;  ///< By default it says YES to the proposed ports.
  Reserve publish;  ///< Answers PUBLISH in the same way.
  Expect expect;    ///< By default it says YES.
  std::uint16_t header_length = 0;
  std::uint32_t piece = 0;  ///< Bytes of a payload that the core sees at a time; 0 for all.
  bool lends = true;        ///< Has memory for RTSPNAT_LEND.
  bool use_skip = true;     ///< Offer each segment to rtspnat_skip() and rtspnat_skip_frames() first.

  /// Sends the next bytes of a direction.
  Outcome Send(rtspnat_direction direction, std::string_view bytes, std::uint8_t flags = 0);

  /// Sends bytes at @p offset of the direction's stream, which need not be the next offset.
  Outcome SendAt(rtspnat_direction direction, std::uint32_t offset, std::string_view bytes,
                 std::uint8_t flags = 0);

  /// Returns the stream offset of the next bytes of a direction.
  [[nodiscard]] std::uint32_t Next(rtspnat_direction direction) const { return next_[direction]; }

  /// Returns the stream offset up to which the receiver of @p direction has every byte.
  [[nodiscard]] std::uint32_t Received(rtspnat_direction direction) const;

  /// Lets the receiver of @p direction acknowledge every byte before stream offset @p offset.
  void Acknowledge(rtspnat_direction direction, std::uint32_t offset) { acknowledged_[direction] = offset; }

  /// Returns the bytes of @p direction that were sent on so far, up to the first gap.
  [[nodiscard]] const std::string& Left(rtspnat_direction direction) const { return left_[direction].bytes; }

  /// Returns one line for each question so far: `reserve 0 5000-5001 as 5002-5003` and so on.
  [[nodiscard]] const std::vector<std::string>& Log() const { return log_; }

  /// Returns the mappings that were reserved and not released.
  [[nodiscard]] std::size_t Held() const { return books_.size(); }

  /// Returns how many buffers are lent.
  [[nodiscard]] std::size_t Lent() const { return embedder_.Lent(); }

  /// Returns whether the core ever gave @p note.
  [[nodiscard]] bool EverNoted(rtspnat_note note) const { return (notes_ >> note & 1U) != 0; }

  /// Returns how many mappings are live.
  [[nodiscard]] std::size_t Live() const;

  /// Closes the connection with rtspnat_close() and checks that no mapping is held.
  void Close();

  /// Forgets the connection if nothing is lost with it, and opens it again at its position. Returns the loss.
  rtspnat_loss Forget();

  /// Returns the laws that were broken; empty if all is well.
  [[nodiscard]] const std::vector<std::string>& Broken() const { return broken_; }

 private:
  // Bytes at stream offsets.
  struct Stream {
    std::string bytes;                            // Up to the first gap.
    std::map<std::uint32_t, std::string> beyond;  // Runs of bytes behind the gap.
    bool torn = false;                            // Two different bytes came for one offset.

    void Put(std::uint32_t offset, std::string_view run, std::uint32_t unchecked);
    [[nodiscard]] bool Agrees(std::uint32_t offset, std::string_view run) const;
  };

  struct Book {
    rtspnat_step step = {};
    bool live = false;
    bool told = false;  // An edit with its ports was sent.
  };

  [[nodiscard]] bool SkipFrames(const rtspnat_segment& segment, std::string_view bytes, Outcome& outcome);
  void Converse();
  void OnReserve(const rtspnat_step& step);
  void OnExpect(const rtspnat_step& step);
  void OnRelease(const rtspnat_step& step);
  void OnPublish(const rtspnat_step& step);
  void OnLinger(const rtspnat_step& step);
  void OnRedirect(const rtspnat_step& step);
  void CheckPorts(const rtspnat_step& step, const std::uint16_t (&own)[RTSPNAT_PORTS],
                  const std::uint16_t (&proposed)[RTSPNAT_PORTS], unsigned count, bool may_differ);
  void Apply(const rtspnat_segment& segment, Outcome& outcome);
  void ApplyEdits(Outcome& outcome);
  void CheckStep(const rtspnat_segment& segment, const Outcome& outcome);
  void CheckDoubt(const rtspnat_step& step);
  void CheckTold(const rtspnat_segment& segment);
  void CheckEdit(std::uint32_t offset, std::string_view text);
  void Leave(rtspnat_direction direction, const Outcome& outcome);
  void Check(bool holds, const std::string& law);

  [[nodiscard]] rtspnat_connection* Core() const { return embedder_.Connection(); }

  rtspnat_setup setup_ = {};
  Embedder embedder_;
  rtspnat_step step_ = Sized<rtspnat_step>();
  std::uint64_t notes_ = 0;
  std::uint32_t next_[2] = {};
  Stream sent_[2];  // Each direction's stream as the core got it,
  Stream left_[2];  // and as it was sent on.
  std::uint32_t acknowledged_[2] = {};
  bool closed_ = false;         // FIN or RST of either side was sent on.
  bool gap_ = false;            // In an earlier segment the core did not understand text among the replies.
  bool released_told_ = false;  // In this segment the core released a reservation whose ports were sent.
  unsigned direction_ = 0;      // The direction of this segment.
  std::map<unsigned, Book> books_;
  std::vector<std::string> log_;
  std::vector<std::string> broken_;
};

}  // namespace rtsp::test
