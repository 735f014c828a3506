// SPDX-License-Identifier: MIT OR GPL-2.0-only
#pragma once
/// @file
/// One end of a TCP connection, on a clock of the tests. It behaves like Linux where a middlebox can notice: Nagle, delayed
/// acknowledgements, SACK, retransmission by timer and by duplicates, probes.
#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>

#include "tests/tcp/clock.h"
#include "tests/tcp/complaints.h"
#include "tests/tcp/dice.h"
#include "tests/tcp/packet.h"
#include "tests/tcp/receiver.h"
#include "tests/tcp/sender.h"

namespace rtsp::test {

struct EndpointOptions {
  SenderOptions sender;
  ReceiverOptions receiver;
  std::uint32_t first_number = 0;  ///< ISN.
  bool delays_acknowledgements = true;
  bool timestamps = false;
  bool keep_alive = false;          ///< Probes an idle connection each second.
  Time reads_every = Time::zero();  ///< A slow application; 0 reads at once.
};

class Endpoint {
 public:
  using Send = std::function<void(TcpPacket)>;

  /// @p direction is that of the packets that this end sends. The end that sends RTSPNAT_ORIGINAL calls Connect().
  Endpoint(Clock& clock, Dice& dice, Complaints& complaints, const EndpointOptions& options,
           rtspnat_direction direction, Send send);

  void Connect();
  void Write(std::string_view bytes);

  /// Writes @p bytes, of which the last is urgent. As with Linux, all segments that begin before it say so, also empty ones.
  void WriteUrgent(std::string_view bytes);
  void Close();

  /// Sends RST and ends.
  void Abort();

  void Receive(const TcpPacket& packet);

  /// Takes an ICMP message (RFC 1191): a packet of this end was too long, and the path takes @p bytes of payload.
  void LearnPathBytes(std::uint32_t bytes);

  /// Returns an empty packet with the numbers of this moment.
  [[nodiscard]] TcpPacket Idle() const;

  /// Counts @p bytes that this end has sent or received in @p direction and that no stream stores; all later numbers move. No packet
  /// may be on its way.
  void PassOver(rtspnat_direction direction, std::uint64_t bytes);

  /// The endpoint calls this when there is more to read, or when the other end has closed.
  std::function<void()> on_read;
  /// The endpoint calls this when more bytes are acknowledged.
  std::function<void()> on_acknowledged;

  [[nodiscard]] bool Open() const { return state_ == State::kOpen; }
  [[nodiscard]] bool Gone() const { return state_ == State::kGone; }
  [[nodiscard]] const Sender& Sending() const { return sender_; }
  [[nodiscard]] const Receiver& Receiving() const { return receiver_; }

  /// Returns the present retransmission timeout, without backoff.
  [[nodiscard]] Time Timeout() const { return timeout_; }

  /// Returns the longest time in which bytes were on their way and none was acknowledged, minus the retransmission timeout at its
  /// beginning; 0 if no time was longer than that timeout.
  [[nodiscard]] Time LongestStall() const { return longest_stall_; }

  /// Returns how often the retransmission timer has rung.
  [[nodiscard]] unsigned Timeouts() const { return timeouts_; }

 private:
  enum class State : std::uint8_t { kIdle, kConnecting, kAccepting, kOpen, kGone };

  [[nodiscard]] TcpPacket Make() const;
  void MarkUrgent(TcpPacket& packet) const;
  void Emit(TcpPacket packet);
  void SendSyn();
  void SendAcknowledgement(std::int64_t back = 0);
  void Transmit();
  void ReceiveSyn(const TcpPacket& packet);
  void ReceiveAcknowledgement(const TcpPacket& packet);
  void ReceiveData(const TcpPacket& packet);
  void ReceiveReset(const TcpPacket& packet);
  void OnRetransmit();
  void OnProbe();
  void OnRead();
  void SetTimers();
  void Measure(Time took);
  void NoteProgress(bool waited);
  [[nodiscard]] std::int64_t TheirOffset(std::uint32_t seq) const;
  [[nodiscard]] std::int64_t OwnOffset(std::uint32_t ack) const;

  Clock& clock_;
  EndpointOptions options_;
  rtspnat_direction direction_;
  Send send_;
  State state_ = State::kIdle;
  Sender sender_;
  Receiver receiver_;
  std::optional<std::uint32_t> their_number_;  // ISN of the other end.
  Timer retransmit_;
  Timer acknowledge_;
  Timer probe_;
  Timer keep_alive_;
  Timer read_;
  Time smoothed_ = Time::zero();
  Time variation_ = Time::zero();
  Time timeout_ = 1s;
  std::uint32_t backoff_ = 0;
  Time syn_sent_ = Time::zero();
  std::uint32_t unacknowledged_segments_ = 0;
  Time probe_answered_ = Time(-1);
  std::uint32_t latest_timestamp_ = 0;
  Time waits_since_ = Time::zero();
  Time patience_ = Time::zero();  // The timeout at that time.
  Time longest_stall_ = Time::zero();
  unsigned timeouts_ = 0;
};

}  // namespace rtsp::test
