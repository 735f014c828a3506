// SPDX-License-Identifier: MIT OR GPL-2.0-only
// Attackers do their worst for an hour, with the smallest limits and with the usual ones. A neighbour must play at once, every time, and a victim
// that was idle for a minute must be able to send SETUP and play.
#include <gtest/gtest.h>

#include <memory>
#include <vector>

#include "tests/model/on_model.h"

namespace rtsp::model {
namespace {

const std::string kOptions = "OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n";

std::string PortPair(unsigned port) { return std::to_string(port) + "-" + std::to_string(port + 1); }

// The text of one connection of an attacker, before it falls silent.
enum class Worst { kOneByte, kUnfinished, kRequest, kNeverAnswered, kRefused, kOfEach };

enum class Attacker { kHostInside, kOutsider, kOutsiders, kSite };

struct Siege {
  unsigned places, connections;
};

std::string NameOf(const testing::TestParamInfo<std::tuple<Attacker, Worst>>& info) {
  constexpr const char* kAttackers[] = {"HostInside", "Outsider", "ThousandOutsiders", "Site"};
  constexpr const char* kWorst[] = {"OneByte", "Unfinished", "Options", "NeverAnswered", "Refused", "OfEach"};
  return std::string(kAttackers[static_cast<unsigned>(std::get<0>(info.param))]) + "Says" +
         kWorst[static_cast<unsigned>(std::get<1>(info.param))];
}

class ModelSiege : public OnModel {
 protected:
  void Begin(const Siege& siege) {
    Kernel::Options options;
    options.server = kCamera;
    options.rules.forward_port = true;
    Start(options);
    model_set_expect_max(siege.places);
    model_set_parameter("expectations", std::to_string(siege.places).c_str());
    model_set_parameter("max_connections", std::to_string(siege.connections).c_str());
  }

  // Opens the next connection of the attackers.
  void Attack(Attacker attacker, Worst worst) {
    const unsigned number = attacks_++;
    Network network;
    network.ipv6 = attacker == Attacker::kSite;
    const auto port = static_cast<std::uint16_t>(1024 + number % 60000);
    const auto host = static_cast<std::uint8_t>(20 + number % 200);
    Endpoint client{{false, 9}, port};
    if (attacker == Attacker::kOutsider) client.host = kStranger;
    if (attacker == Attacker::kOutsiders)
      client.host = {true, host, static_cast<std::uint8_t>(number / 200 % 5)};
    if (attacker == Attacker::kSite) client.host = {false, host};
    const bool outside = attacker == Attacker::kOutsider || attacker == Attacker::kOutsiders;
    Router router(network, client, outside ? Endpoint{kService, 554} : Endpoint{kServer, 554});
    Session session(router);
    if (!session.Open()) return;
    Say(session, worst == Worst::kOfEach ? static_cast<Worst>(number % 5) : worst, number);
  }

  static void Say(Session& session, Worst worst, unsigned number) {
    const std::string setup =
        SetupRequest(1, "RTP/AVP;unicast;client_port=" + PortPair(10000 + 2 * (number % 20000)));
    switch (worst) {
      case Worst::kOneByte: session.Request("S"); break;
      case Worst::kUnfinished: session.Request("OPTIO"); break;
      case Worst::kRequest: session.Request(kOptions); break;
      case Worst::kNeverAnswered: session.Request(setup); break;
      default:
        session.Request(setup);
        session.Response("RTSP/1.0 461 Unsupported transport\r\nCSeq: 1\r\n\r\n");
    }
  }

  static bool Plays(Session& session, unsigned cseq, std::uint16_t port) {
    session.Request(SetupRequest(cseq, "RTP/AVP;unicast;client_port=" + PortPair(port)));
    session.Response(OkResponse(cseq, ServerTransport(PortPair(port), "6000-6001")));
    const bool plays = PassUdp({kServer, 6000}, {kRouterOutside, port}, "media").has_value();
    session.Request(TeardownRequest(cseq + 1));
    session.Response(OkResponse(cseq + 1));
    return plays;
  }

  // Another one each time.
  bool NeighbourPlays() {
    Router router({}, {{false, 3}, static_cast<std::uint16_t>(50000 + neighbours_++)});
    Session session(router);
    EXPECT_TRUE(session.Open());
    session.Request(kOptions);
    session.Response(OkResponse(1));
    const bool plays = Plays(session, 2, 5000);
    session.Close();
    return plays && session.Wrong().empty();
  }

  // An hour: at first more connections than there is room for, then a few a minute.
  void Besiege(const Siege& siege, Attacker attacker, Worst worst) {
    SCOPED_TRACE(std::to_string(siege.places) + " places, " + std::to_string(siege.connections) +
                 " connections");
    Begin(siege);
    Router router({}, {{false, 2}, 40000});
    Session victim(router);
    ASSERT_TRUE(victim.Open());
    victim.Request(kOptions);
    victim.Response(OkResponse(1));
    EXPECT_TRUE(NeighbourPlays()) << "in peace";
    for (unsigned minute = 0; minute < 60; ++minute) {
      const unsigned count = minute == 0 ? siege.connections + 100 : 5;
      for (unsigned i = 0; i < count; ++i) Attack(attacker, worst);
      EXPECT_TRUE(NeighbourPlays()) << "minute " << minute;
      model_pass_time(60000);
      EXPECT_TRUE(Plays(victim, 10 + 2 * minute, 6000)) << "minute " << minute;
      if (HasFailure()) break;
    }
    EXPECT_EQ(victim.Wrong(), "");
    EXPECT_GT(Trouble(), 0) << "of an attack nobody needs to know";
    EXPECT_LE(Kernel::Counter("connections_open"), siege.connections);
    EXPECT_LE(model_expectations_counted(), siege.places * 3 / 4);
    Finish();
  }

  static long Trouble() {
    long all = 0;
    for (const char* name :
         {"gave_way_idle", "gave_way_waiting", "gave_way_unfinished", "gave_way_unanswered",
          "too_many_connections", "too_many_of_host", "too_many_expectations", "too_many_unanswered"})
      all += Kernel::Counter(name);
    return all;
  }

  unsigned attacks_ = 0, neighbours_ = 0;
};

class ModelSiegeOf : public ModelSiege, public testing::WithParamInterface<std::tuple<Attacker, Worst>> {};

TEST_P(ModelSiegeOf, OthersPlay) {
  const auto [attacker, worst] = GetParam();
  for (const Siege siege : {Siege{16, 64}, Siege{64, 64}, Siege{1024, 64}}) Besiege(siege, attacker, worst);
}

// At the usual limits, which take a while to be reached.
class ModelSiegeAtUsualLimits : public ModelSiege, public testing::WithParamInterface<Attacker> {};

TEST_P(ModelSiegeAtUsualLimits, OthersPlay) { Besiege({1024, 4096}, GetParam(), Worst::kOfEach); }

INSTANTIATE_TEST_SUITE_P(All, ModelSiegeAtUsualLimits,
                         testing::Values(Attacker::kHostInside, Attacker::kOutsider, Attacker::kOutsiders,
                                         Attacker::kSite));

INSTANTIATE_TEST_SUITE_P(All, ModelSiegeOf,
                         testing::Combine(testing::Values(Attacker::kHostInside, Attacker::kOutsider,
                                                          Attacker::kOutsiders, Attacker::kSite),
                                          testing::Values(Worst::kOneByte, Worst::kUnfinished,
                                                          Worst::kRequest, Worst::kNeverAnswered,
                                                          Worst::kRefused, Worst::kOfEach)),
                         NameOf);

}  // namespace
}  // namespace rtsp::model
