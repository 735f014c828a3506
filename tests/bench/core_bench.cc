// SPDX-License-Identifier: MIT OR GPL-2.0-only
// Measures the time of a segment, for people. The test counts instructions instead (tests/bench/instructions.py).
#include <benchmark/benchmark.h>

#include <string>

#include "tests/bench/plan.h"

namespace {

using rtsp::bench::Flow;
using rtsp::bench::Ports;

void BM_ReadAndPlan(benchmark::State& state, const char* name, Ports ports) {
  const std::string bytes = rtsp::bench::ReadFile(name);
  const rtspnat_segment segment = rtsp::bench::SegmentOf(bytes);
  Flow flow;
  for (auto _ : state) {
    flow.Reset();
    benchmark::DoNotOptimize(rtsp::bench::ReadAndPlan(flow, segment, ports));
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * bytes.size()));
}
BENCHMARK_CAPTURE(BM_ReadAndPlan, setup_147_free, "setup-147.rtsp", Ports::kFree);
BENCHMARK_CAPTURE(BM_ReadAndPlan, setup_147_taken, "setup-147.rtsp", Ports::kTaken);
BENCHMARK_CAPTURE(BM_ReadAndPlan, setup_447_free, "setup-447.rtsp", Ports::kFree);
BENCHMARK_CAPTURE(BM_ReadAndPlan, setup_447_taken, "setup-447.rtsp", Ports::kTaken);

// Frames of the largest size in a row, in segments of 1448 bytes.
void BM_Interleaved(benchmark::State& state) {
  constexpr std::uint32_t kSegment = 1448;
  std::string stream = rtsp::bench::OpenFrame();
  stream.resize(stream.size() + 65535);
  Flow flow;
  std::uint32_t at = 0;
  for (auto _ : state) {
    if (at + kSegment > stream.size()) at = 0;
    if (at == 0) {
      state.PauseTiming();
      flow.Reset();
      state.ResumeTiming();
    }
    rtspnat_segment segment = {};
    segment.payload = reinterpret_cast<const std::uint8_t*>(stream.data()) + at;
    segment.length = kSegment;
    segment.seq = at;
    if (!rtsp::bench::PassOver(flow.Get(), segment)) rtsp::bench::ReadAndPlan(flow, segment, Ports::kFree);
    at += kSegment;
  }
  state.SetBytesProcessed(state.iterations() * kSegment);
}
BENCHMARK(BM_Interleaved);

}  // namespace

BENCHMARK_MAIN();
