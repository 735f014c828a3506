// SPDX-License-Identifier: MIT OR GPL-2.0-only
#pragma once
/// @file
/// What the two applications say to each other, turn by turn. A turn ends when all that was said in it is acknowledged,
/// so that both sides and the middlebox have the turns in the same order, however the packets fare.
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tests/tcp/dice.h"

namespace rtsp::test {

class Script {
 public:
  virtual ~Script() = default;

  /// Sets what client and server say in the next turn, the one given what it has heard so far. Returns false at the
  /// end.
  virtual bool Next(std::string_view heard_by_client, std::string_view heard_by_server,
                    std::string (&says)[2]) = 0;
};

/// Any bytes at all.
class FixedScript : public Script {
 public:
  struct Turn {
    unsigned direction;
    std::string bytes;
  };

  explicit FixedScript(std::vector<Turn> turns) : turns_(std::move(turns)) {}

  bool Next(std::string_view, std::string_view, std::string (&says)[2]) override {
    if (next_ == turns_.size()) return false;
    says[turns_[next_].direction] = turns_[next_].bytes;
    ++next_;
    return true;
  }

 private:
  std::vector<Turn> turns_;
  std::size_t next_ = 0;
};

/// An RTSP session: OPTIONS, DESCRIBE, some SETUPs, PLAY with or without media in between, TEARDOWN. The server
/// answers what reaches it, and repeats the client's ports and address as it reads them.
class RtspScript : public Script {
 public:
  /// @p plan decides on all that can be different; @p client is the client's own address, as text.
  RtspScript(Dice plan, std::string client);

  bool Next(std::string_view heard_by_client, std::string_view heard_by_server,
            std::string (&says)[2]) override;

 private:
  [[nodiscard]] std::string Transport(unsigned stream);
  [[nodiscard]] std::string Request(const std::string& method, const std::string& more);
  [[nodiscard]] std::string Setup();
  [[nodiscard]] std::string Filler();
  [[nodiscard]] std::string Replies(std::string_view heard);
  [[nodiscard]] std::string ReplyTo(std::string_view head);
  [[nodiscard]] std::string Media();

  Dice plan_;
  std::string client_;
  unsigned turn_ = 0;
  unsigned turns_;
  unsigned setups_ = 0;
  unsigned cseq_ = 1;
  std::string version_;
  std::string line_end_;
  std::size_t answered_ = 0;  // Bytes of the client's stream that have been answered.
};

}  // namespace rtsp::test
