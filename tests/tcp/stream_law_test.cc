// SPDX-License-Identifier: MIT OR GPL-2.0-only
// Laws L1-L5 of tests/tcp/laws.h, for sessions that rapidcheck makes up. RC_PARAMS="max_success=10000" runs more sessions. rapidcheck makes a session
// that breaks a law simpler, and prints it packet by packet.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>

#include "tests/tcp/chance.h"
#include "tests/tcp/laws.h"

namespace rtsp::test {
namespace {

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
