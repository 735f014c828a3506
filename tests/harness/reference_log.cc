// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "tests/harness/reference_log.h"

#include <sstream>

#include "tests/reference/framing.h"
#include "tests/reference/lines.h"

namespace rtsp::test {
namespace {

using reference::FramedUnit;

std::string Place(std::size_t offset, std::size_t length) {
  return " off=" + std::to_string(offset) + " len=" + std::to_string(length);
}

std::string StartOf(const FramedUnit& unit) {
  std::string text = "start" + Place(unit.offset, unit.line.size());
  if (unit.method.empty()) {
    text += " response " + std::to_string(unit.status);
  } else {
    text += " request " + std::string(unit.method);
    const reference::Span uri = unit.too_long ? reference::Span() : reference::ReadStartLine(unit.line).uri;
    if (uri.end != uri.begin) text += " uri" + Place(unit.offset + uri.begin, uri.end - uri.begin);
  }
  return text + " version " + std::to_string(unit.major) + "." + std::to_string(unit.minor) +
         (unit.too_long ? " too_long" : "");
}

std::string HeaderOf(const FramedUnit& unit) {
  const std::string name = reference::ReadHeader(unit.line).name;
  return "header" + Place(unit.offset, unit.line.size()) + " " + (name.empty() ? "other" : name) +
         (unit.too_long ? " too_long" : "") + (unit.bare ? " bare" : "");
}

std::string LineOf(const FramedUnit& unit) {
  const std::string reason = Name(unit.reason);
  const std::string offset = " off=" + std::to_string(unit.offset);
  switch (unit.kind) {
    case UnitKind::kStartLine: return StartOf(unit);
    case UnitKind::kHeader: return HeaderOf(unit);
    case UnitKind::kHeadEnd:
      return "head_end" + offset + " body=" + std::to_string(unit.length) +
             (unit.reason != LostReason::kNone ? " " + reason : "");
    case UnitKind::kInterleaved:
      return "interleaved" + offset + " channel=" + std::to_string(unit.channel) +
             " payload=" + std::to_string(unit.length);
    case UnitKind::kGap: return "gap" + offset + " " + reason;
    case UnitKind::kLost: return "lost " + reason;
    case UnitKind::kNoRoom:
    case UnitKind::kNeedMore: break;
  }
  return "nothing";
}

}  // namespace

std::string ReferenceLogOf(std::string_view stream, std::optional<std::size_t> answers_from) {
  std::string log;
  for (const FramedUnit& unit : reference::ReadUnits(stream, answers_from)) log += LineOf(unit) + "\n";
  return log;
}

std::string ReferenceLogOf(std::string_view stream, Role role) {
  std::optional<std::size_t> answers_from;
  if (role == Role::kAnswers) answers_from = 0;
  return ReferenceLogOf(stream, answers_from);
}

std::string WithoutValues(std::string_view log) {
  std::istringstream in{std::string(log)};
  std::string kept;
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with(' ')) continue;
    kept += (line.starts_with("header") ? reference::Lower(line) : line) + "\n";
  }
  return kept;
}

}  // namespace rtsp::test
