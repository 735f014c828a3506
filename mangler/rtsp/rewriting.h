// SPDX-License-Identifier: MIT OR GPL-2.0-only
#pragma once
/// @file
/// Puts other ports and addresses into a Transport spec. The same for requests, replies, and what is published of the peer.
#include "mangler/rtsp/line.h"

namespace mangle {

/// Ports that a text has, and those that are to stand there.
struct PortChange {
  nat::PortRange from;
  nat::PortRange to;
  std::uint32_t count = 0;

  /// Returns what is to stand in the place of @p port: @p port itself if it is not one of these.
  [[nodiscard]] std::uint16_t For(std::uint16_t port) const {
    if (port == from.first) return to.first;
    return count > 1 && port == from.last ? to.last : port;
  }
};

/// Returns how the ports of @p mapping outside change in a message, as its receiver knows them.
[[nodiscard]] inline PortChange ChangeOf(const nat::Mapping& mapping, bool of_opener) {
  if (of_opener) return {mapping.inside, mapping.outside, mapping.count};
  return {mapping.outside, mapping.inside, mapping.count};
}

/// Returns how the ports of the peer change that are published for @p mapping.
[[nodiscard]] inline PortChange PublishedChangeOf(const nat::Mapping& mapping) {
  return {mapping.peer, mapping.published, mapping.peers};
}

/// What became of a text.
enum class Rewritten : std::uint8_t {
  kSame,     ///< Nothing needs to change.
  kChanged,  ///< The changes were added to the line's.
  kNot,      ///< It cannot be done, and nothing was added; the reason is noted.
};

/// Adds what @p ports makes of @p numbers, and what becomes of @p hosts, to the changes of the line.
[[nodiscard]] Rewritten Rewrite(Exchange& exchange, const PortChange& ports, const Numbers& numbers,
                                const Hosts& hosts, ChangeKind kind);

/// Finds out whether the spec in hand names another client, and the places of the spec in hand that have the opener's address and whose receiver knows it by another, and the same for
/// the peer. To be called for each spec that was read.
[[gnu::noinline]] void FindHosts(Exchange& exchange);

/// Adds what destination says once more of ports that have changed in client_port.
void RewriteDestinationPort(Exchange& exchange, const PortChange& ports);

}  // namespace mangle
