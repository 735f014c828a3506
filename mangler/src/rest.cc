// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "mangle/connection.h"

namespace mangle {

// A server that does not know lists takes the last ports of the whole header, and of a parameter that is repeated a
// server takes the first or the last. So every place of the line that has the ports of a mapping gets the new ones,
// also in specs that are not mapped themselves: multicast, TCP, and what is not understood.
void Connection::BeginRest() {
  line_rest_ = false;
  rest_turn_ = 0;
  const bool changes = changes_size_ != 0 || ChangedMappings() != 0;
  if (!changes || line_left_) return EndRest();
  reader_ = rtsp::TransportReader(Line(), line_value_);
  phase_ = Phase::kRest;
}

void Connection::EndRest() { phase_ = changes_size_ != 0 ? Phase::kLineEnd : Phase::kRead; }

// Reads the next spec, or once more the one in hand. Apart from RewriteRest(), to save stack.
void Connection::ReadRest() {
  phase_ = Phase::kRestSpec;
  if (rest_turn_ != 0) return reader_.Repeat(spec_);
  if (!reader_.Next(spec_)) EndRest();
}

// A spec that is mapped is written in all places or the line is given up; one that is not may stay as it is.
void Connection::RewriteRest() {
  phase_ = Phase::kRest;
  if (rest_turn_ == 0) {
    rest_mapped_ = HasChangeIn(spec_.all);
    rest_port_ = UsesPort(spec_, Line());
    if (rest_mapped_ && spec_.repeat == 0) return;
  }
  bool good = rest_mapped_ || MayFollow();
  good = good && AddPlaces();
  good = good && (!rest_mapped_ || (AddHostPlaces() && AddPeerPlaces()));
  if (good && spec_.repeat != 0 && rest_turn_ < rtsp::kRepeats) {
    ++rest_turn_;
    return;
  }
  rest_turn_ = 0;
  if (good && spec_.repeat == 0) return;
  if (good) Note(RTSPNAT_NOTE_TABLE_FULL);
  if (!rest_mapped_) {
    DropSpare(spec_.all);
    return;
  }
  GiveLineUp();
  phase_ = Phase::kRead;
}

// Those that the head in hand is about and whose ports outside are others.
MappingSet Connection::ChangedMappings() {
  const Head& head = Current().head;
  MappingSet left = head.mappings;
  if (direction_ == RTSPNAT_REPLY) {
    Numbers client;
    client.value[0] = head.client;
    left = MappingsOfReply(client, head.choice == Choice::kTcpToClient);
  }
  MappingSet changed = 0;
  while (left != 0) {
    const std::uint32_t index = Pop(left);
    const Mapping& mapping = mappings_[index];
    if (mapping.inside.first != 0 && mapping.inside != mapping.outside) changed |= SetOf(index);
  }
  return changed;
}

// True if the spec in hand, which is not mapped, names no other host, and is not one of ICE (R59).
bool Connection::MayFollow() const {
  constexpr std::uint32_t kElsewhere = rtsp::kSpecBadAddress | rtsp::kSpecMoreAddresses;
  if (spec_.protocol == rtsp::Protocol::kRtpIce || (spec_.flags & kElsewhere) != 0) return false;
  return IsOwn(spec_, Line(), direction_ == RTSPNAT_ORIGINAL ? setup_.inside : setup_.outside);
}

// Adds the changes of all places of the spec in hand that have ports of a mapping. Returns false if one cannot be
// written.
bool Connection::AddPlaces() {
  return AddPlace(PortPlace::kClientPort) && AddPlace(PortPlace::kDestAddr) &&
         AddPlace(PortPlace::kDestination) && (!rest_port_ || AddPlace(PortPlace::kPort));
}

bool Connection::AddPlace(PortPlace place) {
  const Numbers numbers = NumbersAt(spec_, Line(), place);
  const std::uint32_t index = FindNamed(numbers, ChangedMappings());
  if (index == rtsp::kMappings) return true;
  const Mapping& mapping = mappings_[index];
  const bool request = direction_ == RTSPNAT_ORIGINAL;
  const PortRange& from = request ? mapping.inside : mapping.outside;
  const PortRange& to = request ? mapping.outside : mapping.inside;
  return AddRest(numbers, from, to, mapping.count, !rest_mapped_);
}

// Adds the changes of the places where the spec in hand, which is mapped, has the opener's address.
bool Connection::AddHostPlaces() {
  Hosts hosts;
  FindHostsToChange(hosts);
  if (!HasRoomFor(hosts.count)) return false;
  AddHosts(hosts, ChangeKind::kOpener);
  return true;
}

// Adds the changes of the places where the spec in hand, which is mapped, has what is published of the peer.
bool Connection::AddPeerPlaces() {
  MappingSet published = line_mappings_;
  if (direction_ == RTSPNAT_ORIGINAL || published == 0) return true;
  const Mapping& mapping = mappings_[Pop(published)];
  const auto add = [&](PortPlace place) {
    return AddRest(NumbersAt(spec_, Line(), place), mapping.peer, mapping.published, mapping.peers, false);
  };
  if (!add(PortPlace::kServerPort) || !add(PortPlace::kSrcAddr)) return false;
  Hosts hosts = FindSources(spec_, Line());
  KeepOnly(hosts, Line(), setup_.peer);
  if (!HasRoomFor(hosts.count)) return false;
  AddHosts(hosts, ChangeKind::kPeer);
  return true;
}

bool Connection::AddRest(const Numbers& numbers, PortRange from, PortRange to,
                                           std::uint32_t count, bool spare) {
  if (!HasRoomFor(numbers.count)) return false;
  for (unsigned i = 0; i < numbers.count; ++i) {
    const bool first = numbers.value[i] == from.first;
    if (!first && (count < 2 || numbers.value[i] != from.last)) continue;
    const std::uint16_t port = first ? to.first : to.last;
    if (port == numbers.value[i]) continue;
    if (!Fits(port, numbers.field[i])) {
      Note(RTSPNAT_NOTE_CANNOT_EDIT);
      return false;
    }
    AddChange({numbers.field[i], port, ChangeKind::kPort, spare});
  }
  return true;
}

// Returns the mapping whose ports these are as the sender of the line knows them; kMappings if there is none.
std::uint32_t Connection::FindNamed(const Numbers& numbers, MappingSet among) const {
  if (numbers.count == 0) return rtsp::kMappings;
  while (among != 0) {
    const std::uint32_t index = Pop(among);
    const Mapping& mapping = mappings_[index];
    const PortRange& ports = direction_ == RTSPNAT_ORIGINAL ? mapping.inside : mapping.outside;
    if (numbers.value[0] != ports.first) continue;
    if (numbers.count < 2 || numbers.value[1] == ports.first) return index;
    if (mapping.count > 1 && numbers.value[1] == ports.last) return index;
  }
  return rtsp::kMappings;
}

bool Connection::HasChangeIn(rtsp::Field field) const {
  for (std::uint32_t i = 0; i < changes_size_; ++i) {
    if (changes_[i].field.offset - std::uint32_t{field.offset} < field.length) return true;
  }
  return false;
}

// Takes back the changes that the line may do without. Returns false if there are none.
bool Connection::DropSpare(rtsp::Field within) {
  std::uint8_t left = 0;
  for (std::uint32_t i = 0; i < changes_size_; ++i) {
    const bool inside = changes_[i].field.offset - std::uint32_t{within.offset} < within.length;
    if (!changes_[i].spare || !inside) changes_[left++] = changes_[i];
  }
  const bool dropped = left != changes_size_;
  changes_size_ = left;
  return dropped;
}

}  // namespace mangle
