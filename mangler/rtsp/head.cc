// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "mangler/rtsp/head.h"

namespace mangle {
namespace {

constexpr std::uint32_t kMaxCseq = 0xffff'ffff;

}  // namespace

std::uint32_t HashOf(const bytes::Cursor& line, bytes::Field field) {
  return field.Empty() ? 0 : bytes::Hash(line.Slice(field)) | 1U;
}

void Head::Begin(const rtsp::Unit& unit) {
  *this = {};
  method = unit.start.method;
  status = unit.start.status;
  const bool has_streams =
      method == rtsp::Method::kSetup || method == rtsp::Method::kPlay || method == rtsp::Method::kTeardown;
  if (!has_streams) return;
  const std::uint32_t odd = unit.start.odd_uri;
  uri = (odd != 0 ? odd : bytes::Hash(unit.line.Slice(unit.start.uri))) | 1U;
}

// Servers echo the text of a CSeq, whatever it is.
void Head::ReadCseq(const rtsp::Unit& unit) {
  const bytes::Number number = rtsp::ReadNumberValue(unit.line, unit.header.value, kMaxCseq);
  cseq_kind = CseqKind::kNumber;
  cseq = number.value;
  if (number.valid) return;
  const bytes::Field text = rtsp::TrimmedValue(unit.line, unit.header.value);
  cseq_kind = text.Empty() ? CseqKind::kNone : CseqKind::kText;
  cseq = HashOf(unit.line, text);
}

}  // namespace mangle
