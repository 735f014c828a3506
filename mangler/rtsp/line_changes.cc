// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "mangler/rtsp/line_changes.h"

namespace mangle {
namespace {

// Puts `port` in decimal into `size` bytes, with zeros in front.
void PutPort(stream::EditWriter& writer, std::uint32_t port, std::uint32_t size) {
  constexpr std::uint32_t kPowers[nat::kPortDigits] = {1, 10, 100, 1000, 10000};
  for (; size > nat::kPortDigits; --size) writer.Put('0');
  for (; size != 0; --size) writer.Put(static_cast<std::uint8_t>('0' + port / kPowers[size - 1] % 10));
}

// Returns how many entries of the edit log `size` bytes of text need.
std::uint32_t EntriesFor(std::uint32_t size) { return (size + stream::kEditBytes - 1) / stream::kEditBytes; }

const AddressText& TextOf(const LineChange& change, const NewAddresses& addresses) {
  return change.kind == ChangeKind::kPeer ? addresses.peer : addresses.opener;
}

std::uint32_t SizeOf(const LineChange& change, const NewAddresses& addresses) {
  return change.kind == ChangeKind::kPort ? change.field.length : TextOf(change, addresses).size;
}

void PutChange(stream::EditWriter& writer, const LineChange& change, const NewAddresses& addresses) {
  if (change.kind == ChangeKind::kPort) return PutPort(writer, change.port, change.field.length);
  const AddressText& text = TextOf(change, addresses);
  for (std::uint32_t i = 0; i < text.size; ++i) writer.Put(text.bytes[i]);
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

bool LineChanges::HasAddresses() const {
  for (std::uint32_t i = 0; i < size_; ++i) {
    if (changes_[i].kind != ChangeKind::kPort) return true;
  }
  return false;
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

// Finds out what the blanks in front of the value cannot make up for.
LineChanges::Plan LineChanges::Measure(const bytes::Cursor& line, std::uint32_t value,
                                       const NewAddresses& addresses) const {
  Plan plan;
  std::int32_t growth = 0;
  for (std::uint32_t i = 0; i < size_; ++i) {
    const std::uint32_t size = SizeOf(changes_[i], addresses);
    plan.entries += EntriesFor(size + 1);
    if (size == changes_[i].field.length) continue;
    growth += static_cast<std::int32_t>(size) - changes_[i].field.length;
    plan.resized = i + 1;
    plan.entries = 0;
  }
  if (plan.resized == 0) return plan;
  std::uint32_t blanks = 0;
  while (line.At(value + blanks) == ' ') ++blanks;
  const auto most = static_cast<std::int32_t>(blanks);
  const std::int32_t fewer = growth < most ? growth : most;
  plan.blanks = static_cast<std::uint32_t>(most - fewer);
  plan.text = value + blanks;
  plan.added = static_cast<std::uint32_t>(growth - fewer);
  plan.entries += EntriesFor(changes_[plan.resized - 1].field.End() - value + plan.added);
  return plan;
}

// Writes changes `first` to `last` as one run of new text in the place of the text from `start` on. Of that the front up to `from`
// is replaced by `blanks` blanks.
bool LineChanges::WriteRun(std::uint32_t first, std::uint32_t last, std::uint32_t start, std::uint32_t blanks,
                           std::uint32_t from, const Target& target) const {
  stream::EditWriter writer =
      target.lane.Replace(target.position + start, changes_[last].field.End() - start);
  for (; blanks != 0; --blanks) writer.Put(' ');
  for (std::uint32_t i = first; i <= last; ++i) {
    for (; from < changes_[i].field.offset; ++from) writer.Put(target.line.At(from));
    PutChange(writer, changes_[i], target.addresses);
    from = changes_[i].field.End();
  }
  return writer.Finish();
}

bool LineChanges::Commit(const Target& target, std::uint32_t value, Notes& notes) const {
  stream::Lane& lane = target.lane;
  const Plan plan = Measure(target.line, value, target.addresses);
  const bool is_too_long = plan.added > stream::kMostGrowth || (plan.added != 0 && !lane.MayEverGrow());
  if (is_too_long || plan.entries > lane.Room() || (plan.added != 0 && !lane.MayGrow())) {
    notes.Add(is_too_long ? RTSPNAT_NOTE_CANNOT_EDIT : RTSPNAT_NOTE_TABLE_FULL);
    return false;
  }
  if (plan.resized != 0) {
    const std::uint32_t last = plan.resized - 1;
    const std::uint32_t end = target.position + changes_[last].field.End();
    if (plan.added != 0 && !lane.Grow(end, plan.added)) return false;
    if (!WriteRun(0, last, value, plan.blanks, plan.text, target)) return false;
  }
  // Those that keep their length are written each for itself, or together where one byte (the hyphen of a pair) lies between.
  bool done = true;
  for (std::uint32_t first = plan.resized; first < size_;) {
    const std::uint32_t start = changes_[first].field.offset;
    std::uint32_t last = first;
    while (last + 1U < size_ && changes_[last].field.End() + 1 == changes_[last + 1].field.offset) ++last;
    done &= WriteRun(first, last, start, 0, start, target);
    first = last + 1;
  }
  return done;
}

}  // namespace mangle
