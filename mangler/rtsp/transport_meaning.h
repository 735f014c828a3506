// SPDX-License-Identifier: MIT OR GPL-2.0-only
#pragma once
/// @file
/// What a Transport spec means for a NAT: which ports the client announced, which way the server chose.
#include <cstdint>

#include "mangler/nat/ports.h"
#include "rtsp/transport.h"
#include "rtspnat.h"

namespace mangle {

/// True if @p port can be written where @p field is, with zeros in front.
[[nodiscard]] inline bool Fits(std::uint16_t port, bytes::Field field) {
  return nat::Digits(port) <= field.length;
}

/// Host parts of a spec.
struct Hosts {
  std::uint8_t count = 0;
  bytes::Field field[4];
};

/// An address as it stands in a parameter or header: `host`, `host:port`, `[host]:port`, with quotes or without.
struct HostPort {
  bytes::Field host;        ///< Without quotes and brackets; empty if there is none.
  bytes::Field port_field;  ///< The digits; empty if there are none.
  std::uint16_t port = 0;   ///< 0 if there is none, or it is no port.
};

/// Reads the address in @p field of @p line. More than one colon without brackets is an IPv6 address without a port.
[[nodiscard]] HostPort ReadHostPort(const bytes::Cursor& line, bytes::Field field);

/// True for an address that a router may send to: unicast, and neither unspecified, loopback nor link-local.
[[nodiscard]] bool IsRoutable(const rtspnat_address& address);

/// The client's ports as a spec of a request announces them.
struct Announcement {
  /// RTSPNAT_NOTES if the spec is to be mapped, else the note that says why not.
  std::uint32_t refusal = RTSPNAT_NOTES;
  std::uint8_t count = 0;   ///< Ports to be mapped: 1 to kPorts.
  std::uint8_t open = 0;    ///< Media is expected on these ports: see nat::WithMux() of ports.h.
  bool tcp = false;         ///< The client listens for TCP connections; else UDP.
  std::uint8_t digits = 0;  ///< That the text has room for: those of its shorter number, 5 at most.
  nat::PortRange inside;
  rtsp::Ports text;  ///< The ports as they are written: 1 or 2.
};

/// Reads a spec of a SETUP request into @p out. @p behind is PortBehind() its destination, and @p is_own what IsOwn() says of it.
void ReadAnnouncement(const rtsp::TransportSpec& spec, const rtsp::Ports& behind, bool is_own,
                      Announcement& out);

/// True if every address that a spec of the side @p own has in its text is its own, so that it may be served. A
/// parameter without a value is no address (RFC 2326 section 12.39).
[[nodiscard]] [[gnu::noinline]] bool IsOwn(const rtsp::TransportSpec& spec, const bytes::Cursor& line,
                                           const rtspnat_address& own);

/// Returns the ports of dest_addr,
[[nodiscard]] rtsp::Ports DestinationPorts(const rtsp::TransportSpec& spec);
/// of src_addr,
[[nodiscard]] rtsp::Ports SourcePorts(const rtsp::TransportSpec& spec);
/// and the one behind @p host.
[[nodiscard]] rtsp::Ports PortBehind(const bytes::Cursor& line, bytes::Field host);

/// True if `port` is where the client says its ports: there is a destination, no port @p behind it, and they stand nowhere else.
[[nodiscard]] bool UsesPort(const rtsp::TransportSpec& spec, const rtsp::Ports& behind);

/// Returns how many digits other ports may have that are to stand in the place of @p ports: as many as each of them has room for, or
/// as it has itself where the spec @p repeats it, in places of any size.
[[nodiscard]] std::uint8_t RoomOf(const rtsp::Ports& ports, bool repeats);

/// Sets @p hosts to those that a spec says media is sent to; that of client_address too if @p client_address.
void FindDestinations(const rtsp::TransportSpec& spec, const bytes::Cursor& line, bool client_address,
                      Hosts& hosts);

/// Sets @p hosts to those that a spec says media comes from.
void FindSources(const rtsp::TransportSpec& spec, const bytes::Cursor& line, Hosts& hosts);

/// Leaves those of @p hosts that are @p address, in any spelling.
void KeepOnly(Hosts& hosts, const bytes::Cursor& line, const rtspnat_address& address);

/// How the server's reply says that media will travel.
enum class Choice : std::uint8_t {
  kNotSaid = 0,  ///< No spec that is understood: the request's values stand (R29).
  kUdp,          ///< UDP unicast.
  kTcpToClient,  ///< Over TCP connections that the server opens (RFC 7826 appendix C.2).
  kTcpToServer,  ///< Over TCP connections that the client opens.
  kInterleaved,  ///< On the control connection: no mapping is needed.
  kOtherWay,     ///< Multicast or ICE: no mapping is needed.
};

/// A spec of a reply.
struct ReplyChoice {
  Choice choice = Choice::kNotSaid;
  bool rtcp_mux = false;   ///< RTCP comes on the port of RTP (RFC 7826 section 18.54).
  std::uint8_t peers = 0;  ///< Server ports that media uses; 0 if not there or not usable (R87).
  nat::PortRange peer;
  rtsp::Ports client;  ///< Client ports as they are written: 0, 1 or 2.
  rtsp::Ports server;  ///< Server ports, the same.
};

/// Reads a spec of a reply to SETUP into @p out. @p behind is PortBehind() its destination.
[[gnu::noinline]] void ReadReplyChoice(const rtsp::TransportSpec& spec, const bytes::Cursor& line,
                                       const rtsp::Ports& behind, ReplyChoice& out);

/// Returns the address that a spec of a reply names as the source of media, if it is one that media can come from
/// through a router: unicast, and neither unspecified, loopback nor link-local (R91). Else family 0.
[[nodiscard]] rtspnat_address ReadMediaSource(const rtsp::TransportSpec& spec, const bytes::Cursor& line);

}  // namespace mangle
