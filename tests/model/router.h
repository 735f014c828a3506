// SPDX-License-Identifier: MIT OR GPL-2.0-only
#pragma once
/// @file
/// The router of a home, on the model of the kernel: a client inside, a server outside, with the modules of kshim/ between.
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
/// Where the router takes connections for the server, with model_rules::forward_port.
inline constexpr Host kService{true, 9};
inline constexpr Host kGateway{false, 1};
/// A server inside, for which the router takes connections at its own address outside.
inline constexpr Host kCamera{false, 20};

/// A kernel with its modules, from start to stop. One at a time.
class Kernel {
 public:
  struct Options {
    bool nat = true;  ///< Masquerade; else the client is routed.
    bool load_nat_rtsp = true;
    Host service = kService, server = kServer;  ///< With model_rules::forward_port.
    model_rules rules = {};  ///< Beyond masquerade, helper and addresses, which are filled in.
  };

  explicit Kernel(const Options& options);
  ~Kernel();
  Kernel(const Kernel&) = delete;
  Kernel& operator=(const Kernel&) = delete;

  /// Ends the kernel and returns everything that was found wrong since its start; empty if all is well.
  std::vector<std::string> Stop();

  /// Returns a counter of /proc/net/nf_conntrack_rtsp; -1 if there is none of that name.
  [[nodiscard]] static long Counter(std::string_view name, unsigned namespace_number = 0);
  [[nodiscard]] static std::vector<model_expectation> Expectations();
  /// What may come in that has not come yet: expectations, and flows that were made without a packet.
  [[nodiscard]] static std::vector<model_expectation> Openings();
  /// How many flows there are of control connections that have not ended.
  [[nodiscard]] static unsigned Flows() { return model_media_flows(); }

 private:
  bool running_ = true;
};

/// A datagram, or what became of it.
struct Datagram {
  Endpoint from, to;
  std::string payload;
  model_state state = MODEL_INVALID;  ///< What conntrack took it for.

  friend bool operator==(const Datagram&, const Datagram&) = default;
};

/// Sends a datagram from one side of the router to the other; nothing comes out if it is dropped.
std::optional<Datagram> PassUdp(const Endpoint& from, const Endpoint& to, const std::string& payload,
                                const Network& network = {});

/// One TCP connection through the router. Packets on either side are in the numbers of that side.
class Router : public test::Middlebox {
 public:
  /// @param client the client's own address and port
  explicit Router(const Network& network = {}, const Endpoint& client = {kClient, 40000},
                  const Endpoint& server = {kServer, 554});

  /// How the next packets lie in memory. A gso_size is taken from each packet.
  model_shape shape = {};
  Network network;

  std::optional<test::TcpPacket> Pass(test::TcpPacket packet) override;

  /// The client as the server sees it, once a packet has passed.
  [[nodiscard]] const Endpoint& Outside() const { return outside_; }
  /// The server itself, likewise.
  [[nodiscard]] const Endpoint& RealServer() const { return real_server_; }
  /// What conntrack took the last packet for.
  [[nodiscard]] model_state LastState() const { return state_; }

 private:
  Endpoint client_, server_;        // As the client knows them,
  Endpoint outside_, real_server_;  // and as they are known outside.
  model_state state_ = MODEL_INVALID;
};

}  // namespace rtsp::model
