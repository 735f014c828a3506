// SPDX-License-Identifier: MIT OR GPL-2.0-only
// Several network namespaces: none takes, sees or ends the objects of another one.
#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "tests/model/on_model.h"

namespace rtsp::model {
namespace {

class ModelNamespace : public OnModel {
 protected:
  static constexpr Network kIn[] = {
      {}, {.namespace_number = 1}, {.namespace_number = 2}, {.namespace_number = 3}};

  void StartAll() {
    Start();
    for (unsigned number = 1; number < MODEL_NAMESPACES; ++number) ASSERT_EQ(model_open_namespace(number), 0);
  }

  // A client that has media under way, in a namespace.
  struct Stream {
    explicit Stream(unsigned number, const Host& client = kClient)
        : router(kIn[number], {client, 40000}), session(router) {
      outside = AgreeOnMedia(session);
    }

    [[nodiscard]] bool Plays() const { return FromServer(router.network); }

    Router router;
    Session session;
    std::string outside;
  };

  static bool FromServer(const Network& network) {
    return PassUdp({kServer, 6000}, {kRouterOutside, 5000}, "media", network).has_value();
  }

  // Opens connections with just enough bytes to have a state: `count` from each of `hosts` hosts.
  static void Idle(unsigned number, unsigned hosts, unsigned count, unsigned first_port = 20000) {
    for (unsigned i = 0; i < hosts * count; ++i) {
      Router router(kIn[number], {{false, static_cast<std::uint8_t>(2 + i % hosts)},
                                  static_cast<std::uint16_t>(first_port + i / hosts)});
      Session session(router);
      ASSERT_TRUE(session.Open());
      session.Request("S");
    }
  }

  static long Open(unsigned number) { return Kernel::Counter("connections_open", number); }

  // Calls `other` at the `number`th place where another CPU may come in while `here` runs; where it has to wait, at the
  // next one. Returns whether there was one.
  static bool Meanwhile(unsigned number, const std::function<bool()>& other,
                        const std::function<void()>& here) {
    struct Place {
      unsigned left;
      const std::function<bool()>& other;
      bool done = false;
    } place{number, other};
    model_on_preempt_anywhere(
        [](void* data) {
          auto* at = static_cast<Place*>(data);
          if (at->done || model_mutex_is_held() || (at->left > 0 && at->left-- > 0)) return;
          model_set_cpu(1);
          at->done = at->other();
          model_set_cpu(0);
        },
        &place);
    here();
    model_on_preempt_anywhere(nullptr, nullptr);
    return place.done;
  }
};

TEST_F(ModelNamespace, SameAddressesAndPortsAreOthers) {
  StartAll();
  const Stream streams[] = {Stream(0), Stream(1), Stream(2)};
  for (const Stream& stream : streams)
    EXPECT_EQ(stream.outside, "5000-5001") << "taken in none of the others";
  for (const Stream& stream : streams) EXPECT_TRUE(stream.Plays());
  EXPECT_FALSE(FromServer(kIn[3])) << "nobody has asked for it there";
  for (unsigned number = 0; number < 3; ++number) EXPECT_EQ(Kernel::Counter("mappings_live", number), 1);
  EXPECT_EQ(Kernel::Counter("mappings_live", 3), 0);
}

// Anybody may make namespaces. Together they have half of the connections, and each has half of that.
TEST_F(ModelNamespace, ConnectionsOfOthersAreFew) {
  StartAll();
  model_set_parameter("max_connections", "64");
  Idle(1, 8, 10);
  EXPECT_EQ(Open(1), 12) << "a place in four is kept for those that ask for media";
  EXPECT_GT(Kernel::Counter("too_many_connections", 1), 0);
  Idle(2, 8, 10);
  EXPECT_EQ(Open(2), 12);
  Idle(3, 8, 10);
  EXPECT_EQ(Open(3), 0) << "half of all are taken";
  EXPECT_EQ(Kernel::Counter("too_many_connections", 3), 80);
  EXPECT_EQ(Kernel::Counter("too_many_connections"), 0);
  Idle(0, 8, 10);
  EXPECT_EQ(Open(0), 48) << "all that there are, whatever the others have";
}

TEST_F(ModelNamespace, ConnectionsOfOneThatEndedAreFree) {
  StartAll();
  model_set_parameter("max_connections", "64");
  Idle(1, 8, 10);
  Idle(2, 8, 10);
  ASSERT_TRUE(model_close_namespace(1));
  Idle(3, 8, 10);
  EXPECT_EQ(Open(3), 12);
  ASSERT_EQ(model_open_namespace(1), 0);
  Idle(1, 8, 10);
  EXPECT_EQ(Open(1), 0) << "as long as the others have half";
  ASSERT_TRUE(model_close_namespace(2));
  Idle(1, 8, 10, 30000);
  EXPECT_EQ(Open(1), 12);
}

// Whatever one namespace does, hosts in another one play, and so does the next host of its own.
TEST_F(ModelNamespace, NoneTakesWhatOthersNeed) {
  const std::string options = "OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n";
  for (const std::string& worst : {std::string("S"), std::string("OPTIO"), options, SetupRequest(1, kPair)}) {
    SCOPED_TRACE(worst);
    StartAll();
    model_set_parameter("max_connections", "64");
    for (unsigned i = 0; i < 600; ++i) {
      Router router(
          kIn[1], {{false, static_cast<std::uint8_t>(20 + i % 200)}, static_cast<std::uint16_t>(20000 + i)});
      Session session(router);
      ASSERT_TRUE(session.Open());
      session.Request(worst);
    }
    EXPECT_LE(Open(1), 16);
    for (unsigned number = 0; number < 3; ++number) {
      const Stream stream(number, {false, 9});
      EXPECT_TRUE(stream.outside != "" && Kernel::Counter("mappings_live", number) == 1) << number;
    }
    Finish();
  }
}

TEST_F(ModelNamespace, NoneFillsTheTableOfHosts) {
  Kernel::Options options;
  options.server = kCamera;
  options.rules.forward_port = true;
  Start(options);
  ASSERT_EQ(model_open_namespace(1), 0);
  model_set_parameter("max_connections", "65536");
  for (unsigned i = 0; i < 1200; ++i) {
    const Host client{true, static_cast<std::uint8_t>(20 + i % 200), static_cast<std::uint8_t>(i / 200)};
    Router router(kIn[1], {client, static_cast<std::uint16_t>(20000 + i)}, {kService, 554});
    Session session(router);
    ASSERT_TRUE(session.Open());
    session.Request("OPTIO");
  }
  EXPECT_EQ(Kernel::Counter("hosts", 1), 1024) << "a quarter";
  EXPECT_EQ(Kernel::Counter("too_many_hosts", 1), 1200 - 1024);
  const Stream stream(0);
  EXPECT_TRUE(stream.Plays());
}

// A host belongs to a namespace. The same address in another namespace is another host.
TEST_F(ModelNamespace, HostsAreOfANamespace) {
  StartAll();
  model_set_parameter("max_mappings_per_host", "1");
  for (const unsigned number : {0U, 1U, 2U}) {
    const Stream stream(number);
    EXPECT_EQ(Kernel::Counter("mappings_live", number), 1);
    EXPECT_EQ(Kernel::Counter("too_many_mappings", number), 0);
  }
}

// A later namespace at the same place in memory is another one, and no limit counts for it yet.
TEST_F(ModelNamespace, HostsEndWithTheirNamespace) {
  Start();
  model_set_parameter("mappings_per_second", "1");
  for (int round = 0; round < 3; ++round) {
    ASSERT_EQ(model_open_namespace(1), 0);
    const Stream stream(1);
    EXPECT_EQ(Kernel::Counter("mappings_live", 1), 1);
    ASSERT_TRUE(model_close_namespace(1));
  }
}

TEST_F(ModelNamespace, ExpectationsAreCountedInEach) {
  StartAll();
  model_set_expect_max(16);
  model_set_parameter("expectations", "16");
  for (std::uint8_t host = 2; host < 12; ++host) {
    Router router(kIn[1], {{false, host}, 40000});
    Session session(router);
    ASSERT_TRUE(session.Open());
    const std::string ports = std::to_string(5000 + 2 * host) + "-" + std::to_string(5001 + 2 * host);
    session.Request(SetupRequest(1, "RTP/AVP;unicast;client_port=" + ports));
    session.Response(OkResponse(1, "Transport: RTP/AVP;unicast;client_port=" + ports + "\r\n"));
  }
  EXPECT_GE(model_expectations_counted_of(1), 8U);
  EXPECT_LE(model_expectations_counted_of(1), 12U) << "three quarters at most";
  EXPECT_EQ(Kernel::Counter("expectations", 1), static_cast<long>(model_expectations_counted_of(1)));
  EXPECT_GT(Kernel::Counter("too_many_expectations", 1), 0);
  EXPECT_EQ(model_expectations_counted_of(0), 0U);
  const Stream stream(0);
  EXPECT_EQ(stream.outside, "5000-5001");
  EXPECT_TRUE(stream.Plays());
  EXPECT_EQ(Kernel::Counter("too_many_expectations"), 0);
}

TEST_F(ModelNamespace, EndOfOneLeavesTheOthersPlaying) {
  for (const unsigned ends : {1U, 2U}) {
    StartAll();
    {
      Stream streams[] = {Stream(0), Stream(1), Stream(2)};
      ASSERT_TRUE(model_close_namespace(ends));
      for (unsigned number = 0; number < 3; ++number) {
        if (number == ends) continue;
        EXPECT_TRUE(streams[number].Plays());
        streams[number].session.Request(TeardownRequest(2));
        streams[number].session.Response(OkResponse(2));
        EXPECT_EQ(streams[number].session.Wrong(), "");
        EXPECT_EQ(Kernel::Counter("mappings_released", number), 1);
      }
    }
    EXPECT_EQ(model_expectations(nullptr, 0), 0U);
    Finish();
  }
}

TEST_F(ModelNamespace, EndWhileTheSweepRuns) {
  unsigned places = 0;
  for (bool met = true; met; places += met) {
    StartAll();
    {
      const Stream playing(0), over(1), over_too(2);
      for (const unsigned number : {1U, 2U}) model_flush_conntracks_of(number);
      met = Meanwhile(places, [] { return model_close_namespace(1); }, [] { model_pass_time(2000); });
      EXPECT_TRUE(playing.Plays());
      EXPECT_EQ(Open(2), 0);
    }
    Finish();
  }
  EXPECT_GT(places, 2U);
}

// Of the same kind, with packets: a SETUP in another namespace, at any place of the end of one.
TEST_F(ModelNamespace, EndWhileAnotherAsksForPorts) {
  unsigned places = 0;
  for (bool met = true; met; places += met) {
    StartAll();
    {
      const Stream ending(1);
      Router router;
      Session session(router);
      ASSERT_TRUE(session.Open());
      met = Meanwhile(
          places,
          [&session] {
            session.Request(SetupRequest(1, kPair));
            session.Response(OkResponse(1, ServerTransport("5000-5001", "6000-6001")));
            return true;
          },
          [] { model_close_namespace(1); });
      if (met) {
        EXPECT_TRUE(FromServer({}));
      }
    }
    Finish();
  }
  EXPECT_GT(places, 2U);
}

// The end of a namespace and of the module wait for each other.
TEST_F(ModelNamespace, EndWhileTheModuleEnds) {
  unsigned places = 0;
  for (bool met = true; met; places += met) {
    StartAll();
    {
      const Stream first(0), second(1);
      met = Meanwhile(
          places, [] { return model_close_namespace(1); },
          [] {
            model_unload("nf_nat_rtsp");
            model_unload("nf_conntrack_rtsp");
          });
    }
    Finish();
  }
  EXPECT_GT(places, 2U);
}

TEST_F(ModelNamespace, OpensAndEndsAnyNumberOfTimes) {
  Start();
  for (int round = 0; round < 20; ++round) {
    ASSERT_EQ(model_open_namespace(1), 0);
    const Stream stream(1);
    EXPECT_EQ(Kernel::Counter("connections_total", 1), 1) << "counters begin anew";
    if (round % 3 == 1) model_pass_time(1000);
    ASSERT_TRUE(model_close_namespace(1));
    if (round % 3 == 2) model_pass_time(1000);
  }
}

// Each allocation fails once. The namespace then does not exist, and no object of it is left.
TEST_F(ModelNamespace, OpensWithoutMemory) {
  for (unsigned after = 0; after < 5; ++after) {
    Start();
    model_fail(MODEL_FAULT_ALLOCATION, after, 1);
    const int err = model_open_namespace(1);
    model_fail(MODEL_FAULT_ALLOCATION, 0, 0);
    EXPECT_EQ(err, after < 4 ? -12 : 0) << after;
    Finish();
  }
}

// The module is loaded when several namespaces exist, and memory runs out in one of them.
TEST_F(ModelNamespace, ModuleComesWithoutMemoryForOne) {
  for (unsigned after = 0; after < 12; ++after) {
    StartAll();
    model_unload("nf_nat_rtsp");
    model_unload("nf_conntrack_rtsp");
    model_fail(MODEL_FAULT_ALLOCATION, after, 1);
    const int err = model_load("nf_conntrack_rtsp");
    model_fail(MODEL_FAULT_ALLOCATION, 0, 0);
    EXPECT_EQ(err, -12) << after;
    EXPECT_EQ(model_load("nf_nat_rtsp"), 0);
    const Stream stream(3);
    EXPECT_TRUE(stream.Plays());
    Finish();
  }
}

}  // namespace
}  // namespace rtsp::model
