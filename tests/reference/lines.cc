// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "tests/reference/lines.h"

#include <algorithm>
#include <array>

namespace rtsp::reference {
namespace {

constexpr std::string_view kTokenMarks = "!#%&'*+.^_`|~-";

bool IsTokenCharacter(char c) {
  return IsDigit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         kTokenMarks.find(c) != std::string_view::npos;
}

// DEL is no text, but passes: it does no harm in text that is only compared.
bool IsUriCharacter(char c) { return IsBlank(c) || static_cast<unsigned char>(c) > ' '; }

// RTSP/d.d
bool IsVersion(std::string_view text) {
  return text.size() == 8 && text.starts_with("RTSP/") && IsDigit(text[5]) && text[6] == '.' &&
         IsDigit(text[7]);
}

// Returns the next run of bytes that are no blanks.
Span NextWord(std::string_view line, std::size_t from) {
  Span word{from, from};
  while (word.begin < line.size() && IsBlank(line[word.begin])) ++word.begin;
  word.end = word.begin;
  while (word.end < line.size() && !IsBlank(line[word.end])) ++word.end;
  return word;
}

// Returns the span without blanks at its ends.
Span TrimBlanks(std::string_view line, Span span) {
  while (span.begin < span.end && IsBlank(line[span.begin])) ++span.begin;
  while (span.end > span.begin && IsBlank(line[span.end - 1])) --span.end;
  return span;
}

// Returns the last run of bytes that are no blanks. The span does not end in a blank.
Span LastWord(std::string_view line, Span span) {
  Span word{span.end, span.end};
  while (word.begin > span.begin && !IsBlank(line[word.begin - 1])) --word.begin;
  return word;
}

void SetVersion(StartLine& start, std::string_view version) {
  start.major = version[5] - '0';
  start.minor = version[7] - '0';
}

}  // namespace

StartLine ReadStartLine(std::string_view line) {
  StartLine start;
  const Span first = NextWord(line, 0);
  const std::string_view word = first.In(line);
  if (first.begin != 0 || word.empty()) return start;
  if (IsVersion(word)) {
    const std::string_view status = NextWord(line, first.end).In(line);
    const std::optional<std::uint32_t> code = Number(status, 999);
    if (status.size() != 3 || !code || *code < 100) return start;
    start.response = true;
    start.status = *code;
    SetVersion(start, word);
    return start;
  }
  if (!std::ranges::all_of(word, IsTokenCharacter)) return start;
  const Span rest = TrimBlanks(line, {first.end, line.size()});
  const Span version = LastWord(line, rest);
  if (!IsVersion(version.In(line))) return start;
  const Span uri = TrimBlanks(line, {first.end, version.begin});
  if (!std::ranges::all_of(uri.In(line), IsUriCharacter)) return start;
  start.request = true;
  start.method = word;
  start.uri = uri;
  SetVersion(start, version.In(line));
  return start;
}

Header ReadHeader(std::string_view line) {
  static constexpr std::array<std::string_view, 8> kNames = {
      "content-length", "cseq", "location", "require", "session", "supported", "transport", "x-nat"};
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos) return {};
  std::size_t end = colon;
  while (end > 0 && IsBlank(line[end - 1])) --end;
  std::string name = Lower(line.substr(0, end));
  if (name == "proxy-require") name = "require";
  if (std::ranges::find(kNames, name) == kNames.end()) return {};
  return {name, colon + 1};
}

std::optional<std::uint32_t> ReadNumber(std::string_view value, std::uint32_t maximum) {
  return Number(Trim(value, {0, value.size()}).In(value), maximum);
}

Span ReadSession(std::string_view line, std::size_t value) {
  Span session{value, value};
  while (session.begin < line.size() && IsSpace(line[session.begin])) ++session.begin;
  session.end = session.begin;
  while (session.end < line.size() && !IsSpace(line[session.end]) && line[session.end] != ';') ++session.end;
  return session;
}

}  // namespace rtsp::reference
