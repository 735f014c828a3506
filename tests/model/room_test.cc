// SPDX-License-Identifier: MIT OR GPL-2.0-only
// Connections that find no room, and connections that give way to them.
#include <gtest/gtest.h>

#include <list>
#include <memory>

#include "tests/model/on_model.h"

namespace rtsp::model {
namespace {

const std::string kOptions = "OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n";

std::string PairOf(unsigned port) {
  return "RTP/AVP;unicast;client_port=" + std::to_string(port) + "-" + std::to_string(port + 1);
}

class ModelRoom : public OnModel {
 protected:
  struct Client {
    Router router;
    Session session{router};

    Client(std::uint8_t host, std::uint16_t port) : router({}, {{false, host}, port}) {}
  };

  Session& Open(std::uint8_t host) {
    clients_.push_back(std::make_unique<Client>(host, next_++));
    EXPECT_TRUE(clients_.back()->session.Open());
    return clients_.back()->session;
  }

  static bool Plays(Session& session, std::uint16_t port, unsigned cseq = 2) {
    session.Request(SetupRequest(cseq, PairOf(port)));
    const std::string both = std::to_string(port) + "-" + std::to_string(port + 1);
    session.Response(OkResponse(cseq, ServerTransport(both, "6000-6001")));
    EXPECT_EQ(session.Wrong(), "");
    return PassUdp({kServer, 6000}, {kRouterOutside, port}, "media").has_value();
  }

  static void Options(Session& session) {
    EXPECT_EQ(session.Request(kOptions), kOptions);
    EXPECT_EQ(session.Response(OkResponse(1)), OkResponse(1));
  }

  std::list<std::unique_ptr<Client>> clients_;
  std::uint16_t next_ = 40000;
};

TEST_F(ModelRoom, WhatCannotBeginARequestMakesNoState) {
  for (const std::string& first : {std::string("\x16\x03\x01"), std::string("$\0\0\4", 4), std::string(" "),
                                   std::string("\r\n\r\n/"), std::string("(")}) {
    Start();
    Session& session = Open(2);
    EXPECT_EQ(session.Request(first), first);
    EXPECT_EQ(Kernel::Counter("connections_total"), 0);
    EXPECT_EQ(Kernel::Counter("not_rtsp"), 1);
    EXPECT_FALSE(Plays(session, 5000)) << "for good";
    EXPECT_EQ(Kernel::Counter("connections_total"), 0);
    Finish();
  }
}

TEST_F(ModelRoom, EmptyLinesMakeNoState) {
  Start();
  Session& session = Open(2);
  for (const char* lines : {"\r", "\n", "\n\r\n"}) EXPECT_EQ(session.Request(lines), lines);
  EXPECT_EQ(Kernel::Counter("connections_total"), 0);
  EXPECT_EQ(session.Request("\r\nO"), "\r\nO");
  EXPECT_EQ(Kernel::Counter("connections_open"), 1);
  session.Request(kOptions.substr(1));
  session.Response(OkResponse(1));
  EXPECT_TRUE(Plays(session, 5000));
}

TEST_F(ModelRoom, AServerThatTalksFirstIsLeftAlone) {
  Start();
  Session& session = Open(2);
  EXPECT_EQ(session.Response("RTSP/1.0 200 OK\r\n\r\n"), "RTSP/1.0 200 OK\r\n\r\n");
  EXPECT_EQ(Kernel::Counter("server_first"), 1);
  EXPECT_FALSE(Plays(session, 5000));
  EXPECT_EQ(Kernel::Counter("connections_total"), 0);
  EXPECT_EQ(Kernel::Counter("server_first"), 1) << "counted once";
}

// Behind a kept alive probe of old bytes nothing is different.
TEST_F(ModelRoom, BytesThatHaveComeBeforeMakeNoState) {
  Start();
  Session& session = Open(2);
  session.Repeat(RTSPNAT_ORIGINAL, 1, "x");
  session.Repeat(RTSPNAT_REPLY, 1, "x");
  EXPECT_EQ(Kernel::Counter("connections_total"), 0);
  EXPECT_TRUE(Plays(session, 5000));
}

TEST_F(ModelRoom, WhatWaitsForNothingGivesWayAndComesBack) {
  Start();
  model_set_parameter("max_connections", "4");
  Session* first = &Open(2);
  Options(*first);
  for (std::uint8_t host = 3; host < 12; ++host) Options(Open(host));
  EXPECT_EQ(Kernel::Counter("connections_open"), 3) << "one place is kept for those that ask for media";
  EXPECT_EQ(Kernel::Counter("gave_way_idle"), 7);
  EXPECT_EQ(Kernel::Counter("connections_total"), 10);
  model_pass_time(60000);
  EXPECT_TRUE(Plays(*first, 5000));
  EXPECT_EQ(Kernel::Counter("connections_total"), 10) << "it is the same one";
  EXPECT_EQ(Kernel::Counter("too_many_connections"), 0);
}

// The same again and again, with a SETUP in pieces and with edited text.
TEST_F(ModelRoom, ComesBackAgainAndAgain) {
  Start();
  model_set_parameter("max_connections", "2");
  model_bind_udp(5000);
  Session& session = Open(2);
  for (unsigned round = 1; round < 20; ++round) {
    Options(session);
    Options(Open(static_cast<std::uint8_t>(2 + round)));
    const std::string setup = SetupRequest(round, kPair);
    std::string arrived;
    for (std::size_t at = 0; at < setup.size(); at += 40) arrived += session.Request(setup.substr(at, 40));
    const std::string outside = ClientPort(arrived);
    EXPECT_NE(outside, "5000-5001");
    EXPECT_EQ(ClientPort(session.Response(OkResponse(round, ServerTransport(outside, "6000-6001")))),
              "5000-5001");
    EXPECT_TRUE(
        PassUdp({kServer, 6000}, {kRouterOutside, static_cast<std::uint16_t>(std::stoi(outside))}, "media"));
    session.Request(TeardownRequest(round));
    session.Response(OkResponse(round));
    EXPECT_EQ(Kernel::Counter("mappings_live"), 0);
    EXPECT_EQ(session.Wrong().find("follow"), std::string::npos);
  }
  EXPECT_GT(Kernel::Counter("gave_way_idle"), 20);
}

TEST_F(ModelRoom, FirstThatOfTheHostThatHasMost) {
  Start();
  model_set_parameter("max_connections", "16");
  Session& victim = Open(2);
  Options(victim);
  for (unsigned i = 0; i < 11; ++i) Options(Open(3));
  for (unsigned i = 0; i < 40; ++i) Options(Open(static_cast<std::uint8_t>(10 + i % 3)));
  const long before = Kernel::Counter("gave_way_idle");
  Options(victim);
  EXPECT_EQ(Kernel::Counter("gave_way_idle"), before) << "it has stayed";
  EXPECT_TRUE(Plays(victim, 5000));
}

TEST_F(ModelRoom, WhatWaitsForAReplyGivesWayLater) {
  Start();
  model_set_parameter("max_connections", "4");
  Session& waits = Open(2);
  waits.Request(kOptions);
  for (std::uint8_t host = 3; host < 8; ++host) Options(Open(host));
  EXPECT_EQ(Kernel::Counter("gave_way_waiting"), 0);
  for (std::uint8_t host = 10; host < 20; ++host) Open(host).Request(kOptions);
  EXPECT_GT(Kernel::Counter("gave_way_waiting"), 0);
  EXPECT_EQ(waits.Response(OkResponse(1)), OkResponse(1));
  EXPECT_TRUE(Plays(waits, 5000));
}

// Reading cannot go on in the middle of a line.
TEST_F(ModelRoom, WhatIsUnfinishedGivesWayAfterAMinute) {
  Start();
  model_set_parameter("max_connections", "4");
  Session& slow = Open(2);
  slow.Request("OPTIO");
  for (std::uint8_t host = 3; host < 8; ++host) Open(host).Request("OPTIO");
  EXPECT_EQ(Kernel::Counter("connections_open"), 3);
  EXPECT_EQ(Kernel::Counter("too_many_connections"), 3) << "left alone";
  slow.Request(kOptions.substr(5));
  slow.Response(OkResponse(1));
  model_pass_time(59000);
  Session& late = Open(20);
  late.Request("OPTIO");
  EXPECT_EQ(Kernel::Counter("gave_way_unfinished"), 0);
  EXPECT_EQ(Kernel::Counter("gave_way_idle"), 1);
  model_pass_time(2000);
  Session& later = Open(21);
  later.Request("OPTIO");
  EXPECT_EQ(Kernel::Counter("gave_way_unfinished"), 1);
  EXPECT_TRUE(Plays(slow, 5000));
  later.Request(kOptions.substr(5));
  later.Response(OkResponse(1));
  EXPECT_TRUE(Plays(later, 5002));
}

TEST_F(ModelRoom, WithheldBytesAndEditsOnTheirWayDoNotGiveWay) {
  Start();
  model_set_parameter("max_connections", "3");
  model_bind_udp(5000);
  Session& session = Open(2);
  const std::string setup = SetupRequest(2, kPair);
  const std::size_t cut = setup.find("5000") + 2;
  const std::string front = session.Request(setup.substr(0, cut));
  EXPECT_LT(front.size(), cut);
  model_pass_time(70000);
  for (std::uint8_t host = 3; host < 30; ++host) Options(Open(host));
  const std::string arrived = front + session.Request(setup.substr(cut));
  EXPECT_NE(ClientPort(arrived), "5000-5001");
  EXPECT_EQ(arrived.size(), setup.size());
  EXPECT_EQ(session.Wrong().find("follow"), std::string::npos);
}

// If no connection gives way, the module still reads a new one, a segment at a time.
TEST_F(ModelRoom, IsReadWithoutRoom) {
  Start();
  model_set_parameter("max_connections", "16");
  for (std::uint8_t host = 3; host < 40; ++host) Open(host).Request("OPTIO");
  Session& session = Open(2);
  Options(session);
  EXPECT_EQ(Kernel::Counter("connections_open"), 12);
  EXPECT_TRUE(Plays(session, 5000));
  EXPECT_EQ(Kernel::Counter("connections_open"), 13) << "it stays with its mapping";
}

// Another CPU makes connections give way at any moment.
TEST_F(ModelRoom, GivesWayBesideOtherWork) {
  for (const unsigned period : {3U, 5U, 7U, 11U}) {
    const long most = period % 4 == 3 ? 1 : 2;
    Start();
    model_set_parameter("max_connections", std::to_string(most).c_str());
    struct Other {
      unsigned period;
      std::list<std::unique_ptr<Client>> clients = {};
      unsigned turns = 0;
    } other{period};
    for (std::uint8_t host = 20; host < 30; ++host) {
      other.clients.push_back(std::make_unique<Client>(host, next_++));
      ASSERT_TRUE(other.clients.back()->session.Open());
    }
    Session& session = Open(2);
    model_on_preempt(
        [](void* data) {
          auto& it = *static_cast<Other*>(data);
          if (++it.turns % it.period != 0) return;
          it.clients.front()->session.Request(kOptions);
          it.clients.front()->session.Response(OkResponse(1));
          it.clients.splice(it.clients.end(), it.clients, it.clients.begin());
        },
        &other);
    for (unsigned round = 1; round < 60; ++round) {
      const std::string text = "OPTIONS * RTSP/1.0\r\nCSeq: " + std::to_string(round) + "\r\n\r\n";
      ASSERT_EQ(session.Request(text), text);
      ASSERT_EQ(session.Response(OkResponse(round)), OkResponse(round));
    }
    EXPECT_EQ(Kernel::Counter("requests"), 59 + other.turns / period) << "each was read";
    if (most == 2) {
      EXPECT_TRUE(Plays(session, 5000, 99));
    }
    model_on_preempt(nullptr, nullptr);
    EXPECT_GT(other.turns, 100U);
    EXPECT_GT(Kernel::Counter("gave_way_idle"), 10);
    EXPECT_EQ(Kernel::Counter("out_of_order"), 0);
    EXPECT_LE(Kernel::Counter("connections_open"), most + 1) << "one for each CPU";
    clients_.clear();
    Finish();
  }
}

TEST_F(ModelRoom, HostsOfOneSiteTogetherTakeHalf) {
  Start();
  model_set_parameter("max_connections", "64");
  Network network;
  network.ipv6 = true;
  for (std::uint16_t i = 0; i < 100; ++i) {
    Router router(network,
                  {{false, static_cast<std::uint8_t>(30 + i)}, static_cast<std::uint16_t>(20000 + i)});
    Session session(router);
    ASSERT_TRUE(session.Open());
    session.Request("OPTIO");
  }
  EXPECT_EQ(Kernel::Counter("connections_open"), 32);
  EXPECT_EQ(Kernel::Counter("too_many_of_host"), 68);
  EXPECT_TRUE(Plays(Open(2), 5000));
}

}  // namespace
}  // namespace rtsp::model
