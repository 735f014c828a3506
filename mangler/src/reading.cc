// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "mangle/reading.h"

#include "mangle/address.h"
#include "mangle/ports.h"

namespace mangle {
namespace {

using rtsp::Protocol;
using rtsp::TransportSpec;

constexpr std::uint16_t kLastPort = 65535;

// 0 and 1 stand for "any" in the replies of cameras (R87).
constexpr std::uint16_t kFirstRealPort = 2;

bool IsUdp(Protocol protocol) { return protocol == Protocol::kRtpUdp || protocol == Protocol::kOtherUdp; }

// Gathers the numbers of client_port, or of dest_addr where that is what the spec has.
Numbers GatherPorts(const rtsp::Ports& ports, const rtsp::Address (&addresses)[2], std::uint8_t count) {
  Numbers numbers;
  numbers.count = ports.count != 0 ? ports.count : count;
  for (unsigned i = 0; i < numbers.count; ++i) {
    numbers.value[i] = ports.count != 0 ? ports.value[i] : addresses[i].port;
    numbers.field[i] = ports.count != 0 ? ports.field[i] : addresses[i].port_field;
  }
  return numbers;
}

// True if every address in the text is the side's own, so that it may be served.
bool IsOwn(const TransportSpec& spec, const rtsp::Cursor& line, const rtspnat_address& own) {
  if (spec.has_destination && !IsSame(ReadAddress(line.Slice(spec.destination)), own)) return false;
  for (unsigned i = 0; i < spec.destinations; ++i) {
    const rtsp::Field host = spec.dest_addr[i].host;
    if (!host.Empty() && !IsSame(ReadAddress(line.Slice(host)), own)) return false;
  }
  return true;
}

// How many ports to map, and which of them media uses, for an announcement of one number.
void CompleteSingle(const TransportSpec& spec, Announcement& out) {
  const bool implies_rtcp = spec.protocol == Protocol::kRtpUdp && spec.destinations == 0;
  const bool has_next = out.inside[0] != kLastPort;
  out.open = implies_rtcp && has_next ? 3 : 1;
  out.count = has_next && (implies_rtcp || out.inside[0] % 2 == 0) ? 2 : 1;
  if (out.count == 2) out.inside[1] = static_cast<std::uint16_t>(out.inside[0] + 1);
}

}  // namespace

Announcement ReadAnnouncement(const TransportSpec& spec, const rtsp::Cursor& line,
                              const rtspnat_address& own) {
  Announcement out;
  const bool announces = spec.client_port.count != 0 || spec.destinations != 0;
  if ((spec.flags & (rtsp::kSpecMalformed | rtsp::kSpecMoreAddresses)) != 0) {
    out.refusal = RTSPNAT_NOTE_BAD_TRANSPORT;
  } else if (spec.protocol == Protocol::kNone || spec.protocol == Protocol::kOther) {
    out.refusal = RTSPNAT_NOTE_BAD_TRANSPORT;
  } else if (!IsUdp(spec.protocol) || spec.delivery == rtsp::Delivery::kMulticast) {
    out.refusal = RTSPNAT_NOTE_NOT_UNICAST_UDP;
  } else if ((spec.flags & rtsp::kSpecBadPort) != 0 ||
             (spec.client_port.count != 0 && spec.destinations != 0)) {
    out.refusal = RTSPNAT_NOTE_BAD_PORT;
  } else if (!announces) {
    out.refusal = RTSPNAT_NOTE_NOT_UNICAST_UDP;
  } else if (!IsOwn(spec, line, own)) {
    out.refusal = RTSPNAT_NOTE_OTHER_ADDRESS;
  }
  if (out.refusal != RTSPNAT_NOTES) return out;
  out.text = GatherPorts(spec.client_port, spec.dest_addr, spec.destinations);
  out.inside[0] = out.text.value[0];
  out.inside[1] = out.text.value[1];
  const bool pair = out.text.count == 2 && out.inside[1] != out.inside[0];
  out.count = 2;
  out.open = 3;
  if (!pair) CompleteSingle(spec, out);
  if ((spec.flags & rtsp::kSpecRtcpMux) != 0) out.open = 1;
  for (unsigned i = 0; i < out.count; ++i) {
    if (out.inside[i] < kFirstPort) out.refusal = RTSPNAT_NOTE_BAD_PORT;
  }
  return out;
}

Hosts FindHosts(const TransportSpec& spec, const rtsp::Cursor& line, const rtspnat_address& address) {
  Hosts hosts;
  if (spec.has_destination && IsSame(ReadAddress(line.Slice(spec.destination)), address))
    hosts.field[hosts.count++] = spec.destination;
  for (unsigned i = 0; i < spec.destinations; ++i) {
    if (IsSame(ReadAddress(line.Slice(spec.dest_addr[i].host)), address))
      hosts.field[hosts.count++] = spec.dest_addr[i].host;
  }
  return hosts;
}

Chosen ReadChosen(const TransportSpec& spec) {
  Chosen out;
  if ((spec.flags & rtsp::kSpecMalformed) != 0 || spec.protocol == Protocol::kNone ||
      spec.protocol == Protocol::kOther)
    return out;
  const bool has_ports = spec.client_port.count != 0 || spec.server_port.count != 0 ||
                         spec.destinations != 0 || spec.sources != 0;
  if (!IsUdp(spec.protocol) || spec.delivery == rtsp::Delivery::kMulticast || !has_ports) {
    out.choice = Choice::kOtherWay;
    if (!has_ports && spec.interleaved.count == 0 && spec.port.count == 0 && IsUdp(spec.protocol) &&
        spec.delivery != rtsp::Delivery::kMulticast)
      out.choice = Choice::kNotSaid;
    return out;
  }
  out.choice = Choice::kUdp;
  out.client = GatherPorts(spec.client_port, spec.dest_addr, spec.destinations);
  const Numbers source = GatherPorts(spec.server_port, spec.src_addr, spec.sources);
  const std::uint8_t servers = source.count;
  out.peer[0] = source.value[0];
  out.peer[1] = source.value[1];
  const bool real = out.peer[0] >= kFirstRealPort && (servers < 2 || out.peer[1] >= kFirstRealPort);
  if (!real) out.peer[0] = out.peer[1] = 0;
  // A single RTP port implies the next for RTCP (R86).
  if (real && servers == 1 && spec.protocol == Protocol::kRtpUdp && spec.server_port.count == 1 &&
      out.peer[0] % 2 == 0)
    out.peer[1] = static_cast<std::uint16_t>(out.peer[0] + 1);
  return out;
}

}  // namespace mangle
