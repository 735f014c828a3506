// SPDX-License-Identifier: MIT OR GPL-2.0-only
// Laws 3, 5, 7 and 8 of rtspnat.h: the stream that leaves when lines are cut, sent again, kept or made longer.
#include <gtest/gtest.h>

#include <string>

#include "tests/harness/dialogue.h"

namespace rtsp::test {
namespace {

using Lines = std::vector<std::string>;

constexpr rtspnat_direction kC2S = RTSPNAT_ORIGINAL;
constexpr rtspnat_direction kS2C = RTSPNAT_REPLY;

const std::string kHead = "SETUP rtsp://s/a/1 RTSP/1.0\r\nCSeq: 2\r\n";
const std::string kLine = "Transport: RTP/AVP;unicast;client_port=5000-5001\r\n";
const std::string kNewLine = "Transport: RTP/AVP;unicast;client_port=5002-5003\r\n";
const std::string kTail = "User-Agent: x\r\n\r\n";
const std::string kRequest = kHead + kLine + kTail;
const std::string kNewRequest = kHead + kNewLine + kTail;

std::uint32_t Size(const std::string& text) { return static_cast<std::uint32_t>(text.size()); }

class PassingTest : public ::testing::Test {
 protected:
  PassingTest() { TakePorts(dialogue); }

  void TearDown() override {
    dialogue.Close();
    EXPECT_EQ(dialogue.Broken(), Lines{});
  }

  static void TakePorts(Dialogue& dialogue) {
    dialogue.reserve = [](const rtspnat_step& step, std::uint16_t&) {
      return step.mapping.outside[0] < 5002 ? RTSPNAT_BUSY : RTSPNAT_YES;
    };
  }

  // Sends `stream` in pieces that end at `cuts`, and returns the stream that leaves.
  static std::string LeftInPieces(const std::string& stream, const std::vector<std::size_t>& cuts) {
    Dialogue pieces;
    TakePorts(pieces);
    std::size_t from = 0;
    for (const std::size_t cut : cuts) {
      pieces.Send(kC2S, std::string_view(stream).substr(from, cut - from));
      from = cut;
    }
    pieces.Send(kC2S, std::string_view(stream).substr(from));
    EXPECT_EQ(pieces.Broken(), Lines{});
    EXPECT_EQ(pieces.Log().size(), 2U);
    return pieces.Left(kC2S);
  }

  Dialogue dialogue;
};

TEST_F(PassingTest, Law5AnyTwoCutsGiveTheSameBytes) {
  for (std::size_t first = 0; first <= kRequest.size(); ++first) {
    for (std::size_t second = first; second <= kRequest.size(); ++second)
      ASSERT_EQ(LeftInPieces(kRequest, {first, second}), kNewRequest) << first << " " << second;
  }
}

TEST_F(PassingTest, Law5OneByteForEachSegmentGivesTheSameBytes) {
  for (const std::string& line :
       {std::string("transport :\t RTP/AVP;unicast;client_port=5000-5001\r\n"),
        std::string("TRANSPORT:RTP/AVP;unicast\r\n ;client_port=5000-5001\r\n"),
        std::string("Transport: RTP/AVP;unicast;destination=10.0.1.2;client_port=5000-5001\r\n"),
        std::string("Transport: RTP/AVP;unicast;dest_addr=\"10.0.1.2:5000\"/\"10.0.1.2:5001\"\r\n")}) {
    const std::string request = kHead + line + kTail;
    std::vector<std::size_t> cuts(request.size());
    for (std::size_t i = 0; i < cuts.size(); ++i) cuts[i] = i;
    EXPECT_EQ(LeftInPieces(request, cuts), LeftInPieces(request, {})) << line;
    EXPECT_NE(LeftInPieces(request, {}), request) << line;
  }
}

TEST_F(PassingTest, WithholdsTheLineAndPutsItInFront) {
  const Outcome first = dialogue.Send(kC2S, kHead + kLine.substr(0, 20));
  EXPECT_EQ(first.sent, kHead);
  EXPECT_TRUE(first.holding);
  EXPECT_TRUE(first.Noted(RTSPNAT_NOTE_WITHHELD));
  const Outcome second = dialogue.Send(kC2S, kLine.substr(20) + kTail);
  EXPECT_EQ(second.sent, kNewLine + kTail);
  EXPECT_EQ(second.start, Size(kHead));
  EXPECT_TRUE(second.holding) << "an empty segment may tell that the edit has arrived";
  dialogue.Acknowledge(kC2S, Size(kHead + kLine + kTail));
  EXPECT_FALSE(dialogue.Send(kS2C, "").holding);
}

TEST_F(PassingTest, WithholdsNothingButWhatMayBecomeATransportOfASetup) {
  EXPECT_EQ(dialogue.Send(kC2S, "PLAY rtsp://s/a RTSP/1.0\r\nTransp").sent,
            "PLAY rtsp://s/a RTSP/1.0\r\nTransp");
  EXPECT_EQ(dialogue.Send(kC2S, "ort: x\r\n\r\n").sent, "ort: x\r\n\r\n");
  EXPECT_EQ(dialogue.Send(kC2S, kHead + "Transports").sent, kHead + "Transports");
  EXPECT_EQ(dialogue.Send(kC2S, ": x\r\nT").sent, ": x\r\n");
  EXPECT_EQ(dialogue.Send(kC2S, "ry: ").sent, "Try: ");
  EXPECT_EQ(dialogue.Send(kS2C, "RTSP/1.0 200 OK\r\nTransport: ").sent, "RTSP/1.0 200 OK\r\nTransport: ")
      << "no SETUP waits for an answer";
}

TEST_F(PassingTest, MapsACutReplyBack) {
  dialogue.Send(kC2S, kRequest);
  const std::string head = "RTSP/1.0 200 OK\r\nCSeq: 2\r\n";
  EXPECT_EQ(dialogue.Send(kS2C, head + "Transport: RTP/AVP;client_p").sent, head);
  EXPECT_EQ(dialogue.Send(kS2C, "ort=5002-5003;server_port=9000-9001\r\n\r\n").sent,
            "Transport: RTP/AVP;client_port=5000-5001;server_port=9000-9001\r\n\r\n");
  EXPECT_EQ(dialogue.Live(), 1U);
}

TEST_F(PassingTest, Law7WhatIsSentAgainIsTakenIntoCustody) {
  const std::string front = kLine.substr(0, 20);
  dialogue.Send(kC2S, kHead + front);
  dialogue.Acknowledge(kC2S, Size(kHead));
  EXPECT_EQ(dialogue.Send(kS2C, "").ack, Size(kHead)) << "not before its sender waits";

  const Outcome again = dialogue.SendAt(kC2S, Size(kHead), front);
  EXPECT_TRUE(again.Noted(RTSPNAT_NOTE_CUSTODY));
  EXPECT_EQ(again.sent, "\n") << "the byte before, to be acknowledged again";
  EXPECT_EQ(again.start, Size(kHead) - 1);
  EXPECT_EQ(dialogue.Send(kS2C, "").ack, Size(kHead + front)) << "the sender goes on";

  const Outcome rest = dialogue.Send(kC2S, kLine.substr(20));
  EXPECT_EQ(rest.sent, "\n") << "a fold might follow";
  EXPECT_EQ(dialogue.Send(kS2C, "").ack, Size(kHead + kLine));

  EXPECT_EQ(dialogue.Send(kC2S, kTail).sent, kNewLine + kTail);
  EXPECT_EQ(dialogue.SendAt(kC2S, Size(kHead + kLine), kTail).sent, kNewLine + kTail) << "lost: once more";
  EXPECT_EQ(dialogue.Send(kS2C, "").ack, Size(kHead + kLine));
  dialogue.Acknowledge(kC2S, Size(kRequest));
  const Outcome last = dialogue.Send(kS2C, "");
  EXPECT_EQ(last.ack, Size(kRequest));
  EXPECT_FALSE(last.holding);
  EXPECT_EQ(dialogue.SendAt(kC2S, Size(kHead + kLine), kTail).sent, kTail);
}

TEST_F(PassingTest, Law7ASecondCutLineWaitsForTheCustodyOfTheFirst) {
  const std::string front = kLine.substr(0, 30);
  dialogue.Send(kC2S, kHead + front);
  dialogue.SendAt(kC2S, Size(kHead), front);
  EXPECT_EQ(dialogue.Send(kC2S, kLine.substr(30) + kTail + kHead + front).sent, kNewLine + kTail + kHead);
  const std::uint32_t second = Size(kRequest + kHead);
  EXPECT_EQ(dialogue.SendAt(kC2S, second, front).sent, "") << "the first is not acknowledged yet";
  dialogue.Acknowledge(kC2S, Size(kRequest));
  dialogue.Send(kS2C, "");
  EXPECT_TRUE(dialogue.SendAt(kC2S, second, front).Noted(RTSPNAT_NOTE_CUSTODY));
  EXPECT_EQ(dialogue.Send(kC2S, kLine.substr(30) + kTail).sent, kNewLine + kTail);
  EXPECT_EQ(dialogue.Left(kC2S), kNewRequest + kNewRequest);
}

TEST_F(PassingTest, Law7ALineThatFindsNoRoomIsLeftToItsSender) {
  const std::string front = "Transport: RTP/AVP;unicast;x=" + std::string(440, 'x');
  const std::string rest = ";client_port=5000-5001\r\n";
  dialogue.Send(kC2S, kHead + front);
  dialogue.SendAt(kC2S, Size(kHead), front);
  const std::string more = "X: " + std::string(600, 'x');
  const Outcome full = dialogue.Send(kC2S, rest + more);
  EXPECT_EQ(full.sent, front + ";client_port=5002-5003\r\n")
      << "beside what is in custody there is no room for more";
  EXPECT_TRUE(full.Noted(RTSPNAT_NOTE_TRIMMED));
  const std::uint32_t place = Size(kHead + front + rest);
  EXPECT_EQ(dialogue.SendAt(kC2S, place, more).sent, "");
  dialogue.Acknowledge(kC2S, place);
  dialogue.Send(kS2C, "");
  EXPECT_EQ(dialogue.SendAt(kC2S, place, more + "\r\n\r\n").sent, more + "\r\n\r\n");
  EXPECT_EQ(dialogue.Log(),
            (Lines{"reserve 0 5000-5001 as 5000-5001 busy", "reserve 0 5000-5001 as 5002-5003"}));
}

// The sender believes that the bytes in custody have arrived, so it cannot send them in smaller packets when the path becomes narrow.
TEST_F(PassingTest, APacketWithBytesInCustodyIsNotLongerThanTheOneThatItsSenderSends) {
  dialogue.header_length = 52;
  const std::string front = "Transport: RTP/AVP;unicast;x=" + std::string(300, 'x');
  dialogue.Send(kC2S, "OPTIONS rtsp://s/a RTSP/1.0\r\nX: " + std::string(1300, 'x') + "\r\n\r\n");
  const std::uint32_t at = dialogue.Next(kC2S) + Size(kHead);
  dialogue.Send(kC2S, kHead + front);
  EXPECT_TRUE(dialogue.SendAt(kC2S, at, front).Noted(RTSPNAT_NOTE_CUSTODY));
  const std::string rest = ";client_port=5000-5001\r\nX: " + std::string(700, 'x') + "\r\n\r\n";
  const Outcome outcome = dialogue.Send(kC2S, rest);
  EXPECT_EQ(outcome.sent.size(), rest.size());
  EXPECT_TRUE(outcome.Noted(RTSPNAT_NOTE_TRIMMED));
  EXPECT_EQ(dialogue.Broken(), Lines{});
}

TEST_F(PassingTest, FinCarriesWhatIsWithheld) {
  dialogue.Send(kC2S, kHead + kLine.substr(0, 20));
  const Outcome fin = dialogue.Send(kC2S, "", RTSPNAT_FIN);
  EXPECT_EQ(fin.sent, kLine.substr(0, 20));
  EXPECT_TRUE(fin.fin);
  EXPECT_EQ(dialogue.Held(), 0U);
}

TEST_F(PassingTest, ACloseDoesNotLeaveWithTheFrontOfWhatIsInCustody) {
  const std::string front = "Transport: RTP/AVP;unicast;x=" + std::string(571, 'x');
  dialogue.Send(kC2S, kHead + front.substr(0, 300));
  dialogue.Send(kC2S, front.substr(300));
  EXPECT_TRUE(dialogue.SendAt(kC2S, Size(kHead), front.substr(0, 300)).Noted(RTSPNAT_NOTE_CUSTODY));
  const std::uint32_t end = Size(kHead + front);
  const Outcome close = dialogue.SendAt(kC2S, end, "", RTSPNAT_FIN);
  EXPECT_LT(close.sent.size(), front.size()) << "more than a packet takes";
  EXPECT_FALSE(close.fin);
  dialogue.Acknowledge(kC2S, close.start + Size(close.sent));
  dialogue.Send(kS2C, "");
  const Outcome again = dialogue.SendAt(kC2S, end, "", RTSPNAT_FIN);
  EXPECT_EQ(close.sent + again.sent, front);
  EXPECT_TRUE(again.fin);
}

TEST_F(PassingTest, EmptySegmentsStandWhereTheReceiverWaits) {
  dialogue.Send(kC2S, kHead + kLine.substr(0, 20));
  EXPECT_EQ(dialogue.Send(kC2S, "").start, Size(kHead));
  EXPECT_EQ(dialogue.Send(kC2S, "", RTSPNAT_RST).start, Size(kHead));
}

TEST_F(PassingTest, AKeepAliveProbeIsAnswered) {
  const std::string front = kLine.substr(0, 20);
  dialogue.Send(kC2S, kHead + front);
  const Outcome probe = dialogue.SendAt(kC2S, Size(kHead + front) - 1, "");
  EXPECT_EQ(probe.sent, "\n");
  EXPECT_EQ(probe.start, Size(kHead) - 1);
}

TEST_F(PassingTest, UrgentDataEndsTheReading) {
  dialogue.Send(kC2S, kHead + kLine.substr(0, 20));
  const Outcome urgent = dialogue.Send(kC2S, "x", RTSPNAT_URG);
  EXPECT_TRUE(urgent.Noted(RTSPNAT_NOTE_URGENT));
  EXPECT_EQ(urgent.sent, kLine.substr(0, 20) + "x");
  EXPECT_EQ(dialogue.Send(kC2S, kLine.substr(20) + kTail).sent, kLine.substr(20) + kTail);
}

TEST_F(PassingTest, NoSegmentBecomesLongerThanOthersWere) {
  const std::string front = kLine.substr(0, 20);
  dialogue.Send(kC2S, kHead + front);
  const std::string body = kLine.substr(20) + "Content-Length: 1000\r\n\r\n" + std::string(600 - 54, 'b');
  const Outcome outcome = dialogue.Send(kC2S, body, RTSPNAT_FIN);
  EXPECT_EQ(outcome.sent.size(), body.size()) << "the largest so far";
  EXPECT_TRUE(outcome.Noted(RTSPNAT_NOTE_TRIMMED));
  EXPECT_FALSE(outcome.fin);
  const Outcome rest = dialogue.SendAt(kC2S, outcome.start + Size(outcome.sent), std::string(20, 'b'));
  EXPECT_EQ(rest.sent, std::string(20, 'b'));
}

TEST_F(PassingTest, LongerHeadersLeaveRoomForLessText) {
  const std::string front = kLine.substr(0, 20);
  dialogue.header_length = 52;
  dialogue.Send(kC2S, kHead + front);
  dialogue.Send(kC2S, kLine.substr(20) + "Content-Length: 3000\r\n\r\n" + std::string(1000, 'b'));
  dialogue.Send(kC2S, std::string(2000, 'b') + kHead + front);
  dialogue.header_length = 88;
  EXPECT_EQ(dialogue.Send(kC2S, kLine.substr(20) + "Content-Length: 9000\r\n\r\n" + std::string(1960, 'b'))
                .sent.size(),
            2000 + kHead.size() + front.size() - 36);
}

TEST_F(PassingTest, FramesArePassedOverByTheirHeads) {
  const std::string frame = std::string("$\0\0\4abcd", 8);
  dialogue.Send(kS2C, "RTSP/1.0 200 OK\r\nContent-Length: 2\r\n\r\n");
  const std::uint32_t start = Size("RTSP/1.0 200 OK\r\nContent-Length: 2\r\n\r\n");
  EXPECT_TRUE(dialogue.Send(kS2C, "ab" + frame + frame + frame.substr(0, 6)).skipped);
  EXPECT_TRUE(dialogue.Send(kS2C, "cd" + frame).skipped);
  EXPECT_FALSE(dialogue.Send(kS2C, frame + "$\1").skipped) << "a head that is cut";
  EXPECT_FALSE(dialogue.Send(kS2C, std::string("\0\1x", 3) + frame).skipped) << "and its rest";
  EXPECT_FALSE(dialogue.Send(kS2C, frame + "RTSP/1.0 200 OK\r\n\r\n").skipped) << "a message";
  EXPECT_TRUE(dialogue.Send(kS2C, frame).skipped);
  EXPECT_FALSE(dialogue.SendAt(kS2C, start + 2, frame + frame).sent.empty()) << "sent again";
}

// 10.0.1.2 becomes 203.0.113.1, three bytes more; one blank behind `Transport:` can go.
std::string Destination(const std::string& blanks, const std::string& address, int cseq = 2) {
  return "SETUP rtsp://s/a RTSP/1.0\r\nCSeq: " + std::to_string(cseq) + "\r\nTransport:" + blanks +
         "RTP/AVP;destination=" + address + ";client_port=6000-6001\r\n\r\n";
}

TEST_F(PassingTest, AddressesGrowIntoTheBlanks) {
  const Outcome outcome = dialogue.Send(kC2S, Destination("   \t", "10.0.1.2"));
  EXPECT_EQ(outcome.sent, Destination("\t", "203.0.113.1")) << "a tab is not one of them";
  EXPECT_FALSE(outcome.Noted(RTSPNAT_NOTE_LENGTH_CHANGED));
}

TEST_F(PassingTest, Law8WithoutLengthChangesTheTextIsLeftAlone) {
  Dialogue fixed(true, RTSPNAT_NO_LENGTH_CHANGE);
  const std::string request = Destination(" ", "10.0.1.2");
  const Outcome outcome = fixed.Send(kC2S, request);
  EXPECT_EQ(outcome.sent, request);
  EXPECT_TRUE(outcome.Noted(RTSPNAT_NOTE_CANNOT_EDIT));
  EXPECT_EQ(fixed.Held(), 0U);
  EXPECT_EQ(fixed.Send(kC2S, Destination("   ", "10.0.1.2")).sent, Destination("", "203.0.113.1"));
  EXPECT_EQ(fixed.Broken(), Lines{});
}

TEST_F(PassingTest, RepliesShrinkIntoTheBlanks) {
  dialogue.Send(kC2S, Destination("   ", "10.0.1.2"));
  const std::string reply =
      "RTSP/1.0 200 OK\r\nCSeq: 2\r\nTransport: "
      "RTP/AVP;destination=203.0.113.1;client_port=6000-6001\r\n\r\n";
  EXPECT_EQ(dialogue.Send(kS2C, reply).sent,
            "RTSP/1.0 200 OK\r\nCSeq: 2\r\nTransport:    "
            "RTP/AVP;destination=10.0.1.2;client_port=6000-6001\r\n\r\n");
}

TEST_F(PassingTest, TheStreamGrowsWhereNothingElseHelps) {
  const std::string request = Destination(" ", "10.0.1.2");
  const std::string grown = Destination("", "203.0.113.1");
  const Outcome outcome = dialogue.Send(kC2S, request);
  EXPECT_EQ(outcome.sent, grown);
  EXPECT_TRUE(outcome.Noted(RTSPNAT_NOTE_LENGTH_CHANGED));
  EXPECT_EQ(dialogue.Send(kC2S, request).sent, grown);
  EXPECT_EQ(dialogue.Left(kC2S), grown + grown);
  for (std::uint32_t from = 0; from < request.size(); ++from) {
    for (std::uint32_t size = 1; size <= request.size() - from; ++size)
      dialogue.SendAt(kC2S, from, std::string_view(request).substr(from, size));
  }
}

TEST_F(PassingTest, Law8TheNextChangeWaitsForTheAcknowledgementOfTheFirst) {
  Dialogue one(true, RTSPNAT_ONE_LENGTH_CHANGE);
  const std::string request = Destination(" ", "10.0.1.2");
  const std::string grown = Destination("", "203.0.113.1");
  const Outcome both = one.Send(kC2S, request + request);
  EXPECT_TRUE(both.Noted(RTSPNAT_NOTE_TRIMMED));
  EXPECT_LT(both.sent.size(), 2 * grown.size());
  EXPECT_EQ(both.sent, (grown + grown).substr(0, both.sent.size()));
  EXPECT_TRUE(one.Send(kC2S, "OPTIONS * RTSP/1.0\r\n\r\n").dropped) << "numbers behind it are not known yet";
  one.Acknowledge(kC2S, Size(request));
  one.Send(kS2C, "");
  const Outcome again = one.SendAt(kC2S, Size(request), request);
  EXPECT_EQ(again.sent, grown);
  EXPECT_TRUE(again.Noted(RTSPNAT_NOTE_LENGTH_CHANGED));
  EXPECT_EQ(one.Left(kC2S), grown + grown);
  one.Close();
  EXPECT_EQ(one.Broken(), Lines{});
}

// A line goes on behind bytes in custody, and there is no room for it. FIN ends nothing as long as bytes in front of it are to be
// sent again: the front of the line stays here, and so the line can be changed once its end comes.
TEST_F(PassingTest, Law5FinBehindBytesThatWereNotReadEndsNoLine) {
  const std::string first = "Transport: RTP/AVP;unicast;client_port=5000-5001;x=" + std::string(500, 'x');
  const std::string second = "Transport: RTP/AVP;unicast;client_port=6001-6002;x=" + std::string(300, 'x');
  const std::string third = std::string(300, 'x') + "\r\n\r\n";
  const std::string between = "\r\n\r\n" + kHead;
  dialogue.Send(kC2S, kHead + first);
  const Outcome custody = dialogue.SendAt(kC2S, Size(kHead), first);
  ASSERT_TRUE(custody.Noted(RTSPNAT_NOTE_CUSTODY));
  dialogue.Send(kC2S, between + second);
  const std::uint32_t at = Size(kHead + first + between + second);
  const Outcome fin = dialogue.SendAt(kC2S, at, third, RTSPNAT_FIN);
  EXPECT_TRUE(fin.Noted(RTSPNAT_NOTE_TRIMMED));
  EXPECT_FALSE(fin.fin);
  const std::string stream = kHead + first + between + second + third;
  for (unsigned i = 0; i < 8 && dialogue.Left(kC2S).size() < stream.size(); ++i) {
    dialogue.Acknowledge(kC2S, dialogue.Received(kC2S));
    dialogue.Send(kS2C, "");
    const std::uint32_t received = dialogue.Received(kC2S);
    dialogue.SendAt(kC2S, received, std::string_view(stream).substr(received), RTSPNAT_FIN);
  }
  EXPECT_EQ(dialogue.Left(kC2S).size(), stream.size());
  EXPECT_EQ(dialogue.Left(kC2S).find("6001-6002"), std::string::npos) << "the line was not changed";
}

}  // namespace
}  // namespace rtsp::test
