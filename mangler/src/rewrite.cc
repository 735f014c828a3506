// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "mangle/connection.h"

#include "mangle/address.h"

namespace mangle {
namespace {

constexpr std::uint32_t kMaxDigits = 5;  // RFC 2326 section 12.39: port = 1*5DIGIT
constexpr std::uint8_t kMostHolders = 255;

// True if `port` can be written where `field` is.
bool Fits(std::uint16_t port, rtsp::Field field) { return Digits(port) <= field.length; }

}  // namespace

void Connection::BeginTransport(const rtsp::Unit& unit) {
  line_ = unit.line;
  line_position_ = Current().first + unit.offset;
  line_left_ = unit.held && (recalled_.size == 0 || recalled_.start != line_position_);
  line_value_ = unit.header.value;
  line_mappings_ = 0;
  changes_size_ = 0;
  reader_ = rtsp::TransportReader(unit.line, unit.header.value);
  phase_ = Phase::kSpecs;
}

[[gnu::noinline]] void Connection::ReadSpec() {
  if (!reader_.Find()) {
    phase_ = changes_size_ != 0 ? Phase::kLineEnd : Phase::kRead;
    return;
  }
  reader_.Read(spec_);
  FindHostsToChange();
  if (direction_ == RTSPNAT_ORIGINAL) {
    UseRequestSpec();
  } else {
    UseReplySpec();
  }
}

void Connection::UseRequestSpec() {
  announcement_ = ReadAnnouncement(spec_, line_, setup_.inside);
  if (announcement_.refusal != RTSPNAT_NOTES) return Note(announcement_.refusal);
  if (pending_.Full() || Current().edits.Room() < 2) return Note(RTSPNAT_NOTE_TABLE_FULL);
  std::uint32_t index = mappings_.FindInside(announcement_.inside[0]);
  if (index < rtsp::kMappings) return UseMapping(index);
  index = mappings_.FindFree();
  if (index == rtsp::kMappings) return Note(RTSPNAT_NOTE_TABLE_FULL);
  Mapping& mapping = mappings_[index];
  mapping = {};
  mapping.state = MappingState::kAsking;
  mapping.count = announcement_.count;
  mapping.open = announcement_.open;
  for (unsigned i = 0; i < 2; ++i) mapping.inside[i] = announcement_.inside[i];
  asked_ = static_cast<std::uint8_t>(index);
  attempt_ = 0;
  phase_ = Phase::kPropose;
}

// Puts a reserved mapping into the text and holds it for this head, or leaves both alone.
void Connection::UseMapping(std::uint32_t index) {
  Mapping& mapping = mappings_[index];
  Head& head = Current().head;
  const Numbers& text = announcement_.text;
  const auto bit = SetOf(index);
  bool changes = false;
  for (unsigned i = 0; i < text.count; ++i) {
    const unsigned which = text.value[i] == mapping.inside[0] || i == 0 ? 0 : 1;
    if (which == 1 && (mapping.count < 2 || mapping.inside[1] != text.value[1]))
      return Note(RTSPNAT_NOTE_BAD_PORT);
    if (mapping.outside[which] == mapping.inside[which]) continue;
    changes = true;
    if (!Fits(mapping.outside[which], text.field[i])) return Note(RTSPNAT_NOTE_CANNOT_EDIT);
  }
  const bool rewrites = changes || hosts_.count != 0;
  if (rewrites && line_left_) return Note(RTSPNAT_NOTE_CUT_TRANSPORT);
  if (std::uint32_t{changes_size_} + text.count + hosts_.count > rtsp::kLineChanges)
    return Note(RTSPNAT_NOTE_TABLE_FULL);
  if ((head.mappings & bit) == 0) {
    if (mapping.holders == kMostHolders) return Note(RTSPNAT_NOTE_TABLE_FULL);
    ++mapping.holders;
    head.mappings |= bit;
    line_mappings_ |= bit;
  }
  if (mapping.count == 2) mapping.open |= announcement_.open;
  if (!changes) Note(RTSPNAT_NOTE_SAME_PORT);
  if (rewrites) AddChanges(text, mapping.inside, mapping.outside);
}

PortRequest Connection::CurrentRequest() const {
  PortRequest request;
  request.inside[0] = announcement_.inside[0];
  request.inside[1] = announcement_.inside[1];
  request.count = announcement_.count;
  request.same_only = !setup_.may_translate;
  request.seed = setup_.port_seed;
  std::uint32_t digits = line_left_ ? 0 : kMaxDigits;
  const Numbers& text = announcement_.text;
  for (unsigned i = 0; i < text.count; ++i) {
    if (text.field[i].length < digits) digits = text.field[i].length;
  }
  request.digits = static_cast<std::uint8_t>(digits);
  return request;
}

[[gnu::noinline]] bool Connection::ProposePorts(rtspnat_step& step) {
  const PortRequest request = CurrentRequest();
  while (attempt_ < rtsp::kPortProposals) {
    const PortProposal ports = Propose(request, attempt_++);
    if (ports.first == 0 || mappings_.UsesOutside(ports.first)) continue;
    if (ports.second != 0 && mappings_.UsesOutside(ports.second)) continue;
    mappings_[asked_].outside[0] = ports.first;
    mappings_[asked_].outside[1] = ports.second;
    FillMapping(asked_, step);
    step.digits = request.digits;
    step.ask = RTSPNAT_RESERVE;
    question_ = Question::kReserve;
    return true;
  }
  RefuseMapping(line_left_ ? RTSPNAT_NOTE_CUT_TRANSPORT : RTSPNAT_NOTE_NO_PORTS);
  return false;
}

void Connection::RefuseMapping(std::uint32_t note) {
  mappings_.Free(asked_);
  Note(note);
  phase_ = Phase::kSpecs;
}

void Connection::AnswerReserve(rtspnat_reply reply, std::uint16_t first_port) {
  if (reply == RTSPNAT_BUSY) return;
  if (reply == RTSPNAT_NO) return RefuseMapping(RTSPNAT_NOTE_NO_PORTS);
  Mapping& mapping = mappings_[asked_];
  mappings_.Reserve(asked_);
  phase_ = Phase::kSpecs;
  Note(RTSPNAT_NOTE_RESERVED);
  if (first_port != mapping.outside[0]) {
    const bool fit = IsFit(CurrentRequest(), first_port) && !mappings_.UsesOutside(first_port);
    mapping.outside[0] = first_port;
    if (mapping.count == 2) mapping.outside[1] = static_cast<std::uint16_t>(first_port + 1);
    if (!fit) {
      Note(RTSPNAT_NOTE_NO_PORTS);
      release_ |= SetOf(asked_);
      return;
    }
  }
  UseMapping(asked_);
  // Refused after all: nobody holds it.
  if (mapping.holders == 0) release_ |= SetOf(asked_);
}

[[gnu::noinline]] void Connection::UseReplySpec() {
  Head& head = Current().head;
  const Chosen chosen = ReadChosen(spec_);
  if (chosen.choice == Choice::kNotSaid) return;
  if (head.choice == Choice::kNotSaid) {
    head.choice = chosen.choice;
    head.client = chosen.client.value[0];
    head.peer[0] = chosen.peer[0];
    head.peer[1] = chosen.peer[1];
  }
  if (chosen.choice == Choice::kUdp) MapBack(chosen.client);
}

// Gives the client its own ports and address back, so that it need not know of the NAT (R84).
void Connection::MapBack(const Numbers& client) {
  const std::uint32_t index = mappings_.FindOutside(client.value[0]);
  if (index == rtsp::kMappings || !pending_.Waits(SetOf(index))) return;
  const Mapping& mapping = mappings_[index];
  bool changes = false;
  for (unsigned i = 0; i < client.count; ++i) {
    const unsigned which = client.value[i] == mapping.outside[0] ? 0 : 1;
    if (client.value[i] != mapping.outside[which] || mapping.outside[which] == mapping.inside[which])
      continue;
    changes = true;
    if (!Fits(mapping.inside[which], client.field[i])) return Note(RTSPNAT_NOTE_CANNOT_EDIT);
  }
  if (!changes && hosts_.count == 0) return;
  if (line_left_) return Note(RTSPNAT_NOTE_CUT_TRANSPORT);
  if (std::uint32_t{changes_size_} + client.count + hosts_.count > rtsp::kLineChanges)
    return Note(RTSPNAT_NOTE_TABLE_FULL);
  AddChanges(client, mapping.outside, mapping.inside);
}

// Where the spec in hand names the opener as its receiver does not know it.
[[gnu::noinline]] void Connection::FindHostsToChange() {
  hosts_.count = 0;
  if (!spec_.has_destination && spec_.destinations == 0) return;
  if (IsSame(setup_.inside, setup_.outside)) return;
  hosts_ = FindHosts(spec_, line_, direction_ == RTSPNAT_ORIGINAL ? setup_.inside : setup_.outside);
}

// Keeps the changes in the order of the text.
void Connection::AddChange(const LineChange& change) {
  std::uint32_t at = changes_size_++;
  for (; at != 0 && changes_[at - 1].field.offset > change.field.offset; --at)
    changes_[at] = changes_[at - 1];
  changes_[at] = change;
}

// to[i] is to stand where the text has from[i]. The caller has made sure that there is room.
void Connection::AddChanges(const Numbers& numbers, const std::uint16_t (&from)[2],
                            const std::uint16_t (&to)[2]) {
  for (unsigned i = 0; i < numbers.count; ++i) {
    const unsigned which = numbers.value[i] == from[0] ? 0 : 1;
    if (numbers.value[i] == from[which] && from[which] != to[which]) AddChange({numbers.field[i], to[which]});
  }
  for (unsigned i = 0; i < hosts_.count; ++i) AddChange({hosts_.field[i], 0});
}

// What cannot be written is not held either.
[[gnu::noinline]] void Connection::FinishLine() {
  phase_ = Phase::kRead;
  if (CommitChanges()) return;
  UnholdAll(line_mappings_);
  Current().head.mappings &= static_cast<MappingSet>(~line_mappings_);
}

}  // namespace mangle
