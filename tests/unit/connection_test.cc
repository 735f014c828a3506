// SPDX-License-Identifier: MIT OR GPL-2.0-only
// The laws of rtspnat.h, and one connection with single messages.
#include <gtest/gtest.h>

#include <string>

#include "tests/harness/dialogue.h"
#include "tests/unit/messages.h"

namespace rtsp::test {
namespace {

using Lines = std::vector<std::string>;

class ConnectionTest : public ::testing::Test {
 protected:
  void TearDown() override {
    dialogue.Close();
    EXPECT_EQ(dialogue.Broken(), Lines{});
  }

  Dialogue dialogue;
};

TEST_F(ConnectionTest, KeepsTheSamePortsWhenTheyAreFree) {
  const std::string request = SetupRequest(2, "RTP/AVP/UDP;unicast;client_port=5000-5001");
  const Outcome outcome = dialogue.Send(kC2S, request);
  EXPECT_EQ(outcome.sent, request);
  EXPECT_TRUE(outcome.Noted(RTSPNAT_NOTE_SAME_PORT));
  dialogue.Send(kS2C,
                ReplyTo(2, "200 OK", "RTP/AVP/UDP;unicast;client_port=5000-5001;server_port=9000-9001"));
  EXPECT_EQ(dialogue.Log(), (Lines{"reserve 0 5000-5001 as 5000-5001",
                                   "expect 0 5000-5001 to 5000-5001 peer 9000-9001 open 3"}));
  EXPECT_EQ(dialogue.Live(), 1U);
}

TEST_F(ConnectionTest, RewritesTheRequestAndMapsTheReplyBack) {
  dialogue.reserve = TakenBelow(5004);
  EXPECT_EQ(dialogue.Send(kC2S, SetupRequest(2, "RTP/AVP;unicast;client_port=5000-5001")).sent,
            SetupRequest(2, "RTP/AVP;unicast;client_port=5004-5005"));
  EXPECT_EQ(
      dialogue.Send(kS2C, ReplyTo(2, "200 OK", "RTP/AVP;unicast;client_port=5004-5005;server_port=90-91"))
          .sent,
      ReplyTo(2, "200 OK", "RTP/AVP;unicast;client_port=5000-5001;server_port=90-91"));
}

TEST_F(ConnectionTest, PadsAShorterPortWithZeros) {
  dialogue.reserve = [](const rtspnat_step& step, std::uint16_t&) {
    return step.mapping.outside[0] > 9999 ? RTSPNAT_BUSY : RTSPNAT_YES;
  };
  const Outcome outcome = dialogue.Send(kC2S, SetupRequest(2, "RTP/AVP;unicast;client_port=50000-50001"));
  EXPECT_EQ(outcome.edits, 1U);
  EXPECT_NE(outcome.sent.find("client_port=0"), std::string::npos);
}

TEST_F(ConnectionTest, WritesNumbersOfAnyLength) {
  dialogue.reserve = TakenBelow(50004);
  const std::string fits = "RTP/AVP;unicast;client_port=00000050000-00000050001";
  EXPECT_EQ(dialogue.Send(kC2S, SetupRequest(2, fits)).sent,
            SetupRequest(2, "RTP/AVP;unicast;client_port=00000050004-00000050005"));
  const std::string zeros(40, '0');
  dialogue.reserve = TakenBelow(60004);
  const Outcome outcome =
      dialogue.Send(kC2S, SetupRequest(3, "RTP/AVP;unicast;client_port=" + zeros + "60000-60001"));
  EXPECT_EQ(outcome.sent, SetupRequest(3, "RTP/AVP;unicast;client_port=" + zeros + "60004-60005"));
}

TEST_F(ConnectionTest, LeavesALineAloneThatTakesMoreEditsThanThereAre) {
  dialogue.reserve = TakenBelow(50004);
  const std::string zeros(400, '0');
  const std::string request = SetupRequest(3, "RTP/AVP;unicast;client_port=" + zeros + "50000-50001");
  const Outcome outcome = dialogue.Send(kC2S, request);
  EXPECT_EQ(outcome.sent, request);
  EXPECT_TRUE(outcome.Noted(RTSPNAT_NOTE_TABLE_FULL));
  EXPECT_EQ(dialogue.Held(), 0U) << "what is not said is not held";
}

TEST_F(ConnectionTest, RewritesEverySpecWithTheSamePair) {
  dialogue.reserve = TakenBelow(5002);
  EXPECT_EQ(dialogue
                .Send(kC2S, SetupRequest(
                                2,
                                "MP2T/RTP/UDP;unicast;client_port=5000-5001,MP2T/UDP;client_port=5000-5001,"
                                "RTP/AVP;unicast;client_port=5000-5001,RTP/AVP/TCP;interleaved=0-1"))
                .sent,
            SetupRequest(2,
                         "MP2T/RTP/UDP;unicast;client_port=5002-5003,MP2T/UDP;client_port=5002-5003,"
                         "RTP/AVP;unicast;client_port=5002-5003,RTP/AVP/TCP;interleaved=0-1"));
  EXPECT_EQ(dialogue.Held(), 1U);
}

TEST_F(ConnectionTest, MapsAnOddPairToAnEvenOneInTextualOrder) {
  const Outcome outcome = dialogue.Send(kC2S, SetupRequest(2, "RTP/AVP;unicast;client_port=5001-5002"));
  EXPECT_EQ(dialogue.Log().size(), 1U);
  EXPECT_EQ(dialogue.Log()[0], "reserve 0 5001-5002 as 5002-5003");
  EXPECT_EQ(outcome.sent, SetupRequest(2, "RTP/AVP;unicast;client_port=5002-5003"));
}

TEST_F(ConnectionTest, MapsASinglePort) {
  dialogue.reserve = TakenBelow(5002);
  EXPECT_EQ(dialogue.Send(kC2S, SetupRequest(2, "RAW/RAW/UDP;unicast;client_port=5000")).sent,
            SetupRequest(2, "RAW/RAW/UDP;unicast;client_port=5002"));
  dialogue.Send(kS2C, ReplyTo(2, "200 OK", "RAW/RAW/UDP;unicast;client_port=5002;server_port=7000"));
  EXPECT_EQ(dialogue.Log().back(), "expect 0 5002-5003 to 5000-5001 peer 7000-0 open 1");
}

TEST_F(ConnectionTest, MapsDestAddrOfRtsp2) {
  dialogue.reserve = TakenBelow(5002);
  EXPECT_EQ(dialogue.Send(kC2S, SetupRequest(2, "RTP/AVP;unicast;dest_addr=\":5000\"/\":5001\"")).sent,
            SetupRequest(2, "RTP/AVP;unicast;dest_addr=\":5002\"/\":5003\""));
}

TEST_F(ConnectionTest, LeavesAloneWhatItDoesNotUnderstand) {
  const struct {
    const char* transport;
    rtspnat_note note;
  } cases[] = {
      {"RTP/AVP;multicast;client_port=5000-5001", RTSPNAT_NOTE_NOT_UNICAST_UDP},
      {"RTP/AVP/TCP;unicast;interleaved=0-1", RTSPNAT_NOTE_NOT_UNICAST_UDP},
      {"RTP/AVP/D-ICE;unicast;candidates=\"1 1 UDP 1 10.0.1.2 8998 typ host\"", RTSPNAT_NOTE_NOT_UNICAST_UDP},
      {"RTP/AVP;unicast;client_port=70000-70001", RTSPNAT_NOTE_BAD_PORT},
      {"RTP/AVP;unicast;client_port=65546-65547", RTSPNAT_NOTE_BAD_PORT},
      {"RTP/AVP;unicast;client_port=0-0", RTSPNAT_NOTE_BAD_PORT},
      {"RTP/AVP;unicast;client_port=53", RTSPNAT_NOTE_BAD_PORT},
      {"RTP/AVP;unicast;client_port=", RTSPNAT_NOTE_BAD_PORT},
      {"RTP/AVP;unicast;client_port=5000-5001;destination=198.51.100.7", RTSPNAT_NOTE_OTHER_ADDRESS},
      {"RTP/AVP;unicast;client_port=5000-5001;destination=(null)", RTSPNAT_NOTE_OTHER_ADDRESS},
      {"RTP/AVP;unicast;client_port=5000-5001;client_port=6000-6001", RTSPNAT_NOTE_BAD_TRANSPORT},
      {"client_port=5000-5001", RTSPNAT_NOTE_BAD_TRANSPORT},
  };
  int cseq = 1;
  for (const auto& c : cases) {
    const std::string request = SetupRequest(cseq++, c.transport);
    const Outcome outcome = dialogue.Send(kC2S, request);
    EXPECT_EQ(outcome.sent, request);
    EXPECT_TRUE(outcome.Noted(c.note)) << c.transport << " notes " << outcome.notes;
  }
  EXPECT_EQ(dialogue.Log(), Lines{});
}

TEST_F(ConnectionTest, ReleasesOnAnErrorAndReservesAgain) {
  dialogue.Send(kC2S, SetupRequest(2, "RTP/AVP;unicast;client_port=5000-5001"));
  dialogue.Send(kS2C, ReplyTo(2, "401 Unauthorized"));
  EXPECT_EQ(dialogue.Held(), 0U);
  dialogue.Send(kC2S, SetupRequest(3, "RTP/AVP;unicast;client_port=5000-5001"));
  dialogue.Send(kS2C, ReplyTo(3, "100 Continue"));
  EXPECT_EQ(dialogue.Held(), 1U);
  EXPECT_EQ(dialogue.Live(), 0U);
  dialogue.Send(kS2C, ReplyTo(3, "200 OK"));
  EXPECT_EQ(dialogue.Log().back(), "expect 0 5000-5001 to 5000-5001 peer 0-0 open 3");
}

TEST_F(ConnectionTest, GoesLiveOnlyAtTheReplyWithItsOwnCseq) {
  const std::string spec = "RTP/AVP;unicast;client_port=5000-5001;server_port=9000-9001";
  dialogue.Send(kC2S, "OPTIONS rtsp://s/a RTSP/1.0\r\nCSeq: 1\r\n\r\n");
  dialogue.Send(kC2S, SetupRequest(2, "RTP/AVP;unicast;client_port=5000-5001"));
  dialogue.Send(kS2C, ReplyTo(1, "200 OK", spec));
  EXPECT_EQ(dialogue.Live(), 0U) << "the answer to OPTIONS";
  dialogue.Send(kS2C, ReplyTo(1, "200 OK", spec));
  EXPECT_EQ(dialogue.Live(), 0U) << "the same answer again";
  dialogue.Send(kS2C, ReplyTo(2, "200 OK", spec));
  EXPECT_EQ(dialogue.Live(), 1U);
}

TEST_F(ConnectionTest, ReleasesWhenTheServerChoosesInterleaved) {
  dialogue.Send(kC2S,
                SetupRequest(2, "RTP/AVP;unicast;client_port=5000-5001,RTP/AVP/TCP;unicast;interleaved=0-1"));
  EXPECT_EQ(dialogue.Held(), 1U);
  dialogue.Send(kS2C, ReplyTo(2, "200 OK", "RTP/AVP/TCP;unicast;interleaved=0-1"));
  EXPECT_EQ(dialogue.Held(), 0U);
}

TEST_F(ConnectionTest, KeepsOnlyTheChosenOfSeveralMappings) {
  dialogue.Send(
      kC2S, SetupRequest(2, "RTP/AVP;unicast;client_port=5000-5001,RTP/AVP;unicast;client_port=6000-6001"));
  EXPECT_EQ(dialogue.Held(), 2U);
  dialogue.Send(kS2C, ReplyTo(2, "200 OK", "RTP/AVP;unicast;client_port=6000-6001;server_port=9000-9001"));
  EXPECT_EQ(dialogue.Held(), 1U);
  EXPECT_EQ(dialogue.Log().back(), "expect 1 6000-6001 to 6000-6001 peer 9000-9001 open 3");
}

TEST_F(ConnectionTest, TeardownEndsASessionOrOneStreamOfIt) {
  for (int stream = 1; stream <= 3; ++stream) {
    const std::string port = std::to_string(5000 + 10 * stream) + "-" + std::to_string(5001 + 10 * stream);
    dialogue.Send(kC2S, SetupRequest(stream, "RTP/AVP;unicast;client_port=" + port,
                                     "rtsp://s/a/" + std::to_string(stream)));
    dialogue.Send(kS2C,
                  ReplyTo(stream, "200 OK", "RTP/AVP;unicast;client_port=" + port + ";server_port=9000-9001",
                          stream == 3 ? "otherone" : "12345678"));
  }
  EXPECT_EQ(dialogue.Live(), 3U);
  dialogue.Send(kC2S, TeardownRequest(10, "rtsp://s/a/2"));
  EXPECT_EQ(dialogue.Live(), 3U) << "not before the response";
  dialogue.Send(kS2C, ReplyTo(10, "200 OK"));
  EXPECT_EQ(dialogue.Log().back(), "release 1");
  dialogue.Send(kC2S, TeardownRequest(11, "rtsp://s/a/"));
  dialogue.Send(kS2C, ReplyTo(11, "200 OK"));
  EXPECT_EQ(dialogue.Log().back(), "release 0");
  EXPECT_EQ(dialogue.Live(), 1U) << "the other session lives on";
}

TEST_F(ConnectionTest, CountsTheStreamsThatShareAPair) {
  dialogue.reserve = TakenBelow(5002);
  for (int stream = 1; stream <= 2; ++stream) {
    EXPECT_EQ(dialogue
                  .Send(kC2S, SetupRequest(stream, "RTP/AVP/UDP;unicast;client_port=5000-5001",
                                           "rtsp://s/a/" + std::to_string(stream)))
                  .sent,
              SetupRequest(stream, "RTP/AVP/UDP;unicast;client_port=5002-5003",
                           "rtsp://s/a/" + std::to_string(stream)));
    dialogue.Send(kS2C, ReplyTo(stream, "200 OK",
                                "RTP/AVP/UDP;unicast;client_port=5002-5003;server_port=900" +
                                    std::to_string(2 * stream) + "-900" + std::to_string(2 * stream + 1)));
  }
  EXPECT_EQ(dialogue.Log().back(), "expect 0 5002-5003 to 5000-5001 peer 0-0 open 3");
  dialogue.Send(kC2S, SetupRequest(3, "RTP/AVP/UDP;unicast;client_port=5000-5001", "rtsp://s/a/3"));
  dialogue.Send(kS2C, ReplyTo(3, "455 Method Not Valid In This State"));
  EXPECT_EQ(dialogue.Live(), 1U) << "a failed SETUP leaves the others alone";
}

TEST_F(ConnectionTest, TriesOtherPortsAndGivesUpAfterABoundedNumber) {
  unsigned proposals = 0;
  dialogue.reserve = [&proposals](const rtspnat_step&, std::uint16_t&) {
    ++proposals;
    return RTSPNAT_BUSY;
  };
  const std::string request = SetupRequest(2, "RTP/AVP;unicast;client_port=50000-50001");
  const Outcome outcome = dialogue.Send(kC2S, request);
  EXPECT_EQ(outcome.sent, request);
  EXPECT_TRUE(outcome.Noted(RTSPNAT_NOTE_NO_PORTS));
  EXPECT_EQ(proposals, 64U);
}

TEST_F(ConnectionTest, TakesOtherPortsFromTheEmbedderIfTheyFit) {
  dialogue.reserve = [](const rtspnat_step&, std::uint16_t& port) {
    port = 6002;
    return RTSPNAT_YES;
  };
  EXPECT_EQ(dialogue.Send(kC2S, SetupRequest(2, "RTP/AVP;unicast;client_port=5000-5001")).sent,
            SetupRequest(2, "RTP/AVP;unicast;client_port=6002-6003"));
  for (const int unfit : {6001, 10000, 1022, 0}) {
    dialogue.reserve = [unfit](const rtspnat_step&, std::uint16_t& port) {
      port = static_cast<std::uint16_t>(unfit);
      return RTSPNAT_YES;
    };
    const std::string request = SetupRequest(3, "RTP/AVP;unicast;client_port=7000-7001");
    EXPECT_EQ(dialogue.Send(kC2S, request).sent, request) << unfit;
    EXPECT_EQ(dialogue.Held(), 1U) << unfit;
  }
}

TEST_F(ConnectionTest, NeverReadsBodiesOrFrames) {
  const std::string inner = SetupRequest(9, "RTP/AVP;unicast;client_port=5000-5001");
  std::string frame = "$\1";
  frame += static_cast<char>(inner.size() >> 8);
  frame += static_cast<char>(inner.size() & 0xff);
  dialogue.Send(kC2S, "SET_PARAMETER rtsp://s/a RTSP/1.0\r\nCSeq: 8\r\nContent-Length: " +
                          std::to_string(inner.size()) + "\r\n\r\n");
  EXPECT_TRUE(dialogue.Send(kC2S, inner).skipped);
  EXPECT_TRUE(dialogue.Send(kC2S, frame + inner).Noted(RTSPNAT_NOTE_INTERLEAVED));
  EXPECT_EQ(dialogue.Log(), Lines{});
}

TEST_F(ConnectionTest, SaysWhetherAFrameBegan) {
  const std::string head("$\0\x03\xe8", 4);
  dialogue.Send(kS2C, "RTSP/1.0 200 OK\r\nCSeq: 1\r\n\r\n" + head);
  // The length is odd, so that rtspnat_skip_frames() comes first.
  const Outcome inside = dialogue.Send(kS2C, std::string(501, 'x'));
  EXPECT_TRUE(inside.skipped);
  EXPECT_FALSE(inside.Noted(RTSPNAT_NOTE_INTERLEAVED));
  const Outcome next = dialogue.Send(kS2C, std::string(499, 'x') + head + "xy");
  EXPECT_TRUE(next.skipped);
  EXPECT_TRUE(next.Noted(RTSPNAT_NOTE_INTERLEAVED));
}

TEST_F(ConnectionTest, TakesNoPaddingForAFrame) {
  dialogue.Send(kS2C, "RTSP/1.0 200 OK\r\nCSeq: 1\r\n\r\n");
  EXPECT_FALSE(dialogue.Send(kS2C, "$").skipped) << "the Dialogue shows more of them behind it";
  dialogue.Send(kS2C, std::string("\0\0\2xy", 5));
  EXPECT_TRUE(dialogue.Send(kS2C, "RTSP/1.0 200 OK\r\nCSeq: 2\r\n\r\n").Noted(RTSPNAT_NOTE_RESPONSE));
}

TEST_F(ConnectionTest, NeverStartsInTheMiddleOfAnotherProtocol) {
  const Outcome outcome =
      dialogue.Send(kC2S, "POST / HTTP/1.1\r\nHost: s:554\r\nContent-Length: 9999\r\n\r\n");
  EXPECT_TRUE(outcome.transparent);
  EXPECT_TRUE(outcome.Noted(RTSPNAT_NOTE_NOT_RTSP));
  const std::string request = SetupRequest(2, "RTP/AVP;unicast;client_port=5000-5001");
  EXPECT_EQ(dialogue.Send(kC2S, request).sent, request);
  EXPECT_EQ(dialogue.Log(), Lines{});
}

TEST_F(ConnectionTest, Law4FinAndRstReleaseEverything) {
  for (const std::uint8_t flag : {RTSPNAT_FIN, RTSPNAT_RST}) {
    Dialogue other;
    other.Send(kC2S, SetupRequest(2, "RTP/AVP;unicast;client_port=5000-5001"));
    EXPECT_EQ(other.Held(), 1U);
    other.Send(kS2C, "", flag);
    EXPECT_EQ(other.Held(), 0U);
    EXPECT_EQ(other.Broken(), Lines{});
  }
}

TEST_F(ConnectionTest, Law5ARetransmissionGetsTheSameBytesHoweverItIsCut) {
  dialogue.reserve = TakenBelow(5002);
  const std::string request =
      SetupRequest(2, "RTP/AVP;unicast;client_port=5000-5001,RTP/AVP;unicast;client_port=5010-5011");
  const std::string sent = dialogue.Send(kC2S, request).sent;
  ASSERT_NE(sent, request);
  const std::size_t questions = dialogue.Log().size();
  for (std::uint32_t from = 0; from < request.size(); ++from) {
    for (std::uint32_t size = 1; size <= request.size() - from; ++size) {
      const Outcome outcome = dialogue.SendAt(kC2S, from, std::string_view(request).substr(from, size));
      ASSERT_EQ(outcome.sent, sent.substr(from, size));
    }
  }
  EXPECT_EQ(dialogue.Log().size(), questions);
}

TEST_F(ConnectionTest, Law5HoldsUntilTheEditIsAcknowledged) {
  dialogue.reserve = TakenBelow(5002);
  std::string before;
  for (int cseq = 1; cseq <= 40; ++cseq) {
    const std::string request = SetupRequest(cseq, "RTP/AVP;unicast;client_port=5000-5001");
    const Outcome outcome = dialogue.Send(kC2S, request);
    ASSERT_EQ(outcome.edits, 1U) << cseq;
    before += request;
    dialogue.Acknowledge(kC2S, static_cast<std::uint32_t>(before.size()));
    dialogue.Send(kS2C, ReplyTo(cseq, "200 OK"));
  }
}

TEST_F(ConnectionTest, DropsWhatIsPastTheFrontierABoundedNumberOfTimes) {
  const std::string request = SetupRequest(2, "RTP/AVP;unicast;client_port=5000-5001");
  const auto half = static_cast<std::uint32_t>(request.size() / 2);
  EXPECT_TRUE(dialogue.SendAt(kC2S, half, request.substr(half)).dropped);
  EXPECT_EQ(dialogue.SendAt(kC2S, 0, request).sent, request);
  EXPECT_EQ(dialogue.Held(), 1U);
  unsigned dropped = 0;
  while (dialogue.SendAt(kC2S, 10000, "x").dropped) ++dropped;
  EXPECT_EQ(dropped, 64U);
  EXPECT_TRUE(dialogue.SendAt(kC2S, 20000, "x").skipped) << "transparent from now on";
}

TEST_F(ConnectionTest, DropsNothingBehindALossInInterleavedMedia) {
  const std::string open = "RTSP/1.0 200 OK\r\nCSeq: 1\r\n\r\n$" + std::string("\0\0\4abcd", 7);
  dialogue.Send(kS2C, open);
  const auto end = static_cast<std::uint32_t>(open.size());
  const Outcome outcome = dialogue.SendAt(kS2C, end + 1448, "whatever this is");
  EXPECT_FALSE(outcome.dropped);
  EXPECT_TRUE(outcome.transparent);
  EXPECT_TRUE(outcome.Noted(RTSPNAT_NOTE_GAP));
}

// A server that resets after its own FIN, as seen in the virtual machine.
TEST_F(ConnectionTest, NeverDropsAResetOrAnEmptySegment) {
  dialogue.Send(kC2S, SetupRequest(2, "RTP/AVP;unicast;client_port=5000-5001"));
  EXPECT_TRUE(dialogue.SendAt(kC2S, 1000, "", RTSPNAT_FIN).dropped) << "before what is still missing";
  dialogue.Send(kS2C, "", RTSPNAT_FIN);
  EXPECT_FALSE(dialogue.SendAt(kS2C, 1, "").dropped);
  EXPECT_FALSE(dialogue.SendAt(kS2C, 1, "", RTSPNAT_RST).dropped);
  EXPECT_FALSE(dialogue.SendAt(kS2C, 1000, "reason", RTSPNAT_RST).dropped);
}

TEST(RoutedConnection, OpensTheSamePortsOrNone) {
  Dialogue dialogue(false);
  const std::string request = SetupRequest(2, "RTP/AVP;unicast;client_port=5001-5002;destination=10.0.1.2");
  EXPECT_EQ(dialogue.Send(kC2S, request).sent, request);
  EXPECT_EQ(dialogue.Log(), Lines{"reserve 0 5001-5002 as 5001-5002"});
  dialogue.reserve = [](const rtspnat_step&, std::uint16_t&) { return RTSPNAT_BUSY; };
  EXPECT_EQ(dialogue.Send(kC2S, SetupRequest(3, "RTP/AVP;unicast;client_port=6000-6001")).edits, 0U);
  EXPECT_EQ(dialogue.Log().back(), "reserve 1 6000-6001 as 6000-6001 busy");
  dialogue.Close();
  EXPECT_EQ(dialogue.Broken(), Lines{});
}

}  // namespace
}  // namespace rtsp::test
