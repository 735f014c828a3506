// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "tests/tcp/port_ledger.h"

namespace rtsp::test {
namespace {

constexpr const char* kReplyNames[] = {" none", "", " busy"};

// True for one in four inside ports.
bool IsUnlucky(const rtspnat_step& step) { return step.mapping.inside[0] / 2 % 4 == 3; }

std::string Ports(const std::uint16_t (&ports)[RTSPNAT_PORTS]) {
  return std::to_string(ports[0]) + "-" + std::to_string(ports[1]);
}

}  // namespace

bool PortLedger::IsTaken(std::uint16_t port) const {
  return policy_.taken != 0 && port / 2 % (policy_.taken + 1) != 0;
}

void PortLedger::Answer(rtspnat_connection* connection, const rtspnat_step& step) {
  switch (step.ask) {
    case RTSPNAT_RESERVE: return Reserve(connection, step);
    case RTSPNAT_EXPECT: return Expect(connection, step);
    case RTSPNAT_PUBLISH: return Publish(connection, step);
    case RTSPNAT_RELEASE:
    case RTSPNAT_LINGER:
      log_.push_back((step.ask == RTSPNAT_LINGER ? "linger " : "release ") +
                     std::to_string(step.mapping.number));
      return complaints_.Check(held_.erase(step.mapping.number) == 1, "L4: released without being held");
    case RTSPNAT_REDIRECT: return;
    default: return complaints_.Check(false, "law 1: an unknown question");
  }
}

void PortLedger::Reserve(rtspnat_connection* connection, const rtspnat_step& step) {
  complaints_.Check(held_.count(step.mapping.number) == 0, "law 4: reserved twice");
  const std::uint16_t port = step.mapping.outside[0];
  complaints_.Check(port >= 1024, "law 6: a port below 1024");
  if (port != step.mapping.inside[0]) {
    complaints_.Check(may_translate_, "law 6: another port without NAT");
    complaints_.Check(step.mapping.count == 1 || port % 2 == 0, "law 6: a pair that begins odd");
    complaints_.Check(std::to_string(port).size() <= step.mapping.digits, "law 6: too many digits");
  }
  for (const auto& [mapping, other] : held_)
    complaints_.Check(other.mapping.outside[0] != port, "law 6: a port that is held already");
  rtspnat_reply reply = IsTaken(port) ? RTSPNAT_BUSY : RTSPNAT_YES;
  if (policy_.refuses && IsUnlucky(step)) reply = RTSPNAT_NO;
  log_.push_back("reserve " + std::to_string(step.mapping.number) + " " + Ports(step.mapping.inside) +
                 " as " + Ports(step.mapping.outside) + kReplyNames[reply]);
  rtspnat_step& held = held_[step.mapping.number];
  held = step;
  if (policy_.given != 0) {
    held.mapping.outside[0] = policy_.given;
    reply = RTSPNAT_YES;
  }
  rtspnat_answer(connection, reply, held.mapping.outside[0]);
  if (reply != RTSPNAT_YES) held_.erase(step.mapping.number);
}

void PortLedger::Publish(rtspnat_connection* connection, const rtspnat_step& step) {
  complaints_.Check(step.mapping.published[0] >= 1024, "law 6: a published port below 1024");
  rtspnat_reply reply = IsTaken(step.mapping.published[0]) ? RTSPNAT_BUSY : RTSPNAT_YES;
  if (policy_.refuses && IsUnlucky(step)) reply = RTSPNAT_NO;
  log_.push_back("publish " + std::to_string(step.mapping.number) + " " + Ports(step.mapping.peer) + " as " +
                 Ports(step.mapping.published) + kReplyNames[reply]);
  if (reply == RTSPNAT_YES) held_.try_emplace(step.mapping.number, step);
  rtspnat_answer(connection, reply, step.mapping.published[0]);
}

void PortLedger::Expect(rtspnat_connection* connection, const rtspnat_step& step) {
  const auto held = held_.find(step.mapping.number);
  complaints_.Check(held != held_.end() && held->second.mapping.outside[0] == step.mapping.outside[0] &&
                        held->second.mapping.inside[0] == step.mapping.inside[0],
                    "law 4: expected without being reserved");
  const bool refused = policy_.expects_fail && IsUnlucky(step);
  log_.push_back("expect " + std::to_string(step.mapping.number) + " " + Ports(step.mapping.outside) +
                 " to " + Ports(step.mapping.inside) + " peer " + Ports(step.mapping.peer) + " open " +
                 std::to_string(step.mapping.open) + (refused ? " refused" : ""));
  rtspnat_answer(connection, refused ? RTSPNAT_NO : RTSPNAT_YES, 0);
}

}  // namespace rtsp::test
