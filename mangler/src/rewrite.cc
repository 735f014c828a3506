// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "mangle/connection.h"

#include "mangle/address.h"

namespace mangle {
namespace {

constexpr std::uint8_t kMostHolders = 255;

}  // namespace

// Takes a line in hand whose text may change.
void Connection::BeginLine(const rtsp::Unit& unit) {
  reader_ = rtsp::TransportReader(unit.line, unit.header.value);
  line_position_ = Current().first + unit.offset;
  line_left_ = unit.held && (recalled_.size == 0 || recalled_.start != line_position_);
  line_value_ = unit.header.value;
  line_mappings_ = 0;
  changes_size_ = 0;
}

void Connection::BeginTransport(const rtsp::Unit& unit) {
  BeginLine(unit);
  phase_ = Phase::kSpecs;
}

void Connection::ReadSpec() {
  if (reader_.AtEnd() || !reader_.Find()) {
    if (line_rest_) return BeginRest();
    phase_ = changes_size_ != 0 ? Phase::kLineEnd : Phase::kRead;
    return;
  }
  reader_.Read(spec_);
  if (direction_ == RTSPNAT_ORIGINAL) {
    UseRequestSpec();
  } else {
    UseReplySpec();
  }
}

inline void Connection::UseRequestSpec() {
  if (hands_off_) return Note(RTSPNAT_NOTE_OTHER_TRAVERSAL);
  ReadAnnouncement(spec_, Line(), setup_.inside, announcement_);
  if (announcement_.refusal != RTSPNAT_NOTES) {
    line_rest_ = true;
    return Note(announcement_.refusal);
  }
  if (Current().edits.Room() < 2) return Note(RTSPNAT_NOTE_TABLE_FULL);
  std::uint32_t index = mappings_.FindInside(announcement_.inside.first, announcement_.tcp);
  if (index < rtsp::kMappings) {
    asked_ = static_cast<std::uint8_t>(index);
    phase_ = Phase::kUse;
    return;
  }
  index = mappings_.FindFree();
  if (index == rtsp::kMappings) return MakeRoom();
  Mapping& mapping = mappings_[index];
  mapping = {};
  mapping.state = MappingState::kAsking;
  mapping.count = announcement_.count;
  mapping.open = announcement_.open & kAllPorts;  // HoldMapping() adds what goes with RTCP-mux.
  mapping.tcp = announcement_.tcp;
  mapping.inside = announcement_.inside;
  asked_ = static_cast<std::uint8_t>(index);
  attempt_ = 0;
  phase_ = Phase::kPropose;
}

// The oldest SETUP that nobody has answered gives its mappings back, before the spec in hand is used once more. One that sets a live
// stream up again has none to give.
void Connection::MakeRoom() {
  const auto unanswered = static_cast<MappingSet>(mappings_.Held() & ~mappings_.Live());
  const Pending* oldest = pending_.FindHolder(unanswered);
  if (oldest == nullptr) return Note(RTSPNAT_NOTE_TABLE_FULL);
  GiveUp(oldest);
  phase_ = Phase::kSpecAgain;
}

void Connection::UseSpecAgain() {
  phase_ = Phase::kSpecs;
  UseRequestSpec();
}

// Holds a mapping for the head in hand. Returns false if too many do.
inline bool Connection::HoldMapping(std::uint32_t index) {
  Mapping& mapping = mappings_[index];
  Head& head = Current().head;
  const auto bit = SetOf(index);
  if ((head.mappings & bit) == 0) {
    if (mapping.holders == kMostHolders) {
      Note(RTSPNAT_NOTE_TABLE_FULL);
      return false;
    }
    ++mapping.holders;
    head.mappings |= bit;
    line_mappings_ |= bit;
  }
  if (mapping.count >= announcement_.count) mapping.open |= announcement_.open;
  return true;
}

// Puts a reserved mapping into the text and holds it for this head, or leaves both alone.
inline void Connection::UseMapping(std::uint32_t index) {
  RewriteFor(index);
}

void Connection::RewriteFor(std::uint32_t index) {
  const Mapping& mapping = mappings_[index];
  const Numbers& text = announcement_.text;
  bool changes = false;
  for (unsigned i = 0; i < text.count; ++i) {
    const bool first = text.value[i] == mapping.inside.first || i == 0;
    if (!first && (mapping.count < 2 || mapping.inside.last != text.value[1]))
      return Note(RTSPNAT_NOTE_BAD_PORT);
    const std::uint16_t port = first ? mapping.outside.first : mapping.outside.last;
    if (port == (first ? mapping.inside.first : mapping.inside.last)) continue;
    changes = true;
    if (!Fits(port, text.field[i])) return Note(RTSPNAT_NOTE_CANNOT_EDIT);
  }
  Hosts hosts;
  FindHostsToChange(hosts);
  const bool rewrites = changes || hosts.count != 0;
  if (rewrites && line_left_) return Note(RTSPNAT_NOTE_CUT_TRANSPORT);
  if (!HasRoomFor(std::uint32_t{text.count} + hosts.count + 1) || !HoldMapping(index)) return;
  if (!changes) Note(RTSPNAT_NOTE_SAME_PORT);
  if (!rewrites) return;
  if (spec_.repeat != 0) line_rest_ = true;
  AddClientPorts(mapping.inside, mapping.outside, mapping.count, text);
  AddHosts(hosts, ChangeKind::kOpener);
}

inline PortRequest Connection::CurrentRequest() const {
  PortRequest request;
  request.inside = announcement_.inside;
  request.count = announcement_.count;
  request.same_only = !setup_.may_translate;
  request.seed = setup_.port_seed;
  request.digits = line_left_ ? std::uint8_t{0} : announcement_.digits;
  return request;
}

inline void Connection::AskToReserve(rtspnat_step& step, PortRange ports,
                                                            std::uint8_t digits) {
  Mapping& mapping = mappings_[asked_];
  mapping.outside = ports;
  ++Current().head.proposals;
  FillOwn(asked_, mapping, step);
  step.digits = digits;
  step.ask = RTSPNAT_RESERVE;
  question_ = Question::kReserve;
}

// Mostly the same ports are free.
bool Connection::ProposePorts(rtspnat_step& step) {
  if (attempt_ != 0 || mappings_.Held() != 0 || Current().head.proposals != 0) return ProposeOthers(step);
  const PortRequest request = CurrentRequest();
  const PortRange ports = Propose(request, attempt_++);
  if (ports.first == 0) return ProposeOthers(step);
  AskToReserve(step, ports, request.digits);
  return true;
}

bool Connection::ProposeOthers(rtspnat_step& step) {
  const PortRequest request = CurrentRequest();
  while (attempt_ < rtsp::kPortProposals && Current().head.proposals < rtsp::kPortProposals) {
    const PortRange ports = Propose(request, attempt_++);
    if (ports.first == 0 || mappings_.UsesOutside(ports, request.count, announcement_.tcp)) continue;
    AskToReserve(step, ports, request.digits);
    return true;
  }
  RefuseMapping(line_left_ && setup_.may_translate ? RTSPNAT_NOTE_CUT_TRANSPORT : RTSPNAT_NOTE_NO_PORTS);
  return false;
}

void Connection::RefuseMapping(std::uint32_t note) {
  mappings_.Free(asked_);
  Note(note);
  phase_ = Phase::kSpecs;
}

inline void Connection::UseAsked(std::uint32_t index) {
  phase_ = Phase::kSpecs;
  UseMapping(index);
  // Refused after all: nobody holds it.
  if (mappings_[index].holders == 0) release_ |= SetOf(index);
}

void Connection::UseReserved() { UseAsked(asked_); }

void Connection::AnswerReserve(rtspnat_reply reply, std::uint16_t first_port) {
  if (reply == RTSPNAT_BUSY) return;
  if (reply != RTSPNAT_YES) return RefuseMapping(RTSPNAT_NOTE_NO_PORTS);
  const std::uint32_t index = asked_;
  Mapping& mapping = mappings_[index];
  mappings_.Reserve(index);
  phase_ = Phase::kSpecs;
  Note(RTSPNAT_NOTE_RESERVED);
  if (first_port != mapping.outside.first) {
    const PortRange ports = RangeFrom(first_port, mapping.count);
    mapping.outside = {};
    const bool fit =
        IsFit(CurrentRequest(), first_port) && !mappings_.UsesOutside(ports, mapping.count, mapping.tcp);
    mapping.outside = ports;
    if (!fit) {
      Note(RTSPNAT_NOTE_NO_PORTS);
      release_ |= SetOf(index);
      return;
    }
  }
  UseAsked(index);
}

// Where the spec in hand names the opener as its receiver does not know it.
void Connection::FindHostsToChange(Hosts& hosts) const {
  hosts.count = 0;
  if (!spec_.has_destination && spec_.destinations == 0 && spec_.client_address.Empty()) return;
  if (IsSame(setup_.inside, setup_.outside)) return;
  const bool client_address = (setup_.options & RTSPNAT_OPTION_CLIENT_ADDRESS) != 0;
  const rtspnat_address& address = direction_ == RTSPNAT_ORIGINAL ? setup_.inside : setup_.outside;
  FindDestinations(spec_, Line(), client_address, hosts);
  KeepOnly(hosts, Line(), address);
}

bool Connection::HasRoomFor(std::uint32_t changes) {
  if (changes_size_ + changes <= rtsp::kLineChanges) return true;
  Note(RTSPNAT_NOTE_TABLE_FULL);
  return false;
}

// Keeps the changes in the order of the text, each once. The caller has made sure that there is room.
void Connection::AddChange(const LineChange& change) {
  std::uint32_t at = changes_size_;
  while (at != 0 && changes_[at - 1].field.offset > change.field.offset) --at;
  if (at != 0 && changes_[at - 1].field.offset == change.field.offset) return;
  for (std::uint32_t i = changes_size_++; i != at; --i) changes_[i] = changes_[i - 1];
  changes_[at] = change;
}

// Ports of `to` are to stand where the text has those of `from`. The caller has made sure that there is room.
void Connection::AddPorts(const Numbers& numbers, PortRange from, PortRange to, std::uint32_t count) {
  for (unsigned i = 0; i < numbers.count; ++i) {
    const bool first = numbers.value[i] == from.first;
    if (!first && (count < 2 || numbers.value[i] != from.last)) continue;
    const std::uint16_t port = first ? to.first : to.last;
    if (port != numbers.value[i]) AddChange({numbers.field[i], port, ChangeKind::kPort});
  }
}

// Those of client_port or what stands for it, and what destination says of them.
void Connection::AddClientPorts(PortRange from, PortRange to, std::uint32_t count,
                                                  const Numbers& numbers) {
  AddPorts(numbers, from, to, count);
  if (spec_.destination.Empty()) return;
  const Numbers again = FindDestinationPort(spec_, Line());
  if (again.count == 0 || !Fits(again.value[0] == from.first ? to.first : to.last, again.field[0])) return;
  AddPorts(again, from, to, count);
}

void Connection::AddHosts(const Hosts& hosts, ChangeKind kind) {
  for (unsigned i = 0; i < hosts.count; ++i) AddChange({hosts.field[i], 0, kind});
}

// What cannot be written is not held either.
void Connection::FinishLine() {
  phase_ = Phase::kRead;
  if (CommitChanges()) return;
  constexpr rtsp::Field kWholeLine = {0, 0xffff};
  if (DropSpare(kWholeLine) && CommitChanges()) return;
  GiveLineUp();
}

void Connection::GiveLineUp() {
  if (direction_ == RTSPNAT_REPLY) {
    while (line_mappings_ != 0) RefusePublished(Pop(line_mappings_));
    return;
  }
  UnholdAll(line_mappings_);
  Current().head.mappings &= static_cast<MappingSet>(~line_mappings_);
}

}  // namespace mangle
