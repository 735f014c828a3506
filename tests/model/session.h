// SPDX-License-Identifier: MIT OR GPL-2.0-only
#pragma once
/// @file
/// A client and a server that talk through the router, one packet at a time and in order. What TCP does on a bad path
/// is tests/tcp/'s concern.
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "tests/model/router.h"

namespace rtsp::model {

/// One connection. Each side checks that what it gets follows what it got before.
class Session {
 public:
  explicit Session(Router& router) : router_(router) {}

  /// The three packets of the opening, with numbers that are @p later by that much. Returns false if one is dropped.
  bool Open(std::uint32_t later = 0);
  /// Sends one packet and its acknowledgement; returns what arrives.
  std::string Request(std::string_view text) { return Say(RTSPNAT_ORIGINAL, text); }
  std::string Response(std::string_view text) { return Say(RTSPNAT_REPLY, text); }
  /// FIN of both sides, and what acknowledges them.
  void Close();
  void Reset(rtspnat_direction direction);

  std::uint16_t segment_size = 0;  ///< Of the next packets.
  bool acknowledges = true;        ///< Whether the receiver says that it has them.
  std::function<void()> resend;    ///< Called before a packet that was dropped is sent once more; not sent without.
  bool urgent = false;             ///< Likewise: whether a byte behind their end is urgent.
  /// What did not follow: empty if all is well.
  [[nodiscard]] const std::string& Wrong() const { return wrong_; }
  /// Sends a packet again that was sent before; returns what arrives.
  std::string Repeat(rtspnat_direction direction, std::uint32_t back, std::string_view text);

 private:
  struct Side {
    std::uint32_t next;      // What it sends next, in its own numbers.
    std::uint32_t expected;  // What it gets next, in the numbers it sees.
  };

  std::string Say(rtspnat_direction direction, std::string_view text, bool fin = false);
  void Acknowledge(rtspnat_direction direction);
  [[nodiscard]] test::TcpPacket Packet(rtspnat_direction direction) const;

  Router& router_;
  Side sides_[2] = {{1000, 0}, {0xfffffff0, 0}};
  std::string wrong_;
};

/// The messages of a session; lines end in CR LF.
std::string SetupRequest(unsigned cseq, std::string_view transport, std::string_view track = "track1");
std::string OkResponse(unsigned cseq, std::string_view headers = "");
std::string TeardownRequest(unsigned cseq);
/// `Transport: ...` with both ports, as a server answers.
std::string ServerTransport(std::string_view client_port, std::string_view server_port);

}  // namespace rtsp::model
