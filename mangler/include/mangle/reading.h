// SPDX-License-Identifier: MIT OR GPL-2.0-only
#pragma once
/// @file
/// What a Transport spec means for a NAT: which ports the client announced, which way the server chose.
#include <cstdint>

#include "rtsp/transport.h"
#include "rtspnat.h"

namespace mangle {

/// Numbers of a spec, and where they stand.
struct Numbers {
  std::uint8_t count = 0;
  std::uint16_t value[2] = {};
  rtsp::Field field[2];
};

/// Host parts of a spec.
struct Hosts {
  std::uint8_t count = 0;
  rtsp::Field field[3];
};

/// The client's ports as a spec of a request announces them.
struct Announcement {
  /// RTSPNAT_NOTES if the spec is to be mapped, else the note that says why not.
  std::uint32_t refusal = RTSPNAT_NOTES;
  std::uint8_t count = 0;  ///< Ports to be mapped: 1 or 2.
  std::uint8_t open = 0;   ///< Bit i: media is expected on port i.
  std::uint16_t inside[2] = {};
  Numbers text;  ///< The ports as they are written: 1 or 2.
};

/// Reads a spec of a SETUP request of the side that has address @p own.
[[nodiscard]] Announcement ReadAnnouncement(const rtsp::TransportSpec& spec, const rtsp::Cursor& line,
                                            const rtspnat_address& own);

/// Returns where a spec names @p address as the place that media is sent to.
[[nodiscard]] Hosts FindHosts(const rtsp::TransportSpec& spec, const rtsp::Cursor& line,
                              const rtspnat_address& address);

/// How the server's reply says that media will travel.
enum class Choice : std::uint8_t {
  kNotSaid = 0,  ///< No spec that is understood: the request's values stand (R29).
  kUdp,          ///< UDP unicast.
  kOtherWay,     ///< Interleaved, multicast, TCP or ICE: no mapping is needed.
};

/// A spec of a 2xx reply.
struct Chosen {
  Choice choice = Choice::kNotSaid;
  std::uint16_t peer[2] = {};  ///< Server ports; 0 if not there or not usable (R87).
  Numbers client;              ///< Client ports: 0, 1 or 2.
};

/// Reads a spec of a reply to SETUP.
[[nodiscard]] Chosen ReadChosen(const rtsp::TransportSpec& spec);

}  // namespace mangle
