// SPDX-License-Identifier: MIT OR GPL-2.0-only
#pragma once
/// @file
/// Generators of sessions for rapidcheck, which makes a session simpler when it breaks a law.
#include <rapidcheck.h>

#include <string>

#include "tests/tcp/laws.h"
#include "tests/tcp/session.h"

namespace rtsp::test {

/// Returns up to @p most bytes for Dice. In some sessions most bytes are 0 ("nothing unusual"), in others nearly all.
inline rc::Gen<std::string> AnyDice(std::size_t most) {
  return rc::gen::mapcat(rc::gen::inRange<std::size_t>(0, 12), [most](std::size_t calm) {
    const auto byte = rc::gen::weightedOneOf<char>(
        {{calm * 2 + 1, rc::gen::just('\0')},
         {4, rc::gen::map(rc::gen::inRange(0, 256), [](int value) { return static_cast<char>(value); })}});
    return rc::gen::mapcat(rc::gen::inRange<std::size_t>(0, most + 1),
                           [byte](std::size_t size) { return rc::gen::container<std::string>(size, byte); });
  });
}

inline rc::Gen<EndpointOptions> AnyEndpoint() {
  return rc::gen::map(
      rc::gen::tuple(rc::gen::arbitrary<bool>(), rc::gen::element<std::uint32_t>(1460, 536, 100, 1, 7, 1448),
                     rc::gen::element<std::uint32_t>(10, 2, 40), rc::gen::arbitrary<bool>(),
                     rc::gen::element<std::uint32_t>(65535, 4000, 1500),
                     rc::gen::element<std::uint32_t>(1, 0xffffff00U, 0x7fffff80U),
                     rc::gen::container<std::vector<bool>>(5, rc::gen::arbitrary<bool>())),
      [](const auto& drawn) {
        const auto& [nagle, segment, window, recut, buffer, number, flags] = drawn;
        EndpointOptions options;
        options.sender = {nagle, segment, window, recut};
        options.receiver.buffer_bytes = buffer;
        options.receiver.reports_sack = flags[0];
        options.first_number = number;
        options.delays_acknowledgements = flags[1];
        options.timestamps = flags[2];
        options.keep_alive = flags[3];
        options.reads_every = flags[4] ? 30ms : Time::zero();
        return options;
      });
}

inline rc::Gen<SessionOptions> AnySession() {
  return rc::gen::map(
      rc::gen::tuple(AnyEndpoint(), AnyEndpoint(), AnyDice(400), AnyDice(60), rc::gen::arbitrary<bool>(),
                     rc::gen::element(Ending::kClientCloses, Ending::kServerCloses),
                     rc::gen::element(15U, 15U, 15U, 1U, 2U, 4U, 8U, 5U, 10U)),
      [](const auto& drawn) {
        SessionOptions options;
        options.network.ends[0] = std::get<0>(drawn);
        options.network.ends[1] = std::get<1>(drawn);
        options.network.dice = std::get<2>(drawn);
        options.pieces = std::get<3>(drawn);
        options.network.aggregates = std::get<4>(drawn);
        options.ending = std::get<5>(drawn);
        options.network.rough_legs = std::get<6>(drawn);
        return options;
      });
}

inline rc::Gen<Trial> AnyTrial(rtspnat_length_changes length_changes) {
  return rc::gen::map(
      rc::gen::tuple(AnySession(), AnyDice(200), rc::gen::inRange(0U, kRealms), rc::gen::inRange(0, 8),
                     rc::gen::container<std::vector<bool>>(4, rc::gen::arbitrary<bool>())),
      [length_changes](const auto& drawn) {
        const auto& [session, plan, realm, taken, flags] = drawn;
        Trial trial;
        trial.session = session;
        for (EndpointOptions& end : trial.session.network.ends) end.receiver.may_overshoot = 2048;
        trial.plan = plan;
        trial.realm = realm;
        trial.router.length_changes = length_changes;
        trial.router.answers = {static_cast<std::uint8_t>(taken), flags[0], flags[1]};
        trial.router.use_skip = flags[2];
        trial.router.shows_empty = flags[3];
        return trial;
      });
}

}  // namespace rtsp::test
