// SPDX-License-Identifier: MIT OR GPL-2.0-only
#pragma once
/// @file
/// The clock of the tests. Time passes when the next action happens, and nobody sleeps.
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <utility>

namespace rtsp::test {

using Time = std::chrono::microseconds;
using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""s;

/// The actions to come, with their times. Actions of the same time happen in the order in which they were added.
class Clock {
 public:
  /// Returns the time since the clock was made.
  [[nodiscard]] Time Now() const { return now_; }

  /// Adds @p action, which happens after @p delay.
  void After(Time delay, std::function<void()> action) {
    agenda_.emplace(std::pair(now_ + delay, ++serial_), std::move(action));
  }

  /// Lets the next action happen. Returns false if there is none.
  bool Step() {
    if (agenda_.empty()) return false;
    const auto next = agenda_.extract(agenda_.begin());
    now_ = next.key().first;
    next.mapped()();
    return true;
  }

 private:
  Time now_ = Time::zero();
  std::uint64_t serial_ = 0;
  std::map<std::pair<Time, std::uint64_t>, std::function<void()>> agenda_;
};

/// An alarm that can be moved and stopped.
class Timer {
 public:
  Timer(Clock& clock, std::function<void()> ring)
      : clock_(clock), state_(std::make_shared<State>(State{std::move(ring), 0, false})) {}

  [[nodiscard]] bool Running() const { return state_->running; }

  /// Rings after @p delay, and no longer at the time that was set before.
  void Set(Time delay) {
    state_->running = true;
    clock_.After(delay, [state = state_, setting = ++state_->setting] {
      if (!state->running || state->setting != setting) return;
      state->running = false;
      state->ring();
    });
  }

  void Stop() { state_->running = false; }

 private:
  struct State {
    std::function<void()> ring;
    std::uint64_t setting;
    bool running;
  };

  Clock& clock_;
  std::shared_ptr<State> state_;
};

}  // namespace rtsp::test
