// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "tests/decisions/notebook.h"

#include <arpa/inet.h>

#include <algorithm>
#include <string_view>

namespace rtsp::test {
namespace {

constexpr std::uint8_t kAllOpen = 0xff;

using Numbers = std::uint16_t[RTSPNAT_PORTS];

// Writes the ports of `open`, such as "5000-5001", or "5000-5003" for more in a row; "any" stands for an unknown port.
std::string Ports(const Numbers& ports, unsigned count, std::uint8_t open = kAllOpen) {
  const auto is_next = [](std::uint16_t one, std::uint16_t next) { return next != one + 1; };
  const bool is_range = count > 2 && std::adjacent_find(ports, ports + count, is_next) == ports + count;
  std::string text;
  for (unsigned i = 0; i < count; ++i) {
    if ((open >> i & 1U) == 0 || (is_range && i != 0 && i + 1 != count)) continue;
    if (!text.empty()) text += '-';
    text += ports[i] == 0 ? "any" : std::to_string(ports[i]);
  }
  return text;
}

std::string Title(const char* what, const rtspnat_step& step) {
  constexpr std::uint8_t kTcp = 6;
  const std::string title = std::string(what) + " " + std::to_string(step.mapping.number);
  return step.mapping.protocol == kTcp ? title + " tcp" : title;
}

const char* Suffix(rtspnat_reply reply) {
  static constexpr const char* kSuffixes[] = {": none to be had", "", ": busy"};
  return kSuffixes[reply];
}

std::string Text(const rtspnat_address& address) {
  char text[INET6_ADDRSTRLEN] = "";
  inet_ntop(address.family == 4 ? AF_INET : AF_INET6, address.bytes, text, sizeof(text));
  return text;
}

bool IsSame(const rtspnat_address& a, const rtspnat_address& b) {
  return a.family == b.family && std::ranges::equal(a.bytes, b.bytes);
}

}  // namespace

std::vector<std::string> Notebook::Take() {
  std::vector<std::string> lines;
  lines.swap(lines_);
  return lines;
}

void Notebook::Answer(rtspnat_connection* connection, const rtspnat_step& step) {
  switch (step.ask) {
    case RTSPNAT_RESERVE: return Reserve(connection, step);
    case RTSPNAT_EXPECT: return Expect(connection, step);
    case RTSPNAT_RELEASE:
      lines_.push_back(Title("release", step));
      return complaints_.Check(held_.erase(step.mapping.number) == 1, "L4: released without being held");
    case RTSPNAT_PUBLISH: return Publish(connection, step);
    case RTSPNAT_LINGER:
      lines_.push_back(Title("linger", step) + ": " + std::to_string(step.mapping.seconds) + " s");
      return complaints_.Check(held_.erase(step.mapping.number) == 1, "L4: lingers without being held");
    case RTSPNAT_REDIRECT:
      lines_.push_back("redirect to " + Text(step.redirect.address) + " port " +
                       std::to_string(step.redirect.port));
      return;
    default: return complaints_.Check(false, "law 1: an unknown question");
  }
}

rtspnat_reply Notebook::Offered(const Numbers& ports, unsigned count) const {
  if (scene_.no_ports) return RTSPNAT_NO;
  const auto is_taken = [&](std::uint16_t port) { return std::ranges::count(scene_.taken, port) != 0; };
  return std::any_of(ports, ports + count, is_taken) ? RTSPNAT_BUSY : RTSPNAT_YES;
}

void Notebook::Reserve(rtspnat_connection* connection, const rtspnat_step& step) {
  complaints_.Check(!held_.contains(step.mapping.number), "law 4: reserved twice");
  const rtspnat_reply reply = Offered(step.mapping.outside, step.mapping.count);
  lines_.push_back(Title("reserve", step) + ": " + Ports(step.mapping.outside, step.mapping.count) + " for " +
                   Ports(step.mapping.inside, step.mapping.count) + Suffix(reply));
  if (reply == RTSPNAT_YES) held_.insert(step.mapping.number);
  rtspnat_answer(connection, reply, step.mapping.outside[0]);
}

void Notebook::Publish(rtspnat_connection* connection, const rtspnat_step& step) {
  const rtspnat_reply reply = Offered(step.mapping.published, step.mapping.count);
  lines_.push_back(Title("publish", step) + ": " + Ports(step.mapping.published, step.mapping.count) +
                   " for " + Ports(step.mapping.peer, step.mapping.count) + Suffix(reply));
  if (reply == RTSPNAT_YES) held_.insert(step.mapping.number);
  rtspnat_answer(connection, reply, step.mapping.published[0]);
}

void Notebook::Expect(rtspnat_connection* connection, const rtspnat_step& step) {
  complaints_.Check(held_.contains(step.mapping.number), "law 4: expected without being reserved");
  std::string line =
      Title("expect", step) + ": " + Ports(step.mapping.peer, step.mapping.count, step.mapping.open);
  if (!std::ranges::equal(step.mapping.peer, step.mapping.published))
    line += " as " + Ports(step.mapping.published, step.mapping.count, step.mapping.open);
  line += " to " + Ports(step.mapping.outside, step.mapping.count, step.mapping.open) + " for " +
          Ports(step.mapping.inside, step.mapping.count, step.mapping.open);
  if (step.mapping.media_source.family != 0 && !IsSame(step.mapping.media_source, scene_.server))
    line += " from " + Text(step.mapping.media_source);
  lines_.push_back(line + (scene_.no_expectations ? ": refused" : ""));
  rtspnat_answer(connection, scene_.no_expectations ? RTSPNAT_NO : RTSPNAT_YES, 0);
}

RouterOptions RouterOf(const Scene& scene, Notebook& notebook) {
  RouterOptions options;
  options.may_translate = !scene.routed;
  options.inside = scene.inside;
  options.outside = scene.outside;
  options.prepare = [&scene](rtspnat_setup& setup) {
    constexpr std::uint16_t kRtsp = 554;
    setup.peer = scene.server;
    setup.published = scene.published;
    setup.inside_port = scene.inside_port;
    setup.outside_port = scene.outside_port;
    setup.peer_port = setup.published_port = kRtsp;
    setup.may_publish = !IsSame(scene.server, scene.published);
    setup.options = scene.options;
  };
  options.answer = [&notebook](rtspnat_connection* connection, const rtspnat_step& step) {
    notebook.Answer(connection, step);
  };
  return options;
}

std::vector<std::string> ReasonsOf(std::uint64_t notes) {
  static constexpr std::string_view kOrdinary[] = {
      "requests",  "responses", "setups",         "interleaved_frames", "reserved", "live",
      "released",  "edited",    "same_port",      "withheld",           "custody",  "trimmed",
      "published", "lingers",   "length_changed", "out_of_order"};
  std::vector<std::string> reasons;
  for (unsigned note = 0; note < RTSPNAT_NOTES; ++note) {
    const std::string name = rtspnat_note_name(note);
    if ((notes >> note & 1U) != 0 && std::ranges::count(kOrdinary, name) == 0)
      reasons.push_back("counts " + name);
  }
  return reasons;
}

}  // namespace rtsp::test
