// SPDX-License-Identifier: MIT OR GPL-2.0-only
#pragma once
/// @file
/// How an oracle reports: the law that is broken on stderr, then abort, which libFuzzer takes for a crash.
#include <cstdio>
#include <cstdlib>

/// Does nothing if @p holds.
inline void Check(bool holds, const char* law) {
  if (holds) return;
  static_cast<void>(std::fprintf(stderr, "broken: %s\n", law));
  std::abort();
}
