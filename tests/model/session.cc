// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "tests/model/session.h"

namespace rtsp::model {
namespace {

constexpr std::uint32_t kWindow = 64000;

rtspnat_direction Other(rtspnat_direction direction) {
  return direction == RTSPNAT_ORIGINAL ? RTSPNAT_REPLY : RTSPNAT_ORIGINAL;
}

}  // namespace

test::TcpPacket Session::Packet(rtspnat_direction direction) const {
  test::TcpPacket packet;
  packet.direction = direction;
  packet.seq = sides_[direction].next;
  packet.ack = sides_[direction].expected;
  packet.has_ack = true;
  packet.window = kWindow;
  return packet;
}

bool Session::Open(std::uint32_t later) {
  for (Side& side : sides_) side.next += later;
  test::TcpPacket syn = Packet(RTSPNAT_ORIGINAL);
  syn.syn = true;
  syn.has_ack = false;
  auto arrived = router_.Pass(syn);
  if (!arrived) return false;
  sides_[RTSPNAT_ORIGINAL].next++;
  sides_[RTSPNAT_REPLY].expected = arrived->seq + 1;

  test::TcpPacket answer = Packet(RTSPNAT_REPLY);
  answer.syn = true;
  arrived = router_.Pass(answer);
  if (!arrived) return false;
  sides_[RTSPNAT_REPLY].next++;
  sides_[RTSPNAT_ORIGINAL].expected = arrived->seq + 1;
  return router_.Pass(Packet(RTSPNAT_ORIGINAL)).has_value();
}

std::string Session::Say(rtspnat_direction direction, std::string_view text, bool fin) {
  test::TcpPacket packet = Packet(direction);
  packet.payload = text;
  packet.psh = !text.empty();
  packet.fin = fin;
  packet.urg = urgent;
  packet.urgent = static_cast<std::uint16_t>(urgent ? text.size() + 1 : 0);
  packet.segment_size = text.size() > segment_size ? segment_size : std::uint16_t{0};
  sides_[direction].next += static_cast<std::uint32_t>(text.size()) + (fin ? 1 : 0);
  auto arrived = router_.Pass(packet);
  if (!arrived && resend) {
    resend();
    arrived = router_.Pass(packet);
  }
  if (!arrived) return "(dropped)";

  Side& receiver = sides_[Other(direction)];
  if (arrived->seq != receiver.expected) wrong_ += "a packet does not follow the one before; ";
  receiver.expected += static_cast<std::uint32_t>(arrived->payload.size()) + (fin ? 1 : 0);
  if (acknowledges) Acknowledge(Other(direction));
  return arrived->payload;
}

void Session::Acknowledge(rtspnat_direction direction) {
  const auto arrived = router_.Pass(Packet(direction));
  if (!arrived)
    wrong_ += "an acknowledgement is dropped; ";
  else if (arrived->ack != sides_[Other(direction)].next)
    wrong_ += "an acknowledgement is not of what was sent; ";
}

std::string Session::Repeat(rtspnat_direction direction, std::uint32_t back, std::string_view text) {
  test::TcpPacket packet = Packet(direction);
  packet.seq -= back;
  packet.payload = text;
  const auto arrived = router_.Pass(packet);
  return arrived ? arrived->payload : "(dropped)";
}

void Session::Close() {
  Say(RTSPNAT_ORIGINAL, {}, true);
  Say(RTSPNAT_REPLY, {}, true);
}

void Session::Reset(rtspnat_direction direction) {
  test::TcpPacket packet = Packet(direction);
  packet.rst = true;
  router_.Pass(packet);
}

std::string SetupRequest(unsigned cseq, std::string_view transport, std::string_view track) {
  return "SETUP rtsp://192.0.2.5/a/" + std::string(track) + " RTSP/1.0\r\nCSeq: " + std::to_string(cseq) +
         "\r\nTransport: " + std::string(transport) + "\r\n\r\n";
}

std::string OkResponse(unsigned cseq, std::string_view headers) {
  return "RTSP/1.0 200 OK\r\nCSeq: " + std::to_string(cseq) + "\r\nSession: 12345678\r\n" +
         std::string(headers) + "\r\n";
}

std::string TeardownRequest(unsigned cseq) {
  return "TEARDOWN rtsp://192.0.2.5/a/ RTSP/1.0\r\nCSeq: " + std::to_string(cseq) +
         "\r\nSession: 12345678\r\n\r\n";
}

std::string ServerTransport(std::string_view client_port, std::string_view server_port) {
  return "Transport: RTP/AVP;unicast;client_port=" + std::string(client_port) +
         ";server_port=" + std::string(server_port) + "\r\n";
}

}  // namespace rtsp::model
