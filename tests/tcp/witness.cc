// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "tests/tcp/witness.h"

#include <algorithm>
#include <utility>

namespace rtsp::test {

void Witness::TakeAcknowledgement(const TcpPacket& packet) {
  Stream& other = streams_[1 - packet.direction];
  if (!packet.has_ack || !other.first) return;
  const auto offset = static_cast<std::int32_t>(packet.ack - *other.first);
  if (offset > static_cast<std::int32_t>(other.acknowledged))
    other.acknowledged = static_cast<std::uint32_t>(offset);
}

void Witness::CheckBytes(const TcpPacket& packet) {
  Stream& stream = streams_[packet.direction];
  if (!stream.first) return;
  const auto offset = static_cast<std::int32_t>(packet.seq - *stream.first);
  if (offset < 0) return;
  const std::size_t end = static_cast<std::size_t>(offset) + packet.payload.size();
  if (end > stream.bytes.size()) {
    stream.bytes.resize(end);
    stream.seen.resize(end);
  }
  for (std::size_t i = 0; i < packet.payload.size(); ++i) {
    const std::size_t at = static_cast<std::size_t>(offset) + i;
    if (at >= stream.acknowledged && stream.seen[at])
      complaints_.Check(stream.bytes[at] == packet.payload[i], "law 5: sent again, other bytes");
    stream.seen[at] = true;
    stream.bytes[at] = packet.payload[i];
  }
}

std::optional<TcpPacket> Witness::Pass(TcpPacket packet) {
  Stream& stream = streams_[packet.direction];
  if (packet.syn) stream.first = packet.seq + 1;
  const std::size_t segment = packet.segment_size != 0 ? packet.segment_size : packet.payload.size();
  stream.longest = std::max(stream.longest, segment);
  TakeAcknowledgement(packet);
  std::optional<TcpPacket> out = inner_.Pass(std::move(packet));
  if (!out) return out;
  CheckBytes(*out);
  const std::size_t length = out->segment_size != 0 ? out->segment_size : out->payload.size();
  complaints_.Check(length <= stream.longest, "a packet has outgrown the largest segment seen");
  return out;
}

// The witness does not look at these bytes, so the stream goes on as if they had not passed.
void Witness::PassBulk(const Bulk& bulk, const TcpPacket& sender, const TcpPacket& receiver) {
  std::optional<std::uint32_t>& first = streams_[bulk.direction].first;
  if (first) *first += static_cast<std::uint32_t>(bulk.bytes);
  inner_.PassBulk(bulk, sender, receiver);
}

}  // namespace rtsp::test
