// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "tests/tcp/endpoint.h"

#include <algorithm>
#include <utility>

namespace rtsp::test {
namespace {

constexpr Time kDelayedAcknowledgement = 40ms;
constexpr Time kLeastTimeout = 200ms;
constexpr Time kMostTimeout = 120s;
constexpr Time kKeepAlive = 1s;
constexpr Time kProbeAnswers = 500ms;  // At most one in this time, as Linux does.

}  // namespace

Endpoint::Endpoint(Clock& clock, Dice& dice, Complaints& complaints, const EndpointOptions& options,
                   rtspnat_direction direction, Send send)
    : clock_(clock),
      options_(options),
      direction_(direction),
      send_(std::move(send)),
      sender_(options.sender, dice, complaints),
      receiver_(options.receiver, complaints),
      retransmit_(clock, [this] { OnRetransmit(); }),
      acknowledge_(clock, [this] { SendAcknowledgement(); }),
      probe_(clock, [this] { OnProbe(); }),
      keep_alive_(clock, [this] { OnProbe(); }),
      read_(clock, [this] { OnRead(); }) {}

std::int64_t Endpoint::TheirOffset(std::uint32_t seq) const {
  const auto from_next =
      static_cast<std::int32_t>(seq - (*their_number_ + 1 + static_cast<std::uint32_t>(receiver_.Next())));
  return receiver_.Next() + from_next;
}

std::int64_t Endpoint::OwnOffset(std::uint32_t ack) const {
  const auto from_sent = static_cast<std::int32_t>(
      ack - (options_.first_number + 1 + static_cast<std::uint32_t>(sender_.Sent())));
  return sender_.Sent() + from_sent;
}

TcpPacket Endpoint::Make() const {
  TcpPacket packet;
  packet.direction = direction_;
  packet.seq = options_.first_number + 1 + static_cast<std::uint32_t>(sender_.Sent());
  return packet;
}

TcpPacket Endpoint::Idle() const {
  TcpPacket packet = Make();
  packet.has_ack = true;
  packet.ack = *their_number_ + 1 + static_cast<std::uint32_t>(receiver_.Next());
  packet.window = receiver_.Window();
  return packet;
}

void Endpoint::PassOver(rtspnat_direction direction, std::uint64_t bytes) {
  std::uint32_t& number = direction == direction_ ? options_.first_number : *their_number_;
  number += static_cast<std::uint32_t>(bytes);
}

void Endpoint::MarkUrgent(TcpPacket& packet) const {
  constexpr std::int64_t kMost = 0xffff;
  const std::int64_t ahead = sender_.Urgent() - OwnOffset(packet.seq);
  if (packet.syn || packet.rst || sender_.Urgent() == 0 || ahead <= 0) return;
  packet.urg = true;
  packet.urgent = static_cast<std::uint16_t>(std::min(ahead, kMost));
}

// Everything but the first SYN acknowledges.
void Endpoint::Emit(TcpPacket packet) {
  MarkUrgent(packet);
  if (their_number_ && !packet.rst) {
    constexpr std::size_t kBlocks = 4;
    packet.has_ack = true;
    packet.ack = *their_number_ + 1 + static_cast<std::uint32_t>(receiver_.Next());
    packet.window = receiver_.Window();
    for (const Range& range : receiver_.TakeSack(options_.timestamps ? kBlocks - 1 : kBlocks)) {
      const std::uint32_t zero = *their_number_ + 1;
      packet.sack.emplace_back(zero + static_cast<std::uint32_t>(range.first),
                               zero + static_cast<std::uint32_t>(range.second));
    }
    receiver_.NoteAcknowledged();
    unacknowledged_segments_ = 0;
    acknowledge_.Stop();
  }
  if (options_.timestamps) {
    packet.has_timestamp = true;
    packet.timestamp = static_cast<std::uint32_t>(clock_.Now() / 1ms);
    packet.timestamp_echo = latest_timestamp_;
  }
  send_(std::move(packet));
}

void Endpoint::SendSyn() {
  TcpPacket packet = Make();
  --packet.seq;
  packet.syn = true;
  packet.window = receiver_.Window();
  syn_sent_ = clock_.Now();
  retransmit_.Set(std::min(timeout_ * (1 << std::min(backoff_, 6U)), kMostTimeout));
  Emit(std::move(packet));
}

void Endpoint::Connect() {
  state_ = State::kConnecting;
  SendSyn();
}

void Endpoint::Write(std::string_view bytes) {
  sender_.Write(bytes);
  Transmit();
}

void Endpoint::WriteUrgent(std::string_view bytes) {
  sender_.Write(bytes);
  sender_.MarkUrgent();
  Transmit();
}

void Endpoint::LearnPathBytes(std::uint32_t bytes) {
  options_.sender.segment_bytes = std::min(options_.sender.segment_bytes, bytes);
  sender_.Shrink(bytes);
  Transmit();
}

void Endpoint::Close() {
  sender_.Close();
  Transmit();
}

void Endpoint::Abort() {
  TcpPacket packet = Make();
  packet.rst = true;
  Emit(std::move(packet));
  state_ = State::kGone;
  for (Timer* timer : {&retransmit_, &acknowledge_, &probe_, &keep_alive_, &read_}) timer->Stop();
}

void Endpoint::SendAcknowledgement(std::int64_t back) {
  TcpPacket packet = Make();
  packet.seq -= static_cast<std::uint32_t>(back);
  Emit(std::move(packet));
}

void Endpoint::Transmit() {
  if (state_ != State::kOpen) return;
  const bool waited = sender_.Waits();
  for (;;) {
    const std::int64_t sent = sender_.Sent();
    const std::optional<Range> range = sender_.Next(clock_.Now());
    if (!range) break;
    TcpPacket packet = Make();
    if (range->first >= sent) packet.first_sent_at = range->first;
    packet.seq = options_.first_number + 1 + static_cast<std::uint32_t>(range->first);
    packet.payload = sender_.Bytes(*range);
    packet.fin = sender_.Includes(range->second);
    packet.psh = range->second >= static_cast<std::int64_t>(sender_.Stream().size());
    Emit(std::move(packet));
  }
  if (!waited && sender_.Waits()) NoteProgress(false);
  SetTimers();
}

void Endpoint::NoteProgress(bool waited) {
  if (waited) longest_stall_ = std::max(longest_stall_, clock_.Now() - waits_since_ - patience_);
  waits_since_ = clock_.Now();
  patience_ = timeout_;
}

void Endpoint::SetTimers() {
  if (sender_.Waits()) {
    if (!retransmit_.Running())
      retransmit_.Set(std::min(timeout_ * (1 << std::min(backoff_, 6U)), kMostTimeout));
  } else {
    retransmit_.Stop();
  }
  const bool shut = !sender_.Waits() && !sender_.Done() && sender_.WindowIsShut();
  if (!shut) {
    probe_.Stop();
  } else if (!probe_.Running()) {
    probe_.Set(std::min(timeout_ * (1 << std::min(backoff_, 6U)), kMostTimeout));
  }
  if (options_.keep_alive && sender_.Done() && !sender_.Includes(sender_.End())) keep_alive_.Set(kKeepAlive);
}

void Endpoint::OnRetransmit() {
  if (state_ == State::kGone) return;
  ++backoff_;
  if (state_ != State::kOpen) return SendSyn();
  ++timeouts_;
  sender_.TimeOut(clock_.Now());
  Transmit();
}

// The probe of Linux is empty and one number back, and the other end must answer it.
void Endpoint::OnProbe() {
  if (state_ != State::kOpen) return;
  if (!sender_.Done()) ++backoff_;
  SendAcknowledgement(1);
  SetTimers();
}

void Endpoint::OnRead() {
  const std::uint32_t before = receiver_.Window();
  receiver_.Drain();
  // The sender waits for this acknowledgement.
  if (state_ == State::kOpen && before < options_.sender.segment_bytes && receiver_.Window() > before)
    SendAcknowledgement();
}

void Endpoint::Measure(Time took) {
  if (smoothed_ == Time::zero()) {
    smoothed_ = took;
    variation_ = took / 2;
  } else {
    variation_ = (3 * variation_ + std::chrono::abs(smoothed_ - took)) / 4;
    smoothed_ = (7 * smoothed_ + took) / 8;
  }
  timeout_ = std::min(smoothed_ + std::max(4 * variation_, kLeastTimeout), kMostTimeout);
}

void Endpoint::Receive(const TcpPacket& packet) {
  if (state_ == State::kGone) return;
  if (packet.rst) return ReceiveReset(packet);
  if (packet.syn) return ReceiveSyn(packet);
  if (!their_number_) return;
  if (state_ == State::kAccepting && packet.has_ack) {
    state_ = State::kOpen;
    retransmit_.Stop();
    if (backoff_ == 0) Measure(clock_.Now() - syn_sent_);
    backoff_ = 0;
  }
  if (state_ != State::kOpen) return;
  latest_timestamp_ = packet.timestamp;
  if (packet.has_ack) ReceiveAcknowledgement(packet);
  ReceiveData(packet);
  Transmit();
}

void Endpoint::ReceiveSyn(const TcpPacket& packet) {
  if (their_number_) {  // The SYN comes again, because its answer was lost.
    if (state_ == State::kAccepting) return SendSyn();
    return SendAcknowledgement();
  }
  their_number_ = packet.seq;
  latest_timestamp_ = packet.timestamp;
  if (state_ == State::kIdle) {
    state_ = State::kAccepting;
    sender_.Take({0, packet.window, false, {}}, clock_.Now());
    return SendSyn();
  }
  state_ = State::kOpen;
  retransmit_.Stop();
  if (backoff_ == 0) Measure(clock_.Now() - syn_sent_);
  backoff_ = 0;
  sender_.Take({0, packet.window, false, {}}, clock_.Now());
  SendAcknowledgement();
  Transmit();
}

void Endpoint::ReceiveReset(const TcpPacket& packet) {
  if (!their_number_) return;
  const std::int64_t offset = TheirOffset(packet.seq);
  if (offset < receiver_.Next() || offset > receiver_.Next() + receiver_.Window()) return;
  state_ = State::kGone;
  for (Timer* timer : {&retransmit_, &acknowledge_, &probe_, &keep_alive_, &read_}) timer->Stop();
  if (on_read) on_read();
}

void Endpoint::ReceiveAcknowledgement(const TcpPacket& packet) {
  Acknowledgement acknowledgement;
  acknowledgement.upto = OwnOffset(packet.ack);
  acknowledgement.window = packet.window;
  acknowledgement.carries_data = !packet.payload.empty() || packet.fin;
  for (const auto& [first, last] : packet.sack)
    acknowledgement.sack.emplace_back(OwnOffset(first), OwnOffset(last));
  const std::int64_t before = sender_.Acknowledged();
  const std::optional<Time> took = sender_.Take(acknowledgement, clock_.Now());
  if (took) Measure(*took);
  if (sender_.Acknowledged() == before) return;
  NoteProgress(true);
  backoff_ = 0;
  retransmit_.Stop();
  SetTimers();
  if (on_acknowledged) on_acknowledged();
}

void Endpoint::ReceiveData(const TcpPacket& packet) {
  const std::int64_t begin = TheirOffset(packet.seq);
  if (packet.payload.empty() && !packet.fin) {
    if (begin != receiver_.Next() - 1) return;
    if (probe_answered_ >= Time::zero() && clock_.Now() - probe_answered_ < kProbeAnswers) return;
    probe_answered_ = clock_.Now();
    return SendAcknowledgement();
  }
  if (packet.urg) receiver_.NoteUrgent(begin + packet.urgent - 1);
  const bool at_once = receiver_.Take(begin, packet.payload, packet.fin);
  constexpr std::uint32_t kEverySecond = 2;
  unacknowledged_segments_ += packet.payload.size() >= options_.sender.segment_bytes ? 1U : 0U;
  if (options_.reads_every == Time::zero()) {
    receiver_.Drain();
  } else if (!read_.Running()) {
    read_.Set(options_.reads_every);
  }
  if (at_once || !options_.delays_acknowledgements || unacknowledged_segments_ >= kEverySecond) {
    SendAcknowledgement();
  } else if (!acknowledge_.Running()) {
    acknowledge_.Set(kDelayedAcknowledgement);
  }
  if (on_read) on_read();
}

}  // namespace rtsp::test
