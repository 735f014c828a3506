// SPDX-License-Identifier: MIT OR GPL-2.0-only
// Text that looks like RTSP where none is: behind other protocols (NAT slipstreaming), in bodies, in frames. It passes unchanged and opens nothing,
// wherever segments begin. The same text at the start of a connection must open ports, which these tests check too.
#include <gtest/gtest.h>

#include <utility>

#include "tests/model/on_model.h"

namespace rtsp::model {
namespace {

constexpr std::size_t kSegment = 1460;

std::string HttpPost() {
  return "POST /a HTTP/1.1\r\nHost: 192.0.2.5:554\r\nContent-Type: text/plain\r\nContent-Length: "
         "1000000\r\n\r\n";
}

std::string TlsHello() {
  std::string hello("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11);
  for (int i = 0; i < 200; ++i) hello += static_cast<char>(i);
  return hello;
}

std::string Answer(unsigned cseq) { return OkResponse(cseq, ServerTransport("5000-5001", "6000-6001")); }

class ModelSlipstream : public OnModel {
 protected:
  // Nothing is expected, and nothing comes in from outside.
  static void ExpectSealed() {
    EXPECT_TRUE(Kernel::Openings().empty());
    EXPECT_FALSE(PassUdp({kServer, 6000}, {kRouterOutside, 5000}, "media"));
    EXPECT_FALSE(PassUdp({kServer, 6000}, {kClient, 5000}, "media"));
    EXPECT_FALSE(PassUdp({kStranger, 6000}, {kRouterOutside, 5000}, "attack"));
  }

  // These segments pass as they are, and open nothing, answered or not.
  static void SlipThrough(const std::vector<std::string>& segments, const Network& network = {}) {
    Router router(network);
    Session session(router);
    ASSERT_TRUE(session.Open());
    for (const std::string& segment : segments) {
      ASSERT_EQ(session.Request(segment), segment);
      ASSERT_TRUE(Kernel::Openings().empty());
    }
    EXPECT_EQ(session.Response(Answer(1)), Answer(1));
    EXPECT_EQ(session.Wrong(), "");
    ExpectSealed();
    session.Close();
    model_flush_conntracks();
    model_pass_time(5000);
  }
};

TEST_F(ModelSlipstream, TheSameTextOpensAtTheStart) {
  Start();
  Router router;
  Session session(router);
  ASSERT_TRUE(session.Open());
  session.Request(SetupRequest(1, kPair));
  EXPECT_EQ(Kernel::Openings().size(), 2U);
  session.Response(Answer(1));
  EXPECT_TRUE(PassUdp({kServer, 6000}, {kRouterOutside, 5000}, "media"));
}

TEST_F(ModelSlipstream, BehindOtherProtocolsOnASegmentStart) {
  const std::pair<const char*, std::string> openings[] = {
      {"POST", HttpPost()},
      {"GET", "GET /SETUP HTTP/1.1\r\n\r\n"},
      {"TLS", TlsHello()},
      {"SIP", "REGISTER sip:192.0.2.5 SIP/2.0\r\nCSeq: 1 REGISTER\r\n\r\n"},
      {"SMTP", "EHLO a\r\n"},
      {"HTTP/1.1 SETUP", "SETUP rtsp://192.0.2.5/ HTTP/1.1\r\nCSeq: 1\r\n\r\n"},
      {"no version", "SETUP rtsp://192.0.2.5/ RTSP/x\r\nCSeq: 1\r\n\r\n"},
      {"NUL", std::string(1, '\0')},
      {"blank", " "},
      {"byte order mark", "\xef\xbb\xbf"},
  };
  for (const bool ipv6 : {false, true}) {
    Start();
    for (const auto& [name, opening] : openings) {
      SCOPED_TRACE(name);
      SlipThrough({opening, SetupRequest(1, kPair)}, {.ipv6 = ipv6});
    }
    Finish();
  }
}

TEST_F(ModelSlipstream, AtEveryOffsetOfASegment) {
  Start();
  for (const std::string& opening : {HttpPost(), TlsHello()}) {
    Router router;
    Session session(router);
    ASSERT_TRUE(session.Open());
    session.Request(opening);
    for (std::size_t offset = 0; offset < kSegment; ++offset) {
      const std::string text = std::string(offset, 'x') + SetupRequest(1, kPair);
      ASSERT_EQ(session.Request(text), text);
      ASSERT_TRUE(Kernel::Openings().empty()) << offset;
    }
    ExpectSealed();
    session.Close();
    model_flush_conntracks();
  }
}

TEST_F(ModelSlipstream, BehindAnyNumberOfSegments) {
  Start();
  for (std::size_t count = 0; count < 20; ++count) {
    std::vector<std::string> segments(count, std::string(kSegment, 'x'));
    segments.insert(segments.begin(), HttpPost());
    segments.push_back(SetupRequest(1, kPair));
    SlipThrough(segments);
  }
}

// A segment may begin with any byte, also inside the head.
TEST_F(ModelSlipstream, AtEveryCut) {
  Start();
  const std::string post = "POST / HTTP/1.1\r\nContent-Length: 999\r\n\r\n";
  const std::string text = post + "a=" + SetupRequest(1, kPair);
  for (std::size_t cut = 1; cut < text.size(); ++cut) {
    SCOPED_TRACE(cut);
    SlipThrough({text.substr(0, cut), text.substr(cut)});
  }
}

// As a browser's body comes off the wire: one aggregate of many segments.
TEST_F(ModelSlipstream, InAnAggregate) {
  Start();
  Router router;
  Session session(router);
  session.segment_size = kSegment;
  ASSERT_TRUE(session.Open());
  std::string text = HttpPost();
  text.resize(3 * kSegment, 'x');
  text += SetupRequest(1, kPair);
  EXPECT_EQ(session.Request(text), text);
  ExpectSealed();
}

TEST_F(ModelSlipstream, AnswersBehindAnHttpAnswerActivateNothing) {
  Start();
  Router router;
  Session session(router);
  ASSERT_TRUE(session.Open());
  session.Request(HttpPost());
  session.Request(SetupRequest(1, kPair));
  for (const std::string& text :
       {std::string("HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\n"), Answer(1), Answer(0)})
    EXPECT_EQ(session.Response(text), text);
  ExpectSealed();
}

// SETUPs in bodies and frames of RTSP. The last SETUP is a real one and opens ports, which shows that framing was not lost.
TEST_F(ModelSlipstream, InBodiesAndFramesAtEveryCut) {
  const std::string hidden = SetupRequest(1, kPair);
  const std::string honest = SetupRequest(9, "RTP/AVP;unicast;client_port=7000-7001");
  const auto size = static_cast<char>(hidden.size());
  ASSERT_LT(hidden.size(), 128U);
  const std::string covers[] = {
      "ANNOUNCE rtsp://192.0.2.5/a RTSP/1.0\r\nCSeq: 1\r\nContent-Length: " + std::to_string(hidden.size()) +
          "\r\n\r\n",
      std::string("OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n$\0\0", 34) + size,
  };
  for (const std::string& cover : covers) {
    const std::string text = cover + hidden + honest;
    for (std::size_t cut = 1; cut < cover.size() + hidden.size(); ++cut) {
      SCOPED_TRACE(cut);
      Start();
      Router router;
      Session session(router);
      ASSERT_TRUE(session.Open());
      const std::string front = session.Request(text.substr(0, cut));
      EXPECT_EQ(front + session.Request(text.substr(cut)), text);
      const auto expectations = Kernel::Openings();
      ASSERT_EQ(expectations.size(), 2U);
      for (const model_expectation& one : expectations) EXPECT_EQ(one.destination_port / 2, 3500);
      session.Response(Answer(1));
      EXPECT_FALSE(PassUdp({kServer, 6000}, {kRouterOutside, 5000}, "media"));
      Finish();
    }
  }
}

TEST_F(ModelSlipstream, BehindGarbageOnAnRtspConnection) {
  Start();
  const std::string options = "OPTIONS * RTSP/1.0\r\nCSeq: 0\r\n\r\n";
  for (const char* garbage :
       {"\x01\x02garbage\r\n", "GET / HTTP/1.1\r\n\r\n", "SETUP rtsp://a/ HTTP/1.0\r\n\r\n",
        "OPTIONS * RTSP/1.0\r\nContent-Length: 9x\r\n\r\n"}) {
    SCOPED_TRACE(garbage);
    SlipThrough({options, garbage, SetupRequest(1, kPair)});
  }
}

// The receiver takes an urgent byte out of the stream, and so reads other text. Any segment may announce the byte, also an empty one, such as the
// answer to a zero window.
TEST_F(ModelSlipstream, BehindUrgentData) {
  const std::string head = "SET_PARAMETER * RTSP/1.0\r\nCSeq: 1\r\nContent-Length: 10\r\n\r\n";
  const std::vector<std::vector<std::string>> streams = {
      {head + "01234", "56", "789"}, {head + "01234", "", "56789"}, {head, "0123456789"}, {"", ""}};
  for (const bool urgent : {false, true}) {
    for (const std::vector<std::string>& segments : streams) {
      SCOPED_TRACE(segments[0].substr(0, 20) + "|" + segments[1] + (urgent ? " urgent" : ""));
      Start();
      Router router;
      Session session(router);
      ASSERT_TRUE(session.Open());
      for (std::size_t i = 0; i < segments.size(); ++i) {
        session.urgent = urgent && i == 1;
        EXPECT_EQ(session.Request(segments[i]), segments[i]);
      }
      session.urgent = false;
      EXPECT_EQ(Kernel::Counter("urgent"), urgent ? 1 : 0);
      EXPECT_EQ(session.Request(SetupRequest(2, kPair)), SetupRequest(2, kPair));
      EXPECT_EQ(Kernel::Counter("connections_open"), urgent ? 0 : 1);
      EXPECT_EQ(Kernel::Openings().empty(), urgent);
      EXPECT_EQ(session.Wrong(), "");
      Finish();
    }
  }
}

TEST_F(ModelSlipstream, InTheValuesOfHeaders) {
  Start();
  const std::string head = "OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n";
  SlipThrough({head + "X-A: SETUP rtsp://a/ RTSP/1.0 Transport: " + kPair + "\r\n\r\n"});
  SlipThrough({head + "X-A: b\r\n SETUP rtsp://a/ RTSP/1.0\r\n Transport: " + kPair + "\r\n\r\n"});
  SlipThrough({head + "Transport: " + kPair + "\r\n\r\n"});
  SlipThrough(
      {"PLAY rtsp://192.0.2.5/a RTSP/1.0\r\nCSeq: 1\r\nTransport: " + std::string(kPair) + "\r\n\r\n"});
}

}  // namespace
}  // namespace rtsp::model
