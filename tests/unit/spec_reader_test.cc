// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "tests/harness/spec_reader.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <stdexcept>
#include <string>
#include <vector>

namespace rtsp::test {
namespace {

SpecBlock Block(std::string text, std::vector<std::string> words = {"rtsp"}) {
  return {std::move(words), std::move(text), 1};
}

TEST(SpecReader, FindsHeadingsAndBlocks) {
  const std::vector<SpecCase> cases = ReadSpec(
      "file", "# Title\n## No case\nprose\n## A case, R1\nprose\n```rtsp lf\nx\n## y\n```\n```log\nz\n```\n");
  ASSERT_EQ(cases.size(), 1U);
  EXPECT_EQ(cases[0].Identifier(), "file__A_case_R1");
  EXPECT_EQ(cases[0].line, 4);
  ASSERT_NE(cases[0].Find("rtsp"), nullptr);
  EXPECT_TRUE(cases[0].Find("rtsp")->Has("lf"));
  EXPECT_EQ(cases[0].Find("rtsp")->text, "x\n## y\n");
  EXPECT_EQ(cases[0].Find("log")->text, "z\n");
  EXPECT_EQ(cases[0].Find("other"), nullptr);
}

TEST(SpecReader, SaysWhatIsWrong) {
  EXPECT_THROW((void)ReadSpec("file", "```rtsp\n```\n"), std::runtime_error);
  EXPECT_THROW((void)ReadSpec("file", "## x\n```rtsp\n"), std::runtime_error);
  for (const char* text : {"\\q\n", "\\x0\n", "\\x0G\n", "\\{3a}\n", "\\{3*a\n"})
    EXPECT_THROW((void)BytesOf(Block(text)), std::runtime_error) << text;
}

TEST(SpecReader, DecodesEscapesAndLineEnds) {
  EXPECT_EQ(BytesOf(Block("a\nb\\\nc\n")), "a\r\nbc\r\n");
  EXPECT_EQ(BytesOf(Block("a\n\n", {"rtsp", "lf"})), "a\n\n");
  EXPECT_EQ(BytesOf(Block("a\\r\\n\\t\\\\\nb\n", {"rtsp", "raw"})), "a\r\n\t\\b");
  EXPECT_EQ(BytesOf(Block("\\x00\\xff\\{3*\\x24a}\\\n")), std::string("\0\xff$a$a$a", 8));
}

TEST(SpecReader, CutsShortStreamsEverywhere) {
  EXPECT_EQ(CutsOf(""), std::vector<std::size_t>{0});
  EXPECT_EQ(CutsOf("a\n"), (std::vector<std::size_t>{0, 1, 2}));
  EXPECT_EQ(CutsOf(std::string(10000, 'a')).size(), 10001U);
}

TEST(SpecReader, CutsLongStreamsNearLineEnds) {
  const std::string stream = std::string(15000, 'a') + "\r\n" + std::string(5000, 'b');
  const std::vector<std::size_t> cuts = CutsOf(stream);
  EXPECT_TRUE(std::ranges::is_sorted(cuts));
  EXPECT_EQ(std::ranges::adjacent_find(cuts), cuts.end());
  EXPECT_LT(cuts.size(), 100U);
  for (const std::size_t at : {std::size_t{0}, std::size_t{1024}, std::size_t{1025}, std::size_t{15000},
                               std::size_t{15001}, std::size_t{15002}, stream.size()})
    EXPECT_TRUE(std::ranges::binary_search(cuts, at)) << at;
}

}  // namespace
}  // namespace rtsp::test
