// SPDX-License-Identifier: MIT OR GPL-2.0-only
#pragma once
/// @file
/// A sender, a lane and a receiver in a row, for the tests of lanes.
#include <gtest/gtest.h>

#include <cstdint>
#include <optional>
#include <string>

#include "tests/harness/toy_router.h"

namespace stream {

using rtsp::test::RewriteInOnePiece;
using rtsp::test::ToyPacket;
using rtsp::test::ToyRouter;

inline constexpr std::uint32_t kFirst = 0xffff'fff0U;  // The sequence numbers wrap within the first bytes.
inline constexpr std::uint16_t kHeader = 40;

inline const std::string kSame = "<=abcd>";       // Becomes <=####>.
inline const std::string kGrows = "<+1\x02xyz>";  // One byte becomes four.
inline const std::string kGrown = "<+x+++\x02xyz>";
inline const std::string kStream =
    "one" + kSame + "two" + kGrows + "<?no edit>@\x01" + "<=body, no item>" + kSame + "end";

inline std::uint32_t Size(const std::string& text) { return static_cast<std::uint32_t>(text.size()); }

inline ToyPacket PacketOf(std::uint32_t position, const std::string& bytes, bool fin = false) {
  return {kFirst + position, bytes, fin, false, 0, kHeader};
}

/// A router, and a receiver that takes the bytes in order.
class Way {
 public:
  explicit Way(LengthChanges changes = LengthChanges::kAny) : router(kFirst, changes) {}

  // Sends `bytes` at `position`; returns the bytes that leave, or "dropped".
  std::string Send(std::uint32_t position, const std::string& bytes, bool fin = false) {
    return Pass(PacketOf(position, bytes, fin));
  }

  std::string Pass(const ToyPacket& packet) {
    const std::optional<ToyPacket> out = router.Pass(packet);
    place = out ? out->number - kFirst : 0;
    has_fin = out && out->fin;
    if (!out) return "dropped";
    const std::uint32_t overlap = Size(received) - place;
    if (overlap <= out->bytes.size() && !router.Last().probes) received += out->bytes.substr(overlap);
    return out->bytes;
  }

  // The receiver acknowledges all bytes before `count`; returns the position that the sender gets.
  std::uint32_t Acknowledge(std::uint32_t count) {
    return router.PassAcknowledgement(kFirst + count) - kFirst;
  }
  std::uint32_t Acknowledge() { return Acknowledge(Size(received)); }

  ToyRouter router;
  std::string received;
  std::uint32_t place = 0;  // The position of the last segment in the stream that leaves.
  bool has_fin = false;
};

inline std::string Rewritten(const std::string& text, const ToyRouter& router) {
  std::string complaint;
  std::string out = RewriteInOnePiece(text, router.Items(), true, complaint);
  EXPECT_EQ(complaint, "");
  return out;
}

}  // namespace stream
