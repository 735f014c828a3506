// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "mangler/rtsp/repeated_places.h"

#include "mangler/rtsp/rewriting.h"

namespace mangle {
namespace {

using nat::MappingSet;

// Returns the mappings that the head in hand is about and whose ports outside are others.
MappingSet ChangedMappings(Work& work) {
  MappingSet set = work.agreement.OfOpenRequest();
  if (!work.of_opener)
    set = work.agreement.MappingsOf(work.head, work.head.chosen.client, work.head.ChoosesTcpToClient());
  MappingSet changed = 0;
  while (set != 0) {
    const std::uint32_t index = nat::Pop(set);
    const nat::Mapping& mapping = work.agreement.Mappings()[index];
    if (mapping.inside.first != 0 && mapping.inside != mapping.outside) changed |= nat::SetOf(index);
  }
  return changed;
}

// True if the spec in hand, which is not mapped, names no other host, and is not one of ICE (R59).
bool MayFollow(const Work& work) {
  constexpr std::uint32_t kElsewhere = rtsp::kSpecBadAddress | rtsp::kSpecMoreAddresses;
  const rtsp::TransportSpec& spec = work.line.spec;
  if (spec.protocol == rtsp::Protocol::kRtpIce || (spec.flags & kElsewhere) != 0) return false;
  return IsOwn(spec, work.line.Text(), work.OldOpener());
}

// True if `numbers` are the ports of `ports`, or its first one alone.
bool Names(const Numbers& numbers, const PortChange& ports) {
  if (numbers.value[0] != ports.from.first) return false;
  if (numbers.count < 2 || numbers.value[1] == ports.from.first) return true;
  return ports.count > 1 && numbers.value[1] == ports.from.last;
}

// Adds the change of each of `numbers`. Returns false if one cannot be written.
bool AddPorts(Work& work, const Numbers& numbers, const PortChange& ports, bool spare) {
  if (!work.line.changes.HasRoomFor(numbers.count, work.notes)) return false;
  for (unsigned i = 0; i < numbers.count; ++i) {
    const std::uint16_t port = ports.For(numbers.value[i]);
    if (port == numbers.value[i]) continue;
    if (!Fits(port, numbers.field[i])) {
      work.notes.Add(RTSPNAT_NOTE_CANNOT_EDIT);
      return false;
    }
    work.line.changes.Add({numbers.field[i], port, ChangeKind::kPort, spare});
  }
  return true;
}

bool AddHosts(Work& work, const Hosts& hosts, ChangeKind kind) {
  if (!work.line.changes.HasRoomFor(hosts.count, work.notes)) return false;
  for (unsigned i = 0; i < hosts.count; ++i) work.line.changes.Add({hosts.field[i], 0, kind});
  return true;
}

// Adds the changes of `place` if it has the ports of a mapping.
bool AddPlace(Work& work, MappingSet changed, PortPlace place, bool spare) {
  const Numbers numbers = NumbersAt(work.line.spec, work.line.Text(), place);
  while (numbers.count != 0 && changed != 0) {
    const PortChange ports = ChangeOf(work.agreement.Mappings()[nat::Pop(changed)], work.of_opener);
    if (Names(numbers, ports)) return AddPorts(work, numbers, ports, spare);
  }
  return true;
}

// Adds the changes of what is published of the peer.
bool AddPeerPlaces(Work& work) {
  MappingSet published = work.line.mappings;
  if (work.of_opener || published == 0) return true;
  const PortChange ports = PublishedChangeOf(work.agreement.Mappings()[nat::Pop(published)]);
  constexpr PortPlace kPlaces[] = {PortPlace::kServerPort, PortPlace::kSrcAddr};
  for (const PortPlace place : kPlaces) {
    if (!AddPorts(work, NumbersAt(work.line.spec, work.line.Text(), place), ports, false)) return false;
  }
  return AddHosts(work, PeerHosts(work), ChangeKind::kPeer);
}

// Adds the changes of the spec in hand, of those places that it gives now.
bool AddPlaces(Work& work, MappingSet changed, bool is_mapped, bool uses_port) {
  if (!is_mapped && !MayFollow(work)) return false;
  constexpr PortPlace kPlaces[] = {PortPlace::kClientPort, PortPlace::kDestAddr, PortPlace::kDestination,
                                   PortPlace::kPort};
  for (const PortPlace place : kPlaces) {
    if (place == PortPlace::kPort && !uses_port) continue;
    if (!AddPlace(work, changed, place, !is_mapped)) return false;
  }
  return !is_mapped || (AddHosts(work, OpenerHosts(work), ChangeKind::kOpener) && AddPeerPlaces(work));
}

// Adds the changes of the spec in hand, which is read again until it has given all its places.
bool RewriteSpec(Work& work, MappingSet changed, bool is_mapped) {
  Line& line = work.line;
  const bool uses_port = UsesPort(line.spec, line.Text());
  if (is_mapped && line.spec.repeat == 0) return true;
  for (std::uint32_t turn = 0;; ++turn) {
    if (!AddPlaces(work, changed, is_mapped, uses_port)) return false;
    if (line.spec.repeat == 0) return true;
    if (turn == limits::kRepeats) break;
    line.reader.Repeat(line.spec);
  }
  work.notes.Add(RTSPNAT_NOTE_TABLE_FULL);
  return false;
}

}  // namespace

// A spec that is mapped is written in all places or the line is given up; one that is not may stay as it is.
bool RewriteRepeatedPlaces(Work& work) {
  Line& line = work.line;
  const MappingSet changed = ChangedMappings(work);
  if ((line.changes.Empty() && changed == 0) || line.front_sent) return true;
  line.reader = rtsp::TransportReader(line.Text(), line.value);
  while (line.reader.Next(line.spec)) {
    const bool is_mapped = line.changes.HasIn(line.spec.all);
    if (RewriteSpec(work, changed, is_mapped)) continue;
    if (is_mapped) return false;
    line.changes.DropSpare(line.spec.all);
  }
  return true;
}

}  // namespace mangle
