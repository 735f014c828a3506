// SPDX-License-Identifier: MIT OR GPL-2.0-only
#pragma once
/// @file
/// The Transport header, RTSP 1.0 and 2.0 forms alike (RFC 2326 section 12.39,
/// RFC 7826 section 18.54): which grammar applies is told by the parameters, not by the version (R52).
///
/// Every value is given as a place in the line, so that it can be rewritten there.
#include <cstdint>

#include "rtsp/bytes.h"

namespace rtsp {

/// What the transport-protocol/profile/lower-transport part says.
enum class Protocol : std::uint8_t {
  kNone = 0,  ///< There is no such part.
  kRtpUdp,    ///< RTP/(AVP|AVPF|SAVP|SAVPF), alone or with /UDP.
  kRtpTcp,    ///< The same with /TCP.
  kRtpIce,    ///< The same with /D-ICE (RFC 7825).
  kOtherUdp,  ///< Another protocol with /UDP: RAW/RAW/UDP, MP2T/H2221/UDP, x-real-rdt/udp...
  kOtherTcp,  ///< Another protocol with /TCP.
  kOther,     ///< Anything else; not to be touched.
};

enum class Delivery : std::uint8_t {
  kNotSaid = 0,  ///< Read as unicast if client_port is there (R24).
  kUnicast,
  kMulticast,
};

/// Ports as in `client_port=4588-4589`.
struct Ports {
  /// How many numbers there are: 0 (parameter absent or without a usable number), 1 or 2.
  std::uint8_t count = 0;
  std::uint8_t separator = 0;  ///< The byte between two numbers: '-', '/' or ','.
  std::uint16_t value[2] = {};
  Field field[2];  ///< The digits of each.
};

/// One quoted address of dest_addr or src_addr: `"host:port"`, `":port"` or `"host"`.
struct Address {
  Field host;              ///< Without brackets; empty if not there.
  Field port_field;        ///< The digits; empty if not there.
  std::uint16_t port = 0;  ///< 0 if not there or not a port.
};

/// What is wrong or special with a spec; bits of TransportSpec::flags.
enum SpecFlag : std::uint16_t {
  /// What the client says of itself is not understood, or said in two ways: the spec is not to be mapped.
  kSpecMalformed = 1 << 0,
  kSpecUnknown = 1 << 1,        ///< There are parameters that have no name here, or none that can be read.
  kSpecRtcpMux = 1 << 2,        ///< RTCP-mux (RFC 7826 section 18.54).
  kSpecRecord = 1 << 3,         ///< mode is record or receive, in any spelling (R33).
  kSpecBadPort = 1 << 4,        ///< client_port has no usable number: empty, not decimal, above 65535.
  kSpecMoreAddresses = 1 << 5,  ///< More than two in dest_addr; the first two are given.
  kSpecPassive = 1 << 6,        ///< setup is passive or actpass (RFC 7826 section 18.54).
  kSpecBadAddress = 1 << 7,     ///< Malformed, because it cannot be told where the client says that it is.
  kSpecBadChannel = 1 << 8,     ///< interleaved has no usable number.
};

/// One transport specification of the comma-separated list.
///
/// A port or an address that is repeated and the same is in no doubt (R50): the first place is given, and
/// TransportReader::Repeat() gives the others. If it is not the same, the spec is malformed; of `port` and of what is the
/// server's (server_port, source, src_addr) nothing is given then. What is the server's and cannot be read is not
/// given either, and does not make the spec malformed.
struct TransportSpec {
  Field all;  ///< The spec, without the white space around it.
  Field protocol_field;
  Protocol protocol = Protocol::kNone;
  Delivery delivery = Delivery::kNotSaid;
  std::uint16_t flags = 0;        ///< SpecFlag bits.
  std::uint16_t repeat = 0;       ///< Where the first port or address stands that is repeated; 0 if none is.
  std::uint8_t destinations = 0;  ///< Addresses in dest_addr: 0, 1 or 2.
  std::uint8_t sources = 0;       ///< Addresses in src_addr: 0, 1 or 2.
  bool has_destination = false;   ///< destination is there, with a value or without.
  bool has_source = false;        ///< source is there, with a value or without.
  Ports client_port;
  Ports server_port;
  Ports port;            ///< Multicast, and odd unicast forms.
  Ports interleaved;     ///< Channels.
  Field client_address;  ///< Of IPTV boxes.
  Field destination;
  Field source;
  Field mode;  ///< As written, with quotes.
  Field setup;
  Field connection;
  Field ssrc;
  Address dest_addr[2];
  Address src_addr[2];
};

/// Reads the specs of one Transport header, in order.
///
/// Laws (tests/unit/transport_test.cc, fuzz/transport_fuzz.cc):
///  1. Every Field lies inside the line, and inside TransportSpec::all but for that itself.
///  2. No number wraps: 70000, 65546, -1 and 0x10 are not ports.
///  3. Specs do not overlap, follow each other, and their number is at most the line's length.
///  4. A comma or semicolon inside a closed pair of quotes separates nothing; a quote that is never
///     closed is an ordinary byte.
///  5. Read() and, until TransportSpec::repeat is 0, Repeat() give every place where the client says its ports and
///     addresses (client_port, dest_addr, destination, client_address). TransportSpec::repeat grows with each.
class TransportReader {
 public:
  constexpr TransportReader() = default;

  /// Reads @p line (a header line without its line end, folds included) from offset
  /// @p value on; the line is borrowed.
  constexpr TransportReader(Cursor line, std::uint16_t value) : in_(line) { in_.Seek(value); }

  /// Returns the line.
  [[nodiscard]] constexpr const Cursor& Line() const { return in_; }

  /// Moves to the next spec. Returns false if there is none.
  [[nodiscard]] bool Find();

  /// Fills in the spec that Find() has found. Ports and addresses in front of @p from are passed over.
  void Read(TransportSpec& spec, std::uint32_t from = 0);

  /// Fills in @p spec, which this reader has read, once more, with the ports and addresses that stand at
  /// spec.repeat or behind. Repeated until spec.repeat is 0, this gives every port and address.
  void Repeat(TransportSpec& spec) {
    const std::uint32_t from = spec.repeat;
    in_.Seek(spec.all.offset);
    Read(spec, from);
  }

  /// Fills in the next spec. Returns false at the end, with @p spec reset.
  [[nodiscard]] bool Next(TransportSpec& spec) {
    if (!Find()) {
      spec = {};
      return false;
    }
    Read(spec);
    return true;
  }

 private:
  Cursor in_;
};

}  // namespace rtsp
