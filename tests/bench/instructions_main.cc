// SPDX-License-Identifier: MIT OR GPL-2.0-only
// Runs one benchmark a given number of times, for callgrind to count (tests/bench/instructions.py):
//   instructions setup-447.rtsp | setup-147.rtsp | frame-1448 | frame-65535   free | taken   TIMES
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

#include "tests/bench/plan.h"

using rtsp::bench::Flow;
using rtsp::bench::Ports;

namespace {

bool Frame(std::uint32_t length, long times) {
  const std::string head = rtsp::bench::OpenFrame();
  for (long i = 0; i < times; ++i) {
    Flow flow;
    rtsp::bench::ReadAndPlan(flow, rtsp::bench::SegmentOf(head), Ports::kFree);
    auto segment = rtsp::test::Sized<rtspnat_segment>();
    segment.length = length;
    segment.seq = static_cast<std::uint32_t>(head.size());
    if (!rtsp::bench::PassOver(flow.Get(), segment)) return false;
  }
  return true;
}

bool Message(const char* name, Ports ports, long times) {
  const std::string bytes = rtsp::bench::ReadFile(name);
  const unsigned edits = ports == Ports::kTaken ? 1 : 0;
  for (long i = 0; i < times; ++i) {
    Flow flow;
    if (rtsp::bench::ReadAndPlan(flow, rtsp::bench::SegmentOf(bytes), ports) != edits) return false;
    // The mapping must exist; otherwise the core planned nothing.
    auto step = rtsp::test::Sized<rtspnat_step>();
    if (!rtspnat_close(flow.Get(), &step)) return false;
  }
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    std::fprintf(stderr, "usage: %s FILE|frame-LENGTH free|taken TIMES\n", argv[0]);
    return 2;
  }
  const char* name = argv[1];
  const Ports ports = std::strcmp(argv[2], "taken") == 0 ? Ports::kTaken : Ports::kFree;
  const long times = std::strtol(argv[3], nullptr, 10);
  const bool is_frame = std::strncmp(name, "frame-", 6) == 0;
  const bool right = is_frame ? Frame(static_cast<std::uint32_t>(std::strtoul(name + 6, nullptr, 10)), times)
                              : Message(name, ports, times);
  if (!right) std::fprintf(stderr, "%s: not planned as it should be\n", name);
  return right ? 0 : 1;
}
