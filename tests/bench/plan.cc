// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "tests/bench/plan.h"

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>

namespace rtsp::bench {

unsigned ReadAndPlan(Flow& flow, const rtspnat_segment& segment, Ports ports) {
  rtspnat_connection* const connection = flow.Get();
  auto step = test::Sized<rtspnat_step>();
  rtspnat_begin(connection, flow.Scratch(), &segment);
  while (rtspnat_next(connection, &step) != RTSPNAT_DONE) {
    if (step.ask == RTSPNAT_LEND) {
      rtspnat_lend(connection, flow.Buffer());
      continue;
    }
    const bool taken = ports == Ports::kTaken && step.mapping.outside[0] == step.mapping.inside[0];
    rtspnat_answer(connection, taken ? RTSPNAT_BUSY : RTSPNAT_YES, step.mapping.outside[0]);
  }
  auto edit = test::Sized<rtspnat_edit>();
  unsigned edits = 0;
  while (edits < step.done.edits && rtspnat_get_edit(connection, edits, &edit)) ++edits;
  return edits;
}

bool PassOver(rtspnat_connection* connection, const rtspnat_segment& segment) {
  return rtspnat_skip(connection, &segment);
}

std::string ReadFile(const std::string& name) {
  std::ifstream file(std::string(RTSPNAT_BENCH_FOLDER) + "/" + name, std::ios::binary);
  std::string bytes{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  if (bytes.empty()) {
    std::fprintf(stderr, "cannot read %s/%s\n", RTSPNAT_BENCH_FOLDER, name.c_str());
    std::exit(1);
  }
  return bytes;
}

std::string OpenFrame() { return std::string("OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n$\0\xff\xff", 35); }

}  // namespace rtsp::bench
