// SPDX-License-Identifier: MIT OR GPL-2.0-only
// Addresses in headers other than Transport, client_address, and redirections: text that the core changes only by option.
#include <gtest/gtest.h>

#include <string>

#include "tests/harness/dialogue.h"
#include "tests/unit/messages.h"

namespace rtsp::test {
namespace {

using Lines = std::vector<std::string>;

std::string Redirect(const std::string& url) {
  return "RTSP/1.0 302 Moved\r\nCSeq: 2\r\nLocation: " + url + "\r\n\r\n";
}

rtspnat_setup ServerBehindNat(std::uint16_t published_port) {
  rtspnat_setup setup = Dialogue::SetupOf(false);
  setup.peer = {4, {192, 168, 1, 20}};
  setup.published = {4, {203, 0, 113, 7}};
  setup.published_port = published_port;
  setup.may_publish = true;
  return setup;
}

// Returns the bytes that leave for `bytes` of `direction`, whole and one byte at a time; "cut" if the two differ.
std::string Leaves(const rtspnat_setup& setup, rtspnat_direction direction, const std::string& bytes) {
  Dialogue whole(setup);
  Dialogue cut(setup);
  const std::string options = "OPTIONS * RTSP/1.0\r\nCSeq: 2\r\n\r\n";
  if (direction == RTSPNAT_REPLY) {
    whole.Send(RTSPNAT_ORIGINAL, options);
    cut.Send(RTSPNAT_ORIGINAL, options);
  }
  whole.Send(direction, bytes);
  for (const char byte : bytes) cut.Send(direction, std::string(1, byte));
  EXPECT_EQ(whole.Broken(), Lines{});
  EXPECT_EQ(cut.Broken(), Lines{});
  return whole.Left(direction) == cut.Left(direction) ? whole.Left(direction) : "cut";
}

TEST(AddressLine, ARedirectionToTheServerItselfNamesThePublishedAddress) {
  EXPECT_EQ(Leaves(ServerBehindNat(554), kS2C, Redirect("rtsp://192.168.1.20/new")),
            "RTSP/1.0 302 Moved\r\nCSeq: 2\r\nLocation:  rtsp://203.0.113.7/new\r\n\r\n");
  EXPECT_EQ(Leaves(ServerBehindNat(554), kS2C, Redirect("RTSP://me:word@192.168.1.20:554/new")),
            "RTSP/1.0 302 Moved\r\nCSeq: 2\r\nLocation:  RTSP://me:word@203.0.113.7:554/new\r\n\r\n");
  EXPECT_EQ(Leaves(ServerBehindNat(544), kS2C, Redirect("rtsp://192.168.1.20:554")),
            "RTSP/1.0 302 Moved\r\nCSeq: 2\r\nLocation:  rtsp://203.0.113.7:544\r\n\r\n");
  const std::string request = "REDIRECT * RTSP/1.0\r\nCSeq: 2\r\nLocation: rtsp://192.168.1.20/new\r\n\r\n";
  EXPECT_NE(Leaves(ServerBehindNat(554), kS2C, request).find("rtsp://203.0.113.7/new"), std::string::npos);
}

TEST(AddressLine, ARedirectionElsewhereIsLeftAlone) {
  for (const char* url :
       {"rtsp://192.168.1.21/new", "rtsp://camera/new", "http://192.168.1.20/", "rtsp:/192.168.1.20",
        "rtsp://192.168.1.20:8554/new", "rtsp://192.168.1.20.example/", "", "rtsp://"})
    EXPECT_EQ(Leaves(ServerBehindNat(554), kS2C, Redirect(url)), Redirect(url)) << url;
  const std::string port = Redirect("rtsp://192.168.1.20/new");
  EXPECT_EQ(Leaves(ServerBehindNat(8554), kS2C, port), port) << "no room for a port that is not there";
  EXPECT_EQ(Leaves(Dialogue::SetupOf(true), kS2C, port), port) << "the server is not behind NAT";
  const std::string success = "RTSP/1.0 200 OK\r\nCSeq: 2\r\nLocation: rtsp://192.168.1.20/new\r\n\r\n";
  EXPECT_EQ(Leaves(ServerBehindNat(554), kS2C, success), success) << "that redirects nobody";
}

TEST(AddressLine, BoxesOfIptvAreAnOption) {
  rtspnat_setup setup = Dialogue::SetupOf(true);
  setup.outside_port = 43999;
  const std::string request =
      SetupRequest(2, "MP2T/RTP/UDP;unicast;client_address=10.0.1.2;client_port=55094-55095;mode=PLAY",
                   "rtsp://s/a/1", "x-NAT: 10.0.1.2:43210\r\n");
  EXPECT_EQ(Leaves(setup, kC2S, request), request);
  setup.options = RTSPNAT_OPTION_CLIENT_ADDRESS;
  const std::string left = Leaves(setup, kC2S, request);
  EXPECT_NE(left.find("203.0.113.1:43999\r\n"), std::string::npos) << left;
  EXPECT_NE(left.find("client_address=203.0.113.1;"), std::string::npos) << left;
  const std::string other = SetupRequest(2, "RTP/AVP;unicast;client_port=5000-5001", "rtsp://s/a/1",
                                         "x-NAT: 10.0.1.3:43210\r\nx-NAT: 10.0.1.2:43211\r\nx-NAT:\r\n");
  EXPECT_EQ(Leaves(setup, kC2S, other), other) << "another address, another port, none";
}

TEST(AddressLine, APlayWithATransportIsAnOption) {
  rtspnat_setup setup = Dialogue::SetupOf(true);
  std::string play = SetupRequest(2, "RTP/AVP;unicast;client_port=5000-5001");
  play.replace(0, 5, "PLAY");
  for (const bool option : {false, true}) {
    setup.options = option ? RTSPNAT_OPTION_PLAY_TRANSPORT : 0;
    Dialogue dialogue(setup);
    dialogue.Send(kC2S, play);
    EXPECT_EQ(dialogue.Held(), option ? 1U : 0U);
    dialogue.Send(kS2C, ReplyTo(2, "200 OK", "RTP/AVP;unicast;client_port=5000-5001;server_port=9000-9001"));
    EXPECT_EQ(dialogue.Live(), option ? 1U : 0U);
  }
}

}  // namespace
}  // namespace rtsp::test
