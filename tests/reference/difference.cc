// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "tests/reference/transport.h"

namespace rtsp::reference {
namespace {

bool Same(const Field& a, const Field& b) {
  return a.length == b.length && (a.length == 0 || a.offset == b.offset);
}

bool Same(const Ports& a, const Ports& b) {
  return a.count == b.count && a.separator == b.separator && a.value[0] == b.value[0] &&
         a.value[1] == b.value[1] && Same(a.field[0], b.field[0]) && Same(a.field[1], b.field[1]);
}

bool Same(const Address& a, const Address& b) {
  return Same(a.host, b.host) && Same(a.port_field, b.port_field) && a.port == b.port;
}

}  // namespace

const char* Difference(const TransportSpec& a, const TransportSpec& b) {
  if (!Same(a.all, b.all)) return "all";
  if (a.protocol != b.protocol) return "protocol";
  if (!Same(a.protocol_field, b.protocol_field)) return "protocol_field";
  if (a.delivery != b.delivery) return "delivery";
  if (a.flags != b.flags) return "flags";
  if (a.repeat != b.repeat) return "repeat";
  if (a.destinations != b.destinations) return "destinations";
  if (a.sources != b.sources) return "sources";
  if (a.has_destination != b.has_destination) return "has_destination";
  if (a.has_source != b.has_source) return "has_source";
  if (!Same(a.client_port, b.client_port)) return "client_port";
  if (!Same(a.server_port, b.server_port)) return "server_port";
  if (!Same(a.port, b.port)) return "port";
  if (!Same(a.interleaved, b.interleaved)) return "interleaved";
  if (!Same(a.client_address, b.client_address)) return "client_address";
  if (!Same(a.destination, b.destination)) return "destination";
  if (!Same(a.source, b.source)) return "source";
  if (!Same(a.mode, b.mode)) return "mode";
  if (!Same(a.setup, b.setup)) return "setup";
  if (!Same(a.connection, b.connection)) return "connection";
  if (!Same(a.ssrc, b.ssrc)) return "ssrc";
  for (int i = 0; i < 2; ++i) {
    if (!Same(a.dest_addr[i], b.dest_addr[i])) return "dest_addr";
    if (!Same(a.src_addr[i], b.src_addr[i])) return "src_addr";
  }
  return nullptr;
}

}  // namespace rtsp::reference
