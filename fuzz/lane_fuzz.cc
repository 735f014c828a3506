// SPDX-License-Identifier: MIT OR GPL-2.0-only
// Plays a stream::Lane without RTSP: tests/harness/toy_router.h withholds and edits, between a sender, a receiver and a bad path.
//
// Input: options, length of the header, length of the stream (2 bytes, low byte first), the stream; then records of 3 bytes:
//   0  operation (bits 0-3, see Operation) and the fate of its packet (bits 4-7, see Fate)
//   1  a number, 2  another one: see LanePlayer::Play()
// With LANE_TRACE in the environment it prints each packet.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "fuzz/lane_player.h"

namespace rtsp::test {
namespace {

constexpr std::size_t kHead = 4;
constexpr std::size_t kRecord = 3;

bool g_traces = false;

}  // namespace

void LanePlayer::Check(bool holds, const char* law) {
  if (holds) return;
  static_cast<void>(std::fprintf(stderr, "broken: %s (told %u, sent %u of %u, receiver at %d)\n", law, told_,
                                 sent_, Size(), next_));
  std::abort();
}

void LanePlayer::Send(std::uint32_t position, std::uint32_t count, Fate fate, std::uint16_t segment_size) {
  if (position < oldest_ || position > Size()) return;
  count = std::min(count, Size() - position);
  if (waits_ && told_ < sent_) count = position < sent_ ? std::min(count, sent_ - position) : 0;
  const bool fin = finished_ && position + count == Size();
  if (count == 0 && !fin) return;
  sent_ = std::max(sent_, position + count);
  Carry({NumberOf(position), text_.substr(position, count), fin, false, segment_size, header_}, fate);
}

void LanePlayer::Carry(const ToyPacket& packet, Fate fate) {
  constexpr std::size_t kMostLate = 16;
  if (fate.delayed && late_.size() < kMostLate) late_.push_back(packet);
  if (fate.lost_before || fate.delayed) return;
  Pass(packet, fate.lost_behind);
  if (fate.doubled) Pass(packet, false);
}

void LanePlayer::Pass(const ToyPacket& packet, bool lost) {
  const std::uint32_t frontier = router_.Lane().Frontier();
  const bool ahead = stream::Before(frontier, packet.number);
  gaps_ |= ahead && (!packet.bytes.empty() || router_.IsTransparent());
  const std::uint32_t size =
      packet.segment_size != 0 ? packet.segment_size : static_cast<std::uint32_t>(packet.bytes.size());
  longest_ = std::max(longest_, size + packet.header_length);
  const std::optional<ToyPacket> out = router_.Pass(packet);
  if (g_traces) Trace(packet, out, lost);
  gaps_ |= !out || router_.Last().trimmed;
  if (!out) return;
  CheckLeaving(packet, *out, ahead);
  if (!lost) Arrive(*out);
}

void LanePlayer::Trace(const ToyPacket& in, const std::optional<ToyPacket>& out, bool lost) const {
  const stream::Passage& last = router_.Last();
  static_cast<void>(std::fprintf(stderr, "in  %d+%zu%s%s%s%s%s | ", PlaceOf(in.number), in.bytes.size(),
                                 in.fin ? " FIN" : "", last.withholds ? " withholds" : "",
                                 last.takes_custody ? " custody" : "", last.probes ? " probe" : "",
                                 last.trimmed ? " trimmed" : ""));
  if (!out) {
    static_cast<void>(std::fprintf(stderr, "dropped\n"));
    return;
  }
  static_cast<void>(std::fprintf(stderr, "out %d+%zu%s growth %u%s: %s\n", PlaceOf(out->number),
                                 out->bytes.size(), out->fin ? " FIN" : "", last.growth, lost ? " LOST" : "",
                                 out->bytes.substr(0, 60).c_str()));
}

void LanePlayer::CheckLeaving(const ToyPacket& in, const ToyPacket& out, bool ahead) {
  const stream::Passage& last = router_.Last();
  const std::int32_t place = PlaceOf(out.number);
  const auto size = static_cast<std::int32_t>(out.bytes.size());
  if (last.probes) {
    Check(size == 1 && !out.fin, "a probe is one byte");
    return CheckBytes(out);
  }
  // Law 4: bytes that the sender takes for received and the receiver lacks are in custody.
  const bool in_front = PlaceOf(last.leaving.start) < PlaceOf(in.number) && size != 0;
  const bool custody = in_front && PlaceOf(last.leaving.start) < promised_;
  const auto own = static_cast<std::uint32_t>(in.bytes.size()) + in.header_length;
  const auto whole = static_cast<std::uint32_t>(size) + in.header_length;
  if (custody && in.segment_size == 0)
    Check(whole <= std::max(own, limits::kPacketBytes), "law 4: with custody in front a packet is too long");
  if (whole != own && in.segment_size == 0)
    Check(whole <= longest_ || whole <= own, "a packet is longer than any before");
  Check(whole <= 65535 || whole <= own, "an aggregate is longer than an IP packet");
  if (size == 0 && !gaps_ && !out.rst && !ahead)
    Check(place <= newest_, "an empty segment tells of bytes that have not left");
  if (out.rst) return;
  CheckBytes(out);
}

// Laws 1 and 2: a byte leaves as it left before, until the lane has seen its acknowledgement.
void LanePlayer::CheckBytes(const ToyPacket& out) {
  const std::int32_t place = PlaceOf(out.number);
  const auto size = static_cast<std::int32_t>(out.bytes.size());
  Check(place >= oldest_place_ - 1, "a segment leaves before the first byte");
  Check(place < 0x10'0000, "a segment leaves far ahead");
  if (!router_.Last().probes) newest_ = std::max(newest_, place + size);
  for (std::int32_t i = std::max(0, -place); i < size; ++i) {
    const auto at = Index(place + i);
    const char byte = out.bytes[static_cast<std::size_t>(i)];
    if (at >= left_.size()) {
      left_.resize(at + 1);
      has_left_.resize(at + 1);
    }
    if (place + i >= shown_ && has_left_[at])
      Check(left_[at] == byte, "law 2: a byte leaves again and is another one");
    if (place + i < shown_ && has_left_[at]) continue;
    left_[at] = byte;
    has_left_[at] = true;
  }
}

// The receiver keeps the first copy of each byte.
void LanePlayer::Arrive(const ToyPacket& packet) {
  const std::int32_t place = PlaceOf(packet.number);
  const auto size = static_cast<std::int32_t>(packet.bytes.size());
  if (packet.rst) return;
  const std::int32_t before = next_;
  for (std::int32_t i = std::max(0, next_ - place); i < size; ++i) {
    const auto at = Index(place + i);
    if (at >= received_.size()) {
      received_.resize(at + 1);
      has_received_.resize(at + 1);
    }
    if (has_received_[at]) continue;
    received_[at] = packet.bytes[static_cast<std::size_t>(i)];
    has_received_[at] = true;
  }
  if (packet.fin) fin_at_ = place + size;
  while (static_cast<std::size_t>(next_) < has_received_.size() &&
         has_received_[static_cast<std::size_t>(next_)])
    ++next_;
  if (fin_at_ == next_) ++next_;
  // The receiver does not answer an empty segment at the place that it expects.
  const bool asks = size != 0 || packet.fin || place != before;
  if (answers_ && asks) Acknowledge({});
}

void LanePlayer::Acknowledge(Fate fate) {
  constexpr std::size_t kMostLate = 16;
  const std::uint32_t number = first_ + bulk_ + static_cast<std::uint32_t>(next_);
  if (fate.delayed && late_acknowledgements_.size() < kMostLate) late_acknowledgements_.push_back(number);
  if (fate.lost_before || fate.delayed) return;
  Tell(number, fate.lost_behind);
  if (fate.doubled) Tell(number, false);
}

void LanePlayer::Tell(std::uint32_t number, bool lost) {
  const std::uint32_t back = router_.PassAcknowledgement(number);
  shown_ = std::max(shown_, PlaceOf(number));
  const std::int32_t position = PlaceOf(back);
  if (g_traces)
    static_cast<void>(
        std::fprintf(stderr, "ack %d -> %d%s\n", PlaceOf(number), position, lost ? " LOST" : ""));
  const auto end = static_cast<std::int32_t>(sent_ == Size() && finished_ ? sent_ + 1 : sent_);
  Check(position <= end, "law 3: the sender is told of bytes that it has not sent");
  if (position > PlaceOf(router_.Back(number))) promised_ = std::max(promised_, position);
  if (lost || position <= static_cast<std::int32_t>(told_)) return;
  told_ = static_cast<std::uint32_t>(position);
}

// Law 5: a body that is longer than a window.
void LanePlayer::Bulk() {
  constexpr std::uint32_t kBytes = limits::kMostWindow + 0x100;
  const std::uint32_t most =
      changes_ == LengthChanges::kOne ? 1 : 8;  // The kernel's one correction lasts for 2^31 bytes.
  const bool calm = told_ == sent_ && !finished_ && next_ == PlaceOf(router_.Out(NumberOf(sent_)));
  if (!calm || !router_.IsBetween() || router_.IsTransparent() || bulks_ == most ||
      router_.Lane().Frontier() != NumberOf(sent_))
    return;
  ++bulks_;
  router_.PassBulk(kBytes);
  bulk_ += kBytes;
  oldest_ = sent_;
  oldest_place_ = next_;
  shown_ = next_;
  late_.clear();
  late_acknowledgements_.clear();
  Check(router_.Lane().HasNoEdits(), "law 5: an edit outlives a window");
}

// Plays turns on a path that loses nothing. The sender sends again from the first unacknowledged byte.
void LanePlayer::Calm(std::uint32_t turns) {
  constexpr std::uint32_t kSizes[] = {1400, 7, 100, 536, 1, 1400, 60};
  constexpr std::uint32_t kPatience = 4;
  std::uint32_t idle = 0;
  const bool answers = answers_;
  answers_ = true;
  for (std::uint32_t turn = 0; turn < turns && told_ < End(); ++turn) {
    const std::uint32_t before = told_;
    const bool waits = waits_;
    waits_ = false;
    const std::uint32_t size = kSizes[turn % std::size(kSizes)];
    const std::uint32_t most = waits && told_ < sent_ ? sent_ - told_ : Size();
    if (told_ < oldest_) told_ = oldest_;
    Send(told_, std::min(size, most), {});
    waits_ = waits;
    idle = told_ == before ? idle + 1 : 0;
    Check(idle <= kPatience, "a sender is stalled");
  }
  answers_ = answers;
}

bool LanePlayer::Play(Operation operation, Fate fate, std::uint8_t a, std::uint8_t b) {
  const std::uint32_t flight = sent_ - std::min(told_, sent_);
  switch (operation) {
    case Operation::kNext: Send(sent_, a + 256U * (b & 7U), fate); break;
    case Operation::kPartAgain:
      Send(std::min(told_, sent_) + (flight != 0 ? a % flight : 0), b + 1U, fate);
      break;
    case Operation::kAgain: Send(std::min(told_, sent_), a * 4U + 1, fate); break;
    case Operation::kOld: {
      const std::uint32_t position = sent_ - std::min(sent_, a * 4U);
      Send(position, std::min(b + 1U, sent_ - position), fate);
      break;
    }
    case Operation::kAcknowledge: Acknowledge(fate); break;
    case Operation::kLatePacket: {
      if (late_.empty()) break;
      const auto which = late_.begin() + static_cast<std::ptrdiff_t>(a % late_.size());
      const ToyPacket packet = std::move(*which);
      late_.erase(which);
      Pass(packet, fate.lost_behind);
      break;
    }
    case Operation::kLateAcknowledgement: {
      if (late_acknowledgements_.empty()) break;
      const auto which =
          late_acknowledgements_.begin() + static_cast<std::ptrdiff_t>(a % late_acknowledgements_.size());
      const std::uint32_t number = *which;
      late_acknowledgements_.erase(which);
      Tell(number, fate.lost_behind);
      break;
    }
    case Operation::kFinish:
      if (finished_ || (waits_ && flight != 0)) break;
      text_.resize(std::min(Size(), sent_ + a));
      finished_ = true;
      Send(sent_, a, fate);
      break;
    case Operation::kEmpty:
      if (sent_ <= oldest_) break;
      // A keep-alive stands one number back.
      Carry({NumberOf((a & 1) != 0 ? std::max(std::min(told_, sent_), oldest_ + 1) - 1 : sent_),
             {},
             false,
             false,
             0,
             header_},
            fate);
      break;
    case Operation::kAggregate: Send(sent_, a * 16U, fate, static_cast<std::uint16_t>(16 + b * 4)); break;
    case Operation::kOtherSideCloses:
      router_.StopReading();
      gaps_ = true;  // The sender has to send the withheld bytes again.
      break;
    case Operation::kReset: {
      ToyPacket reset = {NumberOf(sent_), {}, false, true, 0, header_};
      if ((a & 1) != 0) reset.bytes = text_.substr(std::min(sent_, Size()), b);
      Pass(reset, false);
      return false;
    }
    case Operation::kBulk: Bulk(); break;
    case Operation::kCalm: Calm(a & 7U); break;
    case Operation::kBytes:
      for (std::uint32_t i = 0; i < a; ++i) Send(sent_, 1, fate);
      break;
  }
  return true;
}

void LanePlayer::Finish() {
  waits_ = false;
  const std::uint32_t turns = 64 + 8 * Size();
  Calm(turns);
  Check(told_ >= End(), "not all is acknowledged");
  finished_ = true;
  answers_ = true;
  for (std::uint32_t turn = 0; turn < turns && told_ < End(); ++turn) Send(Size(), 0, {});
  Check(told_ >= End(), "the end is not acknowledged");
  std::string complaint;
  const std::string expected = RewriteInOnePiece(text_, router_.Items(), false, complaint);
  Check(complaint.empty(), complaint.c_str());
  received_.resize(static_cast<std::size_t>(next_ - 1));
  if (received_ != expected) {
    const auto same = std::ranges::mismatch(received_, expected).in1;
    static_cast<void>(std::fprintf(stderr, "received %zu bytes, expected %zu, the first %td are the same\n",
                                   received_.size(), expected.size(), same - received_.begin()));
    Check(false, "laws 1 and 2: what arrives is not the rewriting of what was sent");
  }
  Acknowledge({});
  Check(!router_.Lane().Holds(), "law 5: all is acknowledged, and the lane still holds bytes");
  if (changes_ != LengthChanges::kOne)
    Check(router_.Lane().HasNoEdits(), "law 5: all is acknowledged, and an edit is left");
  for (const ToyRouter::Item& item : router_.Items())
    Check(item.decision != ToyRouter::Decision::kFrontSent,
          "an item could not be edited, for its front had left");
}

}  // namespace rtsp::test

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < rtsp::test::kHead) return 0;
  rtsp::test::g_traces = std::getenv("LANE_TRACE") != nullptr;
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  const std::size_t length = data[2] | static_cast<std::size_t>(data[3] << 8);
  const std::string_view text = rest.substr(rtsp::test::kHead, length);
  rest.remove_prefix(rtsp::test::kHead + text.size());
  rtsp::test::LanePlayer player(data[0], data[1], text);
  for (; rest.size() >= rtsp::test::kRecord; rest.remove_prefix(rtsp::test::kRecord)) {
    const auto byte = [&rest](std::size_t i) { return static_cast<std::uint8_t>(rest[i]); };
    const rtsp::test::Fate fate = {(byte(0) & 16) != 0, (byte(0) & 32) != 0, (byte(0) & 64) != 0,
                                   (byte(0) & 128) != 0};
    if ((byte(0) & 15) > static_cast<unsigned>(rtsp::test::Operation::kBytes)) continue;
    if (!player.Play(static_cast<rtsp::test::Operation>(byte(0) & 15), fate, byte(1), byte(2))) return 0;
  }
  player.Finish();
  return 0;
}
