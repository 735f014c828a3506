// SPDX-License-Identifier: MIT OR GPL-2.0-only
#pragma once
/// @file
/// What all tests on the model share: law L4, and all that the model reports, are checked in one place.
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "tests/model/session.h"

namespace rtsp::model {

class OnModel : public testing::Test {
 protected:
  /// To be called first.
  void Start(const Kernel::Options& options = {}) { kernel_ = std::make_unique<Kernel>(options); }

  /// Ends the kernel, and fails if anything is left of it or was found wrong.
  void Finish() {
    if (kernel_ != nullptr) {
      EXPECT_EQ(kernel_->Stop(), std::vector<std::string>());
    }
    kernel_ = nullptr;
  }

  void TearDown() override { Finish(); }

 private:
  std::unique_ptr<Kernel> kernel_;
};

/// A client that has asked for a pair of ports, and got a server's answer.
inline constexpr char kPair[] = "RTP/AVP;unicast;client_port=5000-5001";

/// Returns the value of client_port in @p text; empty if there is none.
inline std::string ClientPort(const std::string& text) {
  const std::size_t at = text.find("client_port=");
  return at == std::string::npos ? "" : text.substr(at + 12, text.find_first_of(";\r", at) - at - 12);
}

/// Opens a connection and agrees on media; returns the ports that the server was told.
inline std::string AgreeOnMedia(Session& session, const std::string& transport = kPair) {
  EXPECT_TRUE(session.Open());
  const std::string outside = ClientPort(session.Request(SetupRequest(1, transport)));
  session.Response(OkResponse(1, ServerTransport(outside, "6000-6001")));
  return outside;
}

}  // namespace rtsp::model
