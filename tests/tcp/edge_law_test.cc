// SPDX-License-Identifier: MIT OR GPL-2.0-only
// Laws L9, L11 and L12 of tests/tcp/laws.h in cases that a random path seldom makes: the end of a stream, a path that shrinks,
// urgent data.
#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "tests/tcp/laws.h"
#include "tests/tcp/witness.h"

namespace rtsp::test {
namespace {

constexpr std::uint32_t kFirst = 1000;
constexpr std::size_t kUrgentAt = 10;  // The pointer of urgent packets here.

std::string SetupRequest(int cseq) {
  return "SETUP rtsp://s/1 RTSP/1.0\r\nCSeq: " + std::to_string(cseq) +
         "\r\nTransport: RTP/AVP;unicast;client_port=5002-5003\r\n\r\n";
}

std::string Reply(int cseq, const std::string& more = "\r\n") {
  return "RTSP/1.0 200 OK\r\nCSeq: " + std::to_string(cseq) + "\r\n" + more;
}

std::string SetupReply(int cseq) {
  return Reply(
      cseq, "Session: 1\r\nTransport: RTP/AVP;unicast;client_port=5004-5005;server_port=6970-6971\r\n\r\n");
}

/// Sends single packets of both sides through a router that gives other ports.
class Packets {
 public:
  explicit Packets(bool use_skip = true) : router_(Options(use_skip), complaints_) {
    for (const rtspnat_direction direction : {RTSPNAT_ORIGINAL, RTSPNAT_REPLY}) {
      TcpPacket packet;
      packet.direction = direction;
      packet.seq = kFirst - 1;
      packet.syn = true;
      static_cast<void>(router_.Pass(packet));
    }
  }

  /// Sends the next bytes of @p direction. All earlier bytes are acknowledged.
  std::optional<TcpPacket> Say(rtspnat_direction direction, std::string_view text, bool urgent = false) {
    sent_[direction] += text.size();
    return Send(direction, sent_[direction] - text.size(), text, urgent);
  }

  std::optional<TcpPacket> Send(rtspnat_direction direction, std::size_t offset, std::string_view text,
                                bool urgent = false, bool fin = false) {
    const std::size_t back = direction == RTSPNAT_ORIGINAL ? RTSPNAT_REPLY : RTSPNAT_ORIGINAL;
    return SendWith(direction, offset, text, sent_[back], urgent, fin);
  }

  std::optional<TcpPacket> SendWith(rtspnat_direction direction, std::size_t offset, std::string_view text,
                                    std::size_t acknowledged, bool urgent = false, bool fin = false) {
    TcpPacket packet;
    packet.direction = direction;
    packet.seq = kFirst + static_cast<std::uint32_t>(offset);
    packet.has_ack = true;
    packet.ack = kFirst + static_cast<std::uint32_t>(acknowledged);
    packet.payload = text;
    packet.fin = fin;
    packet.urg = urgent;
    packet.urgent = urgent ? kUrgentAt : 0;
    return router_.Pass(packet);
  }

  [[nodiscard]] const UserspaceRouter& Router() const { return router_; }
  [[nodiscard]] const std::vector<std::string>& Broken() const { return complaints_.List(); }

 private:
  static RouterOptions Options(bool use_skip) {
    RouterOptions options;
    options.use_skip = use_skip;
    options.answers.taken = 1;
    return options;
  }

  Complaints complaints_;
  UserspaceRouter router_;
  std::size_t sent_[2] = {};
};

// The server has every byte: the front of the cut line, which came out of custody, the rest and FIN. It acknowledges once.
TEST(EdgeLaw, L9OneAcknowledgementForDataAndFinEndsTheHolding) {
  const std::string request = SetupRequest(1);
  for (const std::size_t fin : {0U, 1U}) {
    for (std::size_t cut = request.find("Transport") + 1; cut + 4 < request.size(); ++cut) {
      Packets packets;
      const std::string_view front = std::string_view(request).substr(0, cut);
      packets.Send(RTSPNAT_ORIGINAL, 0, front);
      const std::size_t line = request.find("Transport");
      packets.Send(RTSPNAT_ORIGINAL, line, front.substr(line));
      ASSERT_TRUE(packets.Router().Noted(RTSPNAT_NOTE_CUSTODY));
      packets.Send(RTSPNAT_ORIGINAL, cut, std::string_view(request).substr(cut), false, fin == 1);
      ASSERT_TRUE(packets.Router().Holding());
      packets.SendWith(RTSPNAT_REPLY, 0, "", request.size() + fin);
      ASSERT_FALSE(packets.Router().Holding()) << "cut at " << cut << (fin == 1 ? ", with FIN" : "");
      ASSERT_EQ(packets.Broken(), std::vector<std::string>{});
    }
  }
}

// Sends a message that fills a packet, then the front of a SETUP, which goes into custody. Then the path becomes narrower. The rest of the
// SETUP has `rest` bytes.
Trial Shrinking(std::uint32_t path_bytes, std::size_t rest) {
  const std::string request = SetupRequest(2);
  const std::size_t cut = request.find("ent_port");
  std::string tail = request.substr(cut, request.size() - cut - 2);
  while (tail.size() + 2 < rest) {
    constexpr std::size_t kLongest = 100;
    constexpr std::size_t kShortest = 6;
    std::size_t size = std::min(kLongest, rest - 2 - tail.size());
    if (rest - 2 - tail.size() - size < kShortest) size = rest - 2 - tail.size();
    tail += "X: " + std::string(size - kShortest + 1, 'y') + "\r\n";
  }
  tail += "\r\n";
  Trial trial;
  trial.router.answers.taken = 1;
  for (EndpointOptions& end : trial.session.network.ends) end.receiver.may_overshoot = 2048;
  trial.turns = {
      {0, "SET_PARAMETER * RTSP/1.0\r\nCSeq: 1\r\nContent-Length: 1300\r\n\r\n" + std::string(1300, 'x')},
      {1, Reply(1)},
      {0, request.substr(0, cut)},
      {0, tail, 0, true, path_bytes},
      {1, SetupReply(2)},
  };
  return trial;
}

TEST(EdgeLaw, L11ASessionEndsWhosePathShrinksWhileBytesAreInCustody) {
  for (const std::uint32_t path_bytes : {1300U, 1080U, 900U, 700U, 540U, 512U}) {
    // Packets that are as long as the path takes now, or almost, and one that is too long for it.
    for (const std::size_t rest : {path_bytes, path_bytes - 1, path_bytes - 40, path_bytes + 100}) {
      for (const rtspnat_length_changes length_changes :
           {RTSPNAT_NO_LENGTH_CHANGE, RTSPNAT_ONE_LENGTH_CHANGE, RTSPNAT_ANY_LENGTH_CHANGE}) {
        Trial trial = Shrinking(path_bytes, rest);
        trial.router.length_changes = length_changes;
        const Judgement judgement = Judge(trial);
        EXPECT_TRUE(judgement.Noted(RTSPNAT_NOTE_CUSTODY));
        ASSERT_EQ(judgement.broken, std::vector<std::string>{}) << "path " << path_bytes << ", rest " << rest;
        EXPECT_NE(judgement.result.received[0].find("client_port=5004-5005"), std::string::npos);
      }
    }
  }
}

// A place of urgent data.
struct Place {
  const char* name;
  const char* before;  ///< The opener's first text.
  std::size_t size;    ///< Bytes of the urgent segment,
  std::size_t behind;  ///< and of the body or frame behind it.
};

constexpr Place kPlaces[] = {
    {"Body", "SET_PARAMETER * RTSP/1.0\r\nCSeq: 1\r\nContent-Length: 1000\r\n\r\n", 100, 900},
    {"EndOfABody", "SET_PARAMETER * RTSP/1.0\r\nCSeq: 1\r\nContent-Length: 100\r\n\r\n", 100, 0},
    {"Frame", "OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n$\1\1\1", 100, 157},
    {"EndOfAFrame", "OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n$\1\1\1", 257, 0},
    {"EmptySegment", "OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n", 0, 0},
    {"EmptySegmentInABody", "SET_PARAMETER * RTSP/1.0\r\nCSeq: 1\r\nContent-Length: 1000\r\n\r\n", 0, 1000},
    {"EmptySegmentInAFrame", "OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n$\1\1\1", 0, 257},
};

[[maybe_unused]] void PrintTo(const Place& place, std::ostream* out) { *out << place.name; }

class UrgentLaw : public testing::TestWithParam<Place> {
 protected:
  static void Play(bool use_skip, rtspnat_direction urgent) {
    const Place& place = GetParam();
    const std::string body(place.size + place.behind, 'x');
    Packets packets(use_skip);
    packets.Say(RTSPNAT_ORIGINAL,
                urgent == RTSPNAT_ORIGINAL ? place.before : "OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n");
    std::string reply = Reply(1);
    if (urgent == RTSPNAT_REPLY) {
      const std::string_view before(place.before);
      const std::size_t head = before.find("CSeq");
      reply = "RTSP/1.0 200 OK\r\n" + std::string(before.substr(head));
    }
    packets.Say(RTSPNAT_REPLY, reply);
    packets.Say(urgent, body.substr(0, place.size), true);
    packets.Say(urgent, body.substr(place.size));
    const std::optional<TcpPacket> setup = packets.Say(RTSPNAT_ORIGINAL, SetupRequest(2));
    EXPECT_TRUE(packets.Router().Transparent());
    EXPECT_TRUE(packets.Router().Noted(RTSPNAT_NOTE_URGENT));
    EXPECT_EQ(setup ? setup->payload : "dropped", SetupRequest(2));
    EXPECT_EQ(packets.Router().Ports().Log(), std::vector<std::string>{});
    EXPECT_EQ(packets.Broken(), std::vector<std::string>{});
  }
};

TEST_P(UrgentLaw, L12NothingIsReadBehindUrgentDataOfTheClient) { Play(false, RTSPNAT_ORIGINAL); }
TEST_P(UrgentLaw, L12NothingIsReadBehindUrgentDataOfTheClientThatCouldBeSkipped) {
  Play(true, RTSPNAT_ORIGINAL);
}
TEST_P(UrgentLaw, L12NothingIsReadBehindUrgentDataOfTheServer) { Play(false, RTSPNAT_REPLY); }
TEST_P(UrgentLaw, L12NothingIsReadBehindUrgentDataOfTheServerThatCouldBeSkipped) {
  Play(true, RTSPNAT_REPLY);
}

INSTANTIATE_TEST_SUITE_P(Places, UrgentLaw, testing::ValuesIn(kPlaces),
                         [](const auto& place) { return place.param.name; });

// The server's application does not get the urgent byte, so its body ends one byte later, and it does not read the SETUP that the
// core would read.
TEST(EdgeLaw, L12AServerThatTakesAByteOutReadsAnotherStream) {
  for (const bool use_skip : {false, true}) {
    FixedScript script({
        {0, "SET_PARAMETER * RTSP/1.0\r\nCSeq: 1\r\nContent-Length: 30\r\n\r\n"},
        {0, "0123456789012345678!0123456789", 0, true, 0, 20},
        {0, SetupRequest(2)},
        {1, Reply(1)},
        {0, SetupRequest(3)},
    });
    const SessionOptions session;
    RouterOptions options;
    options.answers.taken = 1;
    options.use_skip = use_skip;
    Complaints complaints;
    UserspaceRouter router(options, complaints);
    Witness witness(router, complaints);
    const SessionResult result = PlaySession(script, session, witness, complaints);
    router.Close();
    EXPECT_EQ(complaints.List(), std::vector<std::string>{});
    EXPECT_EQ(router.Ports().Log(), std::vector<std::string>{});
    std::string read = result.sent[0];
    read.erase(read.find('!'), 1);
    EXPECT_EQ(result.received[0], read);
  }
}

}  // namespace
}  // namespace rtsp::test
