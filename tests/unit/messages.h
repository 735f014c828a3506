// SPDX-License-Identifier: MIT OR GPL-2.0-only
#pragma once
/// @file
/// Messages and answers for all tests of whole connections.
#include <string>

#include "tests/harness/dialogue.h"

namespace rtsp::test {

inline constexpr rtspnat_direction kC2S = RTSPNAT_ORIGINAL;
inline constexpr rtspnat_direction kS2C = RTSPNAT_REPLY;

/// Returns a SETUP with one Transport line; @p more are header lines before it.
inline std::string SetupRequest(int cseq, const std::string& transport,
                                const std::string& uri = "rtsp://s/a/1", const std::string& more = "") {
  return "SETUP " + uri + " RTSP/1.0\r\nCSeq: " + std::to_string(cseq) + "\r\n" + more +
         "Transport: " + transport + "\r\n\r\n";
}

/// Returns a reply, with a Transport and a Session line unless they are empty.
inline std::string ReplyTo(int cseq, const std::string& status, const std::string& transport = "",
                           const std::string& session = "12345678") {
  std::string text = "RTSP/1.0 " + status + "\r\nCSeq: " + std::to_string(cseq) + "\r\n";
  if (!transport.empty()) text += "Transport: " + transport + "\r\n";
  if (!session.empty()) text += "Session: " + session + ";timeout=60\r\n";
  return text + "\r\n";
}

/// Returns a TEARDOWN of a URI in a session.
inline std::string TeardownRequest(int cseq, const std::string& uri,
                                   const std::string& session = "12345678") {
  return "TEARDOWN " + uri + " RTSP/1.0\r\nCSeq: " + std::to_string(cseq) + "\r\nSession: " + session +
         "\r\n\r\n";
}

/// Answers RESERVE as if all ports below @p port were taken.
inline Dialogue::Reserve TakenBelow(std::uint16_t port) {
  return [port](const rtspnat_step& step, std::uint16_t&) {
    return step.mapping.outside[0] < port ? RTSPNAT_BUSY : RTSPNAT_YES;
  };
}

}  // namespace rtsp::test
