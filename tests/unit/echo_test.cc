// SPDX-License-Identifier: MIT OR GPL-2.0-only
// Text that one side wrote and the other one echoes. gortsplib (which echoes CSeq, Session, realm, nonce and opaque) and rtsp-types end a line only at
// CR LF, so a value may hold a bare LF or CR. Text behind it must not be a line here, because the side that echoes it did not ask for it.
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <string>
#include <vector>

#include "tests/harness/dialogue.h"
#include "tests/unit/messages.h"

namespace rtsp::test {
namespace {

using Lines = std::vector<std::string>;

// Reads like the peer. Returns the value of the first line that begins with `name`, or nothing.
std::string ValueOf(const std::string& message, const std::string& name) {
  for (std::size_t at = 0, end = 0; end != std::string::npos; at = end + 2) {
    end = message.find("\r\n", at);
    const std::string line = message.substr(at, end - at);
    if (line.starts_with(name + ": ")) return line.substr(name.size() + 2);
  }
  return {};
}

// Returns the quoted text behind `name` of a challenge.
std::string QuotedOf(const std::string& value, const std::string& name) {
  const std::size_t begin = value.find(name + "=\"") + name.size() + 2;
  return value.substr(begin, value.find('"', begin) - begin);
}

// Sends the bytes in pieces of a size, or in one piece.
class Road {
 public:
  Road(const rtspnat_setup& setup, std::size_t piece) : dialogue(setup), piece_(piece) {}

  // Sends the message and returns it; the other side must get it unchanged.
  std::string Send(rtspnat_direction direction, const std::string& message) {
    const std::size_t piece = piece_ == 0 ? message.size() : piece_;
    for (std::size_t at = 0; at < message.size(); at += piece)
      dialogue.Send(direction, std::string_view(message).substr(at, piece));
    return message;
  }

  Dialogue dialogue;

 private:
  std::size_t piece_;
};

constexpr const char* kMedia = "RTP/AVP;unicast;client_port=7000-7001";
constexpr const char* kAnsweredMedia = "RTP/AVP;unicast;client_port=7000-7001;server_port=8000-8001";

// An outsider and a server behind a port forwarding. The server echoes the outsider's value of `name` as `echo`, above its Transport line or
// below.
struct ServerEcho {
  const char* name;
  const char* echo;
  const char* status;
};

constexpr ServerEcho kServerEchoes[] = {{"CSeq", "CSeq", "200 OK"},
                                        {"Session", "Session", "200 OK"},
                                        {"Timestamp", "Timestamp", "200 OK"},
                                        {"Require", "Unsupported", "200 OK"},
                                        {"User-Agent", "X-Seen", "200 OK"}};

void AskForwardedServer(Road& road, const ServerEcho& echo, bool above, const std::string& value) {
  const std::string cseq = std::string(echo.name) == "CSeq" ? "" : "CSeq: 5\r\n";
  const std::string request = road.Send(kC2S, "SETUP rtsp://s/x RTSP/1.0\r\n" + cseq + echo.name + ": " +
                                                  value + "\r\nTransport: " + kMedia + "\r\n\r\n");
  const std::string line = std::string(echo.echo) + ": " + ValueOf(request, echo.name) + "\r\n";
  const std::string transport = "Transport: " + std::string(kAnsweredMedia) + "\r\n";
  const std::string session = std::string(echo.name) == "Session" ? "" : "Session: 12345678\r\n";
  road.Send(kS2C, std::string("RTSP/1.0 ") + echo.status + "\r\n" + cseq +
                      (above ? line + transport : transport + line) + session + "\r\n");
}

// The server answers a request that the client has never sent.
void AnswerWhatNobodyAsked(Road& road) {
  road.Send(kS2C, ReplyTo(77, "200 OK", "RTP/AVP;unicast;client_port=5352-5353;server_port=6100-6101", "1"));
}

void SetUp(Road& road, int number, const std::string& more) {
  road.Send(kC2S, SetupRequest(number, kMedia, "rtsp://s/a/1", more));
  AnswerWhatNobodyAsked(road);
  road.Send(kS2C, ReplyTo(number, "200 OK", kAnsweredMedia));
}

// The client echoes the challenge in its Authorization.
void AuthorizeClient(Road& road, const char* parameter, const std::string& value) {
  const auto quoted = [&](const std::string& name) {
    return name + "=\"" + (name == parameter ? value : name) + "\"";
  };
  road.Send(kC2S, "DESCRIBE rtsp://s/a RTSP/1.0\r\nCSeq: 1\r\n\r\n");
  const std::string challenge =
      road.Send(kS2C, "RTSP/1.0 401 Unauthorized\r\nCSeq: 1\r\nWWW-Authenticate: Digest " + quoted("realm") +
                          ", " + quoted("nonce") + ", " + quoted("opaque") + "\r\n\r\n");
  const std::string asked = ValueOf(challenge, "WWW-Authenticate");
  std::string line = "Authorization: Digest username=\"u\"";
  for (const char* name : {"realm", "nonce", "opaque"})
    line += std::string(", ") + name + "=\"" + QuotedOf(asked, name) + "\"";
  line += ", uri=\"rtsp://s/a\", response=\"0\"\r\n";
  road.Send(kC2S, "DESCRIBE rtsp://s/a RTSP/1.0\r\nCSeq: 2\r\n" + line + "\r\n");
  AnswerWhatNobodyAsked(road);
  road.Send(kS2C, "RTSP/1.0 200 OK\r\nCSeq: 2\r\n\r\n");
  SetUp(road, 3, line);
}

// The client echoes the session identifier that it got.
void GiveSession(Road& road, const std::string& value) {
  road.Send(kC2S, SetupRequest(1, kMedia));
  const std::string reply = road.Send(kS2C, "RTSP/1.0 200 OK\r\nCSeq: 1\r\nSession: " + value +
                                                "\r\nTransport: " + kAnsweredMedia + "\r\n\r\n");
  const std::string line = "Session: " + ValueOf(reply, "Session") + "\r\n";
  road.Send(kC2S, "PLAY rtsp://s/a RTSP/1.0\r\nCSeq: 2\r\n" + line + "\r\n");
  AnswerWhatNobodyAsked(road);
  road.Send(kC2S, "GET_PARAMETER rtsp://s/a RTSP/1.0\r\n" + line + "CSeq: 3\r\n\r\n");
  AnswerWhatNobodyAsked(road);
}

// The server sends a request, and the client echoes its CSeq.
void AskClient(Road& road, const std::string& value) {
  road.Send(kC2S, "OPTIONS rtsp://s/a RTSP/1.0\r\nCSeq: 1\r\n\r\n");
  road.Send(kS2C, "RTSP/1.0 200 OK\r\nCSeq: 1\r\n\r\n");
  const std::string request = road.Send(kS2C, "OPTIONS * RTSP/1.0\r\nCSeq: " + value + "\r\n\r\n");
  road.Send(kC2S, "RTSP/1.0 200 OK\r\nCSeq: " + ValueOf(request, "CSeq") + "\r\n\r\n");
  AnswerWhatNobodyAsked(road);
  SetUp(road, 2, "");
}

// The client sends requests for the Content-Base that it got.
void GiveUri(Road& road, const std::string& value) {
  road.Send(kC2S, "DESCRIBE rtsp://s/a RTSP/1.0\r\nCSeq: 1\r\n\r\n");
  const std::string reply =
      road.Send(kS2C, "RTSP/1.0 200 OK\r\nCSeq: 1\r\nContent-Base: " + value + "\r\n\r\n");
  road.Send(kC2S, SetupRequest(2, kMedia, ValueOf(reply, "Content-Base") + "/1"));
  AnswerWhatNobodyAsked(road);
  road.Send(kS2C, ReplyTo(2, "200 OK", kAnsweredMedia));
}

// The text behind each line end of a value. Transport values name ports that no honest line names.
std::vector<Lines> Smuggled() {
  const std::string media = "Transport: RTP/AVP;unicast;client_port=7000-7001;server_port=5352-5353";
  const std::string setup = "SETUP rtsp://s/x RTSP/1.0";
  const std::string transport = "Transport: RTP/AVP;unicast;client_port=5352-5353";
  return {{media},
          {transport},
          {"", setup, "CSeq: 77", transport, ""},
          {"", setup, "CSeq: 77", "Content-Length: 40", transport, "", ""},
          {"Content-Length: 0", "", setup, "CSeq: 77", transport, "", "OPTIONS * RTSP/1.0"},
          {"", "RTSP/1.0 200 OK", "CSeq: 77", media, ""},
          {"", "RTSP/1.0 200 OK", "CSeq: 5", "Session: 1", media, "", "RTSP/1.0 404 Not Found"},
          {"CSeq: 77", transport, media}};
}

// All values to echo: text behind each kind of line end, in a line that is short, not interpreted, or long.
std::vector<std::string> Values(const std::string& front) {
  std::vector<std::string> values;
  for (const std::size_t more : {0U, 1100U, 5000U}) {
    for (const char* end : {"\n", "\n\n", "\r", "\r\r", "\n\r", "\r \n", "\n ", "\n\t\n"}) {
      for (const Lines& lines : Smuggled()) {
        std::string value = front + std::string(more, '1');
        for (const std::string& line : lines) value += end + line;
        // Elsewise the value would end there, and what follows would be a line that its writer wrote.
        if (value.find("\r\n") == std::string::npos && value.back() != '\r') values.push_back(value);
      }
    }
  }
  return values;
}

bool IsDemand(const std::string& line) {
  return line.starts_with("reserve") || line.starts_with("publish") || line.starts_with("expect");
}

// Returns the ports that were reserved, published and expected.
Lines DemandsOf(const Dialogue& dialogue) {
  Lines demands;
  std::ranges::copy_if(dialogue.Log(), std::back_inserter(demands), IsDemand);
  return demands;
}

rtspnat_setup SetupOfServerInside() {
  rtspnat_setup setup = Dialogue::SetupOf(false);
  setup.published = {4, {203, 0, 113, 9}};
  setup.may_publish = true;
  return setup;
}

using Play = std::function<void(Road&, const std::string& value)>;

Lines DemandsOf(const rtspnat_setup& setup, const Play& play, const std::string& value, std::size_t piece) {
  Road road(setup, piece);
  play(road, value);
  road.dialogue.Close();
  EXPECT_EQ(road.dialogue.Broken(), Lines{});
  return DemandsOf(road.dialogue);
}

// Plays with each value, which begins with the honest one and `front`. The core may ask only for the ports that it asks for with the honest
// value.
void ExpectNothingSmuggled(const rtspnat_setup& setup, const Play& play, const std::string& honest,
                           const std::string& front = "") {
  const Lines asked = DemandsOf(setup, play, honest, 0);
  ASSERT_GE(asked.size(), 2U) << "the honest dialogue asks for nothing";
  for (const std::string& value : Values(honest + front)) {
    for (const std::size_t piece : {0U, 60U}) {
      for (const std::string& line : DemandsOf(setup, play, value, piece))
        ASSERT_TRUE(std::ranges::find(asked, line) != asked.end())
            << line << "\nby " << testing::PrintToString(value) << " in pieces of " << piece;
    }
  }
}

// The texts with which a review of the core found this fault.
TEST(Echo, AForwardedServerEchoesTheNumber) {
  Road road(SetupOfServerInside(), 0);
  AskForwardedServer(road, kServerEchoes[0], true,
                     "5\nTransport: RTP/AVP;unicast;client_port=7000-7001;server_port=5352-5353");
  for (const std::string& line : DemandsOf(road.dialogue))
    EXPECT_EQ(line.find("5352"), std::string::npos) << line;
}

TEST(Echo, AClientEchoesTheRealm) {
  Road road(Dialogue::SetupOf(true), 0);
  AuthorizeClient(road, "realm",
                  "x\n\nSETUP rtsp://x RTSP/1.0\nCSeq: 77\nContent-Length: 80\nTransport: "
                  "RTP/AVP;unicast;client_port=5352-5353\n\n");
  for (const std::string& line : DemandsOf(road.dialogue))
    EXPECT_EQ(line.find("5352"), std::string::npos) << line;
}

TEST(Echo, NothingThatAServerEchoesIsALine) {
  for (const ServerEcho& echo : kServerEchoes) {
    for (const bool above : {true, false}) {
      SCOPED_TRACE(echo.name);
      ExpectNothingSmuggled(
          SetupOfServerInside(),
          [&](Road& road, const std::string& value) { AskForwardedServer(road, echo, above, value); }, "5");
    }
  }
}

TEST(Echo, NothingThatAClientEchoesOfAChallengeIsALine) {
  for (const char* parameter : {"realm", "nonce", "opaque"}) {
    SCOPED_TRACE(parameter);
    ExpectNothingSmuggled(
        Dialogue::SetupOf(true),
        [&](Road& road, const std::string& value) { AuthorizeClient(road, parameter, value); }, "x");
  }
}

TEST(Echo, NoSessionThatAClientEchoesIsALine) {
  ExpectNothingSmuggled(Dialogue::SetupOf(true), GiveSession, "12345678");
}

TEST(Echo, NoNumberThatAClientEchoesIsALine) {
  ExpectNothingSmuggled(Dialogue::SetupOf(true), AskClient, "5");
}

// Text in a URI that looks like the rest of a start line.
TEST(Echo, NoUriThatAClientEchoesIsALine) {
  for (const char* front : {"", " RTSP/1.0", "/1 RTSP/1.0 x RTSP/1.0"})
    ExpectNothingSmuggled(Dialogue::SetupOf(true), GiveUri, "rtsp://s/a", front);
}

// NAT of both sides at once.
TEST(Echo, NothingIsALineWhereBothSidesAreTranslated) {
  rtspnat_setup both = Dialogue::SetupOf(true);
  both.published = {4, {203, 0, 113, 9}};
  both.may_publish = true;
  ExpectNothingSmuggled(both, GiveSession, "12345678");
  ExpectNothingSmuggled(
      both,
      [](Road& road, const std::string& value) { AskForwardedServer(road, kServerEchoes[0], true, value); },
      "5");
}

}  // namespace
}  // namespace rtsp::test
