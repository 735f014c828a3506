// SPDX-License-Identifier: MIT OR GPL-2.0-only
// Compares the readers of start lines and header lines with the reference, and checks the promises of start_line.h and header.h.
//
// Input: one line, without its line end.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "bytes/limits.h"
#include "fuzz/check.h"
#include "rtsp/header.h"
#include "rtsp/start_line.h"
#include "tests/harness/names.h"
#include "tests/reference/lines.h"

namespace {

using rtsp::Cursor;
using rtsp::Field;
namespace reference = rtsp::reference;

bool IsAt(Field field, reference::Span span) {
  return field.offset == span.begin && field.length == span.end - span.begin;
}

// The place of an empty URI does not matter.
bool IsUriAt(Field field, reference::Span span) {
  return span.begin == span.end ? field.Empty() : IsAt(field, span);
}

void CheckStartLine(Cursor in, std::string_view line) {
  const rtsp::StartLine start = rtsp::LexStartLine(in);
  const reference::StartLine expected = reference::ReadStartLine(line);
  Check((start.kind == rtsp::StartKind::kRequest) == expected.request, "requests are told");
  Check((start.kind == rtsp::StartKind::kResponse) == expected.response, "responses are told");
  if (start.kind == rtsp::StartKind::kInvalid) return;
  Check(start.major == expected.major && start.minor == expected.minor, "the version");
  Check(start.status == expected.status, "the status");
  if (!expected.request) return;
  Check(IsUriAt(start.uri, expected.uri), "the place of the URI");
  const bool known = start.method != rtsp::Method::kOther;
  if (known) Check(expected.method == rtsp::Name(start.method), "the method is the one that stands there");
  for (int i = 1; !known && i <= static_cast<int>(rtsp::Method::kTeardown); ++i)
    Check(expected.method != rtsp::Name(static_cast<rtsp::Method>(i)), "no known method is other");
}

// Reads the same line byte by byte.
void CheckLongStartLine(std::string_view line) {
  const bool is_line = line.find('\n') == std::string_view::npos && (line.empty() || line.back() != '\r');
  if (!is_line) return;
  const reference::StartLine expected = reference::ReadStartLine(line);
  const std::string bytes = std::string(line) + "\r\n";
  rtsp::LongStartLine reader;
  reader.Begin();
  for (const char byte : bytes) reader.Put(static_cast<std::uint8_t>(byte));
  const rtsp::StartLine start = reader.Finish();
  const bool method_fits = expected.method.size() <= rtsp::LongStartLine::kMethodBytes;
  Check((start.kind == rtsp::StartKind::kRequest) == (expected.request && method_fits),
        "long requests are told");
  Check((start.kind == rtsp::StartKind::kResponse) == expected.response, "long responses are told");
  if (start.kind == rtsp::StartKind::kInvalid) return;
  Check(start.major == expected.major && start.minor == expected.minor, "the version of a long line");
  Check(start.status == expected.status, "the status of a long line");
  Check(start.uri.Empty(), "the URI of a long line is not kept");
  if (!expected.request) return;
  const std::string_view uri = expected.uri.In(line);
  const Cursor place(reinterpret_cast<const std::uint8_t*>(uri.data()),
                     static_cast<std::uint32_t>(uri.size()));
  Check(start.odd_uri == rtsp::HashUri(place), "which URI a long line has");
}

void CheckNumber(Cursor in, std::string_view line, std::uint16_t value, std::uint32_t maximum) {
  const rtsp::Number number = rtsp::ReadNumberValue(in, value, maximum);
  const auto expected = reference::ReadNumber(line.substr(value), maximum);
  Check(number.valid == expected.has_value(), "whether a value is a number");
  Check(number.value == expected.value_or(0), "the number");
  Check(number.field.offset + std::size_t{number.field.length} <= line.size(), "digits lie in the line");
}

void CheckHeader(Cursor in, std::string_view line) {
  const rtsp::Header header = rtsp::LexHeader(in);
  const reference::Header expected = reference::ReadHeader(line);
  if (expected.name.empty()) {
    Check(header.name == rtsp::HeaderName::kOther && header.value == 0, "no known name is other");
    return;
  }
  Check(reference::Lower(rtsp::Name(header.name)) == expected.name, "the name");
  Check(header.value == expected.value, "where the value begins");
  CheckNumber(in, line, header.value, limits::kBodyBytes);
  CheckNumber(in, line, header.value, 0xffff'ffff);
  Check(IsAt(rtsp::SessionIdentifier(in, header.value), reference::ReadSession(line, header.value)),
        "the session identifier");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > limits::kLineBytes) return 0;
  const std::unique_ptr<std::uint8_t[]> bytes(new std::uint8_t[size]);
  std::copy(data, data + size, bytes.get());
  const Cursor in(bytes.get(), static_cast<std::uint32_t>(size));
  const std::string_view line(reinterpret_cast<const char*>(data), size);
  CheckStartLine(in, line);
  CheckLongStartLine(line);
  CheckHeader(in, line);
  return 0;
}
