// SPDX-License-Identifier: MIT OR GPL-2.0-only
// The laws of rtspnat.h that a Dialogue checks with its notes.
#include <algorithm>

#include "tests/harness/dialogue.h"

namespace rtsp::test {
namespace {

// Returns whether the ports obey law 6 for ports that differ from `own`.
bool AreOthers(const std::uint16_t (&ports)[RTSPNAT_PORTS], unsigned count) {
  for (unsigned i = 1; i < count; ++i) {
    if (ports[i] != ports[0] + i) return false;
  }
  return count == 1 || ports[0] % 2 == 0;
}

}  // namespace

void Dialogue::CheckPorts(const rtspnat_step& step, const std::uint16_t (&own)[RTSPNAT_PORTS],
                          const std::uint16_t (&proposed)[RTSPNAT_PORTS], unsigned count, bool may_differ) {
  Check(count >= 1 && count <= RTSPNAT_PORTS, "law 6: count");
  bool same = true;
  for (unsigned i = 0; i < count; ++i) {
    Check(proposed[i] >= 1024, "law 6: a port below 1024");
    same = same && proposed[i] == own[i];
  }
  if (same) return;
  Check(may_differ, "law 6: another port without NAT");
  Check(AreOthers(proposed, count), "law 6: ports that do not follow each other, or begin odd");
  Check(std::to_string(proposed[0]).size() <= step.mapping.digits, "law 6: too many digits");
}

// Law 10: behind a gap the core takes neither the peer's ports nor the source of media from a reply.
void Dialogue::CheckDoubt(const rtspnat_step& step) {
  if (!gap_ || direction_ != RTSPNAT_REPLY) return;
  Check(step.ask != RTSPNAT_PUBLISH, "law 10: published behind a gap");
  Check(step.mapping.peer[0] == 0, "law 10: narrowed behind a gap");
  Check(step.mapping.media_source.family == 0, "law 10: a source of media behind a gap");
}

// Law 11: the core releases ports that the peer knows only at a final reply, at the end, or at a bound that it counts.
void Dialogue::CheckTold(const rtspnat_segment& segment) {
  constexpr std::uint64_t kBound = std::uint64_t{1} << RTSPNAT_NOTE_UNANSWERED;
  const bool may = segment.direction == RTSPNAT_REPLY || (segment.flags & (RTSPNAT_FIN | RTSPNAT_RST)) != 0 ||
                   (step_.done.notes & kBound) != 0;
  Check(!released_told_ || may, "law 11: given back behind its text");
}

// Law 11: ports are reserved when they leave for the first time, at `offset` of the opener's stream.
void Dialogue::CheckEdit(std::uint32_t offset, std::string_view text) {
  const bool is_ports = text.find_first_not_of("0123456789-") == std::string_view::npos;
  const bool ends = (step_.done.flags & (RTSPNAT_FIN | RTSPNAT_RST)) != 0;
  if (direction_ != RTSPNAT_ORIGINAL || !is_ports || ends || offset < left_[direction_].bytes.size()) return;
  const auto port = static_cast<unsigned>(std::stoul(std::string(text.substr(0, 5))));
  // A part of an address, or the control connection's own port (x-NAT).
  bool reserved = port < 1024 || port == setup_.outside_port;
  for (auto& [number, book] : books_) {
    const auto& outside = book.step.mapping.outside;
    const bool is_own = std::find(std::begin(outside), std::end(outside), port) != std::end(outside);
    reserved = reserved || is_own;
    book.told = book.told || is_own;
  }
  Check(reserved, "law 11: an edit without its reservation");
}

}  // namespace rtsp::test
