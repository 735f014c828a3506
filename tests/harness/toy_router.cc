// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "tests/harness/toy_router.h"

#include <algorithm>
#include <cstring>

#include "tests/harness/text.h"

namespace rtsp::test {
namespace {

constexpr std::uint32_t kBodyUnit = 16;
constexpr std::uint32_t kBodyUnits = 64;

std::uint32_t BodyOf(std::uint8_t count) { return kBodyUnit * (count % kBodyUnits); }

std::uint32_t EntriesFor(std::size_t size) {
  return (static_cast<std::uint32_t>(size) + stream::kEditBytes - 1) / stream::kEditBytes;
}

std::string Grown(std::uint32_t bytes) { return "x" + std::string(bytes, '+'); }

}  // namespace

std::vector<ToyEdit> EditsOf(std::string_view item) {
  constexpr std::uint32_t kMostSame = 30;
  const auto size = static_cast<std::uint32_t>(item.size());
  if (size < 6 || size > limits::kLineBytes) return {};
  const auto byte = static_cast<std::uint8_t>(item[3]);
  switch (item[1]) {
    case '=': {
      const std::uint32_t length = std::min(kMostSame, size - 3);
      return {{2, length, std::string(length, '#')}};
    }
    case '+': return {{2, 1, Grown(1U + byte % 128)}};
    case '*': return {{2, 1, "#"}, {size - 2, 1, Grown(1U + byte % 8)}};
    default: return {};
  }
}

// A lane that says that it needs nothing of its buffer gets another one: the same, overwritten.
void ToyRouter::LendAnew() {
  if (lane_.HasBuffer() && !lane_.NeedsBuffer() && line_size_ == 0) lane_.TakeBuffer();
  if (lane_.HasBuffer()) return;
  std::memset(static_cast<void*>(&buffer_), 0xa5, sizeof(buffer_));
  lane_.Lend(&buffer_);
}

std::optional<ToyPacket> ToyRouter::Pass(const ToyPacket& packet) {
  LendAnew();
  bytes::Cursor in = CursorOf(packet.bytes);
  passage_ = {};
  passage_.segment = {packet.number, in.Size()};
  passage_.segment_size = packet.segment_size;
  passage_.header_length = packet.header_length;
  passage_.finishes = packet.fin;
  passage_.resets = packet.rst;
  lane_.Begin(passage_);
  lane_.NoteSize(packet.segment_size != 0 ? packet.segment_size : in.Size(), packet.header_length);
  reading_ = false;
  if (!transparent_ && !packet.rst) Place(in, packet.fin);
  if (reading_) {
    Read(in);
    if (in.Position() != 0) last_ = in.At(in.Position() - 1);
  }
  passage_.front = front_;
  const std::uint32_t end = passage_.segment.End();
  if (transparent_) {
    lane_.Advance(end);
  } else if (reading_) {
    lane_.Advance(packet.number + in.Position());
  }
  lane_.LeaveBehind();
  if (passage_.dropped) return {};
  // With FIN every byte leaves, once it was read.
  const bool ends = packet.fin && lane_.Frontier() == end;
  const bool withholds = !transparent_ && !ends && line_size_ != 0 && line_size_ <= limits::kLineBytes;
  lane_.Plan(passage_, reading_ && !transparent_ ? lane_.Frontier() : end,
             withholds ? stream::Range{lane_.Frontier() - line_size_, line_size_} : stream::Range{});
  if (passage_.dropped) return {};
  return Leave(packet);
}

void ToyRouter::Place(bytes::Cursor& in, bool fin) {
  std::uint32_t offset = 0;
  const stream::Lane::Place place = lane_.Find(passage_.segment, fin, offset);
  if (place == stream::Lane::Place::kOld) return;
  reading_ = true;
  if (place == stream::Lane::Place::kNext) return in.Seek(offset);
  if (offset + in.Size() <= skip_) {
    skip_ -= offset;
    return;
  }
  reading_ = false;
  if (!lane_.DropAhead(passage_)) transparent_ = true;
}

void ToyRouter::Read(bytes::Cursor& in) {
  while (!in.AtEnd()) {
    if (skip_ != 0) {
      const std::uint32_t count = std::min(skip_, in.Left());
      in.Seek(in.Position() + count);
      skip_ -= count;
    } else if (line_size_ != 0 || (in.Peek() == '<' && !after_at_)) {
      if (!ReadItem(in)) return;
    } else {
      if (after_at_) skip_ = BodyOf(in.Peek());
      after_at_ = !after_at_ && in.Peek() == '@';
      in.Skip();
    }
  }
}

// Returns false if reading cannot go on.
bool ToyRouter::ReadItem(bytes::Cursor& in) {
  bytes::Tail& tail = lane_.Tail();
  const std::uint32_t start = in.Position();
  std::uint32_t end = start;
  while (end < in.Size() && in.At(end) != '>') ++end;
  const bool ends = end < in.Size();
  if (ends) ++end;
  const std::uint32_t count = end - start;
  const std::uint32_t position = passage_.segment.start + start - line_size_;
  if (ends && line_size_ == 0) {
    EndItem(in.Slice(start, count), count, position, false);
    in.Seek(end);
    return true;
  }
  if (!tail.HasRoom(count)) return false;
  if (line_size_ == 0) front_ = start != 0 ? in.At(start - 1) : last_;
  tail.Append(in, count);
  line_size_ += count;
  if (!ends) return true;
  EndItem(tail.Line(), line_size_, position, true);
  tail.DropLine();
  line_size_ = 0;
  return true;
}

void ToyRouter::EndItem(const bytes::Cursor& item, std::uint32_t size, std::uint32_t position, bool held) {
  Decision decision = Decision::kEdited;
  if (size <= limits::kLineBytes) {
    const bool front_sent = held && (passage_.recalled.Empty() || passage_.recalled.start != position);
    decision = front_sent ? Decision::kFrontSent : Rewrite(TextOf(item), position);
  }
  items_.push_back({position - first_ - bulk_, decision});
}

ToyRouter::Decision ToyRouter::Rewrite(std::string_view item, std::uint32_t position) {
  const std::vector<ToyEdit> edits = EditsOf(item);
  std::uint32_t entries = 0;
  bool grows = false;
  for (const ToyEdit& edit : edits) {
    entries += EntriesFor(edit.text.size());
    grows |= edit.text.size() > edit.length;
  }
  if (entries > lane_.Room() || (grows && !lane_.MayGrow())) return Decision::kNoRoom;
  for (const ToyEdit& edit : edits) {
    const std::uint32_t at = position + edit.offset;
    const auto growth = static_cast<std::uint32_t>(edit.text.size()) - edit.length;
    if (growth != 0 && !lane_.Grow(at + edit.length, growth)) return Decision::kNoRoom;
    stream::EditWriter writer = lane_.Replace(at, edit.length);
    for (const char byte : edit.text) writer.Put(static_cast<std::uint8_t>(byte));
    if (!writer.Finish()) return Decision::kNoRoom;
  }
  return Decision::kEdited;
}

ToyPacket ToyRouter::Leave(const ToyPacket& packet) {
  const stream::Range leaving = passage_.leaving;
  if (passage_.growth != 0) adjusted_.Grow(0, passage_.growth_at, passage_.growth);
  ToyPacket out = packet;
  out.number = Out(leaving.start);
  const std::uint32_t prefix = leaving.size - passage_.kept;
  std::string bytes;
  if (prefix != 0) bytes.assign(reinterpret_cast<const char*>(lane_.Prefix(passage_)), prefix);
  bytes += packet.bytes.substr(0, passage_.kept);
  std::uint32_t from = 0;
  out.bytes.clear();
  for (std::uint32_t i = 0; i < passage_.edits; ++i) {
    const stream::EditPart part = lane_.Part(passage_, i);
    out.bytes += bytes.substr(from, part.offset - from);
    out.bytes.append(reinterpret_cast<const char*>(part.text), part.text_length);
    from = part.offset + part.length;
  }
  out.bytes += bytes.substr(from);
  out.fin = packet.fin && leaving.End() == passage_.segment.End();
  if (out.fin || out.rst) {
    transparent_ = true;
    lane_.Close();
  }
  return out;
}

std::uint32_t ToyRouter::PassAcknowledgement(std::uint32_t number) {
  const bool holds = lane_.Holds();
  const std::uint32_t raised = holds ? lane_.Raise(number) : number;
  if (holds || !lane_.HasNoEdits()) lane_.Acknowledge(number);
  return Back(raised);
}

void ToyRouter::StopReading() {
  transparent_ = true;
  lane_.LetGo();
}

void ToyRouter::PassBulk(std::uint32_t bytes) {
  constexpr std::uint32_t kPiece = 0x1000'0000;
  bulk_ += bytes;
  while (bytes != 0) {
    const std::uint32_t piece = std::min(bytes, kPiece);
    lane_.Advance(lane_.Frontier() + piece);
    // A lane need not see acknowledgements while nothing depends on them.
    if (lane_.Holds() || !lane_.HasNoEdits()) lane_.LeaveBehind();
    bytes -= piece;
  }
}

std::uint32_t ToyRouter::Out(std::uint32_t sequence) const {
  return changes_ == stream::LengthChanges::kAny ? lane_.Map().Forward(sequence) : adjusted_.Out(0, sequence);
}

std::uint32_t ToyRouter::Back(std::uint32_t sequence) const {
  return changes_ == stream::LengthChanges::kAny ? lane_.Map().Back(sequence) : adjusted_.Back(0, sequence);
}

std::string RewriteInOnePiece(std::string_view stream, const std::vector<ToyRouter::Item>& items, bool whole,
                              std::string& complaint) {
  std::string out;
  std::size_t index = 0;
  std::size_t at = 0;
  while (at < stream.size()) {
    std::size_t end = at + 1;
    if (stream[at] == '@' && end < stream.size())
      end = std::min(stream.size(), end + 1 + BodyOf(static_cast<std::uint8_t>(stream[end])));
    const std::size_t item_end = stream[at] == '<' ? stream.find('>', at) : std::string_view::npos;
    if (stream[at] == '<') end = item_end == std::string_view::npos ? stream.size() : item_end + 1;
    std::string text(stream.substr(at, end - at));
    if (item_end != std::string_view::npos) {
      const bool known = index < items.size() && items[index].offset == at;
      if (!known && (whole || index < items.size()))
        complaint = "an item was not read, or was read elsewhere";
      if (known && items[index++].decision == ToyRouter::Decision::kEdited) {
        const std::vector<ToyEdit> edits = EditsOf(text);
        for (std::size_t i = edits.size(); i-- > 0;)
          text.replace(edits[i].offset, edits[i].length, edits[i].text);
      }
    }
    out += text;
    at = end;
  }
  if (index != items.size()) complaint = "an item was read where there is none";
  return out;
}

}  // namespace rtsp::test
