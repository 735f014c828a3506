// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include <gtest/gtest.h>

#include <set>

#include "bytes/limits.h"
#include "mangler/nat/proposal.h"

namespace nat {
namespace {

PortRequest Request(unsigned first, unsigned second, unsigned count, unsigned digits,
                    std::uint32_t seed = 1) {
  PortRequest request;
  request.inside = {static_cast<std::uint16_t>(first), static_cast<std::uint16_t>(second)};
  request.count = static_cast<std::uint8_t>(count);
  request.digits = static_cast<std::uint8_t>(digits);
  request.seed = seed;
  return request;
}

// Calls `check` with every proposal for every fifth pair of inside ports and several widths of text.
template <typename Check>
void ForEachProposal(unsigned count, Check check) {
  for (unsigned inside = 1; inside < 65535; inside += inside < 20000 ? 5 : 251) {
    for (unsigned digits = Digits(static_cast<std::uint16_t>(inside)); digits <= 5; ++digits) {
      const PortRequest request = Request(inside, inside + count - 1, count, digits, inside);
      for (std::uint32_t attempt = 0; attempt < limits::kPortProposals; ++attempt) {
        const PortRange ports = Propose(request, attempt);
        if (ports.first != 0) check(request, attempt, ports);
      }
    }
  }
}

TEST(Ports, Law1SeveralFollowEachOtherAndAreEvenFirst) {
  for (const unsigned count : {2U, 3U, 4U}) {
    ForEachProposal(count, [](const PortRequest& request, std::uint32_t, PortRange ports) {
      ASSERT_EQ(ports.first % 2, 0);
      ASSERT_EQ(ports.last, ports.first + request.count - 1);
      ASSERT_EQ(ports.At(1, request.count), ports.first + 1);
    });
  }
}

TEST(Ports, Law1ThePeersOwnPortsMayStayWhateverTheyAre) {
  PortRequest request = Request(54159, 37864, 2, 5);
  EXPECT_EQ(Propose(request, 0).first, 0);
  request.any_same = true;
  EXPECT_EQ(Propose(request, 0), (PortRange{54159, 37864}));
  EXPECT_EQ(Propose(request, 1).first % 2, 0);
}

TEST(Ports, Law2OnePortKeepsItsParity) {
  ForEachProposal(1, [](const PortRequest& request, std::uint32_t, PortRange ports) {
    ASSERT_EQ(ports.first % 2, request.inside.first % 2);
    ASSERT_EQ(ports.last, 0);
  });
}

TEST(Ports, Law3PortsFitIntoTheText) {
  for (const unsigned count : {1U, 2U, 3U, 4U}) {
    ForEachProposal(count, [](const PortRequest& request, std::uint32_t, PortRange ports) {
      ASSERT_GE(ports.first, kFirstPort);
      ASSERT_LE(Digits(ports.first), request.digits);
      ASSERT_LE(Digits(ports.last), request.digits);
      ASSERT_TRUE(IsFit(request, ports.first));
    });
  }
}

TEST(Ports, Law4SystemPortsAreNotMapped) {
  for (std::uint32_t attempt = 0; attempt < limits::kPortProposals; ++attempt) {
    EXPECT_EQ(Propose(Request(1022, 1023, 2, 5), attempt).first, 0);
    EXPECT_EQ(Propose(Request(53, 0, 1, 5), attempt).first, 0);
    EXPECT_EQ(Propose(Request(0, 0, 2, 5), attempt).first, 0);
  }
}

TEST(Ports, TheSamePortsComeFirst) {
  EXPECT_EQ(Propose(Request(5000, 5001, 2, 4), 0).first, 5000);
  EXPECT_EQ(Propose(Request(5001, 5002, 2, 4), 0).first, 0) << "an odd pair cannot stay";
  EXPECT_EQ(Propose(Request(5000, 5777, 2, 4), 0).first, 0) << "nor one with a gap";
  EXPECT_EQ(Propose(Request(5001, 0, 1, 4), 0).first, 5001) << "but one odd port can";
}

TEST(Ports, WithoutNatOnlyTheSamePortsComeAtAll) {
  PortRequest request = Request(5001, 5777, 2, 4);
  request.same_only = true;
  EXPECT_EQ(Propose(request, 0).first, 5001);
  EXPECT_EQ(Propose(request, 0).last, 5777);
  for (std::uint32_t attempt = 1; attempt < limits::kPortProposals; ++attempt)
    EXPECT_EQ(Propose(request, attempt).first, 0);
}

TEST(Ports, AsManyDigitsComeBeforeFewer) {
  bool fewer = false;
  for (std::uint32_t attempt = 0; attempt < limits::kPortProposals; ++attempt) {
    const PortRange ports = Propose(Request(50000, 50001, 2, 5), attempt);
    ASSERT_NE(ports.first, 0);
    if (Digits(ports.first) < 5) fewer = true;
    EXPECT_EQ(Digits(ports.first) < 5, fewer) << attempt;
  }
  EXPECT_TRUE(fewer);
}

TEST(Ports, ProposalsAreSpreadAndDependOnTheSeed) {
  std::set<unsigned> one;
  std::set<unsigned> other;
  for (std::uint32_t attempt = 0; attempt < limits::kPortProposals; ++attempt) {
    one.insert(Propose(Request(50000, 50001, 2, 5, 1), attempt).first);
    other.insert(Propose(Request(50000, 50001, 2, 5, 2), attempt).first);
  }
  EXPECT_GT(one.size(), 60U);
  EXPECT_NE(one, other);
}

TEST(Ports, NoRoomForDigitsMeansNoOtherPorts) {
  EXPECT_EQ(Propose(Request(5000, 5001, 2, 0), 0).first, 5000);
  EXPECT_EQ(Propose(Request(5000, 5001, 2, 0), 1).first, 0);
  EXPECT_FALSE(IsFit(Request(5000, 5001, 2, 0), 5002));
}

}  // namespace
}  // namespace nat
