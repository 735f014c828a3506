// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "tests/tcp/lockstep.h"

namespace rtsp::test {
namespace {

constexpr std::uint32_t kFirst[] = {0xffffffc0U, 0x10000000U};  // Sequence numbers; one stream wraps round.

ReceiverOptions Roomy() {
  ReceiverOptions options;
  options.buffer_bytes = 1U << 20;
  return options;
}

}  // namespace

Lockstep::Lockstep(Middlebox& middlebox, Complaints& complaints)
    : middlebox_(middlebox),
      complaints_(complaints),
      receivers_{{Roomy(), complaints}, {Roomy(), complaints}} {
  for (const rtspnat_direction direction : {RTSPNAT_ORIGINAL, RTSPNAT_REPLY}) {
    TcpPacket packet;
    packet.direction = direction;
    packet.seq = kFirst[direction] - 1;
    packet.syn = true;
    static_cast<void>(middlebox_.Pass(packet));
    receivers_[direction].NoteAcknowledged();
  }
}

void Lockstep::Send(rtspnat_direction direction, std::uint32_t offset, std::string_view bytes, bool fin) {
  const rtspnat_direction back = direction == RTSPNAT_ORIGINAL ? RTSPNAT_REPLY : RTSPNAT_ORIGINAL;
  TcpPacket packet;
  packet.direction = direction;
  packet.seq = kFirst[direction] + offset;
  packet.has_ack = true;
  packet.ack = kFirst[back] + static_cast<std::uint32_t>(receivers_[back].Next());
  packet.fin = fin;
  packet.payload = bytes;
  const std::optional<TcpPacket> out = middlebox_.Pass(packet);
  if (!out) return;
  Receiver& receiver = receivers_[direction];
  receiver.Take(static_cast<std::int32_t>(out->seq - kFirst[direction]), out->payload, out->fin);
  receiver.Drain();
  TcpPacket answer;
  answer.direction = back;
  answer.seq = kFirst[back] + static_cast<std::uint32_t>(streams_[back].size());
  answer.has_ack = true;
  answer.ack = kFirst[direction] + static_cast<std::uint32_t>(receiver.Next());
  receiver.NoteAcknowledged();
  const std::optional<TcpPacket> heard = middlebox_.Pass(answer);
  if (!heard) return;
  acknowledged_[direction] = heard->ack - kFirst[direction];
  complaints_.Check(acknowledged_[direction] <= streams_[direction].size() + 1,
                    "what was never sent is acknowledged");
}

void Lockstep::SendRest(rtspnat_direction direction) {
  constexpr int kMost = 64;
  const std::string_view stream = streams_[direction];
  for (int i = 0; i < kMost && acknowledged_[direction] < stream.size(); ++i)
    Send(direction, acknowledged_[direction], stream.substr(acknowledged_[direction]), false);
  complaints_.Check(acknowledged_[direction] >= stream.size(), "L7: the rest is never acknowledged");
}

void Lockstep::Say(rtspnat_direction direction, std::string_view text, const std::vector<std::size_t>& cuts) {
  std::string& stream = streams_[direction];
  std::size_t begin = 0;
  for (std::size_t i = 0; i <= cuts.size(); ++i) {
    const std::size_t end = i < cuts.size() ? cuts[i] : text.size();
    const std::string_view piece = text.substr(begin, end - begin);
    const auto offset = static_cast<std::uint32_t>(stream.size());
    stream += piece;
    if (!piece.empty()) Send(direction, offset, piece, false);
    begin = end;
  }
  SendRest(direction);
}

void Lockstep::Close(rtspnat_direction direction) {
  Send(direction, static_cast<std::uint32_t>(streams_[direction].size()), {}, true);
  complaints_.Check(receivers_[direction].Finished(), "L7: the end of the stream does not arrive");
}

}  // namespace rtsp::test
