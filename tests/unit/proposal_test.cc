// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "mangler/nat/proposal.h"

#include <gtest/gtest.h>

#include "tests/harness/embedder.h"

#include <set>

namespace nat {
namespace {

PortRequest RequestOf(unsigned first, unsigned count, unsigned digits) {
  PortRequest request;
  request.inside = RangeFrom(static_cast<std::uint16_t>(first), count);
  request.count = static_cast<std::uint8_t>(count);
  request.digits = static_cast<std::uint8_t>(digits);
  request.seed = 7 * first;
  return request;
}

class ProposalTest : public ::testing::TestWithParam<Proposal::Side> {
 protected:
  void Open(const PortRequest& request) {
    table[kIndex] = {};
    table[kIndex].state = MappingState::kAsking;
    table[kIndex].count = request.count;
    table[kIndex].inside = request.inside;
    proposal.Open(GetParam(), kIndex, request);
  }
  [[nodiscard]] bool Ask() {
    step = {};
    return proposal.Ask(table, made, step);
  }
  [[nodiscard]] PortRange Asked() const {
    const std::uint16_t(&ports)[limits::kPorts] =
        GetParam() == Proposal::Side::kOutside ? step.mapping.outside : step.mapping.published;
    const std::uint32_t count = proposal.Request().count;
    return {ports[0], count > 1 ? ports[count - 1] : std::uint16_t{0}};
  }
  [[nodiscard]] PortRange Noted() const {
    return GetParam() == Proposal::Side::kOutside ? table[kIndex].outside : table[kIndex].published;
  }

  static constexpr std::uint32_t kIndex = 3;
  MappingTable table;
  Proposal proposal;
  std::uint8_t made = 0;
  rtspnat_step step = rtsp::test::Sized<rtspnat_step>();
};

TEST_P(ProposalTest, Law1ProposalsAreThoseOfPropose) {
  for (const unsigned count : {1U, 2U, 4U}) {
    for (const unsigned first : {1024U, 5000U, 5001U, 9998U, 30001U, 65534U}) {
      const PortRequest request =
          RequestOf(first, first + count > 65536 ? 1 : count, Digits(static_cast<std::uint16_t>(first)));
      Open(request);
      made = 0;
      std::uint32_t attempt = 0;
      while (Ask()) {
        PortRange expected = Propose(request, attempt++);
        while (expected.first == 0) expected = Propose(request, attempt++);
        ASSERT_EQ(Asked(), expected) << first << " " << count << " " << attempt;
        ASSERT_EQ(Noted(), expected);
        ASSERT_EQ(step.mapping.number, kIndex);
        ASSERT_EQ(step.mapping.digits, request.digits);
        ASSERT_EQ(step.ask, GetParam() == Proposal::Side::kOutside ? RTSPNAT_RESERVE : RTSPNAT_PUBLISH);
        ASSERT_EQ(proposal.Answer(RTSPNAT_BUSY, 0, table), Proposal::Outcome::kNextOne);
      }
      EXPECT_GT(attempt, 40U);
    }
  }
}

TEST_P(ProposalTest, Law1AnAnswerNamesFitPortsOnly) {
  for (const unsigned count : {1U, 2U}) {
    for (unsigned answer = 0; answer <= 65535; answer += answer < 12000 ? 1 : 97) {
      const PortRequest request = RequestOf(5000, count, 4);
      Open(request);
      made = 0;
      ASSERT_TRUE(Ask());
      const auto port = static_cast<std::uint16_t>(answer);
      const Proposal::Outcome outcome = proposal.Answer(RTSPNAT_YES, port, table);
      ASSERT_EQ(outcome == Proposal::Outcome::kGiven, IsFit(request, port)) << answer << " " << count;
      ASSERT_TRUE(outcome == Proposal::Outcome::kGiven || outcome == Proposal::Outcome::kUnfit);
      ASSERT_EQ(Noted().first, port) << "those are what the embedder has reserved, fit or not";
      ASSERT_FALSE(proposal.IsAsked());
    }
  }
}

TEST_P(ProposalTest, Law1NoPortOfAnotherMappingWhereNoneWillDo) {
  table[0].count = 2;
  table[0].outside = {5002, 5003};
  table.Reserve(0);
  PortRequest request = RequestOf(5000, 2, 4);
  for (const bool unlike : {false, true}) {
    request.unlike_others = unlike;
    std::set<std::uint16_t> proposed;
    Open(request);
    made = 0;
    while (Ask()) {
      proposed.insert(Asked().first);
      ASSERT_EQ(proposal.Answer(RTSPNAT_BUSY, 0, table), Proposal::Outcome::kNextOne);
    }
    EXPECT_EQ(proposed.contains(5002), !unlike);
    made = 0;
    Open(request);
    ASSERT_TRUE(Ask());
    EXPECT_EQ(proposal.Answer(RTSPNAT_YES, 5002, table),
              unlike ? Proposal::Outcome::kUnfit : Proposal::Outcome::kGiven);
  }
}

TEST_P(ProposalTest, Law1TheAnswerNoEndsIt) {
  Open(RequestOf(5000, 2, 4));
  EXPECT_TRUE(proposal.IsOpen());
  ASSERT_TRUE(Ask());
  EXPECT_TRUE(proposal.IsAsked());
  EXPECT_EQ(proposal.Answer(RTSPNAT_NO, 5000, table), Proposal::Outcome::kRefused);
  proposal.Close();
  EXPECT_FALSE(proposal.IsOpen());
}

TEST_P(ProposalTest, Law2NoHeadGetsMoreThanItsShare) {
  std::uint32_t asked = 0;
  for (unsigned question = 0; question < 100; ++question) {
    Open(RequestOf(5000 + 2 * question, 2, 4));
    for (unsigned i = 0; i < 3 && Ask(); ++i) {
      ++asked;
      const rtspnat_reply reply = question % 2 == 0 ? RTSPNAT_YES : RTSPNAT_BUSY;
      const Proposal::Outcome outcome = proposal.Answer(reply, 80, table);
      ASSERT_EQ(outcome, question % 2 == 0 ? Proposal::Outcome::kUnfit : Proposal::Outcome::kNextOne);
    }
  }
  EXPECT_EQ(asked, limits::kPortProposals);
  made = 0;
  Open(RequestOf(5000, 2, 4));
  EXPECT_TRUE(Ask()) << "the next head has its own";
}

INSTANTIATE_TEST_SUITE_P(Sides, ProposalTest,
                         ::testing::Values(Proposal::Side::kOutside, Proposal::Side::kPublished));

}  // namespace
}  // namespace nat
