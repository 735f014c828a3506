// SPDX-License-Identifier: MIT OR GPL-2.0-only
#pragma once
/// @file
/// What a Transport spec means for a NAT: which ports the client announced, which way the server chose.
#include <cstdint>

#include "rtsp/transport.h"
#include "rtspnat.h"

namespace mangle {

/// The client's ports as a spec of a request announces them.
struct Announcement {
  /// RTSPNAT_NOTES if the spec is to be mapped, else the note that says why not.
  std::uint32_t refusal = RTSPNAT_NOTES;
  std::uint8_t count = 0;   ///< Ports to be mapped: 1 or 2.
  std::uint8_t open = 0;    ///< Bit i: media is expected on port i.
  std::uint8_t fields = 0;  ///< Numbers in the text: 1 or 2.
  std::uint16_t inside[2] = {};
  rtsp::Field field[2];  ///< Where the numbers stand.
};

/// Reads a spec of a SETUP request of the side that has address @p own. @p outside is the same side's
/// address beyond the NAT.
[[nodiscard]] Announcement ReadAnnouncement(const rtsp::TransportSpec& spec, const rtsp::Cursor& line,
                                            const rtspnat_address& own, const rtspnat_address& outside);

/// How the server's reply says that media will travel.
enum class Choice : std::uint8_t {
  kNotSaid = 0,  ///< No spec that is understood: the request's values stand (R29).
  kUdp,          ///< UDP unicast.
  kOtherWay,     ///< Interleaved, multicast, TCP or ICE: no mapping is needed.
};

/// A spec of a 2xx reply.
struct Chosen {
  Choice choice = Choice::kNotSaid;
  std::uint16_t client = 0;    ///< First client port, 0 if not there.
  std::uint16_t peer[2] = {};  ///< Server ports; 0 if not there or not usable (R87).
  std::uint8_t fields = 0;     ///< Client port numbers in the text: 0, 1 or 2.
  std::uint16_t value[2] = {};
  rtsp::Field field[2];  ///< Where they stand.
};

/// Reads a spec of a reply to SETUP.
[[nodiscard]] Chosen ReadChosen(const rtsp::TransportSpec& spec);

}  // namespace mangle
