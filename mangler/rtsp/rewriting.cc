// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "mangler/rtsp/rewriting.h"

namespace mangle {

PortChange ChangeOf(const nat::Mapping& mapping, bool of_opener) {
  if (of_opener) return {mapping.inside, mapping.outside, mapping.count};
  return {mapping.outside, mapping.inside, mapping.count};
}

PortChange PublishedChangeOf(const nat::Mapping& mapping) {
  return {mapping.peer, mapping.published, mapping.peers};
}

Rewritten Rewrite(Work& work, const PortChange& ports, const Numbers& numbers, const Hosts& hosts,
                  ChangeKind kind) {
  bool changes = hosts.count != 0;
  for (unsigned i = 0; i < numbers.count; ++i) {
    const std::uint16_t port = ports.For(numbers.value[i]);
    if (port == numbers.value[i]) continue;
    changes = true;
    if (Fits(port, numbers.field[i])) continue;
    work.notes.Add(RTSPNAT_NOTE_CANNOT_EDIT);
    return Rewritten::kNot;
  }
  if (!changes) return Rewritten::kSame;
  if (work.line.front_sent) {
    work.notes.Add(RTSPNAT_NOTE_CUT_TRANSPORT);
    return Rewritten::kNot;
  }
  // One more for RewriteDestinationPort().
  const std::uint32_t most = std::uint32_t{numbers.count} + hosts.count + 1;
  if (!work.line.changes.HasRoomFor(most, work.notes)) return Rewritten::kNot;
  for (unsigned i = 0; i < numbers.count; ++i) {
    const std::uint16_t port = ports.For(numbers.value[i]);
    if (port != numbers.value[i]) work.line.changes.Add({numbers.field[i], port, ChangeKind::kPort});
  }
  for (unsigned i = 0; i < hosts.count; ++i) work.line.changes.Add({hosts.field[i], 0, kind});
  return Rewritten::kChanged;
}

Hosts OpenerHosts(const Work& work) {
  Hosts hosts;
  const rtsp::TransportSpec& spec = work.line.spec;
  if (!spec.has_destination && spec.destinations == 0 && spec.client_address.Empty()) return hosts;
  if (nat::IsSame(work.setup.inside, work.setup.outside)) return hosts;
  const bool client_address = (work.setup.options & RTSPNAT_OPTION_CLIENT_ADDRESS) != 0;
  FindDestinations(spec, work.line.Text(), client_address, hosts);
  KeepOnly(hosts, work.line.Text(), work.OldOpener());
  return hosts;
}

Hosts PeerHosts(const Work& work) {
  Hosts hosts = FindSources(work.line.spec, work.line.Text());
  KeepOnly(hosts, work.line.Text(), work.setup.peer);
  return hosts;
}

void RewriteDestinationPort(Work& work, const PortChange& ports) {
  const Numbers again = FindDestinationPort(work.line.spec, work.line.Text());
  if (again.count == 0) return;
  const std::uint16_t port = ports.For(again.value[0]);
  if (port == again.value[0] || !Fits(port, again.field[0])) return;
  work.line.changes.Add({again.field[0], port, ChangeKind::kPort});
}

}  // namespace mangle
