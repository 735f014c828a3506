// SPDX-License-Identifier: MIT OR GPL-2.0-only
#pragma once
/// @file
/// Reports a broken law on stderr and aborts, which libFuzzer takes for a crash.
#include <cstdio>
#include <cstdlib>

/// Does nothing if @p holds.
inline void Check(bool holds, const char* law) {
  if (holds) return;
  static_cast<void>(std::fprintf(stderr, "broken: %s\n", law));
  std::abort();
}
