// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "tests/tcp/userspace_router.h"

#include <algorithm>

namespace rtsp::test {
namespace {

constexpr std::uint32_t kFrameHead = 4;
constexpr std::uint32_t kBulkSegment = 65535;
constexpr std::uint16_t kShortPacket = 512;  // Bytes of payload that every path takes.

// The remaining bytes can be cut into frames too.
std::uint32_t NextBulkSegment(std::uint64_t left) {
  if (left <= kBulkSegment) return static_cast<std::uint32_t>(left);
  return left - kBulkSegment < kFrameHead ? kBulkSegment - kFrameHead : kBulkSegment;
}

bool IsBefore(std::uint32_t a, std::uint32_t b) { return static_cast<std::int32_t>(a - b) < 0; }

std::uint8_t FlagsOf(const TcpPacket& packet) {
  return static_cast<std::uint8_t>((packet.fin ? RTSPNAT_FIN : 0) | (packet.rst ? RTSPNAT_RST : 0) |
                                   (packet.has_ack ? RTSPNAT_ACK : 0) | (packet.urg ? RTSPNAT_URG : 0));
}

}  // namespace

UserspaceRouter::UserspaceRouter(const RouterOptions& options, Complaints& complaints)
    : options_(options),
      complaints_(complaints),
      ledger_(options.answers, options.may_translate, complaints) {}

void UserspaceRouter::Learn(const TcpPacket& syn) {
  const bool known = first_seq_[0] && first_seq_[1];
  first_seq_[syn.direction] = syn.seq + 1;
  if (!known && first_seq_[0] && first_seq_[1]) Open();
}

void UserspaceRouter::Open() {
  constexpr std::uint32_t kSeed = 0x5eed;
  auto setup = Sized<rtspnat_setup>();
  setup.inside = options_.inside;
  setup.outside = options_.may_translate ? options_.outside : options_.inside;
  for (unsigned i = 0; i < 2; ++i)
    sent_end_[i] = arrived_[i] = acknowledged_[i] = setup.first_seq[i] = *first_seq_[i];
  setup.port_seed = kSeed;
  setup.may_translate = options_.may_translate;
  setup.length_changes = static_cast<std::uint8_t>(options_.length_changes);
  if (options_.prepare) options_.prepare(setup);
  embedder_.Open(setup);
  connection_ = embedder_.Connection();
  if (options_.length_changes == RTSPNAT_ONE_LENGTH_CHANGE)
    numbers_ = std::make_unique<AdjustedNumbers>();
  else
    numbers_ = std::make_unique<MappedNumbers>(connection_);
}

// Keeps a sender's stream, to compare it with the stream that leaves.
void UserspaceRouter::RememberStream(const TcpPacket& packet) {
  const auto offset = static_cast<std::int32_t>(packet.seq - *first_seq_[packet.direction]);
  if (offset < 0) return;
  const auto begin = static_cast<std::size_t>(offset);
  const std::size_t size = packet.payload.size();
  std::string& stream = stream_[packet.direction];
  std::string& seen = seen_[packet.direction];
  if (stream.size() < begin + size) {
    stream.resize(begin + size);
    seen.resize(begin + size, kUnseen);
  }
  stream.replace(begin, size, packet.payload);
  seen.replace(begin, size, size, kSeen);
}

void UserspaceRouter::CheckOwnBytes(unsigned direction, std::uint32_t seq, const std::string& bytes) {
  const auto offset = static_cast<std::int32_t>(seq - *first_seq_[direction]);
  const auto begin = static_cast<std::size_t>(offset);
  const std::string& stream = stream_[direction];
  const bool own = bytes.empty() ||
                   (offset >= 0 && begin < stream.size() && stream.compare(begin, bytes.size(), bytes) == 0 &&
                    seen_[direction].find(kUnseen, begin) >= begin + bytes.size());
  complaints_.Check(own, "law 3: what leaves, but for the edits, is not the sender's stream at its numbers");
}

// L5: around a number that is on its way the map ascends, and the inverse map inverts it.
void UserspaceRouter::CheckNumbers(unsigned direction, std::uint32_t from) const {
  constexpr std::uint32_t kAround = 64;
  const auto past = static_cast<std::int32_t>(from - acknowledged_[direction]);
  const std::uint32_t before = past <= 0                                    ? 0
                               : static_cast<std::uint32_t>(past) < kAround ? static_cast<std::uint32_t>(past)
                                                                            : kAround;
  std::uint32_t last = numbers_->Out(direction, from - before);
  for (std::uint32_t seq = from - before; seq != from + kAround; ++seq) {
    const std::uint32_t out = numbers_->Out(direction, seq);
    complaints_.Check(static_cast<std::int32_t>(out - last) >= (seq == from - before ? 0 : 1),
                      "L5: the map of sequence numbers does not ascend");
    complaints_.Check(numbers_->Back(direction, out) == seq, "L5: the inverse map does not lead back");
    // The kernel's one correction need not be right for a number inside added bytes.
    const bool own_map = options_.length_changes == RTSPNAT_ANY_LENGTH_CHANGE;
    for (std::uint32_t added = last + 1; own_map && static_cast<std::int32_t>(out - added) > 0; ++added) {
      const std::uint32_t back = numbers_->Back(direction, added);
      complaints_.Check(back == seq || back == seq - 1,
                        "L5: an added byte maps to neither of its neighbours");
    }
    last = out;
  }
}

void UserspaceRouter::Answer(const rtspnat_step& step) {
  complaints_.Check(!urgent_ || step.ask == RTSPNAT_RELEASE || step.ask == RTSPNAT_LINGER,
                    "L12: something is asked for behind urgent data");
  if (options_.answer) return options_.answer(connection_, step);
  ledger_.Answer(connection_, step);
}

bool UserspaceRouter::Converse(const rtspnat_segment& segment) {
  constexpr std::size_t kMost = 4096;  // Questions of one segment.
  embedder_.Begin(segment, options_.piece);
  std::size_t questions = 0;
  while (rtspnat_next(connection_, &step_) != RTSPNAT_DONE && ++questions < kMost) {
    if (!embedder_.Serve(step_)) Answer(step_);
  }
  complaints_.Check(!embedder_.IsMisused(), "law 14: memory or bytes that there are not");
  calls_ += 1 + questions;
  complaints_.Check(questions < kMost, "law 1: the dialogue does not end");
  return questions < kMost;
}

std::string UserspaceRouter::ApplyEdits(std::string bytes) {
  auto edit = Sized<rtspnat_edit>();
  std::size_t begin = bytes.size();
  for (unsigned i = step_.done.edits; i-- > 0;) {
    const bool given = rtspnat_get_edit(connection_, i, &edit);
    complaints_.Check(given, "law 2: an edit is missing");
    const bool inside =
        given && edit.text_length != 0 && edit.offset <= begin && edit.length <= begin - edit.offset;
    complaints_.Check(inside, "law 2: an edit lies outside, or on another");
    complaints_.Check(edit.text_length >= edit.length, "law 8: text becomes shorter");
    complaints_.Check(edit.text_length == edit.length || options_.length_changes != RTSPNAT_NO_LENGTH_CHANGE,
                      "law 8: a length changes that may not");
    if (!inside) break;
    bytes.replace(edit.offset, edit.length, reinterpret_cast<const char*>(edit.text), edit.text_length);
    begin = edit.offset;
  }
  complaints_.Check(!rtspnat_get_edit(connection_, step_.done.edits, &edit), "law 2: more edits than said");
  return bytes;
}

void UserspaceRouter::ApplyStep(TcpPacket& packet) {
  complaints_.Check(step_.done.keep <= packet.payload.size(), "law 2: keeps more than there is");
  std::string bytes;
  if (step_.done.prefix_length != 0)
    bytes.assign(reinterpret_cast<const char*>(step_.done.prefix), step_.done.prefix_length);
  bytes.append(packet.payload, 0, step_.done.keep);
  packet.fin = (step_.done.flags & RTSPNAT_FIN) != 0;
  packet.rst = (step_.done.flags & RTSPNAT_RST) != 0;
  const std::uint32_t end = packet.seq + static_cast<std::uint32_t>(packet.payload.size());
  complaints_.Check(!packet.fin || step_.done.seq + static_cast<std::uint32_t>(bytes.size()) == end,
                    "a segment that is cut keeps its FIN");
  CheckOwnBytes(packet.direction, step_.done.seq, bytes);
  packet.payload = ApplyEdits(std::move(bytes));
  CheckCustody(packet);
  packet.urgent = static_cast<std::uint16_t>(packet.urgent + (packet.urg ? packet.seq - step_.done.seq : 0));
  packet.seq = step_.done.seq;
  packet.ack = step_.done.ack;
  if (step_.done.growth != 0) numbers_->Grow(packet.direction, step_.done.growth_at, step_.done.growth);
}

void UserspaceRouter::MapNumbers(TcpPacket& packet) const {
  const unsigned other = packet.direction == RTSPNAT_ORIGINAL ? 1 : 0;
  packet.seq = numbers_->Out(packet.direction, packet.seq);
  if (!packet.has_ack) return;
  packet.ack = numbers_->Back(other, packet.ack);
  for (auto& [first, last] : packet.sack) {
    first = numbers_->Back(other, first);
    last = numbers_->Back(other, last);
  }
}

void UserspaceRouter::CheckClosed(const rtspnat_segment& segment) {
  if ((segment.flags & (RTSPNAT_FIN | RTSPNAT_RST)) == 0 || step_.done.verdict == RTSPNAT_DROP) return;
  if ((step_.done.flags & (RTSPNAT_FIN | RTSPNAT_RST)) == 0) return;  // It was cut, and comes again.
  complaints_.Check(ledger_.Held() == 0, "L4: a mapping is left behind FIN or RST");
}

void UserspaceRouter::NoteArrivals(const TcpPacket& packet) {
  const unsigned other = packet.direction == RTSPNAT_ORIGINAL ? 1 : 0;
  const std::uint32_t end =
      packet.seq + static_cast<std::uint32_t>(packet.payload.size()) + (packet.fin ? 1U : 0U);
  if (IsBefore(sent_end_[packet.direction], end)) sent_end_[packet.direction] = end;
  if (!packet.has_ack) return;
  const std::uint32_t arrived = numbers_->Back(other, packet.ack);
  if (IsBefore(arrived_[other], arrived)) arrived_[other] = arrived;
}

// While the core holds anything, it sees every acknowledgement.
void UserspaceRouter::CheckHolding(const rtspnat_segment& segment) {
  const bool lacks = IsBefore(arrived_[0], sent_end_[0]) || IsBefore(arrived_[1], sent_end_[1]);
  complaints_.Check(!holding_ || lacks || (segment.flags & RTSPNAT_RST) != 0,
                    "L9: all is acknowledged, and still the core holds something");
}

// `packet` has the payload that leaves, and the sequence number that came.
void UserspaceRouter::CheckCustody(const TcpPacket& packet) {
  const bool custody =
      step_.done.prefix_length != 0 && IsBefore(step_.done.seq, acknowledged_[packet.direction]);
  if (!custody || packet.segment_size != 0) return;
  complaints_.Check(packet.payload.size() <= std::max<std::size_t>(came_bytes_, kShortPacket),
                    "L11: a packet with bytes in custody is longer than its sender's");
}

// An empty segment that the embedder need not give.
bool UserspaceRouter::IsUnread(const TcpPacket& packet) {
  if (!packet.payload.empty() || packet.fin || packet.rst || packet.urg || holding_) return false;
  return options_.shows_empty == 0 || ++empty_ % options_.shows_empty != 0;
}

// Reads only the heads of frames, like an embedder with paged buffers.
bool UserspaceRouter::Skip(const rtspnat_segment& segment) {
  rtspnat_segment without = segment;
  without.payload = nullptr;
  std::uint32_t offset = 0;
  rtspnat_frames frames = rtspnat_skip_frames(connection_, &without, nullptr, 0, &offset);
  while (frames == RTSPNAT_FRAMES_HEAD) {
    const std::uint32_t length = std::min(kFrameHead, segment.length - offset);
    frames = rtspnat_skip_frames(connection_, &without, segment.payload + offset, length, &offset);
  }
  if (frames == RTSPNAT_FRAMES_BEGUN) {
    has_frames_[segment.direction] = true;
    ++counts_[RTSPNAT_NOTE_INTERLEAVED];
    notes_ |= 1U << RTSPNAT_NOTE_INTERLEAVED;
  }
  return frames >= RTSPNAT_FRAMES_DONE || rtspnat_skip(connection_, &without);
}

void UserspaceRouter::TakeNotes(const rtspnat_segment& segment) {
  holding_ = step_.done.holding;
  notes_ |= step_.done.notes;
  for (unsigned note = 0; note < RTSPNAT_NOTES; ++note) counts_[note] += step_.done.notes >> note & 1U;
  bool& has_frames = has_frames_[segment.direction];
  has_frames = has_frames || (step_.done.notes >> RTSPNAT_NOTE_INTERLEAVED & 1U) != 0;
  const bool drops = (step_.done.notes >> RTSPNAT_NOTE_OUT_OF_ORDER & 1U) != 0;
  if (drops && has_frames) ++dropped_media_;
  if (drops && !has_frames && !drops_[segment.direction]) ++gaps_in_text_;
  if (drops || segment.length != 0) drops_[segment.direction] = drops;
  CheckHolding(segment);
}

std::optional<TcpPacket> UserspaceRouter::Pass(TcpPacket packet) {
  if (packet.syn) {
    Learn(packet);
    return packet;
  }
  if (connection_ == nullptr) return packet;
  RememberStream(packet);
  NoteArrivals(packet);
  urgent_ = urgent_ || packet.urg;
  came_bytes_ = packet.payload.size();
  // An exact copy on the heap, so that a sanitizer sees every read beyond it.
  const auto* payload = reinterpret_cast<const std::uint8_t*>(packet.payload.data());
  const std::vector<std::uint8_t> copy(payload, payload + packet.payload.size());
  auto segment = Sized<rtspnat_segment>();
  segment.payload = copy.data();
  segment.length = static_cast<std::uint32_t>(copy.size());
  segment.seq = packet.seq;
  segment.ack = packet.ack;
  segment.segment_size = packet.segment_size;
  segment.direction = static_cast<std::uint8_t>(packet.direction);
  segment.flags = FlagsOf(packet);
  if (!IsUnread(packet) && !(options_.use_skip && Skip(segment))) {
    if (!Converse(segment)) return {};
    TakeNotes(segment);
    CheckClosed(segment);
    complaints_.Check(step_.done.verdict == RTSPNAT_ACCEPT || step_.done.edits == 0,
                      "law 3: a drop has edits");
    if (step_.done.verdict == RTSPNAT_DROP) return {};
    ApplyStep(packet);
  }
  const std::uint32_t seq = packet.seq;
  MapNumbers(packet);
  const unsigned other = packet.direction == RTSPNAT_ORIGINAL ? 1 : 0;
  if (packet.has_ack && IsBefore(acknowledged_[other], packet.ack)) acknowledged_[other] = packet.ack;
  if (options_.checks_numbers) CheckNumbers(packet.direction, seq);
  return packet;
}

// Returns false if the core wanted to see the payload.
bool UserspaceRouter::PassBulkSegment(const rtspnat_segment& segment, bool in_frames) {
  std::uint8_t* const bytes = bulk_bytes_.data();
  const std::uint32_t payload = segment.length - kFrameHead;
  if (in_frames) {
    const std::uint8_t head[kFrameHead] = {'$', 0, static_cast<std::uint8_t>(payload >> 8U),
                                           static_cast<std::uint8_t>(payload & 0xffU)};
    std::copy_n(head, kFrameHead, bytes);
  }
  rtspnat_segment with = segment;
  with.payload = bytes;
  if (options_.use_skip && Skip(with)) return true;
  if (!Converse(with)) return false;
  TakeNotes(with);
  const bool as_it_came = step_.done.verdict == RTSPNAT_ACCEPT && step_.done.prefix_length == 0 &&
                          step_.done.keep == segment.length && step_.done.seq == segment.seq &&
                          step_.done.growth == 0;
  complaints_.Check(as_it_came, "L3: media is not passed as it came");
  complaints_.Check(step_.done.edits == 0, "L10: an edit falls on media");
  return !options_.use_skip;
}

void UserspaceRouter::PassBulk(const Bulk& bulk, const TcpPacket& sender, const TcpPacket& receiver) {
  constexpr std::uint64_t kOldestEdit = std::uint64_t{1} << 30U;
  constexpr unsigned kEvery = 16;
  if (connection_ == nullptr) return;
  bulk_bytes_.assign(kBulkSegment, 'm');
  const unsigned direction = bulk.direction;
  const std::uint32_t added = receiver.ack - sender.seq;
  auto segment = Sized<rtspnat_segment>();
  segment.seq = sender.seq;
  segment.ack = sender.ack;
  segment.direction = static_cast<std::uint8_t>(direction);
  segment.flags = FlagsOf(sender);
  segment.segment_size = kShortPacket;
  TcpPacket answer = receiver;
  unsigned segments = 0;
  for (std::uint64_t passed = 0; passed != bulk.bytes;) {
    segment.length = NextBulkSegment(bulk.bytes - passed);
    if (!PassBulkSegment(segment, bulk.in_frames)) {
      slow_bulk_ += segment.length;
      complaints_.Check(passed <= kOldestEdit + kBulkSegment,
                        "L10: 2^30 bytes behind the last edit the core still reads media");
    }
    complaints_.Check(numbers_->Out(direction, segment.seq) == segment.seq + added,
                      "L9: the numbers of media are mapped otherwise than those before");
    passed += segment.length;
    segment.seq += segment.length;
    answer.ack += segment.length;
    sent_end_[direction] += segment.length;
    *first_seq_[direction] += segment.length;
    if (++segments % kEvery != 0 && passed != bulk.bytes) continue;
    const std::optional<TcpPacket> heard = Pass(answer);
    complaints_.Check(heard && heard->ack == segment.seq, "L9: media is acknowledged by other numbers");
  }
}

void UserspaceRouter::Close() {
  auto step = Sized<rtspnat_step>();
  while (connection_ != nullptr && rtspnat_close(connection_, &step)) {
    step.ask = RTSPNAT_RELEASE;
    Answer(step);
  }
  complaints_.Check(ledger_.Held() == 0, "L4: a mapping is left behind the end");
}

}  // namespace rtsp::test
