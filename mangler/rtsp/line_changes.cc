// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "mangler/rtsp/line_changes.h"

namespace mangle {
namespace {

// Puts `port` in decimal into `size` bytes, with zeros in front.
void PutPort(stream::EditWriter& writer, std::uint32_t port, std::uint32_t size) {
  std::uint32_t digits = 0;  // Four bits each, the last on top.
  std::uint32_t count = 0;
  for (; port != 0; port /= 10, ++count) digits = digits << 4 | port % 10;
  for (; size > count; --size) writer.Put('0');
  for (; count != 0; --count, digits >>= 4) writer.Put(static_cast<std::uint8_t>('0' + (digits & 15U)));
}

// Returns how many entries of the edit log `size` bytes of text need.
std::uint32_t EntriesFor(std::uint32_t size) { return (size + stream::kEditBytes - 1) / stream::kEditBytes; }

std::uint32_t End(bytes::Field field) { return std::uint32_t{field.offset} + field.length; }

const rtspnat_address& AddressOf(const LineChange& change, const NewAddresses& addresses) {
  return change.kind == ChangeKind::kPeer ? addresses.peer : addresses.opener;
}

std::uint32_t SizeOf(const LineChange& change, const NewAddresses& addresses) {
  if (change.kind == ChangeKind::kPort) return change.field.length;
  std::uint8_t text[nat::kAddressBytes];
  return nat::WriteAddress(AddressOf(change, addresses), text);
}

void PutChange(stream::EditWriter& writer, const LineChange& change, const NewAddresses& addresses) {
  if (change.kind == ChangeKind::kPort) return PutPort(writer, change.port, change.field.length);
  std::uint8_t text[nat::kAddressBytes];
  const std::uint32_t size = nat::WriteAddress(AddressOf(change, addresses), text);
  for (std::uint32_t i = 0; i < size; ++i) writer.Put(text[i]);
}

// How the front of a value is written anew when it does not keep its length.
struct Resize {
  std::uint32_t count = 0;   // Changes in it: up to the last that differs in length.
  std::uint32_t blanks = 0;  // To be put in front.
  std::uint32_t text = 0;    // Offset of the line's text behind the blanks that were there.
  std::uint32_t length = 0;  // Bytes replaced.
  std::uint32_t added = 0;   // Bytes by which the stream becomes longer.
};

// Writes changes from `first` on, which keep their length, each for itself, or together with the next where one byte (the hyphen of
// a pair) lies between.
bool CommitInPlace(const LineChange* changes, std::uint32_t first, std::uint32_t size,
                   const bytes::Cursor& line, std::uint32_t position, const NewAddresses& addresses,
                   stream::Lane& lane) {
  bool done = true;
  for (std::uint32_t i = first; i < size;) {
    const std::uint32_t start = changes[i].field.offset;
    std::uint32_t last = i;
    while (last + 1 < size && End(changes[last].field) + 1 == changes[last + 1].field.offset) ++last;
    stream::EditWriter writer = lane.Replace(position + start, End(changes[last].field) - start);
    for (; i <= last; ++i) {
      PutChange(writer, changes[i], addresses);
      if (i != last) writer.Put(line.At(End(changes[i].field)));
    }
    done &= writer.Finish();
  }
  return done;
}

// Writes the value from its front to the end of the last change that differs in length.
bool CommitResized(const LineChange* changes, const Resize& resize, const bytes::Cursor& line,
                   std::uint32_t start, const NewAddresses& addresses, stream::Lane& lane) {
  if (resize.added != 0 && !lane.Grow(start + resize.length, resize.added)) return false;
  stream::EditWriter writer = lane.Replace(start, resize.length);
  for (std::uint32_t i = 0; i < resize.blanks; ++i) writer.Put(' ');
  std::uint32_t at = resize.text;
  for (std::uint32_t i = 0; i < resize.count; ++i) {
    for (; at < changes[i].field.offset; ++at) writer.Put(line.At(at));
    PutChange(writer, changes[i], addresses);
    at = End(changes[i].field);
  }
  return writer.Finish();
}

}  // namespace

bool LineChanges::HasRoomFor(std::uint32_t count, Notes& notes) const {
  if (size_ + count <= limits::kLineChanges) return true;
  notes.Add(RTSPNAT_NOTE_TABLE_FULL);
  return false;
}

void LineChanges::Add(const LineChange& change) {
  std::uint32_t at = size_;
  while (at != 0 && changes_[at - 1].field.offset > change.field.offset) --at;
  if (at != 0 && changes_[at - 1].field.offset == change.field.offset) return;
  for (std::uint32_t i = size_++; i != at; --i) changes_[i] = changes_[i - 1];
  changes_[at] = change;
}

bool LineChanges::HasIn(bytes::Field field) const {
  for (std::uint32_t i = 0; i < size_; ++i) {
    if (changes_[i].field.offset - std::uint32_t{field.offset} < field.length) return true;
  }
  return false;
}

bool LineChanges::DropSpare(bytes::Field field) {
  std::uint8_t kept = 0;
  for (std::uint32_t i = 0; i < size_; ++i) {
    const bool is_inside = changes_[i].field.offset - std::uint32_t{field.offset} < field.length;
    if (!changes_[i].spare || !is_inside) changes_[kept++] = changes_[i];
  }
  const bool dropped = kept != size_;
  size_ = kept;
  return dropped;
}

bool LineChanges::Commit(const bytes::Cursor& line, std::uint32_t value, std::uint32_t position,
                         const NewAddresses& addresses, stream::Lane& lane, Notes& notes) const {
  std::int32_t growth = 0;
  Resize resize;
  std::uint32_t entries = 0;        // For all changes that are written in place,
  std::uint32_t entries_after = 0;  // and for those behind the resized front.
  for (std::uint32_t i = 0; i < size_; ++i) {
    const std::uint32_t size = SizeOf(changes_[i], addresses);
    entries += EntriesFor(size + 1);
    entries_after += EntriesFor(size + 1);
    if (size == changes_[i].field.length) continue;
    growth += static_cast<std::int32_t>(size) - changes_[i].field.length;
    resize.count = i + 1;
    entries_after = 0;
  }
  if (resize.count != 0) {
    std::uint32_t blanks = 0;
    while (line.At(value + blanks) == ' ') ++blanks;
    const auto most = static_cast<std::int32_t>(blanks);
    const std::int32_t fewer = growth < most ? growth : most;
    resize.blanks = static_cast<std::uint32_t>(most - fewer);
    resize.text = value + blanks;
    resize.length = End(changes_[resize.count - 1].field) - value;
    resize.added = static_cast<std::uint32_t>(growth - fewer);
    entries = entries_after + EntriesFor(resize.length + resize.added);
  }
  const bool is_too_long = resize.added > stream::kMostGrowth || (resize.added != 0 && !lane.MayEverGrow());
  if (is_too_long || entries > lane.Room() || (resize.added != 0 && !lane.MayGrow())) {
    notes.Add(is_too_long ? RTSPNAT_NOTE_CANNOT_EDIT : RTSPNAT_NOTE_TABLE_FULL);
    return false;
  }
  if (resize.count != 0 && !CommitResized(changes_, resize, line, position + value, addresses, lane))
    return false;
  return CommitInPlace(changes_, resize.count, size_, line, position, addresses, lane);
}

}  // namespace mangle
