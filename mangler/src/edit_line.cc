// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "mangle/connection.h"

#include "mangle/address.h"

namespace mangle {
namespace {

// Puts `port` in decimal into `size` bytes, with zeros in front.
void PutPort(EditWriter& writer, std::uint32_t port, std::uint32_t size) {
  std::uint32_t digits = 0;  // Four bits each, the last on top.
  std::uint32_t count = 0;
  for (; port != 0; port /= 10, ++count) digits = digits << 4 | port % 10;
  for (; size > count; --size) writer.Put('0');
  for (; count != 0; --count, digits >>= 4) writer.Put(static_cast<std::uint8_t>('0' + (digits & 15U)));
}

// Entries that the log needs for `size` bytes of text.
std::uint32_t EntriesFor(std::uint32_t size) { return (size + kEditBytes - 1) / kEditBytes; }

std::uint32_t AddressSize(const rtspnat_address& address) {
  std::uint8_t text[kAddressBytes];
  return WriteAddress(address, text);
}

std::uint32_t End(rtsp::Field field) { return std::uint32_t{field.offset} + field.length; }

}  // namespace

void Connection::PutChange(EditWriter& writer, const LineChange& change) const {
  if (change.kind == ChangeKind::kPort) return PutPort(writer, change.port, change.field.length);
  std::uint8_t text[kAddressBytes];
  const std::uint32_t size = WriteAddress(NewAddress(change.kind), text);
  for (std::uint32_t i = 0; i < size; ++i) writer.Put(text[i]);
}

// Writes changes that keep their length, each for itself, or together with the next where one byte (the hyphen of a
// pair) lies between.
bool Connection::CommitInPlace(std::uint32_t first) {
  bool done = true;
  for (std::uint32_t i = first; i < changes_size_;) {
    const std::uint32_t start = changes_[i].field.offset;
    std::uint32_t last = i;
    while (last + 1 < changes_size_ && End(changes_[last].field) + 1 == changes_[last + 1].field.offset)
      ++last;
    EditWriter writer(Current().edits, line_position_ + start, End(changes_[last].field) - start);
    for (; i <= last; ++i) {
      PutChange(writer, changes_[i]);
      if (i != last) writer.Put(Line().At(End(changes_[i].field)));
    }
    done &= writer.Finish();
  }
  return done;
}

// Plans to rewrite the value from its front to the end of change number `count - 1`, with as many blanks in front
// as make up for `growth` bytes more or less; what they cannot make up for makes the stream longer.
bool Connection::PlanResize(std::uint32_t count, std::int32_t growth, Resize& resize) const {
  const Direction& direction = Current();
  std::uint32_t blanks = 0;
  while (Line().At(line_value_ + blanks) == ' ') ++blanks;
  const auto most = static_cast<std::int32_t>(blanks);
  const std::int32_t fewer = growth < most ? growth : most;
  resize.count = count;
  resize.blanks = static_cast<std::uint32_t>(most - fewer);
  resize.text = line_value_ + blanks;
  resize.length = End(changes_[count - 1].field) - line_value_;
  resize.added = static_cast<std::uint32_t>(growth - fewer);
  std::uint32_t entries = EntriesFor(resize.length + resize.added);
  for (std::uint32_t i = count; i < changes_size_; ++i) entries += EntriesFor(changes_[i].field.length + 1U);
  const bool may_add = setup_.length_changes != RTSPNAT_NO_LENGTH_CHANGE && direction.map.HasRoom();
  return entries <= direction.edits.Room() && (resize.added == 0 || (may_add && resize.added <= kMostGrowth));
}

bool Connection::CommitResized(const Resize& resize) {
  Direction& direction = Current();
  const std::uint32_t start = line_position_ + line_value_;
  if (resize.added != 0 && !direction.map.Add(start + resize.length, resize.added)) return false;
  EditWriter writer(direction.edits, start, resize.length);
  for (std::uint32_t i = 0; i < resize.blanks; ++i) writer.Put(' ');
  std::uint32_t at = resize.text;
  for (std::uint32_t i = 0; i < resize.count; ++i) {
    for (; at < changes_[i].field.offset; ++at) writer.Put(Line().At(at));
    PutChange(writer, changes_[i]);
    at = End(changes_[i].field);
  }
  return writer.Finish();
}

// What the receiver knows that side by.
const rtspnat_address& Connection::NewAddress(ChangeKind kind) const {
  if (kind == ChangeKind::kPeer) return setup_.published;
  return direction_ == RTSPNAT_ORIGINAL ? setup_.outside : setup_.inside;
}

// Makes edits of all changes of the line, or of none.
bool Connection::CommitChanges() {
  std::int32_t growth = 0;
  std::uint32_t resized = 0;  // Changes up to the last that differs in length.
  std::uint32_t entries = 0;
  for (std::uint32_t i = 0; i < changes_size_; ++i) {
    const bool is_port = changes_[i].kind == ChangeKind::kPort;
    const std::uint32_t size = is_port ? changes_[i].field.length : AddressSize(NewAddress(changes_[i].kind));
    entries += EntriesFor(size + 1);
    if (size == changes_[i].field.length) continue;
    growth += static_cast<std::int32_t>(size) - changes_[i].field.length;
    resized = i + 1;
  }
  if (resized == 0 && entries > Current().edits.Room()) {
    Note(RTSPNAT_NOTE_TABLE_FULL);
    return false;
  }
  Resize resize;
  if (resized != 0 && !PlanResize(resized, growth, resize)) {
    const bool may_grow = setup_.length_changes != RTSPNAT_NO_LENGTH_CHANGE && resize.added <= kMostGrowth;
    Note(resize.added != 0 && !may_grow ? RTSPNAT_NOTE_CANNOT_EDIT : RTSPNAT_NOTE_TABLE_FULL);
    return false;
  }
  if (resized != 0 && !CommitResized(resize)) return false;
  return CommitInPlace(resized);
}

}  // namespace mangle
