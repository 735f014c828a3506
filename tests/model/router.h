// SPDX-License-Identifier: MIT OR GPL-2.0-only
#pragma once
/// @file
/// The router of a home on the model of the kernel: a client inside, a server outside, and the modules of kshim/ between.
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tests/model/frame.h"
#include "tests/model/model.h"
#include "tests/tcp/middlebox.h"

namespace rtsp::model {

inline constexpr Host kClient{false, 2};
inline constexpr Host kServer{true, 5};
inline constexpr Host kStranger{true, 66};
inline constexpr Host kRouterOutside{true, 1};
/// The address where the router takes connections for the server, with model_rules::forward_port.
inline constexpr Host kService{true, 9};
inline constexpr Host kGateway{false, 1};
/// A server inside, for which the router takes connections at its own address outside.
inline constexpr Host kCamera{false, 20};

/// A kernel with its modules, from start to stop. There is one at a time.
class Kernel {
 public:
  struct Options {
    bool nat = true;  ///< The router masquerades; otherwise it routes the client.
    bool load_nat_rtsp = true;
    Host service = kService, server = kServer;  ///< With model_rules::forward_port.
    model_rules rules = {};  ///< Other rules; the kernel fills in masquerade, helper and addresses.
  };

  explicit Kernel(const Options& options);
  ~Kernel();
  Kernel(const Kernel&) = delete;
  Kernel& operator=(const Kernel&) = delete;

  /// Stops the kernel, and returns all faults since its start; empty if there are none.
  std::vector<std::string> Stop();

  /// Returns a counter of /proc/net/nf_conntrack_rtsp, or -1 if no counter has this name.
  [[nodiscard]] static long Counter(std::string_view name, unsigned namespace_number = 0);
  [[nodiscard]] static std::vector<model_expectation> Expectations();
  /// Returns the number of expectations, and of flows that have had no packet yet.
  [[nodiscard]] static std::vector<model_expectation> Openings();
  /// Returns the number of media flows whose control connections have not ended.
  [[nodiscard]] static unsigned Flows() { return model_media_flows(); }

 private:
  bool running_ = true;
};

/// A datagram that is sent, or that arrives.
struct Datagram {
  Endpoint from, to;
  std::string payload;
  model_state state = MODEL_INVALID;  ///< The state that conntrack gave it.

  friend bool operator==(const Datagram&, const Datagram&) = default;
};

/// Sends a datagram from one side of the router to the other. Returns nothing if the router drops it.
std::optional<Datagram> PassUdp(const Endpoint& from, const Endpoint& to, const std::string& payload,
                                const Network& network = {});

/// One TCP connection through the router. Packets on each side have the numbers of that side.
class Router : public test::Middlebox {
 public:
  /// @param client the client's own address and port
  explicit Router(const Network& network = {}, const Endpoint& client = {kClient, 40000},
                  const Endpoint& server = {kServer, 554});

  /// The shape of the next packets in memory. The gso_size comes from each packet.
  model_shape shape = {};
  Network network;

  std::optional<test::TcpPacket> Pass(test::TcpPacket packet) override;

  /// Returns the client's address as the server sees it, once a packet has passed.
  [[nodiscard]] const Endpoint& Outside() const { return outside_; }
  /// Returns the server's own address, likewise.
  [[nodiscard]] const Endpoint& RealServer() const { return real_server_; }
  /// Returns the state that conntrack gave the last packet.
  [[nodiscard]] model_state LastState() const { return state_; }

 private:
  Endpoint client_, server_;        // The ends as the client knows them,
  Endpoint outside_, real_server_;  // and as they are known outside.
  model_state state_ = MODEL_INVALID;
};

}  // namespace rtsp::model
