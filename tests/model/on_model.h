// SPDX-License-Identifier: MIT OR GPL-2.0-only
#pragma once
/// @file
/// The fixture of all tests on the model. It checks law L4 and the model's reports in one place.
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "tests/model/session.h"

namespace rtsp::model {

class OnModel : public testing::Test {
 protected:
  /// Starts the kernel. A test calls this first.
  void Start(const Kernel::Options& options = {}) { kernel_ = std::make_unique<Kernel>(options); }

  /// Stops the kernel, and fails if an object is left or the model has reported a fault.
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

/// A client that has asked for a pair of ports, and has the server's reply.
inline constexpr char kPair[] = "RTP/AVP;unicast;client_port=5000-5001";

/// Returns the value of client_port in @p text; empty if there is none.
inline std::string ClientPort(const std::string& text) {
  const std::size_t at = text.find("client_port=");
  return at == std::string::npos ? "" : text.substr(at + 12, text.find_first_of(";\r", at) - at - 12);
}

/// Opens a connection and agrees on media. Returns the ports that the server got.
inline std::string AgreeOnMedia(Session& session, const std::string& transport = kPair) {
  EXPECT_TRUE(session.Open());
  const std::string outside = ClientPort(session.Request(SetupRequest(1, transport)));
  session.Response(OkResponse(1, ServerTransport(outside, "6000-6001")));
  return outside;
}

}  // namespace rtsp::model
