// SPDX-License-Identifier: MIT OR GPL-2.0-only
// Runs the cases of tests/spec/decisions; the README there explains them and the options. It plays each case whole, byte by byte, and once for every
// place where a message can be cut in two. The outcome must be that of the case every time.
#include <gtest/gtest.h>

#include <iostream>
#include <string>
#include <vector>

#include "tests/decisions/decision_case.h"
#include "tests/decisions/notebook.h"
#include "tests/harness/spec_reader.h"
#include "tests/tcp/complaints.h"
#include "tests/tcp/lockstep.h"
#include "tests/tcp/userspace_router.h"

namespace rtsp::test {
namespace {

/// The place where one message is cut; none by default.
struct Cut {
  std::size_t turn = 0;
  std::size_t at = 0;
  bool everywhere = false;  ///< Every message, byte by byte.

  [[nodiscard]] std::vector<std::size_t> Of(std::size_t index, std::size_t size) const {
    std::vector<std::size_t> cuts;
    for (std::size_t i = 1; everywhere && i < size; ++i) cuts.push_back(i);
    if (!everywhere && at != 0 && index == turn) cuts.push_back(at);
    return cuts;
  }
};

/// The outcome of a turn.
struct Outcome {
  std::string heard;
  std::vector<std::string> log;
};

struct Played {
  std::vector<Outcome> turns;
  std::vector<std::string> broken;
};

Played Play(const DecisionCase& play, rtspnat_length_changes length_changes, const Cut& cut) {
  Complaints complaints;
  Notebook notebook(play.scene, complaints);
  RouterOptions options = RouterOf(play.scene, notebook);
  options.length_changes = length_changes;
  UserspaceRouter router(options, complaints);
  Lockstep lockstep(router, complaints);
  Played played;
  std::size_t heard[2] = {};
  std::vector<unsigned> counts(RTSPNAT_NOTES);
  for (std::size_t i = 0; i < play.turns.size(); ++i) {
    const Turn& turn = play.turns[i];
    lockstep.Say(turn.direction, turn.said, cut.Of(i, turn.said.size()));
    if (turn.fin) lockstep.Close(turn.direction);
    Outcome outcome;
    const std::string_view all = lockstep.Heard(turn.direction);
    outcome.heard = all.substr(heard[turn.direction]);
    heard[turn.direction] = all.size();
    outcome.log = notebook.Take();
    std::uint64_t notes = 0;
    for (unsigned note = 0; note < RTSPNAT_NOTES; ++note) {
      if (router.Count(static_cast<rtspnat_note>(note)) != counts[note]) notes |= std::uint64_t{1} << note;
      counts[note] = router.Count(static_cast<rtspnat_note>(note));
    }
    for (std::string& reason : ReasonsOf(notes)) outcome.log.push_back(std::move(reason));
    played.turns.push_back(std::move(outcome));
  }
  router.Close();
  complaints.Check(notebook.Held() == 0, "L4: a mapping is left behind the end");
  played.broken = complaints.List();
  return played;
}

class DecisionTest : public testing::Test {
 public:
  explicit DecisionTest(const SpecCase& spec) : spec_(spec) {}

  void TestBody() override {
    SCOPED_TRACE("tests/spec/decisions/" + spec_.file + ".md:" + std::to_string(spec_.line) + " " +
                 spec_.heading);
    const DecisionCase play = ReadDecisionCase(spec_);
    ASSERT_FALSE(play.turns.empty());
    PlayEveryWay(play);
    if (!play.scene.also_free || HasFailure()) return;
    SCOPED_TRACE("with the ports free");
    PlayEveryWay(WithPortsFree(play));
  }

 private:
  static void PlayEveryWay(const DecisionCase& play) {
    if (play.scene.length_changes) return CutEverywhere(play, *play.scene.length_changes);
    CutEverywhere(play, RTSPNAT_ONE_LENGTH_CHANGE);
    if (!HasFailure()) CutEverywhere(play, RTSPNAT_ANY_LENGTH_CHANGE);
  }

  static void CutEverywhere(const DecisionCase& play, rtspnat_length_changes length_changes) {
    Expect(play, Play(play, length_changes, {}), "whole");
    Expect(play, Play(play, length_changes, {0, 0, true}), "byte by byte");
    for (std::size_t turn = 0; turn < play.turns.size(); ++turn) {
      for (std::size_t at = 1; at < play.turns[turn].said.size(); ++at) {
        if (HasFailure()) return;
        Expect(play, Play(play, length_changes, {turn, at, false}),
               "message " + std::to_string(turn + 1) + " cut at " + std::to_string(at));
      }
    }
  }

  static void Expect(const DecisionCase& play, const Played& played, const std::string& how) {
    EXPECT_EQ(played.broken, std::vector<std::string>{}) << how;
    for (std::size_t i = 0; i < play.turns.size() && !HasFailure(); ++i) {
      const Turn& turn = play.turns[i];
      EXPECT_EQ(played.turns[i].heard, turn.heard) << how << ", the message in line " << turn.line;
      EXPECT_EQ(played.turns[i].log, turn.log) << how << ", the message in line " << turn.line;
    }
  }

  const SpecCase& spec_;
};

void RegisterCases(const std::vector<SpecCase>& cases) {
  for (const SpecCase& spec : cases) {
    const std::string name = spec.Identifier().substr(spec.Identifier().find("__") + 2);
    testing::RegisterTest(spec.file.c_str(), name.c_str(), nullptr, nullptr, RTSPNAT_DECISIONS_FOLDER,
                          spec.line, [&spec]() -> testing::Test* { return new DecisionTest(spec); });
  }
}

void PrintBlock(const char* words, const std::string& text) {
  std::cout << "```" << words << "\n" << text << "```\n\n";
}

// Writes bytes as in an input block.
std::string Escaped(std::string_view bytes) {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const auto byte = static_cast<unsigned char>(bytes[i]);
    if (bytes.substr(i).starts_with("\r\n")) {
      text += '\n';
      ++i;
    } else if (byte == '\\') {
      text += "\\\\";
    } else if (byte < 0x20 || byte >= 0x7f) {
      text += {'\\', 'x', kHex[byte >> 4U], kHex[byte & 15U]};
    } else {
      text += bytes[i];
    }
  }
  return text.ends_with('\n') ? text : text + "\\\n";
}

// Prints the outcome of the cases whose headings have `name`; useful for writing a new case.
int Print(const std::vector<SpecCase>& cases, const std::string& name) {
  for (const SpecCase& spec : cases) {
    if (spec.heading.find(name) == std::string::npos) continue;
    const DecisionCase play = ReadDecisionCase(spec);
    std::cout << "## " << spec.heading << "\n\n";
    const Played played = Play(play, play.scene.length_changes.value_or(RTSPNAT_ANY_LENGTH_CHANGE), {});
    for (std::size_t i = 0; i < play.turns.size(); ++i) {
      const bool client = play.turns[i].direction == RTSPNAT_ORIGINAL;
      const Outcome& outcome = played.turns[i];
      PrintBlock(client ? "client" : "server", Escaped(play.turns[i].said));
      if (outcome.heard != play.turns[i].said)
        PrintBlock(client ? "server hears" : "client hears", Escaped(outcome.heard));
      std::string log;
      for (const std::string& line : outcome.log) log += line + "\n";
      if (!log.empty()) PrintBlock("router", log);
    }
    for (const std::string& law : played.broken) std::cout << "broken: " << law << "\n";
  }
  return 0;
}

}  // namespace
}  // namespace rtsp::test

int main(int argc, char** argv) {
  using namespace rtsp::test;
  testing::InitGoogleTest(&argc, argv);
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  const std::vector<SpecCase> cases = ReadSpecFolder(RTSPNAT_DECISIONS_FOLDER);
  if (arguments.size() == 2 && arguments[0] == "--print") return Print(cases, arguments[1]);
  RegisterCases(cases);
  return RUN_ALL_TESTS();
}
