// SPDX-License-Identifier: MIT OR GPL-2.0-only
// Plays a whole session over a bad path. tests/tcp/laws.h judges L1-L5, and whether the session ends.
//
// Input: options, dice for the writes of the applications, dice for the path, and the texts; see TrialOf() in tests/tcp/laws.cc.
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
