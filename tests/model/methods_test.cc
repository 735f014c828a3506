// SPDX-License-Identifier: MIT OR GPL-2.0-only
// Which requests may pass: the parameter methods.
#include <gtest/gtest.h>

#include "tests/model/on_model.h"

namespace rtsp::model {
namespace {

class ModelMethods : public OnModel {
 protected:
  static std::string Request(const std::string& method, unsigned cseq) {
    return method + " rtsp://192.0.2.5/a RTSP/1.0\r\nCSeq: " + std::to_string(cseq) + "\r\n\r\n";
  }
};

TEST_F(ModelMethods, UnknownNamesAreRefused) {
  Start();
  EXPECT_EQ(model_set_parameter("methods", "PLAY,FLY"), -22);
  EXPECT_EQ(model_set_parameter("methods", "PLAY,"), -22);
  EXPECT_EQ(model_set_parameter("methods", ",PLAY"), -22);
  EXPECT_EQ(model_set_parameter("methods", "play"), -22);
  EXPECT_EQ(model_set_parameter("methods", "PLAY,other\n"), 0);
  EXPECT_EQ(model_set_parameter("methods", "\n"), 0);
}

TEST_F(ModelMethods, AllPassUnlessAsked) {
  Start();
  Router router;
  Session session(router);
  ASSERT_TRUE(session.Open());
  for (const char* method : {"OPTIONS", "RECORD", "FLY"})
    EXPECT_EQ(session.Request(Request(method, 1)), Request(method, 1));
  EXPECT_EQ(Kernel::Counter("method_refused"), 0);
}

TEST_F(ModelMethods, OnlyThoseAllowedPass) {
  Start();
  ASSERT_EQ(model_set_parameter("methods", "OPTIONS,SETUP,PLAY,TEARDOWN\n"), 0);
  Router router;
  Session session(router);
  AgreeOnMedia(session);
  EXPECT_EQ(session.Request(Request("PLAY", 2)), Request("PLAY", 2));
  EXPECT_EQ(Kernel::Counter("method_refused"), 0);
  EXPECT_EQ(session.Request(Request("RECORD", 3)), "(dropped)");
  EXPECT_EQ(Kernel::Counter("method_refused"), 1);
  EXPECT_NE(std::string(model_last_log(nullptr)).find("method_refused"), std::string::npos);
  EXPECT_EQ(session.Request(Request("PLAY", 4)), "(dropped)") << "nothing behind it";
  EXPECT_EQ(session.Response(OkResponse(2, "")), OkResponse(2, "")) << "the other side is heard";
}

TEST_F(ModelMethods, OtherStandsForThoseWithoutAName) {
  for (const bool others : {true, false}) {
    Start();
    ASSERT_EQ(model_set_parameter("methods", others ? "PLAY,other" : "PLAY"), 0);
    Router router;
    Session session(router);
    ASSERT_TRUE(session.Open());
    EXPECT_EQ(session.Request(Request("FLY", 1)), others ? Request("FLY", 1) : "(dropped)");
    Finish();
  }
}

}  // namespace
}  // namespace rtsp::model
