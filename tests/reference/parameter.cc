// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "tests/reference/parameter.h"

#include <algorithm>
#include <vector>

namespace rtsp::reference {
namespace {

constexpr std::string_view kNameMarks = "!#$%&'()*+.:<>?@^_`{|}~[]-";

bool IsNameCharacter(char c) {
  return IsDigit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         kNameMarks.find(c) != std::string_view::npos;
}

}  // namespace

Protocol ProtocolOf(const std::string& text) {
  std::vector<std::string> parts;
  for (std::size_t from = 0;;) {
    const std::size_t slash = text.find('/', from);
    parts.push_back(text.substr(from, slash - from));
    if (slash == std::string::npos) break;
    from = slash + 1;
  }
  static constexpr std::string_view kProfiles[] = {"avp", "avpf", "savp", "savpf"};
  if (parts.size() > 3) return Protocol::kOther;
  const std::string& lower = parts.back();
  if (parts[0] == "rtp" && std::ranges::find(kProfiles, parts[1]) != std::end(kProfiles)) {
    if (parts.size() == 2 || lower == "udp") return Protocol::kRtpUdp;
    if (lower == "tcp") return Protocol::kRtpTcp;
    return lower == "d-ice" ? Protocol::kRtpIce : Protocol::kOther;
  }
  if (lower == "udp") return Protocol::kOtherUdp;
  return lower == "tcp" ? Protocol::kOtherTcp : Protocol::kOther;
}

std::size_t NameEnd(std::string_view line, Span span) {
  std::size_t end = span.begin;
  while (end < span.end && IsNameCharacter(line[end])) ++end;
  while (end > span.begin && end + 1 < span.end && line[end] == '/' && IsNameCharacter(line[end + 1])) {
    ++end;
    while (end < span.end && IsNameCharacter(line[end])) ++end;
  }
  return end;
}

}  // namespace rtsp::reference
