// SPDX-License-Identifier: MIT OR GPL-2.0-only
#pragma once
/// @file
/// The members of struct rtspnat_setup that a connection needs for all its life.
#include <cstdint>

#include "rtspnat.h"

namespace mangle {

/// Members of the same names as in struct rtspnat_setup.
struct Setup {
  explicit Setup(const rtspnat_setup& setup)
      : port_seed(setup.port_seed),
        inside(setup.inside),
        outside(setup.outside),
        peer(setup.peer),
        published(setup.published),
        inside_port(setup.inside_port),
        outside_port(setup.outside_port),
        peer_port(setup.peer_port),
        published_port(setup.published_port),
        may_translate(setup.may_translate),
        may_publish(setup.may_publish),
        options(setup.options),
        length_changes(setup.length_changes) {}

  std::uint32_t port_seed;
  rtspnat_address inside;
  rtspnat_address outside;
  rtspnat_address peer;
  rtspnat_address published;
  std::uint16_t inside_port;
  std::uint16_t outside_port;
  std::uint16_t peer_port;
  std::uint16_t published_port;
  bool may_translate;
  bool may_publish;
  std::uint8_t options;
  std::uint8_t length_changes;
};

}  // namespace mangle
