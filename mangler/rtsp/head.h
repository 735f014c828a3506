// SPDX-License-Identifier: MIT OR GPL-2.0-only
#pragma once
/// @file
/// What is known of a message whose head is open.
#include <cstdint>

#include "mangler/rtsp/pending.h"
#include "mangler/rtsp/transport_meaning.h"
#include "rtsp/framer.h"

namespace mangle {

/// Returns a hash of a part of a line that is never 0 but for an empty part.
[[nodiscard]] std::uint32_t HashOf(const bytes::Cursor& line, bytes::Field field);

/// A head, from its start line to its empty line. A request of the peer, and a response of the opener, have heads too, and change
/// nothing.
struct Head {
  rtsp::Method method = rtsp::Method::kOther;
  CseqKind cseq_kind = CseqKind::kNone;
  bool doubted = false;               ///< A reply behind text that was not understood (law 10 of rtspnat.h).
  std::uint8_t proposals = 0;         ///< Made for this head, of both sides.
  std::uint16_t status = 0;           ///< 0 for a request.
  std::uint16_t transport_bytes = 0;  ///< Bytes of the Transport lines that were read.
  std::uint32_t cseq = 0;
  std::uint32_t session = 0;  ///< Hash; 0 if the head names none.
  std::uint32_t uri = 0;      ///< Hash; 0 for messages that name no stream.

  /// Replies: what the first Transport spec says that is understood. The server has chosen that one.
  struct {
    Choice choice = Choice::kNotSaid;
    bool rtcp_mux = false;
    std::uint8_t peers = 0;    ///< Ports of the server,
    std::uint16_t client = 0;  ///< The first port of the client.
    nat::PortRange peer;       ///< which are these.
    rtspnat_address media_source = {};
  } chosen;

  /// Begins with the start line @p unit.
  void Begin(const rtsp::Unit& unit);

  /// Takes the CSeq line @p unit.
  void ReadCseq(const rtsp::Unit& unit);

  [[nodiscard]] bool Succeeds() const { return status >= 200 && status < 300; }
  [[nodiscard]] bool Redirects() const {
    return (status >= 300 && status < 400) || method == rtsp::Method::kRedirect;
  }
  [[nodiscard]] bool ChoosesTcpToClient() const { return chosen.choice == Choice::kTcpToClient; }
};

}  // namespace mangle
