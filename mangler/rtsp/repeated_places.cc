// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "mangler/rtsp/repeated_places.h"

#include "mangler/rtsp/rewriting.h"

namespace mangle {
namespace {

using nat::MappingSet;

// Returns the mappings that the head in hand is about and whose ports outside are others.
MappingSet ChangedMappings(Exchange& exchange) {
  MappingSet set = exchange.agreement.OfOpenRequest();
  if (!exchange.of_opener)
    set = exchange.agreement.MappingsOf(*exchange.head, exchange.head->chosen.client,
                                        exchange.head->ChoosesTcpToClient());
  MappingSet changed = 0;
  while (set != 0) {
    const std::uint32_t index = nat::Pop(set);
    const nat::Mapping& mapping = exchange.agreement.Mappings()[index];
    if (mapping.inside.first != 0 && mapping.inside != mapping.outside) changed |= nat::SetOf(index);
  }
  return changed;
}

// True if the spec in hand, which is not mapped, names no other host, and is not one of ICE (R59).
bool MayFollow(const Line& line) {
  constexpr std::uint32_t kElsewhere = rtsp::kSpecBadAddress | rtsp::kSpecMoreAddresses;
  const rtsp::TransportSpec& spec = line.spec;
  if (spec.protocol == rtsp::Protocol::kRtpIce || (spec.flags & kElsewhere) != 0) return false;
  return line.is_own;
}

// True if `numbers` are the ports of `ports`, or its first one alone.
bool Names(const Numbers& numbers, const PortChange& ports) {
  if (numbers.value[0] != ports.from.first) return false;
  if (numbers.count < 2 || numbers.value[1] == ports.from.first) return true;
  return ports.count > 1 && numbers.value[1] == ports.from.last;
}

// Adds the change of each of `numbers`. Returns false if one cannot be written.
bool AddPorts(Exchange& exchange, const Numbers& numbers, const PortChange& ports, bool spare) {
  if (!exchange.line.changes.HasRoomFor(numbers.count, exchange.notes)) return false;
  for (unsigned i = 0; i < numbers.count; ++i) {
    const std::uint16_t port = ports.For(numbers.value[i]);
    if (port == numbers.value[i]) continue;
    if (!Fits(port, numbers.field[i])) {
      exchange.notes.Add(RTSPNAT_NOTE_CANNOT_EDIT);
      return false;
    }
    exchange.line.changes.Add({numbers.field[i], port, ChangeKind::kPort, spare});
  }
  return true;
}

bool AddHosts(Exchange& exchange, const Hosts& hosts, ChangeKind kind) {
  if (!exchange.line.changes.HasRoomFor(hosts.count, exchange.notes)) return false;
  for (unsigned i = 0; i < hosts.count; ++i) exchange.line.changes.Add({hosts.field[i], 0, kind});
  return true;
}

// Adds the changes of `place` if it has the ports of a mapping.
bool AddPlace(Exchange& exchange, PortPlace place) {
  MappingSet changed = exchange.line.repeated.changed;
  const Numbers numbers = NumbersAt(exchange.line.spec, exchange.line.reader.Line(), place);
  while (numbers.count != 0 && changed != 0) {
    const PortChange ports = ChangeOf(exchange.agreement.Mappings()[nat::Pop(changed)], exchange.of_opener);
    if (Names(numbers, ports)) return AddPorts(exchange, numbers, ports, !exchange.line.repeated.is_mapped);
  }
  return true;
}

// Adds the changes of what is published of the peer.
bool AddPeerPlaces(Exchange& exchange) {
  MappingSet published = exchange.line.mappings;
  if (exchange.of_opener || published == 0) return true;
  const PortChange ports = PublishedChangeOf(exchange.agreement.Mappings()[nat::Pop(published)]);
  constexpr PortPlace kPlaces[] = {PortPlace::kServerPort, PortPlace::kSrcAddr};
  for (const PortPlace place : kPlaces) {
    if (!AddPorts(exchange, NumbersAt(exchange.line.spec, exchange.line.reader.Line(), place), ports, false))
      return false;
  }
  return AddHosts(exchange, exchange.line.peer_hosts, ChangeKind::kPeer);
}

// Adds the changes of the spec in hand, of those places that it gives now.
bool AddPlaces(Exchange& exchange) {
  const bool is_mapped = exchange.line.repeated.is_mapped;
  if (!is_mapped && !MayFollow(exchange.line)) return false;
  constexpr PortPlace kPlaces[] = {PortPlace::kClientPort, PortPlace::kDestAddr, PortPlace::kDestination,
                                   PortPlace::kPort};
  for (const PortPlace place : kPlaces) {
    if (place == PortPlace::kPort && !exchange.line.repeated.uses_port) continue;
    if (!AddPlace(exchange, place)) return false;
  }
  return !is_mapped ||
         (AddHosts(exchange, exchange.line.opener_hosts, ChangeKind::kOpener) && AddPeerPlaces(exchange));
}

// Goes back from a spec that cannot be written in all its places. Returns false if the line must be given up.
bool LeaveSpec(Line& line) {
  if (line.repeated.is_mapped) return false;
  line.changes.DropSpare(line.spec.all);
  return true;
}

}  // namespace

bool BeginRepeatedPlaces(Exchange& exchange) {
  Line& line = exchange.line;
  line.repeated = {};
  line.repeated.changed = ChangedMappings(exchange);
  if ((line.changes.Empty() && line.repeated.changed == 0) || line.front_sent) return false;
  line.reader = rtsp::TransportReader(line.reader.Line(), line.value);
  return true;
}

// A spec that is mapped is written in all places or the line is given up; one that is not may stay as it is.
bool RewriteRepeatedPlaces(Exchange& exchange) {
  Line& line = exchange.line;
  const bool has_more = line.spec.repeat != 0;
  if (line.repeated.turns == 0) {
    line.repeated.is_mapped = line.changes.HasIn(line.spec.all);
    line.repeated.uses_port = UsesPort(line.spec, line.reader.Line());
    if (line.repeated.is_mapped && !has_more) return true;
  }
  const bool is_done = AddPlaces(exchange);
  if (is_done && has_more && line.repeated.turns < limits::kRepeats) {
    ++line.repeated.turns;
    return true;
  }
  line.repeated.turns = 0;
  if (is_done && !has_more) return true;
  if (is_done) exchange.notes.Add(RTSPNAT_NOTE_TABLE_FULL);
  return LeaveSpec(line);
}

}  // namespace mangle
