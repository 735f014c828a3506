// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "tests/tcp/network.h"

#include <algorithm>
#include <ostream>

namespace rtsp::test {
namespace {

constexpr Time kIcmp = 10ms;  // The whole way back.

// Makes text for people: bytes that do not print become dots.
std::string Printable(std::string text) {
  for (char& c : text) {
    if (c == '\r') c = '<';
    if (c == '\n') c = '|';
    if (c < ' ' || c > '~') c = '.';
  }
  return text;
}

}  // namespace

// rtspnat.h: the core cuts a packet that would become longer than both the largest seen and 512 bytes.
std::size_t Network::LongestOut(const NetworkOptions& options, unsigned direction) {
  constexpr std::uint32_t kAlways = 512;
  return std::max(options.ends[direction].sender.segment_bytes, kAlways);
}

Network::Network(const NetworkOptions& options, Middlebox& middlebox, Complaints& complaints)
    : options_(options),
      dice_(options.dice),
      middlebox_(middlebox),
      numbers_{options.ends[0].first_number, options.ends[1].first_number},
      client_(clock, dice_, complaints, options.ends[0], RTSPNAT_ORIGINAL,
              [this](const TcpPacket& packet) { to_middlebox_[0].Send(packet); }),
      server_(clock, dice_, complaints, options.ends[1], RTSPNAT_REPLY,
              [this](const TcpPacket& packet) { to_middlebox_[1].Send(packet); }),
      to_middlebox_{
          {clock, LegDice(0), complaints, PathOptions{5ms, options.aggregates, 65535, options.weather, 0},
           [this](const TcpPacket& packet) { PassOn(packet); }},
          {clock, LegDice(1), complaints, PathOptions{5ms, options.aggregates, 65535, options.weather, 1},
           [this](const TcpPacket& packet) { PassOn(packet); }}},
      from_middlebox_{
          {clock, LegDice(2), complaints, PathOptions{5ms, false, LongestOut(options, 0), options.weather, 2},
           [this](const TcpPacket& packet) { server_.Receive(packet); }},
          {clock, LegDice(3), complaints, PathOptions{5ms, false, LongestOut(options, 1), options.weather, 3},
           [this](const TcpPacket& packet) { client_.Receive(packet); }}} {}

void Network::Trace(const char* what, const TcpPacket& packet) {
  std::ostream& out = *options_.trace;
  const unsigned from = packet.direction;
  out << clock.Now().count() / 1000 << "ms " << what << (from == 0 ? " client" : " server") << ' '
      << static_cast<std::int32_t>(packet.seq - numbers_[from] - 1) << '+' << packet.payload.size();
  if (packet.has_ack) out << " ack " << static_cast<std::int32_t>(packet.ack - numbers_[1 - from] - 1);
  for (const auto& [first, last] : packet.sack) {
    out << " sack " << static_cast<std::int32_t>(first - numbers_[1 - from] - 1) << '-'
        << static_cast<std::int32_t>(last - numbers_[1 - from] - 1);
  }
  out << " win " << packet.window << (packet.syn ? " SYN" : "") << (packet.fin ? " FIN" : "")
      << (packet.rst ? " RST" : "");
  if (packet.urg) out << " URG " << packet.urgent;
  if (packet.segment_size != 0) out << " segments of " << packet.segment_size;
  if (!packet.payload.empty()) out << " \"" << Printable(packet.payload) << '"';
  out << '\n';
}

void Network::PassOn(const TcpPacket& packet) {
  if (options_.trace != nullptr) Trace("in ", packet);
  const std::optional<TcpPacket> out = middlebox_.Pass(packet);
  if (options_.trace != nullptr) {
    if (out)
      Trace("out", *out);
    else
      *options_.trace << "      dropped\n";
  }
  if (out) from_middlebox_[out->direction].Send(*out);
}

void Network::PassBulk(const Bulk& bulk) {
  Endpoint& sender = From(bulk.direction);
  Endpoint& receiver = From(bulk.direction == RTSPNAT_ORIGINAL ? RTSPNAT_REPLY : RTSPNAT_ORIGINAL);
  if (options_.trace != nullptr) *options_.trace << "bulk of " << bulk.bytes << " bytes\n";
  middlebox_.PassBulk(bulk, sender.Idle(), receiver.Idle());
  sender.PassOver(bulk.direction, bulk.bytes);
  receiver.PassOver(bulk.direction, bulk.bytes);
  numbers_[bulk.direction] += static_cast<std::uint32_t>(bulk.bytes);
}

void Network::Shrink(std::uint32_t bytes) {
  for (unsigned direction = 0; direction < 2; ++direction) {
    from_middlebox_[direction].Shrink(bytes, [this, direction, bytes] {
      if (options_.trace != nullptr) *options_.trace << "      too long for the path\n";
      clock.After(kIcmp, [this, direction, bytes] { From(direction).LearnPathBytes(bytes); });
    });
  }
}

bool Network::Run(const std::function<bool()>& done, Time limit) {
  while (!done()) {
    if (clock.Now() > limit || !clock.Step()) return done();
  }
  return true;
}

}  // namespace rtsp::test
