// SPDX-License-Identifier: MIT OR GPL-2.0-only
// Media of a server that has named no port. The expectation waits for flows, and goes once they have come.
#include <gtest/gtest.h>

#include <cstdint>
#include <optional>

#include "tests/model/on_model.h"

namespace rtsp::model {
namespace {

constexpr char kNoServerPort[] = "Transport: RTP/AVP;unicast;client_port=5000-5001\r\n";

class ModelArrival : public OnModel {
 protected:
  // A session in which the server has answered.
  void StartSession(const Kernel::Options& options = {}) {
    Start(options);
    router_.emplace();
    session_.emplace(*router_);
    EXPECT_TRUE(session_->Open());
    Agree(1, "track1");
  }

  void Agree(unsigned cseq, const std::string& track) {
    session_->Request(SetupRequest(cseq, kPair, track));
    session_->Response(OkResponse(cseq, kNoServerPort));
  }

  static std::optional<Datagram> Media(std::uint16_t port, std::uint16_t from) {
    return PassUdp({kServer, from}, {kRouterOutside, port}, "media");
  }

  static void Stream(unsigned seconds, std::uint16_t from = 6000) {
    for (unsigned second = 0; second < seconds; ++second) {
      EXPECT_TRUE(Media(5000, from));
      EXPECT_TRUE(Media(5001, static_cast<std::uint16_t>(from + 1)));
      model_pass_time(1000);
    }
  }

 private:
  std::optional<Router> router_;
  std::optional<Session> session_;
};

// The server, or anybody who can write its address.
TEST_F(ModelArrival, AnUnnamedPortLetsInFourSourcesAtATime) {
  for (const bool nat : {true, false}) {
    StartSession({.nat = nat});
    const Host target = nat ? kRouterOutside : kClient;
    for (std::uint16_t from = 10000; from < 15000; ++from) PassUdp({kServer, from}, {target, 5000}, "forged");
    EXPECT_LE(Kernel::Flows(), 4U);
    EXPECT_GE(Kernel::Counter("source_replaced"), 4990);
    EXPECT_TRUE(PassUdp({kServer, 6000}, {target, 5000}, "media")) << "the stream itself";
    EXPECT_LE(Kernel::Flows(), 4U);
    Finish();
  }
}

// A sweep comes while the first packet of a flow is on its way through the router: the flow is not in conntrack's table yet.
TEST_F(ModelArrival, ASweepForgetsNoFlowThatIsAboutToBegin) {
  unsigned places = 0;
  for (bool met = true; met; places += met) {
    StartSession();
    struct Sweep {
      unsigned left;
      bool done = false;
    } sweep{places};
    model_on_preempt(
        [](void* data) {
          auto* here = static_cast<Sweep*>(data);
          if (here->done || here->left-- > 0) return;
          here->done = true;
          model_set_cpu(1);
          model_pass_time(1000);
          model_set_cpu(0);
        },
        &sweep);
    EXPECT_TRUE(Media(5000, 10000));
    model_on_preempt(nullptr, nullptr);
    met = sweep.done;
    for (std::uint16_t from = 10001; from < 10010; ++from) EXPECT_TRUE(Media(5000, from));
    EXPECT_EQ(Kernel::Flows(), 4U);
    Finish();
  }
  EXPECT_GT(places, 2U);
}

TEST_F(ModelArrival, TheOneThatIsSilentMakesRoom) {
  StartSession();
  EXPECT_TRUE(Media(5000, 6000));
  for (unsigned round = 0; round < 1000; ++round) {
    model_pass_time(20);
    const auto forged = static_cast<std::uint16_t>(10000 + round);
    EXPECT_TRUE(Media(5000, forged));
    const auto media = Media(5000, 6000);
    ASSERT_TRUE(media);
    EXPECT_EQ(media->to, (Endpoint{kClient, 5000}));
  }
  EXPECT_EQ(Kernel::Counter("source_replaced"), 1000 - 3) << "and never the stream";
}

TEST_F(ModelArrival, NeedsNoExpectationWhileItSends) {
  for (const bool nat : {true, false}) {
    StartSession({.nat = nat});
    EXPECT_EQ(model_expectations_counted(), 2U);
    for (unsigned second = 0; second < 60; ++second) {
      const Host target = nat ? kRouterOutside : kClient;
      EXPECT_TRUE(PassUdp({kServer, 6000}, {target, 5000}, "media"));
      EXPECT_TRUE(PassUdp({kServer, 6001}, {target, 5001}, "report"));
      model_pass_time(1000);
      if (second < 3) {
        EXPECT_EQ(model_expectations_counted(), 2U);
      }
      if (second > 6) {
        EXPECT_EQ(model_expectations_counted(), 0U);
      }
    }
    Finish();
  }
}

TEST_F(ModelArrival, IsExpectedAgainBeforeItRunsOut) {
  StartSession();
  Stream(10);
  EXPECT_EQ(model_expectations_counted(), 0U);
  model_pass_time(25000);
  EXPECT_EQ(model_expectations_counted(), 2U);
  EXPECT_EQ(Kernel::Flows(), 2U) << "before";
  model_pass_hours(1);
  EXPECT_EQ(Kernel::Flows(), 0U);
  Stream(10, 7000);
  EXPECT_EQ(model_expectations_counted(), 0U);
}

TEST_F(ModelArrival, IsExpectedWithinASecondWhenSomebodyEndsIt) {
  StartSession();
  Stream(10);
  model_delete_flow(5000);
  model_pass_time(1500);
  EXPECT_EQ(model_expectations_counted(), 1U);
  EXPECT_TRUE(Media(5000, 7000)) << "from another port";
}

TEST_F(ModelArrival, MayGoOnFromAnotherPort) {
  StartSession();
  Stream(10);
  EXPECT_EQ(model_expectations_counted(), 0U);
  model_pass_time(10000);
  Stream(10, 7000);
}

TEST_F(ModelArrival, ReportsAreSeldom) {
  StartSession();
  for (unsigned report = 0; report < 20; ++report) {
    EXPECT_TRUE(Media(5001, 6001));
    for (unsigned second = 0; second < 6; ++second) {
      EXPECT_TRUE(Media(5000, 6000));
      model_pass_time(1000);
      EXPECT_TRUE(report < 5 || model_expectations_counted() == 0);
    }
  }
}

TEST_F(ModelArrival, StaysWhereTheTableHasNoPlaceForIt) {
  StartSession();
  Stream(10);
  model_set_expect_max(0);
  for (unsigned minute = 0; minute < 60; ++minute) model_pass_time(60000);
  Stream(1);
  model_set_expect_max(16);
}

// RFC 2326 allows one pair for all streams.
TEST_F(ModelArrival, WaitsForEveryStream) {
  StartSession();
  Agree(2, "track2");
  Stream(10);
  EXPECT_EQ(model_expectations_counted(), 2U) << "for the other one";
  for (unsigned second = 0; second < 10; ++second) {
    Stream(1);
    EXPECT_TRUE(Media(5000, 7000));
    EXPECT_TRUE(Media(5001, 7001));
  }
  EXPECT_EQ(model_expectations_counted(), 0U);
}

TEST_F(ModelArrival, LetsAStreamInThatIsSetUpLater) {
  StartSession();
  Stream(10);
  EXPECT_EQ(model_expectations_counted(), 0U);
  Agree(2, "track2");
  EXPECT_TRUE(Media(5000, 7000));
  EXPECT_TRUE(Media(5000, 6000)) << "and the first plays on";
}

TEST_F(ModelArrival, OneForgedPacketDoesNotStandForTheStream) {
  StartSession();
  EXPECT_TRUE(Media(5000, 9));
  model_pass_time(20000);
  Stream(60);
  EXPECT_EQ(model_expectations_counted(), 0U);
}

}  // namespace
}  // namespace rtsp::model
