// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "tests/spec/spec_seeds.h"

#include <filesystem>
#include <fstream>

#include "tests/harness/tailed_framer.h"
#include "tests/harness/text.h"

namespace rtsp::test {
namespace {

// Sizes of pieces; in the first one the highest bit says that the stream answers (fuzz/framer_fuzz.cc).
constexpr std::string_view kPieces("\x07\x01\x20\x03", 4);
constexpr std::string_view kAnswersPieces("\x87\x01\x20\x03", 4);

// corpus/ takes no longer seeds.
constexpr std::size_t kLongestSeed = 4096;

void WriteFile(const std::string& folder, const std::string& name, const std::string& bytes) {
  std::filesystem::create_directories(folder);
  std::ofstream(folder + "/" + name, std::ios::binary) << bytes;
}

}  // namespace

void WriteSeeds(const std::string& folder, const std::string& name, std::string_view stream, Role role) {
  const std::string pieces(role == Role::kAnswers ? kAnswersPieces : kPieces);
  if (pieces.size() + stream.size() <= kLongestSeed)
    WriteFile(folder + "/framer", name, pieces + std::string(stream));
  TailedFramer framer;
  if (role == Role::kAnswers) framer.ReadAnswers();
  Cursor in = CursorOf(stream);
  for (int number = 0;; ++number) {
    const Unit unit = framer.Next(in);
    if (unit.kind == UnitKind::kNeedMore || unit.kind == UnitKind::kLost) return;
    if (unit.line.Size() == 0) continue;
    std::string numbered = name;
    numbered += "-" + std::to_string(number);
    WriteFile(folder + "/head", numbered, TextOf(unit.line));
    if (unit.kind == UnitKind::kHeader && unit.header.name == HeaderName::kTransport)
      WriteFile(folder + "/transport", numbered, TextOf(unit.line).substr(unit.header.value));
  }
}

}  // namespace rtsp::test
