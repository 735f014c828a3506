// SPDX-License-Identifier: MIT OR GPL-2.0-only
// Plays the kernel modules on the model of the kernel (tests/model/), with packets of any shape and in any order, lost memory, modules that come and
// go, and time that passes.
//
// Input: one byte of options (see Player), then records of a 4-byte head and bytes:
//   0  operation: bits 0-3 (see Operation); bit 4 direction; bits 5-6 connection
//   1  an argument; for packets their shape (see ShapeOf)
//   2  length of the bytes that follow, low byte first
#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "fuzz/check.h"
#include "tests/model/router.h"

namespace {

using rtsp::model::Endpoint;
using rtsp::model::Host;
using rtsp::model::Kernel;
using rtsp::model::Network;
using rtsp::model::PassUdp;
using rtsp::model::Router;
using rtsp::test::TcpPacket;

constexpr std::size_t kHead = 4;
constexpr std::size_t kConnections = 4;

enum class Operation : std::uint8_t {
  kNext = 0,   // The next bytes of the stream, in one packet.
  kCut = 1,    // The next bytes, in packets of 1 + argument % 16 bytes.
  kAgain = 2,  // Bytes that were sent before; the first byte says from where.
  kAny = 3,    // Any flags and numbers, from the first 8 bytes.
  kFin = 4,
  kRst = 5,
  kOpen = 6,  // Another connection from the same port, after the last has ended.
  kUdp = 7,   // A datagram, with its sender and ports.
  kFault = 8,
  kModule = 9,
  kTime = 10,
  kFlush = 11,
  kRaw = 12,       // The bytes are the IP packet.
  kOther = 13,     // The next packet meets these bytes of the other direction on another CPU.
  kTakeOver = 14,  // Another router takes over.
  kKernel = 15,    // Sizes of tables, other namespaces, and when grace periods end: see PlayKernel().
};

model_shape ShapeOf(std::uint8_t bits) {
  model_shape shape = {};
  shape.layout = static_cast<model_layout>((bits & 3U) % 3);
  shape.checksum = static_cast<model_checksum>(bits >> 2U & 3U);
  shape.cloned = (bits & 16U) != 0;
  shape.own_headers = (bits & 32U) != 0;
  shape.tailroom = (bits & 64U) != 0 ? 16 : 0;
  shape.piece = (bits & 128U) != 0 ? 61 : 1000;
  shape.headroom = 64;
  return shape;
}

// One connection, and the bytes that went in and out of each direction.
class Connection {
 public:
  Connection(const Network& network, std::uint8_t number, bool routed)
      : router_(network, {Host{false, static_cast<std::uint8_t>(2 + number / 2)},
                          static_cast<std::uint16_t>(40000 + number)}),
        routed_(routed) {}

  void Open() {
    opened_ = true;
    for (Side& side : sides_) side = {.first = side.first + 0x10000};
    Send(RTSPNAT_ORIGINAL, -1, {}, [](TcpPacket& packet) { packet.syn = true, packet.has_ack = false; });
    Send(RTSPNAT_REPLY, -1, {}, [](TcpPacket& packet) { packet.syn = true; });
    Send(RTSPNAT_ORIGINAL, 0, {}, [](TcpPacket&) {});
  }

  void Next(rtspnat_direction direction, std::string_view bytes, std::uint8_t shape, std::size_t piece) {
    router_.shape = ShapeOf(shape);
    disturbed_ = disturbed_ || sides_[direction].closed;
    while (!bytes.empty()) {
      const std::string_view part = bytes.substr(0, piece);
      const std::size_t offset = sides_[direction].stream.size();
      sides_[direction].stream += part;
      Send(direction, static_cast<std::int64_t>(offset), part, [](TcpPacket& packet) { packet.psh = true; });
      bytes.remove_prefix(part.size());
    }
  }

  void Again(rtspnat_direction direction, std::string_view where, std::uint8_t shape) {
    router_.shape = ShapeOf(shape);
    const std::string& stream = sides_[direction].stream;
    const std::size_t from = where.empty() ? 0 : static_cast<std::uint8_t>(where[0]) * std::size_t{4};
    const std::size_t size = where.size() < 2 ? stream.size() : static_cast<std::uint8_t>(where[1]);
    if (from >= stream.size()) return;
    Send(direction, static_cast<std::int64_t>(from), std::string_view(stream).substr(from, size),
         [](TcpPacket&) {});
  }

  void Close(rtspnat_direction direction, bool fin) {
    sides_[direction].closed = true;
    Send(direction, static_cast<std::int64_t>(sides_[direction].stream.size()), {},
         [fin](TcpPacket& packet) { (fin ? packet.fin : packet.rst) = true; });
  }

  // From then on the player knows nothing about the streams.
  void Any(rtspnat_direction direction, std::string_view bytes, std::uint8_t shape) {
    router_.shape = ShapeOf(shape);
    const auto byte = [bytes](std::size_t i) {
      return i < bytes.size() ? static_cast<std::uint8_t>(bytes[i]) : 0U;
    };
    Disturb();
    const std::int64_t offset = static_cast<std::int16_t>(byte(1) << 8U | byte(2));
    Send(direction, offset, bytes.substr(std::min<std::size_t>(8, bytes.size())), [&byte](TcpPacket& packet) {
      packet.fin = (byte(0) & 1U) != 0;
      packet.syn = (byte(0) & 2U) != 0;
      packet.rst = (byte(0) & 4U) != 0;
      packet.has_ack = (byte(0) & 8U) == 0;
      packet.urg = (byte(0) & 16U) != 0;
      packet.has_timestamp = (byte(0) & 32U) != 0;
      packet.ack += static_cast<std::uint32_t>(static_cast<std::int8_t>(byte(3)));
      packet.urgent = static_cast<std::uint16_t>(byte(4));
      packet.window = byte(5) << 8U;
      packet.segment_size = static_cast<std::uint16_t>(byte(6) < packet.payload.size() ? byte(6) : 0);
      if ((byte(0) & 64U) != 0) packet.sack = {{packet.ack + 10, packet.ack + 10 + byte(7)}};
    });
  }

  void OpenOnce() {
    if (!opened_) Open();
  }

  void Disturb() { disturbed_ = true; }

 private:
  struct Side {
    std::uint32_t first = 0xfffef000;
    std::string stream = {};
    std::vector<int> left = {};  // The byte that was sent on with each number; -1 for none.
    std::uint32_t whole = 0;     // Bytes before the first -1.
    std::uint32_t acknowledged = 0;
    bool closed = false;
  };

  template <typename Adapt>
  void Send(rtspnat_direction direction, std::int64_t offset, std::string_view bytes, const Adapt& adapt) {
    const rtspnat_direction other = direction == RTSPNAT_ORIGINAL ? RTSPNAT_REPLY : RTSPNAT_ORIGINAL;
    TcpPacket packet;
    packet.direction = direction;
    packet.seq = sides_[direction].first + static_cast<std::uint32_t>(offset);
    packet.ack = sides_[other].first + sides_[other].whole;
    packet.has_ack = true;
    packet.window = 60000;
    packet.payload = bytes;
    adapt(packet);
    const auto out = router_.Pass(packet);
    if (!out) return;
    if (packet.has_ack) sides_[other].acknowledged = sides_[other].whole;
    if (routed_)
      Check(out->payload == packet.payload && out->seq == packet.seq && out->ack == packet.ack,
            "L3: a packet changes");
    if (!disturbed_) Remember(sides_[direction], *out);
  }

  // Law 5 of rtspnat.h: the byte of a number is the same each time.
  static void Remember(Side& side, const TcpPacket& out) {
    const std::uint32_t offset = out.seq - side.first;
    if (out.payload.empty() || offset > 1U << 20) return;
    if (side.left.size() < offset + out.payload.size()) side.left.resize(offset + out.payload.size(), -1);
    for (std::size_t i = 0; i < out.payload.size(); ++i) {
      // The module may forget acknowledged bytes.
      if (offset + i < side.acknowledged) continue;
      int& left = side.left[offset + i];
      const int now = static_cast<std::uint8_t>(out.payload[i]);
      Check(left == -1 || left == now, "L2: another byte leaves with the same number");
      left = now;
    }
    while (side.whole < side.left.size() && side.left[side.whole] != -1) ++side.whole;
  }

  Router router_;
  bool routed_;
  Side sides_[2];
  bool opened_ = false;
  bool disturbed_ = false;
};

class Player {
 public:
  explicit Player(std::uint8_t options)
      : network_{.ipv6 = (options & 2U) != 0, .options = (options & 64U) != 0 ? 1U : 0U},
        kernel_(OptionsOf(options)) {
    if ((options & 4U) != 0) model_bind_udp(5000);
    for (std::uint8_t i = 0; i < kConnections; ++i)
      connections_.push_back(std::make_unique<Connection>(network_, i, (options & 1U) != 0));
  }

  void Play(std::uint8_t operation, std::uint8_t argument, std::string_view bytes);

  void Finish() {
    model_on_preempt(nullptr, nullptr);
    for (unsigned fault = 0; fault < MODEL_FAULTS; ++fault) model_fail(static_cast<model_fault>(fault), 0, 0);
    model_flush_conntracks();
    Check(Kernel::Openings().empty(), "L4: an expectation outlives its connection");
    model_pass_time(3000);
    Check(Kernel::Counter("connections_open") <= 0, "L4: state outlives its connection");
    // Reports abort.
    static_cast<void>(kernel_.Stop());
  }

 private:
  static Kernel::Options OptionsOf(std::uint8_t options) {
    model_make_reports_fatal();
    Kernel::Options kernel;
    kernel.nat = (options & 1U) == 0;
    kernel.load_nat_rtsp = (options & 8U) == 0;
    kernel.rules.seqadj_sampled_early = (options & 16U) != 0;
    kernel.rules.helper_before_nat = (options & 32U) != 0;
    kernel.rules.keep_checksum = (options & 128U) != 0;
    return kernel;
  }

  void PlayDatagram(std::uint8_t argument, std::string_view bytes) const;
  void PlayModule(std::uint8_t argument);
  void PlayKernel(std::uint8_t argument);
  void PlayRaw(std::uint8_t argument, std::string_view bytes) const;
  void Meet(Connection& connection, rtspnat_direction direction, std::string_view bytes);

  // After a failure text may pass unedited that was edited before.
  void DisturbAll() {
    for (const auto& connection : connections_) connection->Disturb();
  }

  Network network_;
  Kernel kernel_;
  std::vector<std::unique_ptr<Connection>> connections_;
  struct {
    Connection* connection;
    rtspnat_direction direction;
    std::string bytes;
  } meeting_ = {};
  bool meet_anywhere_ = false;  // Packets also meet code that handles no packet.
};

void Player::PlayDatagram(std::uint8_t argument, std::string_view bytes) const {
  const auto port = [bytes](std::size_t i) {
    return static_cast<std::uint16_t>(4990 + (i < bytes.size() ? static_cast<std::uint8_t>(bytes[i]) : 0));
  };
  const Host client{false, static_cast<std::uint8_t>(2 + (argument >> 2U & 1U))};
  switch (argument & 3U) {
    case 0: {
      const auto out =
          PassUdp({rtsp::model::kServer, port(0)}, {rtsp::model::kRouterOutside, port(1)}, "media", network_);
      Check(!out || !out->to.host.outside, "media of the server go somewhere else");
      return;
    }
    case 1: PassUdp({client, port(0)}, {rtsp::model::kServer, port(1)}, "report", network_); return;
    case 2: PassUdp({rtsp::model::kServer, port(0)}, {client, port(1)}, "media", network_); return;
    default:
      for (const Host& to : {rtsp::model::kRouterOutside, client})
        Check(!PassUdp({rtsp::model::kStranger, port(0)}, {to, port(1)}, "attack", network_),
              "a stranger is let in");
  }
}

void Player::PlayModule(std::uint8_t argument) {
  DisturbAll();
  switch (argument % 6) {
    case 0: model_unload("nf_nat_rtsp"); return;
    case 1: model_load("nf_nat_rtsp"); return;
    case 2:
      model_unload("nf_nat_rtsp");
      model_unload("nf_conntrack_rtsp");
      return;
    case 3: model_load("nf_conntrack_rtsp"); return;
    case 4: model_modprobe("nf_conntrack_rtsp"); return;
    default:
      if (model_is_loaded("nf_conntrack_rtsp")) model_set_max_connections(argument & 64U ? 4096 : 2);
  }
}

void Player::PlayKernel(std::uint8_t argument) {
  const unsigned value = argument >> 3U;
  const unsigned number = 1 + value % (MODEL_NAMESPACES - 1);
  DisturbAll();
  switch (argument & 7U) {
    case 0: return model_end_grace_periods_early((value & 1U) != 0);
    case 1: meet_anywhere_ = (value & 1U) != 0; return;
    case 2: return model_set_expect_max(value);
    case 3: return model_set_conntrack_max(value);
    // A session in another namespace, of the same host and ports each time.
    case 4:
    case 5: {
      const int err = model_open_namespace(number);
      if (err != 0 && err != -EBUSY) return;
      if (err == 0 || (argument & 1U) != 0) model_flush_conntracks_of(number);
      Connection other({.namespace_number = number}, 0, false);
      other.Disturb();
      other.Open();
      other.Next(RTSPNAT_ORIGINAL,
                 "SETUP rtsp://192.0.2.5/ RTSP/1.0\r\nCSeq: 1\r\n"
                 "Transport: RTP/AVP;unicast;client_port=5000-5001\r\n\r\n",
                 0, 4096);
      return other.Next(RTSPNAT_REPLY,
                        "RTSP/1.0 200 OK\r\nCSeq: 1\r\nSession: 1\r\n"
                        "Transport: RTP/AVP;unicast;client_port=5000-5001;server_port=6000-6001\r\n\r\n",
                        0, 4096);
    }
    case 6: model_close_namespace(number); return;
    default: model_flush_conntracks_of(value % MODEL_NAMESPACES); return;
  }
}

void Player::PlayRaw(std::uint8_t argument, std::string_view bytes) const {
  const auto packet = std::make_unique<model_packet>();
  packet->shape = ShapeOf(argument);
  packet->from_outside = !bytes.empty() && (bytes[0] & 1) != 0;
  // The kernel has looked at the IP header before.
  packet->ipv6 = bytes.size() >= 40 && (static_cast<unsigned char>(bytes[0]) >> 4U) == 6;
  if (bytes.size() < 40) return;
  std::copy(bytes.begin(), bytes.end(), packet->bytes);
  packet->length = bytes.size();
  rtsp::model::MendIpHeader(*packet);
  model_pass(packet.get());
}

void Player::Meet(Connection& connection, rtspnat_direction direction, std::string_view bytes) {
  meeting_ = {&connection, direction, std::string(bytes)};
  connection.Disturb();
  const auto on_preempt = meet_anywhere_ ? model_on_preempt_anywhere : model_on_preempt;
  on_preempt(
      [](void* data) {
        auto& player = *static_cast<Player*>(data);
        if (player.meeting_.connection == nullptr) return;
        Connection& other = *player.meeting_.connection;
        player.meeting_.connection = nullptr;
        model_set_cpu(1);
        other.OpenOnce();
        other.Next(player.meeting_.direction, player.meeting_.bytes, 0, 4096);
        model_set_cpu(0);
      },
      this);
}

void Player::Play(std::uint8_t operation, std::uint8_t argument, std::string_view bytes) {
  const auto direction = static_cast<rtspnat_direction>(operation >> 4U & 1U);
  Connection& connection = *connections_[operation >> 5U & 3U];
  if ((operation & 15U) <= static_cast<std::uint8_t>(Operation::kOpen)) connection.OpenOnce();
  switch (static_cast<Operation>(operation & 15U)) {
    case Operation::kNext: return connection.Next(direction, bytes, argument, 4096);
    case Operation::kCut: return connection.Next(direction, bytes, argument, 1 + argument % 16);
    case Operation::kAgain: return connection.Again(direction, bytes, argument);
    case Operation::kAny: return connection.Any(direction, bytes, argument);
    case Operation::kFin: return connection.Close(direction, true);
    case Operation::kRst: return connection.Close(direction, false);
    case Operation::kOpen: connection.Disturb(); return connection.Open();
    case Operation::kUdp: return PlayDatagram(argument, bytes);
    case Operation::kFault:
      DisturbAll();
      return model_fail(static_cast<model_fault>(argument % MODEL_FAULTS),
                        bytes.empty() ? 0 : static_cast<std::uint8_t>(bytes[0]) % 16U, argument >> 4U);
    case Operation::kModule: return PlayModule(argument);
    case Operation::kTime: return model_pass_time(argument * 100U);
    case Operation::kFlush: DisturbAll(); return model_flush_conntracks();
    case Operation::kRaw: DisturbAll(); return PlayRaw(argument, bytes);
    case Operation::kOther: return Meet(connection, direction, bytes);
    case Operation::kTakeOver: DisturbAll(); return model_take_over();
    case Operation::kKernel: return PlayKernel(argument);
    default: return;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  Player player(data[0]);
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  rest.remove_prefix(1);
  while (rest.size() >= kHead) {
    const auto byte = [&rest](std::size_t i) { return static_cast<std::uint8_t>(rest[i]); };
    const std::size_t length = byte(2) | static_cast<std::size_t>(byte(3) << 8);
    const std::string_view bytes = rest.substr(kHead, length);
    player.Play(byte(0), byte(1), bytes);
    rest.remove_prefix(kHead + bytes.size());
  }
  player.Finish();
  return 0;
}
