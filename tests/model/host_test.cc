// SPDX-License-Identifier: MIT OR GPL-2.0-only
// Limits of one host, and the refusals beyond them.
#include <gtest/gtest.h>

#include "tests/model/on_model.h"
#include "tests/model/probe.h"

namespace rtsp::model {
namespace {

class ModelHost : public OnModel {
 protected:
  // Opens a connection that asks for one pair of ports, and may get it or not.
  static void AskFrom(std::uint8_t host, unsigned number) {
    Router router({}, {{false, host}, static_cast<std::uint16_t>(40000 + number)});
    Session session(router);
    ASSERT_TRUE(session.Open());
    const std::string ports = std::to_string(5000 + 2 * number) + "-" + std::to_string(5001 + 2 * number);
    const std::string request = SetupRequest(1, "RTP/AVP;unicast;client_port=" + ports);
    EXPECT_EQ(session.Request(request), request);
  }
};

TEST_F(ModelHost, NoMoreMappingsThanAllowed) {
  Start();
  model_set_parameter("max_mappings_per_host", "3");
  for (unsigned i = 0; i < 5; ++i) AskFrom(2, i);
  EXPECT_EQ(Kernel::Counter("mappings_reserved"), 3);
  EXPECT_EQ(Kernel::Counter("too_many_mappings"), 2);
  EXPECT_STREQ(model_last_log(nullptr), "nf_ct_rtsp: no mapping: too_many_mappings ");
  AskFrom(3, 9);
  EXPECT_EQ(Kernel::Counter("mappings_reserved"), 4) << "of another host";
}

TEST_F(ModelHost, WhatLingersCounts) {
  Start();
  model_set_parameter("max_mappings_per_host", "1");
  Router router;
  Session session(router);
  AgreeOnMedia(session);
  session.Close();
  AskFrom(2, 100);
  EXPECT_EQ(Kernel::Counter("too_many_mappings"), 1);
  model_pass_time(70000);
  AskFrom(2, 101);
  EXPECT_EQ(Kernel::Counter("mappings_reserved"), 1);
}

TEST_F(ModelHost, WhatIsReleasedDoesNotCount) {
  Start();
  model_set_parameter("max_mappings_per_host", "1");
  Router router;
  Session session(router);
  for (int round = 0; round < 3; ++round) {
    if (round == 0) {
      AgreeOnMedia(session);
    } else {
      session.Request(SetupRequest(1, kPair));
      session.Response(OkResponse(1, ServerTransport("5000-5001", "6000-6001")));
    }
    session.Request(TeardownRequest(2));
    session.Response(OkResponse(2));
  }
  EXPECT_EQ(Kernel::Counter("too_many_mappings"), 0);
  EXPECT_EQ(Kernel::Counter("mappings_total"), 3);
  EXPECT_EQ(Kernel::Counter("mappings_released"), 3);
}

TEST_F(ModelHost, WhatIsRefusedDoesNotCount) {
  Start();
  model_set_parameter("max_mappings_per_host", "1");
  Router router;
  Session session(router);
  AgreeOnMedia(session);
  Router another({}, {kClient, 40001});
  Session refused(another);
  ASSERT_TRUE(refused.Open());
  EXPECT_EQ(refused.Request(SetupRequest(1, kPair)), SetupRequest(1, kPair));
  EXPECT_EQ(Kernel::Counter("too_many_mappings"), 1);
  refused.Reset(RTSPNAT_ORIGINAL);
  session.Request(TeardownRequest(2));
  session.Response(OkResponse(2));
  model_pass_time(2000);
  session.Request(SetupRequest(3, kPair));
  EXPECT_EQ(Kernel::Counter("too_many_mappings"), 1);
  EXPECT_EQ(Kernel::Counter("mappings_reserved"), 1);
}

TEST_F(ModelHost, NoFasterThanAllowed) {
  Start();
  model_set_parameter("mappings_per_second", "4");
  for (unsigned i = 0; i < 12; ++i) AskFrom(2, i);
  EXPECT_EQ(Kernel::Counter("mappings_reserved"), 8) << "what comes in two seconds may come at once";
  EXPECT_EQ(Kernel::Counter("too_fast"), 4);
  model_pass_time(1000);
  for (unsigned i = 20; i < 26; ++i) AskFrom(2, i);
  EXPECT_EQ(Kernel::Counter("mappings_reserved"), 12);
  AskFrom(3, 30);
  EXPECT_EQ(Kernel::Counter("mappings_reserved"), 13) << "of another host";
}

// A search for a port counts as one mapping, however many ports are taken.
TEST_F(ModelHost, BusyPortsCostNothing) {
  Start();
  model_set_parameter("mappings_per_second", "1");
  for (std::uint16_t port = 5000; port < 5100; ++port) model_bind_udp(port);
  Router router;
  Session session(router);
  EXPECT_NE(AgreeOnMedia(session), "5000-5001");
  EXPECT_EQ(Kernel::Counter("too_fast"), 0);
}

TEST_F(ModelHost, ForgottenOnlyWhenItHasAllItsTokens) {
  Start();
  model_set_parameter("mappings_per_second", "1");
  for (int round = 0; round < 4; ++round) {
    Router router({}, {kClient, static_cast<std::uint16_t>(40000 + round)});
    Session session(router);
    ASSERT_TRUE(session.Open());
    session.Request(SetupRequest(1, kPair));
    session.Reset(RTSPNAT_ORIGINAL);
    if (round != 1) continue;
    model_pass_time(1000);
    EXPECT_EQ(Kernel::Counter("connections_open"), 0);
  }
  EXPECT_EQ(Kernel::Counter("too_fast"), 1) << "one came back in a second, not two";
}

TEST_F(ModelHost, LogsNoMoreThanAConsoleStands) {
  Start();
  model_set_parameter("max_mappings_per_host", "1");
  for (unsigned i = 0; i < 100; ++i) AskFrom(2, i);
  unsigned lines = 0;
  model_last_log(&lines);
  EXPECT_EQ(Kernel::Counter("too_many_mappings"), 99);
  EXPECT_EQ(lines, 10U);
}

// Connections with just enough bytes to have a state.
void IdleFrom(const Endpoint& client, const Endpoint& server = {kServer, 554}) {
  Router router({}, client, server);
  Session session(router);
  ASSERT_TRUE(session.Open());
  session.Request("S");
}

TEST_F(ModelHost, DoesNotTakeAllConnections) {
  Start();
  model_set_parameter("max_connections", "64");
  for (std::uint16_t i = 0; i < 100; ++i) IdleFrom({kClient, static_cast<std::uint16_t>(20000 + i)});
  EXPECT_EQ(Kernel::Counter("connections_open"), 32) << "half, while nobody else is there";
  EXPECT_EQ(Kernel::Counter("too_many_of_host"), 68);
  AskFrom(3, 9);
  EXPECT_EQ(Kernel::Counter("mappings_reserved"), 1) << "of a neighbour";
  // When others come, the host keeps its connections, and gets no more than a quarter again.
  for (std::uint16_t i = 0; i < 16; ++i) IdleFrom({{false, 4}, static_cast<std::uint16_t>(20000 + i)});
  EXPECT_EQ(Kernel::Counter("too_many_of_host"), 68);
  IdleFrom({{false, 4}, 21000});
  EXPECT_EQ(Kernel::Counter("too_many_of_host"), 69);
  AskFrom(5, 10);
  EXPECT_EQ(Kernel::Counter("mappings_reserved"), 2);
}

TEST_F(ModelHost, AnOutsiderDoesNotTakeAllConnections) {
  Kernel::Options options;
  options.server = kCamera;
  options.rules.forward_port = true;
  Start(options);
  model_set_parameter("max_connections", "64");
  for (std::uint16_t i = 0; i < 100; ++i)
    IdleFrom({kStranger, static_cast<std::uint16_t>(20000 + i)}, {kService, 554});
  EXPECT_EQ(Kernel::Counter("too_many_of_host"), 68);
  AskFrom(3, 9);
  EXPECT_EQ(Kernel::Counter("mappings_reserved"), 1);
}

// Neighbours in one /64 are hosts of their own, and so is the /64: it may have twice what one of them may have.
TEST_F(ModelHost, AnIpv6HostLeavesItsNeighboursTheirs) {
  Start();
  model_set_parameter("max_mappings_per_host", "3");
  Network network;
  network.ipv6 = true;
  for (std::uint16_t number = 0; number < 10; ++number) {
    const std::uint8_t host = number < 5 ? 30 : static_cast<std::uint8_t>(30 + number);
    Router router(network, {{false, host}, static_cast<std::uint16_t>(40000 + number)});
    Session session(router);
    ASSERT_TRUE(session.Open());
    session.Request(SetupRequest(1, "RTP/AVP;unicast;client_port=" + std::to_string(5000 + 2 * number) + "-" +
                                        std::to_string(5001 + 2 * number)));
  }
  EXPECT_EQ(Kernel::Counter("mappings_reserved"), 3 + 3);
  EXPECT_EQ(Kernel::Counter("too_many_mappings"), 2 + 2);
}

class ModelTable : public OnModel {
 protected:
  static void Size(unsigned places) {
    model_set_expect_max(places);
    model_set_parameter("expectations", std::to_string(places).c_str());
    model_set_parameter("mappings_per_second", "0");
    model_set_parameter("max_mappings_per_host", "0");
  }

  // Plays a session of one track of `host`, whose server names no ports. Returns whether it plays.
  static bool Plays(std::uint8_t host, unsigned number) {
    Router router({}, {{false, host}, static_cast<std::uint16_t>(40000 + number)});
    Session session(router);
    EXPECT_TRUE(session.Open());
    const auto port = static_cast<std::uint16_t>(5000 + 2 * number);
    const std::string ports = std::to_string(port) + "-" + std::to_string(port + 1);
    session.Request(SetupRequest(1, "RTP/AVP;unicast;client_port=" + ports));
    session.Response(OkResponse(1, "Transport: RTP/AVP;unicast;client_port=" + ports + "\r\n"));
    return PassUdp({kServer, 6000}, {kRouterOutside, port}, "media").has_value();
  }

  // A request that is never answered.
  static void Asks(const Endpoint& client, unsigned number, const Endpoint& server = {kServer, 554}) {
    Router router({}, client, server);
    Session session(router);
    ASSERT_TRUE(session.Open());
    session.Request(SetupRequest(1, "RTP/AVP;unicast;client_port=" + std::to_string(5000 + 2 * number) + "-" +
                                        std::to_string(5001 + 2 * number)));
  }
};

TEST_F(ModelTable, OneHostDoesNotFillIt) {
  for (const unsigned places : {16U, 64U, 1024U}) {
    Start();
    Size(places);
    for (unsigned i = 0; i < places; ++i) Plays(2, i);
    EXPECT_EQ(model_expectations_counted(), places / 2);
    EXPECT_EQ(Kernel::Counter("expectations"), places / 2);
    EXPECT_GE(Kernel::Counter("too_many_expectations"), places / 2);
    EXPECT_TRUE(Plays(3, 2000)) << "a neighbour";
    Finish();
  }
}

TEST_F(ModelTable, AllTogetherLeaveAQuarter) {
  for (const unsigned places : {16U, 64U, 1024U}) {
    Start();
    Size(places);
    for (unsigned i = 0; i < places; ++i) Plays(static_cast<std::uint8_t>(2 + i % 200), i);
    EXPECT_LE(model_expectations_counted(), places - places / 4);
    EXPECT_GT(model_expectations_counted(), places / 2);
    EXPECT_EQ(Kernel::Counter("expectation_table_full"), 0);
    Finish();
  }
}

TEST_F(ModelTable, AnOutsiderWithoutAnAnswerDoesNotFillIt) {
  Kernel::Options options;
  options.server = kCamera;
  options.rules.forward_port = true;
  Start(options);
  Size(64);
  for (unsigned i = 0; i < 64; ++i)
    Asks({kStranger, static_cast<std::uint16_t>(20000 + i)}, i, {kService, 554});
  EXPECT_EQ(model_expectations_counted(), 16U) << "a quarter, and twice that if they were answered";
  EXPECT_TRUE(Plays(3, 2000));
}

// A mapping that ends makes room at once.
TEST_F(ModelTable, IsCountedAsItIs) {
  Start();
  Size(16);
  for (unsigned i = 0; i < 10; ++i) {
    Router router({}, {kClient, static_cast<std::uint16_t>(41000 + i)});
    Session session(router);
    ASSERT_TRUE(session.Open());
    session.Request(SetupRequest(1, kPair));
    EXPECT_EQ(Kernel::Counter("expectations"), 2);
    EXPECT_EQ(model_expectations_counted(), 2U);
    session.Response(OkResponse(1, ServerTransport("5000-5001", "6000-6001")));
    EXPECT_EQ(Kernel::Counter("expectations"), 0) << "the flows are there";
    session.Request(TeardownRequest(2));
    session.Response(OkResponse(2));
    EXPECT_EQ(Kernel::Counter("expectations"), 0);
    EXPECT_EQ(model_expectations_counted(), 0U);
  }
}

// The administrator has made the table smaller and has not set the parameter.
TEST_F(ModelTable, FoundFullItIsNotAskedForAMinute) {
  Start();
  model_set_expect_max(8);
  for (unsigned i = 0; i < 6; ++i) Plays(static_cast<std::uint8_t>(2 + i), i);
  EXPECT_EQ(Kernel::Counter("expectation_table_full"), 1);
  EXPECT_EQ(Kernel::Counter("too_many_expectations"), 1);
  model_pass_time(61000);
  Plays(9, 9);
  EXPECT_EQ(Kernel::Counter("expectation_table_full"), 2);
}

// Another protocol gets its places while RTSP has all that it may have. Its helper drops packets when it gets none.
TEST_F(ModelTable, OthersGetTheirPlacesBesideAFullLoad) {
  for (const unsigned places : {16U, 64U, 1024U}) {
    Kernel::Options options{.nat = false};
    options.rules.admit_new_udp = true;
    Start(options);
    probe_register_tftp();
    Size(places);
    for (unsigned i = 0; i < places; ++i)
      Asks({{false, static_cast<std::uint8_t>(2 + i % 200)}, static_cast<std::uint16_t>(30000 + i)}, i);
    for (unsigned i = 0; i < places / 4; ++i) {
      const Endpoint client{{false, static_cast<std::uint8_t>(2 + i % 200)},
                            static_cast<std::uint16_t>(50000 + i)};
      EXPECT_TRUE(PassUdp(client, {kServer, 69}, "get")) << i;
      EXPECT_TRUE(PassUdp({kServer, 3000}, client, "data")) << i;
    }
    probe_unregister_tftp();
    Finish();
  }
}

// The table of conntracks is full. Agreed media play on, and media that are agreed on meanwhile play once there is room.
TEST_F(ModelTable, OfConntracksIsFull) {
  Start();
  Router router;
  Session session(router);
  EXPECT_EQ(AgreeOnMedia(session), "5000-5001");
  model_set_conntrack_max(model_conntrack_count());
  session.Request(SetupRequest(2, "RTP/AVP;unicast;client_port=5002-5003", "track2"));
  session.Response(OkResponse(2, ServerTransport("5002-5003", "6002-6003")));
  EXPECT_EQ(Kernel::Counter("flow_failed"), 2);
  EXPECT_EQ(session.Wrong(), "");
  Router late({}, {{false, 3}, 40000});
  EXPECT_FALSE(Session(late).Open());
  EXPECT_TRUE(PassUdp({kServer, 6000}, {kRouterOutside, 5000}, "media"));
  EXPECT_FALSE(PassUdp({kServer, 6002}, {kRouterOutside, 5002}, "media"));
  model_set_conntrack_max(model_conntrack_count() + 2);
  EXPECT_TRUE(PassUdp({kServer, 6002}, {kRouterOutside, 5002}, "media"));
  model_pass_time(2000);
  EXPECT_EQ(Kernel::Flows(), 4U);
  EXPECT_TRUE(Kernel::Expectations().empty());
}

// A conntrack that is dropped early counts until nobody holds it. The helper's state releases it within seconds.
TEST_F(ModelTable, OfConntracksIsFullOfThoseThatClose) {
  Start();
  for (unsigned i = 0; i < 20; ++i) {
    Router router({}, {{false, static_cast<std::uint8_t>(2 + i)}, 40000});
    Session session(router);
    EXPECT_TRUE(session.Open());
    const std::string ports = std::to_string(5000 + 2 * i) + "-" + std::to_string(5001 + 2 * i);
    session.Request(SetupRequest(1, "RTP/AVP;unicast;client_port=" + ports));
    session.Response(OkResponse(1, ServerTransport(ports, "6000-6001")));
    session.Close();
  }
  EXPECT_EQ(Kernel::Counter("mappings_lingering"), 20);
  model_set_conntrack_max(20);
  model_pass_time(3000);
  EXPECT_EQ(Kernel::Counter("connections_open"), 0);
  EXPECT_EQ(model_conntrack_count(), 0U);
  EXPECT_TRUE(Plays(100, 200));
}

// Many cameras at once are no attack.
TEST_F(ModelTable, AnNvrStartsItsCameras) {
  Start();
  for (unsigned i = 0; i < 32; ++i) EXPECT_TRUE(Plays(2, i));
  EXPECT_EQ(Kernel::Counter("expectations"), 64);
}

}  // namespace
}  // namespace rtsp::model
