// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "mangler/rtsp/line.h"

namespace mangle {

Rewritten Rewrite(Exchange& exchange, const PortChange& ports, const rtsp::Ports& numbers, const Hosts& hosts,
                  ChangeKind kind, bool spare) {
  Line& line = exchange.line;
  bool changes = hosts.count != 0;
  for (unsigned i = 0; i < numbers.count; ++i) {
    const std::uint16_t port = ports.For(numbers.value[i]);
    if (port == numbers.value[i]) continue;
    changes = true;
    if (Fits(port, numbers.field[i])) continue;
    exchange.notes.Add(RTSPNAT_NOTE_CANNOT_EDIT);
    return Rewritten::kNot;
  }
  if (!changes) return Rewritten::kSame;
  if (line.front_sent) {
    exchange.notes.Add(RTSPNAT_NOTE_CUT_TRANSPORT);
    return Rewritten::kNot;
  }
  const bool may_repeat = kind != ChangeKind::kPort;
  const std::uint32_t most = std::uint32_t{numbers.count} + hosts.count + (may_repeat ? 1 : 0);
  if (!line.changes.HasRoomFor(most, exchange.notes)) return Rewritten::kNot;
  for (unsigned i = 0; i < numbers.count; ++i) {
    const std::uint16_t port = ports.For(numbers.value[i]);
    if (port != numbers.value[i]) line.changes.Add({numbers.field[i], port, ChangeKind::kPort, spare});
  }
  for (unsigned i = 0; i < hosts.count; ++i) line.changes.Add({hosts.field[i], 0, kind, false});
  if (kind != ChangeKind::kOpener || line.spec.client_port.count == 0) return Rewritten::kChanged;
  const rtsp::Ports& again = line.behind_host;
  const std::uint16_t port = ports.For(again.value[0]);
  if (port != again.value[0] && Fits(port, again.field[0]))
    line.changes.Add({again.field[0], port, ChangeKind::kPort, false});
  return Rewritten::kChanged;
}

void FindHosts(Exchange& exchange) {
  Line& line = exchange.line;
  const Setup& setup = exchange.setup;
  const rtsp::TransportSpec& spec = line.spec;
  line.behind_host = PortBehind(line.reader.Line(), spec.destination);
  line.is_own = IsOwn(spec, line.reader.Line(), exchange.OldOpener());
  line.opener_hosts.count = 0;
  line.peer_hosts.count = 0;
  const bool is_named = spec.has_destination || spec.destinations != 0 || !spec.client_address.Empty();
  if (is_named && !nat::IsSame(setup.inside, setup.outside)) {
    const bool client_address = (setup.options & RTSPNAT_OPTION_CLIENT_ADDRESS) != 0;
    FindDestinations(spec, line.reader.Line(), client_address, line.opener_hosts);
    KeepOnly(line.opener_hosts, line.reader.Line(), exchange.OldOpener());
  }
  if (!exchange.of_opener && exchange.agreement.Publishes()) {
    FindSources(spec, line.reader.Line(), line.peer_hosts);
    KeepOnly(line.peer_hosts, line.reader.Line(), setup.peer);
  }
}

}  // namespace mangle
