// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "mangle/connection.h"

namespace mangle {
namespace {

constexpr std::uint32_t kMaxDigits = 5;  // RFC 2326 section 12.39: port = 1*5DIGIT
constexpr std::uint8_t kMostHolders = 255;

// Writes `value` in decimal into `size` bytes, with zeros in front.
void WriteDigits(std::uint8_t* to, std::uint32_t size, std::uint32_t value) {
  for (std::uint32_t i = size; i-- > 0; value /= 10) to[i] = static_cast<std::uint8_t>('0' + value % 10);
}

// True if `port` can be written where `field` is, as one edit.
bool Fits(std::uint16_t port, rtsp::Field field) {
  return Digits(port) <= field.length && field.length <= kEditBytes;
}

std::uint32_t Fewer(std::uint32_t a, std::uint32_t b) { return a < b ? a : b; }

}  // namespace

void Connection::BeginTransport(const rtsp::Unit& unit) {
  line_ = unit.line;
  line_held_ = unit.held;
  line_position_ = Current().first + unit.offset;
  reader_ = rtsp::TransportReader(unit.line, unit.header.value);
  phase_ = Phase::kSpecs;
}

void Connection::ReadSpec() {
  if (!reader_.Find()) {
    phase_ = Phase::kRead;
    return;
  }
  reader_.Read(spec_);
  if (direction_ == RTSPNAT_ORIGINAL) {
    UseRequestSpec();
  } else {
    UseReplySpec();
  }
}

void Connection::UseRequestSpec() {
  announcement_ = ReadAnnouncement(spec_, line_, setup_.inside, setup_.outside);
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
  const auto bit = SetOf(index);
  bool changes = false;
  for (unsigned i = 0; i < announcement_.fields; ++i) {
    const unsigned which = announcement_.inside[i] == mapping.inside[0] || i == 0 ? 0 : 1;
    if (which == 1 && (mapping.count < 2 || mapping.inside[1] != announcement_.inside[1]))
      return Note(RTSPNAT_NOTE_BAD_PORT);
    if (mapping.outside[which] == mapping.inside[which]) continue;
    changes = true;
    if (!Fits(mapping.outside[which], announcement_.field[i])) return Note(RTSPNAT_NOTE_CANNOT_EDIT);
  }
  if (changes && line_held_) return Note(RTSPNAT_NOTE_CUT_TRANSPORT);
  if ((head.mappings & bit) == 0) {
    if (mapping.holders == kMostHolders) return Note(RTSPNAT_NOTE_TABLE_FULL);
    ++mapping.holders;
    head.mappings |= bit;
  }
  if (mapping.count == 2) mapping.open |= announcement_.open;
  if (!changes) return Note(RTSPNAT_NOTE_SAME_PORT);
  Replace(announcement_.fields, announcement_.field, announcement_.inside, mapping.inside, mapping.outside);
}

PortRequest Connection::CurrentRequest() const {
  PortRequest request;
  request.inside[0] = announcement_.inside[0];
  request.inside[1] = announcement_.inside[1];
  request.count = announcement_.count;
  request.same_only = !setup_.may_translate;
  request.seed = setup_.port_seed;
  std::uint32_t digits = line_held_ ? 0 : kMaxDigits;
  for (unsigned i = 0; i < announcement_.fields; ++i) digits = Fewer(digits, announcement_.field[i].length);
  request.digits = static_cast<std::uint8_t>(digits);
  return request;
}

bool Connection::ProposePorts(rtspnat_step& step) {
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
  RefuseMapping(line_held_ ? RTSPNAT_NOTE_CUT_TRANSPORT : RTSPNAT_NOTE_NO_PORTS);
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

void Connection::UseReplySpec() {
  Head& head = Current().head;
  const Chosen chosen = ReadChosen(spec_);
  if (chosen.choice == Choice::kNotSaid) return;
  if (head.choice == Choice::kNotSaid) {
    head.choice = chosen.choice;
    head.client = chosen.client;
    head.peer[0] = chosen.peer[0];
    head.peer[1] = chosen.peer[1];
  }
  if (chosen.choice == Choice::kUdp) MapBack(chosen);
}

// Gives the client its own ports back, so that it need not know of the NAT (R84).
void Connection::MapBack(const Chosen& chosen) {
  const std::uint32_t index = mappings_.FindOutside(chosen.client);
  if (index == rtsp::kMappings || !pending_.Waits(SetOf(index))) return;
  const Mapping& mapping = mappings_[index];
  bool changes = false;
  for (unsigned i = 0; i < chosen.fields; ++i) {
    const unsigned which = chosen.value[i] == mapping.outside[0] ? 0 : 1;
    if (chosen.value[i] != mapping.outside[which] || mapping.outside[which] == mapping.inside[which])
      continue;
    changes = true;
    if (!Fits(mapping.inside[which], chosen.field[i])) return Note(RTSPNAT_NOTE_CANNOT_EDIT);
  }
  if (!changes) return;
  if (line_held_) return Note(RTSPNAT_NOTE_CUT_TRANSPORT);
  if (Current().edits.Room() < 2) return Note(RTSPNAT_NOTE_TABLE_FULL);
  Replace(chosen.fields, chosen.field, chosen.value, mapping.outside, mapping.inside);
}

// Writes to[i] where the text has from[i], into the digits that are there. `a-b` is one edit.
void Connection::Replace(std::uint32_t fields, const rtsp::Field (&field)[2],
                         const std::uint16_t (&old_value)[2], const std::uint16_t (&from)[2],
                         const std::uint16_t (&to)[2]) {
  Edit edit;
  for (unsigned i = 0; i < fields; ++i) {
    const unsigned which = old_value[i] == from[0] ? 0 : 1;
    if (old_value[i] != from[which] || from[which] == to[which]) continue;
    const std::uint32_t position = line_position_ + field[i].offset;
    const std::uint32_t end = edit.position + edit.length;
    if (edit.length != 0 && position == end + 1 && edit.length + 1U + field[i].length <= kEditBytes) {
      edit.text[edit.length] = line_.At(field[i].offset - 1U);
      ++edit.length;
    } else if (edit.length != 0) {
      if (!Current().edits.Add(edit)) return Note(RTSPNAT_NOTE_TABLE_FULL);
      edit.length = 0;
    }
    if (edit.length == 0) edit.position = position;
    WriteDigits(edit.text + edit.length, field[i].length, to[which]);
    edit.length = static_cast<std::uint8_t>(edit.length + field[i].length);
  }
  if (edit.length != 0 && !Current().edits.Add(edit)) Note(RTSPNAT_NOTE_TABLE_FULL);
}

}  // namespace mangle
