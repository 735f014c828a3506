// SPDX-License-Identifier: MIT OR GPL-2.0-only
// Limits of requests that wait for an answer, and requests that give way to new ones.
#include <gtest/gtest.h>

#include <list>

#include "tests/model/on_model.h"

namespace rtsp::model {
namespace {

std::string PortsOf(unsigned port) { return std::to_string(port) + "-" + std::to_string(port + 1); }

class ModelAsking : public OnModel {
 protected:
  struct Client {
    Router router;
    Session session{router};

    Client(const Network& network, const Endpoint& client) : router(network, client) {}
  };

  void Size(unsigned places, unsigned real = 0) {
    model_set_expect_max(real != 0 ? real : places);
    model_set_parameter("expectations", std::to_string(places).c_str());
    model_set_parameter("mappings_per_second", "0");
  }

  Session& Open(std::uint8_t host, std::uint8_t network = 0) {
    clients_.emplace_back(network_, Endpoint{{false, host, network}, next_++});
    EXPECT_TRUE(clients_.back().session.Open());
    return clients_.back().session;
  }

  static void Ask(Session& session, unsigned port, unsigned cseq = 1) {
    session.Request(
        SetupRequest(cseq, "RTP/AVP;unicast;client_port=" + PortsOf(port), "track" + std::to_string(cseq)));
  }

  static void Answer(Session& session, unsigned port, unsigned cseq = 1) {
    session.Response(OkResponse(cseq, ServerTransport(PortsOf(port), "6000-6001")));
  }

  static bool Comes(unsigned port) {
    return PassUdp({kServer, 6000}, {kRouterOutside, static_cast<std::uint16_t>(port)}, "media").has_value();
  }

  // Whose server names no ports, so that its expectations stay.
  bool PlaysUnnamed(std::uint8_t host, unsigned port) {
    Session& session = Open(host);
    Ask(session, port);
    session.Response(OkResponse(1, "Transport: RTP/AVP;unicast;client_port=" + PortsOf(port) + "\r\n"));
    return Comes(port);
  }

  bool Plays(std::uint8_t host, unsigned port) {
    Session& session = Open(host);
    Ask(session, port);
    Answer(session, port);
    return Comes(port);
  }

  Network network_;
  std::list<Client> clients_;
  std::uint16_t next_ = 40000;
};

TEST_F(ModelAsking, TakesHalfOfWhatThereIs) {
  for (const unsigned places : {16U, 64U, 1024U}) {
    Start();
    Size(places);
    for (unsigned i = 0; i < places; ++i) Ask(Open(static_cast<std::uint8_t>(2 + i % 200)), 5000 + 2 * i);
    EXPECT_LE(Kernel::Counter("expectations_asking"), places * 3 / 8);
    EXPECT_GT(Kernel::Counter("expectations_asking"), places / 4);
    EXPECT_EQ(Kernel::Counter("expectations_asking"), Kernel::Counter("expectations"));
    EXPECT_GT(Kernel::Counter("gave_way_unanswered") + Kernel::Counter("too_many_unanswered"), 0);
    for (unsigned i = 0; i < 3; ++i) EXPECT_TRUE(Plays(static_cast<std::uint8_t>(210 + i), 20000 + 2 * i));
    clients_.clear();
    Finish();
  }
}

TEST_F(ModelAsking, OneHostTakesLessThanThat) {
  for (const unsigned places : {16U, 64U, 1024U}) {
    Start();
    Size(places);
    for (unsigned i = 0; i < places; ++i) Ask(Open(2), 5000 + 2 * i);
    EXPECT_EQ(Kernel::Counter("expectations_asking"), places / 4);
    EXPECT_EQ(Kernel::Counter("gave_way_unanswered"), 0) << "its own, a moment ago";
    EXPECT_TRUE(Plays(3, 20000));
    model_pass_time(5000);
    EXPECT_TRUE(Plays(2, 20002)) << "in time nobody waits for an answer any more";
    clients_.clear();
    Finish();
  }
}

TEST_F(ModelAsking, AnswersTakeNoneOfTheShare) {
  Start();
  Size(64);
  for (unsigned i = 0; i < 4; ++i) {
    EXPECT_TRUE(Plays(2, 5000 + 2 * i));
    EXPECT_EQ(Kernel::Counter("expectations_asking"), 0);
  }
  Session& session = Open(2);
  Ask(session, 7000);
  EXPECT_EQ(Kernel::Counter("expectations_asking"), 2);
  session.Response("RTSP/1.0 461 Unsupported transport\r\nCSeq: 1\r\n\r\n");
  EXPECT_EQ(Kernel::Counter("expectations_asking"), 0);
}

// The server was too late: nothing is open, and the next request is like any other.
TEST_F(ModelAsking, ALateAnswerOpensNothing) {
  Start();
  Size(16);
  Session& late = Open(2);
  Ask(late, 5000);
  for (std::uint8_t host = 3; host < 12; ++host) Ask(Open(host), 5000 + 2U * host);
  EXPECT_GT(Kernel::Counter("gave_way_unanswered"), 0);
  Answer(late, 5000);
  EXPECT_FALSE(Comes(5000));
  EXPECT_EQ(Kernel::Counter("expect_failed"), 1);
  Ask(late, 5000, 2);
  Answer(late, 5000, 2);
  EXPECT_TRUE(Comes(5000));
  EXPECT_EQ(late.Wrong(), "");
}

// 16 cameras of two tracks each, all asked for before any has answered.
TEST_F(ModelAsking, AnNvrStartsSixteenCamerasAtOnce) {
  Start();
  for (unsigned i = 0; i < 16; ++i) Open(2);
  for (unsigned track = 0; track < 2; ++track) {
    unsigned number = 0;
    for (Client& client : clients_) Ask(client.session, 5000 + 4 * number++ + 2 * track, 1 + track);
  }
  for (unsigned track = 0; track < 2; ++track) {
    unsigned number = 0;
    for (Client& client : clients_) Answer(client.session, 5000 + 4 * number++ + 2 * track, 1 + track);
  }
  for (unsigned port = 5000; port < 5064; port += 2) EXPECT_TRUE(Comes(port)) << port;
}

TEST_F(ModelAsking, WhatLingersGivesWayTheOldestFirst) {
  Start();
  Size(8);
  for (unsigned i = 0; i < 2; ++i) {
    EXPECT_TRUE(PlaysUnnamed(2, 5000 + 2 * i));
    clients_.back().session.Close();
    model_pass_time(1000);
  }
  EXPECT_EQ(Kernel::Counter("mappings_lingering"), 2);
  EXPECT_TRUE(PlaysUnnamed(2, 5100));
  EXPECT_EQ(Kernel::Counter("gave_way_lingering"), 1);
  EXPECT_EQ(Kernel::Counter("mappings_lingering"), 1);
  for (const model_expectation& one : Kernel::Expectations()) EXPECT_NE(one.destination_port, 5000);
}

TEST_F(ModelAsking, WhatLingersIsLeftToOthers) {
  Start();
  Size(16);
  for (unsigned i = 0; i < 3; ++i) {
    PlaysUnnamed(static_cast<std::uint8_t>(2 + i), 5000 + 2 * i);
    clients_.back().session.Close();
  }
  for (unsigned i = 0; i < 8; ++i) PlaysUnnamed(static_cast<std::uint8_t>(12 + i), 6000 + 2 * i);
  EXPECT_EQ(Kernel::Counter("gave_way_lingering"), 0);
  EXPECT_GT(Kernel::Counter("too_many_expectations"), 0);
}

// Somebody else has filled the table.
TEST_F(ModelAsking, WhatLingersGivesWayInAFullTable) {
  Start();
  Size(64, 2);
  EXPECT_TRUE(PlaysUnnamed(2, 5000));
  clients_.back().session.Close();
  EXPECT_EQ(model_expectations_counted(), 2U);
  Ask(Open(2), 5100);
  EXPECT_EQ(Kernel::Counter("gave_way_lingering"), 1);
  EXPECT_EQ(Kernel::Counter("expectations_asking"), 2);
}

TEST_F(ModelAsking, HostsOfOneSiteTogetherTakeTwiceAsMuch) {
  Start();
  Size(64);
  network_.ipv6 = true;
  for (std::uint8_t i = 0; i < 60; ++i) Ask(Open(static_cast<std::uint8_t>(30 + i)), 5000 + 2U * i);
  EXPECT_EQ(Kernel::Counter("expectations_asking"), 16) << "a quarter, however many they are";
  network_.ipv6 = false;
  EXPECT_TRUE(Plays(3, 20000));
}

TEST_F(ModelAsking, HostsOfOneSiteDoNotFillTheTableOfHosts) {
  Start();
  network_.ipv6 = true;
  for (unsigned i = 0; i < 600; ++i)
    Open(static_cast<std::uint8_t>(20 + i % 200), static_cast<std::uint8_t>(i / 200)).Request("S");
  EXPECT_EQ(Kernel::Counter("hosts"), 257) << "with the site itself";
  EXPECT_EQ(Kernel::Counter("connections_open"), 600);
  EXPECT_EQ(Kernel::Counter("too_many_hosts"), 0);
}

}  // namespace
}  // namespace rtsp::model
