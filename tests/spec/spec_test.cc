// SPDX-License-Identifier: MIT OR GPL-2.0-only
// Runs the cases of tests/spec; tests/spec/README.md explains them and the options.
#include <gtest/gtest.h>

#include <fstream>
#include <iostream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "tests/harness/event_log.h"
#include "tests/harness/reference_log.h"
#include "tests/harness/spec_reader.h"
#include "tests/spec/spec_seeds.h"

namespace rtsp::test {
namespace {

// Streams up to this size are cut into any three pieces; that takes a few seconds for all cases.
constexpr std::size_t kThreePieces = 400;

Role RoleOf(const SpecBlock& input) { return input.Has("answers") ? Role::kAnswers : Role::kOpener; }

std::string LogOfPieces(std::string_view stream, Role role, std::size_t first, std::size_t second) {
  EventLog log(role);
  log.Feed(stream.substr(0, first));
  log.Feed(stream.substr(first, second - first));
  log.Feed(stream.substr(second));
  return log.Text();
}

std::string LogByteByByte(std::string_view stream, Role role) {
  EventLog log(role);
  for (std::size_t i = 0; i < stream.size(); ++i) log.Feed(stream.substr(i, 1));
  return log.Text();
}

class StreamCase : public testing::Test {
 public:
  explicit StreamCase(const SpecCase& spec) : spec_(spec) {}

  void TestBody() override {
    SCOPED_TRACE("tests/spec/" + spec_.file + ".md:" + std::to_string(spec_.line) + " " + spec_.heading);
    const SpecBlock* input = spec_.Find("rtsp");
    const SpecBlock* log = spec_.Find("log");
    ASSERT_TRUE(input != nullptr && log != nullptr) << "a case needs a block rtsp and a block log";
    const std::string stream = BytesOf(*input);
    const Role role = RoleOf(*input);
    ASSERT_EQ(LogOf(stream, role), log->text);
    ASSERT_EQ(LogByteByByte(stream, role), log->text) << "byte by byte";
    const std::size_t size = stream.size();
    for (const std::size_t first : CutsOf(stream)) {
      const std::size_t last = size <= kThreePieces ? size : first;
      for (std::size_t second = first; second <= last; ++second)
        ASSERT_EQ(LogOfPieces(stream, role, first, second), log->text)
            << "cut at " << first << " and " << second;
    }
  }

 private:
  const SpecCase& spec_;
};

// The reader with the whole stream in memory must write the same log lines.
class ReferenceCase : public testing::Test {
 public:
  explicit ReferenceCase(const SpecCase& spec) : spec_(spec) {}

  void TestBody() override {
    SCOPED_TRACE("tests/spec/" + spec_.file + ".md:" + std::to_string(spec_.line) + " " + spec_.heading);
    const SpecBlock* input = spec_.Find("rtsp");
    const SpecBlock* log = spec_.Find("log");
    ASSERT_TRUE(input != nullptr && log != nullptr) << "a case needs a block rtsp and a block log";
    EXPECT_EQ(ReferenceLogOf(BytesOf(*input), RoleOf(*input)), WithoutValues(log->text));
  }

 private:
  const SpecCase& spec_;
};

void RegisterCases(const std::vector<SpecCase>& cases) {
  for (const SpecCase& spec : cases) {
    if (spec.Find("rtsp") == nullptr) continue;
    const std::string name = spec.Identifier().substr(spec.Identifier().find("__") + 2);
    testing::RegisterTest(spec.file.c_str(), name.c_str(), nullptr, nullptr, RTSPNAT_SPEC_FOLDER, spec.line,
                          [&spec]() -> testing::Test* { return new StreamCase(spec); });
    testing::RegisterTest("reference", spec.Identifier().c_str(), nullptr, nullptr, RTSPNAT_SPEC_FOLDER,
                          spec.line, [&spec]() -> testing::Test* { return new ReferenceCase(spec); });
  }
}

int PrintLog(const std::string& file, Role role) {
  std::ifstream from_file;
  if (file != "-") from_file.open(file, std::ios::binary);
  std::istream& in = file == "-" ? std::cin : from_file;
  std::cout << LogOf(std::string(std::istreambuf_iterator<char>(in), {}), role);
  return in.bad() ? 1 : 0;
}

int WriteAllSeeds(const std::vector<SpecCase>& cases, const std::string& folder) {
  for (const SpecCase& spec : cases)
    if (const SpecBlock* input = spec.Find("rtsp"))
      WriteSeeds(folder, spec.Identifier(), BytesOf(*input), RoleOf(*input));
  return 0;
}

}  // namespace
}  // namespace rtsp::test

int main(int argc, char** argv) {
  using namespace rtsp::test;
  testing::InitGoogleTest(&argc, argv);
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  if (arguments.size() == 2 && arguments[0] == "--log") return PrintLog(arguments[1], Role::kOpener);
  if (arguments.size() == 2 && arguments[0] == "--answers-log") return PrintLog(arguments[1], Role::kAnswers);
  const std::vector<SpecCase> cases = ReadSpecFolder(RTSPNAT_SPEC_FOLDER);
  if (arguments.size() == 2 && arguments[0] == "--seeds") return WriteAllSeeds(cases, arguments[1]);
  RegisterCases(cases);
  return RUN_ALL_TESTS();
}
