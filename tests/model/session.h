// SPDX-License-Identifier: MIT OR GPL-2.0-only
#pragma once
/// @file
/// A client and a server that talk through the router, one packet at a time and in order. tests/tcp/ has TCP on bad paths.
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "tests/model/router.h"

namespace rtsp::model {

/// One connection. Each side checks that the numbers of its packets follow each other.
class Session {
 public:
  explicit Session(Router& router) : router_(router) {}

  /// Sends the three packets of the opening, with numbers moved by @p later. Returns false if one is dropped.
  bool Open(std::uint32_t later = 0);
  /// Sends one packet and its acknowledgement. Returns the payload that arrives.
  std::string Request(std::string_view text) { return Say(RTSPNAT_ORIGINAL, text); }
  std::string Response(std::string_view text) { return Say(RTSPNAT_REPLY, text); }
  /// Sends FIN of both sides, and the acknowledgements.
  void Close();
  void Reset(rtspnat_direction direction);

  std::uint16_t segment_size = 0;  ///< The gso_size of the next packets.
  bool acknowledges = true;        ///< Whether the receiver says that it has them.
  std::function<void()> resend;    ///< Called before a packet that was dropped is sent once more; not sent without.
  bool urgent = false;             ///< Whether the next packets say that a byte behind their end is urgent.
  /// Returns the packets whose numbers did not follow; empty if there are none.
  [[nodiscard]] const std::string& Wrong() const { return wrong_; }
  /// Sends an earlier packet again. Returns the payload that arrives.
  std::string Repeat(rtspnat_direction direction, std::uint32_t back, std::string_view text);

 private:
  struct Side {
    std::uint32_t next;      // The next number that it sends, in its own numbers.
    std::uint32_t expected;  // The next number that it gets, in the numbers it sees.
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
/// Returns the `Transport: ...` of a server's reply, with both ports.
std::string ServerTransport(std::string_view client_port, std::string_view server_port);

}  // namespace rtsp::model
