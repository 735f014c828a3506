// SPDX-License-Identifier: MIT OR GPL-2.0-only
// Compares the reader of the Transport header with the reference, and checks the laws of rtsp/transport.h.
//
// Input: the value of a Transport header.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "bytes/limits.h"
#include "fuzz/check.h"
#include "rtsp/transport.h"
#include "tests/reference/text.h"
#include "tests/reference/transport.h"

namespace {

using rtsp::Address;
using rtsp::Cursor;
using rtsp::Field;
using rtsp::Ports;
using rtsp::TransportSpec;
using Place = std::pair<int, int>;

void CheckInside(Field field, const TransportSpec& spec) {
  if (field.Empty()) return;
  Check(field.offset >= spec.all.offset && field.offset + field.length <= spec.all.offset + spec.all.length,
        "law 1: fields lie inside their spec");
}

// Law 2: the number is that of the digits, and has not wrapped.
void CheckDigits(std::string_view line, Field field, std::uint16_t value, std::uint32_t maximum) {
  const std::string_view digits = line.substr(field.offset, field.length);
  Check(rtsp::reference::Number(digits, maximum) == value, "law 2: numbers are what their digits say");
}

void CheckPorts(std::string_view line, const TransportSpec& spec, const Ports& ports, std::uint32_t maximum) {
  Check(ports.count <= 2, "one port or two");
  for (std::uint8_t i = 0; i < ports.count; ++i) {
    CheckInside(ports.field[i], spec);
    CheckDigits(line, ports.field[i], ports.value[i], maximum);
  }
  if (ports.count == 2) Check(ports.field[0].offset < ports.field[1].offset, "ports stand in order");
  if (ports.count < 2) Check(ports.separator == 0, "a separator stands between two");
}

void CheckAddress(std::string_view line, const TransportSpec& spec, const Address& address) {
  CheckInside(address.host, spec);
  CheckInside(address.port_field, spec);
  if (address.port != 0) CheckDigits(line, address.port_field, address.port, 65535);
}

void AddPlaces(const TransportSpec& spec, std::vector<Place>& places) {
  const Field fields[] = {spec.client_port.field[0], spec.client_port.field[1],
                          spec.destination,          spec.client_address,
                          spec.dest_addr[0].host,    spec.dest_addr[0].port_field,
                          spec.dest_addr[1].host,    spec.dest_addr[1].port_field};
  for (const Field& field : fields) {
    if (!field.Empty()) places.emplace_back(field.offset, field.length);
  }
}

void Sort(std::vector<Place>& places) {
  std::ranges::sort(places);
  places.erase(std::ranges::unique(places).begin(), places.end());
}

// Law 5: reads a spec again until it has no further place.
void CheckRepeats(rtsp::TransportReader reader, TransportSpec spec, const std::vector<Field>& expected) {
  std::vector<Place> places;
  AddPlaces(spec, places);
  while (spec.repeat != 0) {
    const std::uint16_t before = spec.repeat;
    const Field all = spec.all;
    reader.Repeat(spec);
    Check(all.offset == spec.all.offset && all.length == spec.all.length, "law 5: it is the same spec");
    Check(spec.repeat == 0 || spec.repeat > before, "law 5: repeat grows");
    AddPlaces(spec, places);
  }
  std::vector<Place> others;
  others.reserve(expected.size());
  for (const Field& field : expected) others.emplace_back(field.offset, field.length);
  Sort(places);
  Sort(others);
  Check(places == others, "law 5: all places are given");
}

void CheckSpec(std::string_view line, const TransportSpec& spec) {
  Check(!spec.all.Empty(), "a spec is not empty");
  Check(spec.all.offset + std::size_t{spec.all.length} <= line.size(), "law 1: specs lie inside the line");
  for (const Field& field : {spec.protocol_field, spec.destination, spec.source, spec.mode, spec.setup,
                             spec.connection, spec.ssrc})
    CheckInside(field, spec);
  for (const Ports& ports : {spec.client_port, spec.server_port, spec.port})
    CheckPorts(line, spec, ports, 65535);
  CheckPorts(line, spec, spec.interleaved, 255);
  Check(spec.destinations <= 2 && spec.sources <= 2, "two addresses at most");
  for (std::uint8_t i = 0; i < spec.destinations; ++i) CheckAddress(line, spec, spec.dest_addr[i]);
  for (std::uint8_t i = 0; i < spec.sources; ++i) CheckAddress(line, spec, spec.src_addr[i]);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > limits::kLineBytes) return 0;
  const std::unique_ptr<std::uint8_t[]> bytes(new std::uint8_t[size]);
  std::copy(data, data + size, bytes.get());
  const std::string_view line(reinterpret_cast<const char*>(data), size);
  rtsp::TransportReader reader(Cursor(bytes.get(), static_cast<std::uint32_t>(size)), 0);

  const std::vector<TransportSpec> expected = rtsp::reference::ReadTransport(line, 0);
  const std::vector<std::vector<Field>> places = rtsp::reference::PlacesOf(line, 0);
  TransportSpec spec;
  std::size_t count = 0;
  int end = 0;
  while (reader.Next(spec)) {
    CheckSpec(line, spec);
    Check(spec.all.offset >= end, "law 3: specs do not overlap");
    end = spec.all.offset + spec.all.length;
    Check(count < expected.size(), "law 4: the reference finds as many specs");
    if (const char* member = rtsp::reference::Difference(spec, expected[count])) {
      static_cast<void>(std::fprintf(stderr, "spec %zu, %s\n", count, member));
      Check(false, "the reference reads the same spec");
    }
    CheckRepeats(reader, spec, places[count]);
    ++count;
  }
  Check(count == expected.size(), "law 4: the reference finds as many specs");
  Check(!reader.Next(spec), "law 3: the end is the end");
  return 0;
}
