// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "tests/tcp/path.h"

#include <utility>

namespace rtsp::test {
namespace {

enum class Fate : std::uint8_t { kArrives, kLost, kRepeated, kLate, kCut, kJoined };

// 0 is the value of dice that are used up.
Fate FateOf(std::uint8_t roll) {
  constexpr Fate kFates[] = {Fate::kLost, Fate::kLost, Fate::kRepeated, Fate::kLate,
                             Fate::kLate, Fate::kCut,  Fate::kJoined,   Fate::kJoined};
  return roll % 16 < 8 ? Fate::kArrives : kFates[roll % 16 - 8];
}

// Returns whether `next` can become part of the aggregate `packet`, as GRO decides.
bool CanJoin(const TcpPacket& packet, const TcpPacket& next) {
  const std::size_t size = packet.segment_size != 0 ? packet.segment_size : packet.payload.size();
  const bool plain =
      !next.syn && !next.rst && !next.urg && !packet.syn && !packet.rst && !packet.urg && !packet.fin;
  return plain && !packet.payload.empty() && !next.payload.empty() && next.payload.size() <= size &&
         packet.payload.size() % size == 0 && next.seq == packet.seq + packet.payload.size() &&
         packet.ack == next.ack && packet.sack == next.sack;
}

}  // namespace

std::pair<TcpPacket, TcpPacket> CutPacket(const TcpPacket& packet, std::size_t size) {
  std::pair<TcpPacket, TcpPacket> parts(packet, packet);
  parts.first.payload.resize(size);
  parts.first.fin = false;
  parts.first.psh = false;
  parts.second.payload.erase(0, size);
  parts.second.seq += static_cast<std::uint32_t>(size);
  parts.second.urg = packet.urgent > size;
  parts.second.urgent = static_cast<std::uint16_t>(parts.second.urg ? packet.urgent - size : 0);
  return parts;
}

Path::Path(Clock& clock, Dice& dice, Complaints& complaints, const PathOptions& options, Deliver deliver)
    : clock_(clock),
      dice_(dice),
      complaints_(complaints),
      options_(options),
      deliver_(std::move(deliver)),
      let_go_(clock, [this] { LetGo(); }) {}

void Path::Shrink(std::size_t bytes, std::function<void()> tell) {
  most_bytes_now_ = bytes;
  tell_ = std::move(tell);
}

void Path::Send(const TcpPacket& packet) {
  const std::size_t size = packet.segment_size;
  TcpPacket rest = packet;
  rest.segment_size = 0;
  while (size != 0 && rest.payload.size() > size) {
    auto [first, second] = CutPacket(rest, size);
    SendSegment(first);
    rest = std::move(second);
  }
  SendSegment(rest);
}

void Path::SendSegment(const TcpPacket& segment) {
  complaints_.Check(segment.payload.size() <= options_.most_bytes, "a packet is longer than the path takes");
  if (segment.payload.size() > most_bytes_now_) return tell_();
  if (!options_.weather.Calm()) {
    const std::optional<Time> late = options_.weather.DelayOf(options_.leg, segment);
    if (late) Arrive(segment, options_.delay + *late);
    return;
  }
  constexpr std::uint32_t kLatest = 256;
  constexpr Time kStep = 1ms;
  constexpr unsigned kLossesInARow = 4;  // With more a session would take for ever.
  Fate fate = FateOf(dice_.Roll());
  losses_ = fate == Fate::kLost ? losses_ + 1 : 0;
  if (losses_ > kLossesInARow) fate = Fate::kArrives;
  if (joined_ && (fate != Fate::kJoined || !CanJoin(*joined_, segment))) LetGo();
  switch (fate) {
    case Fate::kLost: return;
    case Fate::kLate: return Arrive(segment, options_.delay + kStep * dice_.Roll(kLatest));
    case Fate::kRepeated:
      Arrive(segment, options_.delay + kStep * dice_.Roll(kLatest));
      return Arrive(segment, options_.delay);
    case Fate::kCut: {
      const std::uint32_t at = dice_.Roll(static_cast<std::uint32_t>(segment.payload.size()));
      if (at == 0) return Arrive(segment, options_.delay);
      const auto [first, second] = CutPacket(segment, at);
      Arrive(first, options_.delay);
      return Arrive(second, options_.delay);
    }
    case Fate::kJoined:
      if (options_.joins) return Join(segment);
      break;
    case Fate::kArrives: break;
  }
  Arrive(segment, options_.delay);
}

void Path::Arrive(const TcpPacket& packet, Time delay) {
  clock_.After(delay, [this, packet] { deliver_(packet); });
}

void Path::Join(const TcpPacket& segment) {
  constexpr Time kHeld = 2ms;
  if (!joined_) {
    joined_ = segment;
    let_go_.Set(kHeld);
    return;
  }
  if (joined_->segment_size == 0) joined_->segment_size = static_cast<std::uint16_t>(joined_->payload.size());
  joined_->payload += segment.payload;
  joined_->fin = segment.fin;
  joined_->psh = segment.psh;
  joined_->window = segment.window;
}

void Path::LetGo() {
  let_go_.Stop();
  if (!joined_) return;
  Arrive(*joined_, options_.delay);
  joined_.reset();
}

}  // namespace rtsp::test
