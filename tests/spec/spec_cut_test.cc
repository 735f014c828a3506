// SPDX-License-Identifier: MIT OR GPL-2.0-only
// Law L1 for every case of tests/spec. Its stream goes through the core whole, cut into any two pieces (a long one only near line ends and limits,
// see CutsOf()), and cut into any three (only a short one, unless RTSPNAT_THREE_PIECES is larger). Each time the same bytes come out, and the core asks
// the same questions.
#include <gtest/gtest.h>

#include <cstdlib>
#include <iostream>
#include <regex>
#include <string>
#include <string_view>
#include <vector>

#include "tests/harness/spec_reader.h"
#include "tests/tcp/lockstep.h"
#include "tests/tcp/userspace_router.h"

namespace rtsp::test {
namespace {

// Streams up to this size are cut into any three pieces. Their number grows with the square of the size, and the work
// with its cube; the environment can set another size.
std::size_t ThreePieces() {
  static const char* set = std::getenv("RTSPNAT_THREE_PIECES");
  static const std::size_t size = set != nullptr ? std::strtoul(set, nullptr, 10) : 400;
  return size;
}

struct Plan {
  rtspnat_direction direction = RTSPNAT_ORIGINAL;
  std::string stream;
  std::string before;  // The client's first text, if the stream is the server's.
  RouterOptions router;
};

struct Passed {
  std::string heard;
  std::vector<std::string> log;
  std::vector<std::string> broken;
  bool operator==(const Passed&) const = default;
};

// The client sends a request for the reply in the stream, and gets the port that the reply names, so that the core has text to change.
void PrepareReply(Plan& plan) {
  plan.direction = RTSPNAT_REPLY;
  static const std::regex number("CSeq[ \t]*:[ \t]*([0-9]{1,9})");
  static const std::regex port("(client_port=|dest_addr=\"[^:]*:)([0-9]{4,5})");
  std::smatch match;
  if (!std::regex_search(plan.stream, match, port)) return;
  const unsigned outside = static_cast<unsigned>(std::stoul(match[2]));
  plan.router.answers.given = static_cast<std::uint16_t>(outside);
  const std::string inside = std::to_string(outside % 10 >= 6 ? outside - 4 : outside + 2);
  if (!std::regex_search(plan.stream, match, number)) return;
  plan.before = "SETUP rtsp://h/1 RTSP/1.0\r\nCSeq: " + match[1].str() +
                "\r\nTransport: RTP/AVP;unicast;client_port=" + inside + "\r\n\r\n";
}

Plan PlanOf(std::string stream, bool answers, rtspnat_length_changes length_changes) {
  Plan plan;
  plan.stream = std::move(stream);
  plan.router.length_changes = length_changes;
  plan.router.checks_numbers = false;
  plan.router.answers.taken = 3;
  // The client has the address that the stream gives.
  static const std::regex address("destination=([0-9]{1,3})\\.([0-9]{1,3})\\.([0-9]{1,3})\\.([0-9]{1,3})");
  std::smatch match;
  if (std::regex_search(plan.stream, match, address)) {
    for (unsigned i = 0; i < 4; ++i)
      plan.router.inside.bytes[i] = static_cast<std::uint8_t>(std::stoul(match[i + 1]));
  }
  if (answers) {
    plan.direction = RTSPNAT_REPLY;
    plan.before = "OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n";
  }
  if (answers || plan.stream.starts_with("RTSP/")) PrepareReply(plan);
  return plan;
}

Passed Pass(const Plan& plan, const std::vector<std::size_t>& cuts) {
  Complaints complaints;
  UserspaceRouter router(plan.router, complaints);
  Lockstep lockstep(router, complaints);
  if (!plan.before.empty()) lockstep.Say(RTSPNAT_ORIGINAL, plan.before);
  lockstep.Say(plan.direction, plan.stream, cuts);
  lockstep.Close(plan.direction);
  router.Close();
  return {std::string(lockstep.Heard(plan.direction)), router.Ports().Log(), complaints.List()};
}

unsigned edited = 0;  // Streams that the core changed.

class CutCase : public testing::Test {
 public:
  explicit CutCase(const SpecCase& spec) : spec_(spec) {}

  void TestBody() override {
    SCOPED_TRACE("tests/spec/" + spec_.file + ".md:" + std::to_string(spec_.line) + " " + spec_.heading);
    const SpecBlock& input = *spec_.Find("rtsp");
    const std::string stream = BytesOf(input);
    for (const rtspnat_length_changes changes : {RTSPNAT_ANY_LENGTH_CHANGE, RTSPNAT_ONE_LENGTH_CHANGE}) {
      CutEverywhere(PlanOf(stream, input.Has("answers"), changes),
                    changes == RTSPNAT_ANY_LENGTH_CHANGE && stream.size() <= ThreePieces());
      if (testing::Test::HasFatalFailure()) return;
    }
  }

 private:
  static void CutEverywhere(const Plan& plan, bool thrice) {
    const Passed whole = Pass(plan, {});
    ASSERT_EQ(whole.broken, std::vector<std::string>{});
    if (whole.heard != plan.stream) ++edited;
    const std::size_t size = plan.stream.size();
    std::vector<std::size_t> every(size == 0 ? 0 : size - 1);
    for (std::size_t i = 0; i < every.size(); ++i) every[i] = i + 1;
    ExpectSame(Pass(plan, every), whole, "byte by byte");
    for (const std::size_t first : CutsOf(plan.stream)) {
      if (first == 0 || first == size) continue;
      ExpectSame(Pass(plan, {first}), whole, "cut at " + std::to_string(first));
      for (std::size_t second = first + 1; thrice && second < size; ++second) {
        const Passed cut = Pass(plan, {first, second});
        if (cut == whole) continue;
        ExpectSame(cut, whole, "cut at " + std::to_string(first) + " and " + std::to_string(second));
      }
      if (testing::Test::HasFailure()) return;
    }
  }

  static void ExpectSame(const Passed& cut, const Passed& whole, const std::string& where) {
    EXPECT_EQ(cut.broken, whole.broken) << where;
    EXPECT_EQ(cut.heard, whole.heard) << where;
    EXPECT_EQ(cut.log, whole.log) << where;
  }

  const SpecCase& spec_;
};

// Runs last. A case whose text the core leaves alone shows little.
class EnoughIsEdited : public testing::Test {
 public:
  void TestBody() override {
    constexpr unsigned kLeast = 80;
    std::cout << edited << " runs of cases have edits\n";
    EXPECT_GE(edited, kLeast);
  }
};

}  // namespace
}  // namespace rtsp::test

int main(int argc, char** argv) {
  using namespace rtsp::test;
  testing::InitGoogleTest(&argc, argv);
  const std::vector<SpecCase> cases = ReadSpecFolder(RTSPNAT_SPEC_FOLDER);
  for (const SpecCase& spec : cases) {
    if (spec.Find("rtsp") == nullptr) continue;
    const std::string name = spec.Identifier().substr(spec.Identifier().find("__") + 2);
    testing::RegisterTest(spec.file.c_str(), name.c_str(), nullptr, nullptr, RTSPNAT_SPEC_FOLDER, spec.line,
                          [&spec]() -> testing::Test* { return new CutCase(spec); });
  }
  testing::RegisterTest("zz_all", "enough_is_edited", nullptr, nullptr, __FILE__, __LINE__,
                        []() -> testing::Test* { return new EnoughIsEdited; });
  return RUN_ALL_TESTS();
}
