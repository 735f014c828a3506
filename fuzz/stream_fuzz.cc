// SPDX-License-Identifier: MIT OR GPL-2.0-only
// A whole session over a bad path, judged by tests/tcp/laws.h: L1-L5, and that it comes to its end.
//
// Input: see TrialOf() in tests/tcp/laws.cc. Options, how the applications cut what they write, what befalls the
// packets, and what is said.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "tests/tcp/laws.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const rtsp::test::Trial trial =
      rtsp::test::TrialOf(std::string_view(reinterpret_cast<const char*>(data), size));
  const rtsp::test::Judgement judgement = rtsp::test::Judge(trial);
  if (judgement.broken.empty()) return 0;
  static_cast<void>(std::fprintf(stderr, "%s", rtsp::test::Trace(trial).c_str()));
  for (const std::string& law : judgement.broken)
    static_cast<void>(std::fprintf(stderr, "broken: %s\n", law.c_str()));
  std::abort();
}
