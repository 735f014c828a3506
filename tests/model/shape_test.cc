// SPDX-License-Identifier: MIT OR GPL-2.0-only
// The same bytes leave whatever the shape of a packet in memory. The model checks the lengths and checksums of every packet, and OnModel checks that
// no packet is left.
#include <gtest/gtest.h>

#include <tuple>

#include "tests/model/on_model.h"

namespace rtsp::model {
namespace {

struct Layout {
  const char* name;
  model_layout layout;
  unsigned linear;  // 0: the headers.
  unsigned piece;
};

constexpr Layout kLayouts[] = {
    {"linear", MODEL_LINEAR, 0, 0},       {"paged", MODEL_PAGED, 0, 4096},
    {"paged_small", MODEL_PAGED, 0, 37},  {"paged_from_ip_header", MODEL_PAGED, 1, 200},
    {"paged_half", MODEL_PAGED, 100, 64}, {"listed", MODEL_LISTED, 0, 100},
    {"listed_odd", MODEL_LISTED, 61, 33},
};

constexpr struct {
  const char* name;
  model_checksum checksum;
} kChecksums[] = {
    {"none", MODEL_CHECKSUM_NONE},
    {"unnecessary", MODEL_CHECKSUM_UNNECESSARY},
    {"complete", MODEL_CHECKSUM_COMPLETE},
    {"partial", MODEL_CHECKSUM_PARTIAL},
};

class ModelShape : public OnModel, public testing::WithParamInterface<std::tuple<int, int, bool, bool>> {
 protected:
  // What a whole session looks like on both sides.
  static std::string Play(Router& router, std::uint16_t segment_size) {
    Session session(router);
    session.segment_size = segment_size;
    EXPECT_TRUE(session.Open());
    std::string heard = session.Request(SetupRequest(1, kPair));
    const std::string outside = ClientPort(heard);
    heard += session.Response(OkResponse(1, ServerTransport(outside, "6000-6001")));
    heard += session.Request(SetupRequest(2, "RTP/AVP;unicast;client_port=5002-5003", "track2"));
    heard += session.Response(std::string("$\0\5\0", 4) + std::string(1280, 'x'));
    heard += session.Request(TeardownRequest(3));
    heard += session.Response(OkResponse(3));
    session.Close();
    EXPECT_EQ(session.Wrong(), "");
    return heard;
  }

  std::string PlayOnce(const Network& network, const model_shape& shape, std::uint16_t segment_size) {
    Kernel::Options options;
    options.rules.keep_checksum = true;
    Start(options);
    model_bind_udp(5000);
    Router router(network);
    router.shape = shape;
    const std::string heard = Play(router, segment_size);
    Finish();
    return heard;
  }
};

TEST_P(ModelShape, GivesTheSameBytes) {
  const auto [layout_number, checksum_number, cloned, ipv6] = GetParam();
  const Layout& layout = kLayouts[layout_number];
  const std::string expected = PlayOnce({.ipv6 = ipv6}, {}, 0);
  ASSERT_NE(ClientPort(expected), "5000-5001");
  for (const unsigned options : {0U, 3U}) {
    for (const unsigned tailroom : {0U, 16U}) {
      const model_shape shape = {.layout = layout.layout,
                                 .linear = layout.linear,
                                 .piece = layout.piece,
                                 .headroom = 64,
                                 .tailroom = tailroom,
                                 .cloned = cloned,
                                 .own_headers = false,
                                 .checksum = kChecksums[checksum_number].checksum,
                                 .gso_size = 0};
      // Headers of its own are headers in one piece.
      if (layout.linear == 0 || !cloned) {
        model_shape of_sender = shape;
        of_sender.own_headers = cloned;
        EXPECT_EQ(PlayOnce({.ipv6 = ipv6, .options = options}, of_sender, 0), expected);
      }
      for (const unsigned segment_size : {0U, 100U}) {
        EXPECT_EQ(
            PlayOnce({.ipv6 = ipv6, .options = options}, shape, static_cast<std::uint16_t>(segment_size)),
            expected);
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(All, ModelShape,
                         testing::Combine(testing::Range(0, 7), testing::Range(0, 4), testing::Bool(),
                                          testing::Bool()),
                         [](const auto& shape) {
                           return std::string(kLayouts[std::get<0>(shape.param)].name) + "_" +
                                  kChecksums[std::get<1>(shape.param)].name +
                                  (std::get<2>(shape.param) ? "_cloned" : "") +
                                  (std::get<3>(shape.param) ? "_ipv6" : "");
                         });

class ModelAggregate : public OnModel {};

// What is withheld of it leaves one segment, which a device would not cut; the model reports such an aggregate.
TEST_F(ModelAggregate, BecomesOneSegmentWhenItsTailIsWithheld) {
  Start();
  model_bind_udp(5000);
  Router router;
  Session session(router);
  ASSERT_TRUE(session.Open());
  const std::string sent = SetupRequest(1, kPair);
  const std::size_t line = sent.find("Transport");
  session.segment_size = static_cast<std::uint16_t>(line);
  EXPECT_EQ(session.Request(sent.substr(0, line + 20)), sent.substr(0, line));
}

class ModelChecksum : public OnModel {};

TEST_F(ModelChecksum, WrongOnesArePassedOnAsWrong) {
  Start();
  Router router;
  Session session(router);
  ASSERT_TRUE(session.Open());
  router.network.wrong_checksum = true;
  EXPECT_EQ(session.Request(SetupRequest(1, kPair)), "(dropped)") << "conntrack takes it for invalid";
  EXPECT_EQ(router.LastState(), MODEL_INVALID);
  EXPECT_TRUE(Kernel::Openings().empty());
}

}  // namespace
}  // namespace rtsp::model
