// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "mangler/rtsp/transport_meaning.h"

#include "bytes/limits.h"
#include "mangler/nat/address.h"
#include "mangler/nat/ports.h"

namespace mangle {
namespace {

using rtsp::Ports;
using rtsp::Protocol;
using rtsp::TransportSpec;

constexpr std::uint16_t kLastPort = 65535;
constexpr std::uint32_t kMaxPort = 65535;

// 0 and 1 stand for "any" in the replies of cameras (R87).
constexpr std::uint16_t kFirstRealPort = 2;

// Stands for a port in RTSP 2.0 where there is none to be named (RFC 7826 appendix C.2.2).
constexpr std::uint16_t kDiscardPort = 9;

bool IsUdp(Protocol protocol) { return protocol == Protocol::kRtpUdp || protocol == Protocol::kOtherUdp; }

Ports PortsOf(const rtsp::Address (&addresses)[2], std::uint8_t count) {
  return {
      count, 0, {addresses[0].port, addresses[1].port}, {addresses[0].port_field, addresses[1].port_field}};
}

inline rtspnat_address AddressOf(const bytes::Cursor& line, bytes::Field field) {
  return nat::ReadAddress(line.Slice(ReadHostPort(line, field).host));
}

// Where a spec has its client ports: in client_port, else in dest_addr, else `behind` the host of destination, else
// in port, if that destination is a `host`.
Ports ClientPorts(const TransportSpec& spec, const Ports& behind, bool host) {
  if (spec.client_port.count != 0) return spec.client_port;
  if (spec.destinations != 0) return DestinationPorts(spec);
  return behind.count != 0 || !host || spec.destination.Empty() ? behind : spec.port;
}

void AddHost(Hosts& hosts, bytes::Field host) {
  if (!host.Empty()) hosts.field[hosts.count++] = host;
}

// How many ports to map, and which of them media uses, for an announcement of one number.
void CompleteSingle(const TransportSpec& spec, Announcement& out) {
  const bool implies_rtcp = spec.protocol == Protocol::kRtpUdp && spec.destinations == 0;
  const std::uint16_t first = out.inside.first;
  const bool has_next = first != kLastPort;
  out.open = implies_rtcp && has_next ? 3 : 1;
  out.count = !out.tcp && has_next && (implies_rtcp || first % 2 == 0) ? 2 : 1;
  out.inside = nat::RangeFrom(first, out.count);
}

// Two numbers not far apart are the ends of a range (RTP, RTCP, retransmission); all others are two ports.
std::uint8_t PortsFromTo(const Ports& numbers) {
  if (numbers.count < 2) return numbers.count;
  const std::uint32_t more = std::uint32_t{numbers.value[1]} - numbers.value[0];
  return more >= 1 && more < limits::kPorts ? static_cast<std::uint8_t>(more + 1) : std::uint8_t{2};
}

// Returns the note that says why a spec is not to be mapped; RTSPNAT_NOTES if it is.
std::uint32_t RefusalOf(const TransportSpec& spec, const Announcement& out) {
  const bool twice = spec.client_port.count != 0 && spec.destinations != 0;
  if ((spec.flags & (rtsp::kSpecMalformed | rtsp::kSpecMoreAddresses)) != 0)
    return RTSPNAT_NOTE_BAD_TRANSPORT;
  if (spec.protocol == Protocol::kNone || spec.protocol == Protocol::kOther)
    return RTSPNAT_NOTE_BAD_TRANSPORT;
  if ((!IsUdp(spec.protocol) && !out.tcp) || spec.delivery == rtsp::Delivery::kMulticast)
    return RTSPNAT_NOTE_NOT_UNICAST_UDP;
  if ((spec.flags & rtsp::kSpecBadPort) != 0 || twice) return RTSPNAT_NOTE_BAD_PORT;
  return out.text.count == 0 ? RTSPNAT_NOTE_NOT_UNICAST_UDP : RTSPNAT_NOTES;
}

// RFC 7826 appendix C.2.2: over TCP without channels, and this side listens.
bool ListensOnTcp(const TransportSpec& spec) {
  return spec.protocol == Protocol::kRtpTcp && spec.interleaved.count == 0 &&
         (spec.flags & (rtsp::kSpecPassive | rtsp::kSpecBadChannel)) == rtsp::kSpecPassive;
}

void ReadServer(const TransportSpec& spec, ReplyChoice& out) {
  out.server = spec.server_port.count != 0 ? spec.server_port : SourcePorts(spec);
  for (unsigned i = 0; i < out.server.count; ++i) {
    if (out.server.value[i] < kFirstRealPort) return;
  }
  out.peers = PortsFromTo(out.server);
  out.peer = {out.server.value[0], out.server.value[1]};
  if (out.peers == 2 && out.peer.first == out.peer.last) {
    out.peers = 1;
    out.peer.last = 0;
  }
  // A single RTP port implies the next for RTCP (R86).
  if (out.peers == 1 && spec.protocol == Protocol::kRtpUdp && spec.server_port.count == 1 &&
      out.peer.first % 2 == 0) {
    out.peers = 2;
    out.peer = nat::RangeFrom(out.peer.first, 2);
  }
}

}  // namespace

bool IsRoutable(const rtspnat_address& address) {
  const std::uint8_t first = address.bytes[0];
  const std::uint8_t second = address.bytes[1];
  constexpr std::uint8_t kIpv4Multicast = 224;
  constexpr std::uint8_t kIpv6Multicast = 0xff;
  if (address.family == 4)
    return first != 0 && first != 127 && first < kIpv4Multicast && (first != 169 || second != 254);
  if (address.family != 6 || first == kIpv6Multicast) return false;
  if (first == 0xfe && (second & 0xc0U) == 0x80) return false;
  return first != 0;  // Neither :: nor ::1, nor what stands for IPv4.
}

HostPort ReadHostPort(const bytes::Cursor& line, bytes::Field field) {
  HostPort out;
  std::uint32_t start = field.offset;
  std::uint32_t end = start + field.length;
  if (field.length >= 2 && line.At(start) == '"' && line.At(end - 1) == '"') {
    ++start;
    --end;
  }
  const bool bracketed = start < end && line.At(start) == '[';
  std::uint32_t colons = 0;
  std::uint32_t stop = start;
  for (std::uint32_t at = start; at < end; ++at) {
    if (line.At(at) == ']') colons = 0;
    if (line.At(at) != ':') continue;
    ++colons;
    stop = at;
  }
  if (colons != 1) stop = end;
  const std::uint32_t last = bracketed && stop > start && line.At(stop - 1) == ']' ? stop - 1 : stop;
  if (bracketed) ++start;
  if (start > last) return out;
  out.host = bytes::Field::Between(start, last);
  if (stop == end) return out;
  bytes::Cursor in = line.Slice(0, end);
  in.Seek(stop + 1);
  const bytes::Number port = bytes::ReadNumber(in, kMaxPort);
  out.port_field = port.field;
  if (port.valid && in.AtEnd()) out.port = static_cast<std::uint16_t>(port.value);
  return out;
}

bool IsOwn(const TransportSpec& spec, const bytes::Cursor& line, const rtspnat_address& own) {
  if (!spec.destination.Empty() && !nat::IsSame(AddressOf(line, spec.destination), own)) return false;
  if (!spec.client_address.Empty() && !nat::IsSame(AddressOf(line, spec.client_address), own)) return false;
  for (unsigned i = 0; i < spec.destinations; ++i) {
    const bytes::Field host = spec.dest_addr[i].host;
    if (!host.Empty() && !nat::IsSame(nat::ReadAddress(line.Slice(host)), own)) return false;
  }
  return true;
}

Ports DestinationPorts(const TransportSpec& spec) { return PortsOf(spec.dest_addr, spec.destinations); }

Ports SourcePorts(const TransportSpec& spec) { return PortsOf(spec.src_addr, spec.sources); }

Ports PortBehind(const bytes::Cursor& line, bytes::Field host) {
  Ports ports;
  if (host.Empty()) return ports;
  const HostPort address = ReadHostPort(line, host);
  ports.count = address.port != 0 ? 1 : 0;
  ports.value[0] = address.port;
  ports.field[0] = address.port_field;
  return ports;
}

bool UsesPort(const TransportSpec& spec, const Ports& behind) {
  return spec.client_port.count == 0 && spec.destinations == 0 && !spec.destination.Empty() &&
         behind.count == 0;
}

std::uint8_t RoomOf(const Ports& ports, bool repeats) {
  std::uint32_t digits = nat::kPortDigits;
  for (unsigned i = 0; i < ports.count; ++i) {
    const std::uint32_t room = repeats ? nat::Digits(ports.value[i]) : ports.field[i].length;
    if (room < digits) digits = room;
  }
  return static_cast<std::uint8_t>(digits);
}

void ReadAnnouncement(const TransportSpec& spec, const Ports& behind, bool is_own, Announcement& out) {
  out = {};
  out.tcp = ListensOnTcp(spec);
  out.text = ClientPorts(spec, behind, true);
  out.refusal = RefusalOf(spec, out);
  if (out.refusal == RTSPNAT_NOTES && !is_own) out.refusal = RTSPNAT_NOTE_OTHER_ADDRESS;
  if (out.refusal != RTSPNAT_NOTES) return;
  const Ports& text = out.text;
  out.inside = {text.value[0], text.value[1]};
  out.count = PortsFromTo(text);
  out.open = static_cast<std::uint8_t>((1U << out.count) - 1);
  out.digits = RoomOf(text, spec.repeat != 0);
  if (text.count != 2 || text.value[0] == text.value[1]) CompleteSingle(spec, out);
  if ((spec.flags & rtsp::kSpecRtcpMux) != 0) out.open = nat::WithMux(out.open);
  if (out.inside.first < nat::kFirstPort || (out.count > 1 && out.inside.last < nat::kFirstPort))
    out.refusal = RTSPNAT_NOTE_BAD_PORT;
}

void FindDestinations(const TransportSpec& spec, const bytes::Cursor& line, bool client_address,
                      Hosts& hosts) {
  hosts.count = 0;
  AddHost(hosts, ReadHostPort(line, spec.destination).host);
  if (client_address) AddHost(hosts, ReadHostPort(line, spec.client_address).host);
  for (unsigned i = 0; i < spec.destinations; ++i) AddHost(hosts, spec.dest_addr[i].host);
}

void FindSources(const TransportSpec& spec, const bytes::Cursor& line, Hosts& hosts) {
  hosts.count = 0;
  AddHost(hosts, ReadHostPort(line, spec.source).host);
  for (unsigned i = 0; i < spec.sources; ++i) AddHost(hosts, spec.src_addr[i].host);
}

void KeepOnly(Hosts& hosts, const bytes::Cursor& line, const rtspnat_address& address) {
  const std::uint8_t count = hosts.count;
  hosts.count = 0;
  for (unsigned i = 0; i < count; ++i) {
    if (nat::IsSame(nat::ReadAddress(line.Slice(hosts.field[i])), address))
      hosts.field[hosts.count++] = hosts.field[i];
  }
}

rtspnat_address ReadMediaSource(const TransportSpec& spec, const bytes::Cursor& line) {
  rtspnat_address address = {};
  if (!spec.source.Empty()) {
    address = AddressOf(line, spec.source);
  } else if (spec.sources != 0) {
    address = nat::ReadAddress(line.Slice(spec.src_addr[0].host));
  }
  return IsRoutable(address) ? address : rtspnat_address{};
}

void ReadReplyChoice(const TransportSpec& spec, const bytes::Cursor& line, const Ports& behind,
                     ReplyChoice& out) {
  out = {};
  if ((spec.flags & rtsp::kSpecMalformed) != 0 || spec.protocol == Protocol::kNone ||
      spec.protocol == Protocol::kOther)
    return;
  const bool unicast = spec.delivery != rtsp::Delivery::kMulticast;
  const bool has_addresses = spec.destinations != 0 || spec.sources != 0;
  const bool over_tcp = spec.protocol == Protocol::kRtpTcp && spec.interleaved.count == 0 && has_addresses;
  const bool has_ports = spec.client_port.count != 0 || spec.server_port.count != 0 || has_addresses;
  if (!unicast || (!IsUdp(spec.protocol) && !over_tcp)) {
    const bool is_tcp = spec.protocol == Protocol::kRtpTcp || spec.protocol == Protocol::kOtherTcp;
    out.choice = unicast && is_tcp ? Choice::kInterleaved : Choice::kOtherWay;
    return;
  }
  const bool host = spec.port.count != 0 && IsRoutable(AddressOf(line, spec.destination));
  out.client = ClientPorts(spec, behind, host);
  if (!has_ports && out.client.count == 0) {
    if (spec.port.count != 0) out.choice = Choice::kOtherWay;
    if (spec.interleaved.count != 0) out.choice = Choice::kInterleaved;
    return;
  }
  ReadServer(spec, out);
  out.choice = Choice::kUdp;
  out.rtcp_mux = (spec.flags & rtsp::kSpecRtcpMux) != 0;
  if (!over_tcp) return;
  const bool listens = (spec.flags & rtsp::kSpecPassive) != 0 && out.peers != 0;
  out.choice = listens && out.peer.first != kDiscardPort ? Choice::kTcpToServer : Choice::kTcpToClient;
  if (out.choice == Choice::kTcpToClient) out.peers = 0;
}

}  // namespace mangle
