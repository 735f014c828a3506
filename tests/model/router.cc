// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "tests/model/router.h"

#include <algorithm>
#include <cstdlib>

namespace rtsp::model {
namespace {

void Copy(const Host& from, unsigned char (&four)[4], unsigned char (&six)[16]) {
  std::ranges::copy(from.Four(), four);
  std::ranges::copy(from.Six(), six);
}

// Its bytes are written before they are read.
std::unique_ptr<model_packet> NewFrame(const Network& network = {}) {
  auto frame = std::make_unique_for_overwrite<model_packet>();
  frame->namespace_number = network.namespace_number;
  frame->shape = {};
  return frame;
}

}  // namespace

Kernel::Kernel(const Options& options) {
  model_rules rules = options.rules;
  rules.masquerade = options.nat;
  rules.helper = true;
  Copy(Host{}, rules.inside4, rules.inside6);
  Copy(kRouterOutside, rules.outside4, rules.outside6);
  Copy(kGateway, rules.gateway4, rules.gateway6);
  Copy(options.service, rules.service4, rules.service6);
  Copy(options.server, rules.server4, rules.server6);
  model_start();
  model_set_rules(&rules);
  if (options.nat) model_load("nf_nat");
  if (options.load_nat_rtsp && options.nat) {
    model_modprobe("nf_conntrack_rtsp");
  } else {
    model_load("nf_conntrack_rtsp");
  }
}

Kernel::~Kernel() {
  if (running_) Stop();
}

std::vector<std::string> Kernel::Stop() {
  model_stop();
  running_ = false;
  std::vector<std::string> reports;
  for (unsigned i = 0; i < model_report_count(); ++i) reports.emplace_back(model_report_text(i));
  return reports;
}

long Kernel::Counter(std::string_view name, unsigned namespace_number) {
  std::string text(4096, '\0');
  if (!model_read_proc_of(namespace_number, "nf_conntrack_rtsp", text.data(), text.size())) return -1;
  const std::string wanted = "\n" + std::string(name) + " ";
  const std::size_t at = ("\n" + text).find(wanted);
  return at == std::string::npos ? -1 : std::strtol(text.c_str() + at + wanted.size() - 1, nullptr, 10);
}

std::vector<model_expectation> Kernel::Expectations() {
  std::vector<model_expectation> list(model_expectations(nullptr, 0));
  model_expectations(list.data(), static_cast<unsigned>(list.size()));
  return list;
}

std::vector<model_expectation> Kernel::Openings() {
  std::vector<model_expectation> list = Expectations();
  const std::size_t expected = list.size();
  list.resize(expected + model_unused_flows(nullptr, 0));
  model_unused_flows(list.data() + expected, static_cast<unsigned>(list.size() - expected));
  return list;
}

std::optional<Datagram> PassUdp(const Endpoint& from, const Endpoint& to, const std::string& payload,
                                const Network& network) {
  const auto frame = NewFrame(network);
  BuildUdp(network, from, to, payload, *frame);
  frame->shape.headroom = 64;
  frame->from_outside = from.host.outside;
  model_pass(frame.get());
  if (frame->verdict != MODEL_FORWARDED) return std::nullopt;
  const Parsed parsed = Parse(*frame);
  if (!parsed.ok) model_report("a datagram leaves that cannot be read");
  Datagram datagram{parsed.from, parsed.to, parsed.payload, frame->state};
  return datagram;
}

Router::Router(const Network& on, const Endpoint& client, const Endpoint& server)
    : network(on), client_(client), server_(server), outside_(client), real_server_(server) {}

std::optional<test::TcpPacket> Router::Pass(test::TcpPacket packet) {
  const bool from_client = packet.direction == RTSPNAT_ORIGINAL;
  const auto frame = NewFrame(network);  // Its own, because another CPU may come in between.
  BuildTcp(network, from_client ? client_ : real_server_, from_client ? server_ : outside_, packet, *frame);
  frame->from_outside = (from_client ? client_ : real_server_).host.outside;
  frame->shape = shape;
  frame->shape.gso_size = packet.segment_size;
  if (shape.layout != MODEL_LINEAR && shape.linear == 0)
    frame->shape.linear = static_cast<unsigned>(frame->length - packet.payload.size());
  const std::uint32_t window_in = packet.syn ? packet.window : packet.window >> network.window_scale;

  model_pass(frame.get());
  state_ = frame->state;
  if (frame->verdict != MODEL_FORWARDED) return std::nullopt;

  Parsed parsed = Parse(*frame);
  if (!parsed.ok) model_report("a TCP packet leaves that cannot be read");
  if (frame->to_outside != parsed.to.host.outside) model_report("a TCP packet leaves on the wrong side");
  if (from_client) {
    outside_ = parsed.from;
    real_server_ = parsed.to;
  } else if (parsed.from != server_ || parsed.to != client_) {
    model_report("a TCP packet comes back from or to somebody else");
  }
  parsed.tcp.direction = packet.direction;
  parsed.tcp.segment_size = frame->shape.gso_size;
  // Scaling rounds; what was not touched is given back as it was.
  if (parsed.tcp.window == std::min(window_in, 0xffffU)) parsed.tcp.window = packet.window;
  return parsed.tcp;
}

}  // namespace rtsp::model
