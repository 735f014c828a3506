// SPDX-License-Identifier: MIT OR GPL-2.0-only
// Laws L1-L5 of tests/tcp/laws.h, for sessions that rapidcheck makes up. RC_PARAMS="max_success=10000" runs more of
// them; a session that breaks a law is made simpler and printed packet by packet.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>

#include "tests/tcp/chance.h"
#include "tests/tcp/laws.h"

namespace rtsp::test {
namespace {

rc::Gen<Trial> AnyTrial(rtspnat_length_changes length_changes) {
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

void Assert(const Trial& trial) {
  const Judgement judgement = Judge(trial);
  RC_CLASSIFY(judgement.beyond_bounds, "beyond bounds");
  RC_CLASSIFY(judgement.Noted(RTSPNAT_NOTE_WITHHELD), "withheld");
  RC_CLASSIFY(judgement.Noted(RTSPNAT_NOTE_CUSTODY), "custody");
  RC_CLASSIFY(judgement.Noted(RTSPNAT_NOTE_LENGTH_CHANGED), "longer");
  if (judgement.broken.empty()) return;
  for (const std::string& law : judgement.broken) RC_LOG() << law << '\n';
  RC_LOG() << Trace(trial);
  RC_FAIL("a law is broken");
}

RC_GTEST_PROP(StreamLaw, L2HoldsWithTheMapOfTheCore, ()) { Assert(*AnyTrial(RTSPNAT_ANY_LENGTH_CHANGE)); }

RC_GTEST_PROP(StreamLaw, L2HoldsWithOneCorrectionAsInTheKernel, ()) {
  Assert(*AnyTrial(RTSPNAT_ONE_LENGTH_CHANGE));
}

RC_GTEST_PROP(StreamLaw, L2HoldsWithoutLengthChanges, ()) { Assert(*AnyTrial(RTSPNAT_NO_LENGTH_CHANGE)); }

RC_GTEST_PROP(StreamLaw, L4HoldsWhenTheConnectionBreaksOff, ()) {
  Trial trial = *AnyTrial(RTSPNAT_ANY_LENGTH_CHANGE);
  trial.session.ending = *rc::gen::element(Ending::kReset, Ending::kSilence);
  Assert(trial);
}

}  // namespace
}  // namespace rtsp::test
