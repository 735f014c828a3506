// SPDX-License-Identifier: MIT OR GPL-2.0-only
#pragma once
// Names of what the parser gives, for logs.
#include "rtsp/start_line.h"
#include "rtsp/transport.h"

namespace rtsp {

// The method in the RFC's spelling, "other" for kOther.
inline const char* Name(Method method) {
  switch (method) {
    case Method::kAnnounce: return "ANNOUNCE";
    case Method::kDescribe: return "DESCRIBE";
    case Method::kGetParameter: return "GET_PARAMETER";
    case Method::kOptions: return "OPTIONS";
    case Method::kPause: return "PAUSE";
    case Method::kPlay: return "PLAY";
    case Method::kPlayNotify: return "PLAY_NOTIFY";
    case Method::kRecord: return "RECORD";
    case Method::kRedirect: return "REDIRECT";
    case Method::kSetup: return "SETUP";
    case Method::kSetParameter: return "SET_PARAMETER";
    case Method::kTeardown: return "TEARDOWN";
    case Method::kOther: break;
  }
  return "other";
}

// A short name, such as "RTP/UDP".
inline const char* Name(Protocol protocol) {
  switch (protocol) {
    case Protocol::kNone: return "none";
    case Protocol::kRtpUdp: return "RTP/UDP";
    case Protocol::kRtpTcp: return "RTP/TCP";
    case Protocol::kRtpIce: return "RTP/D-ICE";
    case Protocol::kOtherUdp: return "other/UDP";
    case Protocol::kOtherTcp: return "other/TCP";
    case Protocol::kOther: break;
  }
  return "other";
}

}  // namespace rtsp
