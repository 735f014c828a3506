// SPDX-License-Identifier: MIT OR GPL-2.0-only
#pragma once
/// @file
/// The texts that the two applications send each other, turn by turn. A turn ends when every byte of it is acknowledged. So both
/// sides and the middlebox see the turns in the same order, whatever happens to packets.
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tests/tcp/bulk.h"
#include "tests/tcp/dice.h"

namespace rtsp::test {

/// A turn. Its parts happen in this order.
struct ScriptTurn {
  std::uint32_t path_bytes =
      0;                ///< If not 0, the path shrinks: packets with more payload are lost from now on.
  std::string says[2];  ///< The texts of client and server, sent at the same time.
  std::size_t urgent[2] = {};  ///< The byte in front of this place is urgent; 0 for none.
  Bulk bulk;                   ///< Passes when both texts have arrived.
};

class Script {
 public:
  virtual ~Script() = default;

  /// Fills in the next turn, after both sides have heard @p heard; @p turn is empty. Returns false at the end.
  virtual bool Next(std::string_view heard_by_client, std::string_view heard_by_server, ScriptTurn& turn) = 0;
};

/// A script of any bytes.
class FixedScript : public Script {
 public:
  /// A text of one side, and what happens beside it (see ScriptTurn).
  struct Saying {
    unsigned direction;
    std::string bytes;
    std::uint64_t bulk = 0;        ///< Bytes of the same direction.
    bool bulk_in_frames = true;    ///< See Bulk.
    std::uint32_t path_bytes = 0;  ///< The path shrinks to this before the text is sent.
    std::size_t urgent = 0;
  };

  explicit FixedScript(const std::vector<Saying>& sayings);

  /// Repeats @p turns.
  [[nodiscard]] static FixedScript Of(std::vector<ScriptTurn> turns) {
    FixedScript script{std::vector<Saying>()};
    script.turns_ = std::move(turns);
    return script;
  }

  bool Next(std::string_view heard_by_client, std::string_view heard_by_server, ScriptTurn& turn) override;

 private:
  std::vector<ScriptTurn> turns_;
  std::size_t next_ = 0;
};

/// An RTSP session: OPTIONS, DESCRIBE, some SETUPs, PLAY with or without media in between, TEARDOWN. The server answers the requests
/// that reach it, and repeats the client's ports and address as it reads them.
class RtspScript : public Script {
 public:
  /// @p plan decides everything that may differ between sessions. @p client is the client's own address, as text.
  RtspScript(Dice plan, std::string client);

  bool Next(std::string_view heard_by_client, std::string_view heard_by_server, ScriptTurn& turn) override;

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
