// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "mangler/rtsp/transport_line.h"

#include "mangler/rtsp/reply_line.h"
#include "mangler/rtsp/request_line.h"

namespace mangle {
namespace {

using nat::MappingSet;
using rtsp::Ports;

// Places of the line that say again what has changed elsewhere in it. A server that does not know lists takes the last ports of
// the whole header, and of a parameter that is repeated a server takes the first or the last. So every place of the line that has the
// ports of a mapping gets the new ones, also in specs that are not mapped themselves: multicast, TCP, and those that are not understood.

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

// Adds the changes of `numbers` if they are the ports of a mapping.
bool AddPlace(Exchange& exchange, const Ports& numbers) {
  const Hosts no_hosts;
  MappingSet changed = exchange.line.repeated.changed;
  while (numbers.count != 0 && changed != 0) {
    const PortChange ports = ChangeOf(exchange.agreement.Mappings()[nat::Pop(changed)], exchange.of_opener);
    if (!ports.Has(numbers)) continue;
    const bool spare = !exchange.line.repeated.is_mapped;
    return Rewrite(exchange, ports, numbers, no_hosts, ChangeKind::kPort, spare) != Rewritten::kNot;
  }
  return true;
}

// Adds the changes of what is published of the peer.
bool AddPeerPlaces(Exchange& exchange) {
  const Line& line = exchange.line;
  const Hosts no_hosts;
  MappingSet published = line.mappings;
  if (exchange.of_opener || published == 0) return true;
  const PortChange ports = PublishedChangeOf(exchange.agreement.Mappings()[nat::Pop(published)]);
  return Rewrite(exchange, ports, line.spec.server_port, no_hosts, ChangeKind::kPort) != Rewritten::kNot &&
         Rewrite(exchange, ports, SourcePorts(line.spec), line.peer_hosts, ChangeKind::kPeer) !=
             Rewritten::kNot;
}

// Adds the changes of the spec in hand, of those places that it gives now.
bool AddPlaces(Exchange& exchange) {
  const Line& line = exchange.line;
  const rtsp::TransportSpec& spec = line.spec;
  // A spec that is not mapped may follow if it names no other host, and is not one of ICE (R59).
  constexpr std::uint32_t kElsewhere = rtsp::kSpecBadAddress | rtsp::kSpecMoreAddresses;
  const bool is_elsewhere = spec.protocol == rtsp::Protocol::kRtpIce || (spec.flags & kElsewhere) != 0;
  if (!line.repeated.is_mapped && (is_elsewhere || !line.is_own)) return false;
  if (!AddPlace(exchange, spec.client_port) || !AddPlace(exchange, DestinationPorts(spec)) ||
      !AddPlace(exchange, line.behind_host))
    return false;
  if (line.repeated.uses_port && !AddPlace(exchange, spec.port)) return false;
  if (!line.repeated.is_mapped) return true;
  return Rewrite(exchange, {}, {}, line.opener_hosts, ChangeKind::kOpener) != Rewritten::kNot &&
         AddPeerPlaces(exchange);
}

// Begins with the first spec of the line in hand. Returns false if no place can have changed.
[[gnu::noinline]] bool BeginRepeatedPlaces(Exchange& exchange) {
  Line& line = exchange.line;
  line.repeated = {};
  line.repeated.changed = ChangedMappings(exchange);
  if ((line.changes.Empty() && line.repeated.changed == 0) || line.front_sent) return false;
  line.reader = rtsp::TransportReader(line.reader.Line(), line.value);
  return true;
}

// Adds the changes of the places that were read. A spec that is mapped is written in all places, or the line must be given up:
// then this returns false. One that is not may stay as it is.
[[gnu::noinline]] bool RewriteRepeatedPlaces(Exchange& exchange) {
  Line& line = exchange.line;
  const bool has_more = line.spec.repeat != 0;
  if (line.repeated.turns == 0) {
    line.repeated.is_mapped = line.changes.HasIn(line.spec.all);
    line.repeated.uses_port = UsesPort(line.spec, line.behind_host);
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
  if (line.repeated.is_mapped) return false;
  line.changes.DropSpare(line.spec.all);
  return true;
}

void Write(const rtspnat_address& address, AddressText& text) {
  text.size = static_cast<std::uint8_t>(nat::WriteAddress(address, text.bytes));
}

}  // namespace

void GiveLineUp(Exchange& exchange) {
  if (exchange.of_opener) {
    exchange.agreement.GiveBack(exchange.line.mappings);
  } else {
    RefusePublished(exchange, exchange.line.mappings);
  }
  exchange.line.mappings = 0;
  exchange.line.stage = Line::Stage::kDone;
}

void FinishLine(Exchange& exchange) {
  constexpr bytes::Field kWholeLine = {0, 0xffff};
  Line& line = exchange.line;
  line.stage = Line::Stage::kDone;
  NewAddresses addresses;
  if (line.changes.HasAddresses()) {
    Write(exchange.NewOpener(), addresses.opener);
    Write(exchange.setup.published, addresses.peer);
  }
  const LineChanges::Target target = {line.reader.Line(), line.position, addresses, *exchange.lane};
  do {
    if (line.changes.Commit(target, line.value, exchange.notes)) return;
  } while (line.changes.DropSpare(kWholeLine));
  GiveLineUp(exchange);
}

void ReadTransportLine(Exchange& exchange) {
  Line& line = exchange.line;
  while (line.stage == Line::Stage::kSpecAgain || line.reader.Find()) {
    if (line.stage == Line::Stage::kSpecs) {
      line.reader.Read(line.spec);
      FindHosts(exchange);
    }
    line.stage = Line::Stage::kSpecs;
    if (exchange.of_opener) {
      UseRequestSpec(exchange);
    } else {
      ReadReplyChoice(line.spec, line.reader.Line(), line.behind_host, line.choice);
      NoteChoice(exchange);
      UseReplySpec(exchange);
    }
    if (exchange.HasQuestions()) return;
  }
  line.stage = Line::Stage::kRead;
}

void ReadAgain(Exchange& exchange) {
  Line& line = exchange.line;
  line.stage = Line::Stage::kDone;
  const bool repeats = line.repeats && BeginRepeatedPlaces(exchange);
  while (repeats) {
    if (line.repeated.turns != 0) {
      line.reader.Repeat(line.spec);
    } else if (!line.reader.Next(line.spec)) {
      break;
    }
    FindHosts(exchange);
    if (!RewriteRepeatedPlaces(exchange)) return GiveLineUp(exchange);
  }
  if (!line.changes.Empty()) line.stage = Line::Stage::kChanged;
}

}  // namespace mangle
