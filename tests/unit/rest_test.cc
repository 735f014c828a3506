// SPDX-License-Identifier: MIT OR GPL-2.0-only
// Places of a Transport line that repeat a port or address which the core changes elsewhere in it.
#include <gtest/gtest.h>

#include <string>

#include "tests/harness/dialogue.h"
#include "tests/unit/messages.h"

namespace rtsp::test {
namespace {

class RestTest : public ::testing::Test {
 protected:
  void TearDown() override {
    dialogue.Close();
    EXPECT_EQ(dialogue.Broken(), std::vector<std::string>{});
  }

  // An odd pair becomes another one, an even pair stays. Fills the log up to @p left entries.
  void FillLog(int left) {
    for (int i = left; i < 16; ++i) {
      const std::string first = std::to_string(6001 + 10 * i);
      dialogue.Send(kC2S, SetupRequest(100 + i, "RAW/RAW/UDP;unicast;client_port=" + first + "-" +
                                                    std::to_string(6002 + 10 * i)));
    }
  }

  Dialogue dialogue;
};

constexpr const char* kOther = ",RTP/AVP;multicast;client_port=5001-5002";

TEST_F(RestTest, SpecsThatAreNotMappedGiveWayWhereTheLogIsFull) {
  FillLog(2);
  const Outcome outcome =
      dialogue.Send(kC2S, SetupRequest(2, std::string("RTP/AVP;unicast;client_port=5001-5002") + kOther));
  EXPECT_EQ(outcome.sent, SetupRequest(2, std::string("RTP/AVP;unicast;client_port=5002-5003") + kOther));
  EXPECT_TRUE(outcome.Noted(RTSPNAT_NOTE_TABLE_FULL));
}

TEST_F(RestTest, ASpecThatIsMappedIsWrittenInAllPlacesOrNone) {
  FillLog(3);
  const std::size_t held = dialogue.Held();
  const std::string request =
      SetupRequest(2, "RTP/AVP;unicast;client_port=5001-5002;mode=play;client_port=5001-5002");
  const Outcome outcome = dialogue.Send(kC2S, request);
  EXPECT_EQ(outcome.sent, request);
  EXPECT_TRUE(outcome.Noted(RTSPNAT_NOTE_TABLE_FULL));
  EXPECT_EQ(dialogue.Held(), held);
}

TEST_F(RestTest, NothingFollowsForAClientThatKnowsItsWay) {
  const std::string request =
      "SETUP rtsp://s/a/1 RTSP/1.0\r\nCSeq: 2\r\nTransport: RTP/AVP;unicast;client_port=5001-5002\r\n"
      "Require: nat.stun\r\nTransport: RTP/AVP;multicast;client_port=5001-5002\r\n\r\n";
  std::string expected = request;
  expected.replace(expected.find("5001-5002"), 9, "5002-5003");
  EXPECT_EQ(dialogue.Send(kC2S, request).sent, expected);
}

}  // namespace
}  // namespace rtsp::test
