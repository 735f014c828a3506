// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "tests/harness/event_log.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <memory>

#include "tests/harness/names.h"

namespace rtsp::test {
namespace {

constexpr std::uint32_t kAnyNumber = 0xffff'ffff;

bool IsPlain(std::uint8_t byte) { return byte >= 0x20 && byte < 0x7f && byte != '"' && byte != '\\'; }

}  // namespace

const char* Name(LostReason reason) {
  switch (reason) {
    case LostReason::kNotRtsp: return "not_rtsp";
    case LostReason::kNoStart: return "no_start";
    case LostReason::kBadLength: return "bad_length";
    case LostReason::kLineTooLong: return "line_too_long";
    case LostReason::kNone: break;
  }
  return "none";
}

void EventLog::AddNumber(std::uint32_t number) {
  std::array<char, 12> digits{};
  const auto result = std::to_chars(digits.data(), digits.data() + digits.size(), number);
  log_.append(digits.data(), result.ptr);
}

void EventLog::AddPlace(Field field) {
  Add(" off=");
  AddNumber(unit_.offset + field.offset);
  Add(" len=");
  AddNumber(field.length);
}

// Writes the bytes in quotes, with an escape for each that is not plain text.
void EventLog::AddText(Field field) {
  static constexpr std::string_view kHex = "0123456789abcdef";
  Add(" \"");
  for (std::uint32_t i = 0; i < field.length; ++i) {
    const std::uint8_t byte = unit_.line.At(field.offset + i);
    if (IsPlain(byte)) {
      log_.push_back(static_cast<char>(byte));
    } else if (byte == '"' || byte == '\\') {
      log_.push_back('\\');
      log_.push_back(static_cast<char>(byte));
    } else {
      Add("\\x");
      log_.push_back(kHex[byte >> 4U]);
      log_.push_back(kHex[byte & 15U]);
    }
  }
  Add("\"");
}

void EventLog::AddField(const char* name, Field field) {
  if (field.Empty()) return;
  Add("    ");
  Add(name);
  AddPlace(field);
  AddText(field);
  Add("\n");
}

void EventLog::AddPorts(const char* name, const Ports& ports) {
  if (ports.count == 0) return;
  Add("    ");
  Add(name);
  for (std::uint8_t i = 0; i < ports.count; ++i) {
    if (i == 1) {
      Add(" ");
      log_.push_back(static_cast<char>(ports.separator));
    }
    AddPlace(ports.field[i]);
    Add(" ");
    AddNumber(ports.value[i]);
  }
  Add("\n");
}

void EventLog::AddAddress(const char* name, const Address& address) {
  Add("    ");
  Add(name);
  if (!address.host.Empty()) {
    Add(" host");
    AddPlace(address.host);
    AddText(address.host);
  }
  if (!address.port_field.Empty()) {
    Add(" port");
    AddPlace(address.port_field);
    Add(" ");
    AddNumber(address.port);
  }
  Add("\n");
}

void EventLog::AddSpec(const TransportSpec& spec) {
  Add("  spec");
  AddPlace(spec.all);
  if (spec.delivery == Delivery::kUnicast) Add(" unicast");
  if (spec.delivery == Delivery::kMulticast) Add(" multicast");
  if ((spec.flags & kSpecRtcpMux) != 0) Add(" rtcp_mux");
  if ((spec.flags & kSpecRecord) != 0) Add(" record");
  if ((spec.flags & kSpecPassive) != 0) Add(" passive");
  if ((spec.flags & kSpecUnknown) != 0) Add(" unknown");
  if ((spec.flags & kSpecMoreAddresses) != 0) Add(" more_addresses");
  if ((spec.flags & kSpecBadPort) != 0) Add(" bad_port");
  if ((spec.flags & kSpecBadChannel) != 0) Add(" bad_channel");
  if ((spec.flags & kSpecBadAddress) != 0) Add(" bad_address");
  if ((spec.flags & kSpecMalformed) != 0) Add(" malformed");
  Add("\n");
  if (spec.protocol != Protocol::kNone) {
    Add("    protocol");
    AddPlace(spec.protocol_field);
    Add(" ");
    Add(Name(spec.protocol));
    Add("\n");
  }
  AddPorts("client_port", spec.client_port);
  AddPorts("server_port", spec.server_port);
  AddPorts("port", spec.port);
  AddPorts("interleaved", spec.interleaved);
  AddField("client_address", spec.client_address);
  if (spec.has_destination && spec.destination.Empty()) Add("    destination\n");
  AddField("destination", spec.destination);
  if (spec.has_source && spec.source.Empty()) Add("    source\n");
  AddField("source", spec.source);
  for (std::uint8_t i = 0; i < spec.destinations; ++i) AddAddress("dest_addr", spec.dest_addr[i]);
  for (std::uint8_t i = 0; i < spec.sources; ++i) AddAddress("src_addr", spec.src_addr[i]);
  AddField("mode", spec.mode);
  AddField("setup", spec.setup);
  AddField("connection", spec.connection);
  AddField("ssrc", spec.ssrc);
}

void EventLog::AddTransport() {
  TransportReader reader(unit_.line, unit_.header.value);
  TransportSpec spec;
  while (reader.Next(spec)) AddSpec(spec);
}

void EventLog::AddNumberValue(std::uint32_t maximum) {
  const Number number = ReadNumberValue(unit_.line, unit_.header.value, maximum);
  Add("  number");
  AddPlace(number.field);
  if (number.valid) {
    Add(" ");
    AddNumber(number.value);
  } else {
    Add(" invalid");
  }
  Add("\n");
}

void EventLog::AddStart() {
  const StartLine& start = unit_.start;
  Add("start");
  AddPlace({0, static_cast<std::uint16_t>(unit_.line.Size())});
  if (start.kind == StartKind::kRequest) {
    Add(" request ");
    Add(Name(start.method));
    if (!start.uri.Empty()) {
      Add(" uri");
      AddPlace(start.uri);
    }
  } else {
    Add(" response ");
    AddNumber(start.status);
  }
  Add(" version ");
  AddNumber(start.major);
  Add(".");
  AddNumber(start.minor);
  if (unit_.too_long) Add(" too_long");
  Add("\n");
}

void EventLog::AddHeader() {
  Add("header");
  AddPlace({0, static_cast<std::uint16_t>(unit_.line.Size())});
  Add(" ");
  Add(Name(unit_.header.name));
  if (unit_.too_long) Add(" too_long");
  if (unit_.bare) Add(" bare");
  Add("\n");
  if (unit_.too_long || unit_.bare) return;
  switch (unit_.header.name) {
    case HeaderName::kTransport: AddTransport(); break;
    case HeaderName::kCSeq: AddNumberValue(kAnyNumber); break;
    case HeaderName::kContentLength: AddNumberValue(limits::kBodyBytes); break;
    case HeaderName::kSession: {
      const Field session = SessionIdentifier(unit_.line, unit_.header.value);
      Add("  session");
      AddPlace(session);
      AddText(session);
      Add("\n");
      break;
    }
    default: break;
  }
}

void EventLog::AddUnit() {
  switch (unit_.kind) {
    case UnitKind::kStartLine: AddStart(); break;
    case UnitKind::kHeader: AddHeader(); break;
    case UnitKind::kHeadEnd:
      Add("head_end off=");
      AddNumber(unit_.offset);
      Add(" body=");
      AddNumber(unit_.length);
      if (unit_.reason != LostReason::kNone) {
        Add(" ");
        Add(Name(unit_.reason));
      }
      Add("\n");
      break;
    case UnitKind::kInterleaved:
      Add("interleaved off=");
      AddNumber(unit_.offset);
      Add(" channel=");
      AddNumber(unit_.channel);
      Add(" payload=");
      AddNumber(unit_.length);
      Add("\n");
      break;
    case UnitKind::kGap:
      Add("gap off=");
      AddNumber(unit_.offset);
      Add(" ");
      Add(Name(unit_.reason));
      Add("\n");
      break;
    case UnitKind::kLost:
      Add("lost ");
      Add(Name(unit_.reason));
      Add("\n");
      break;
    case UnitKind::kNoRoom:
    case UnitKind::kNeedMore: break;
  }
}

EventLog::EventLog(Role role) {
  if (role == Role::kAnswers) framer_.ReadAnswers();
}

void EventLog::Feed(std::string_view piece) {
  const std::unique_ptr<std::uint8_t[]> bytes(new std::uint8_t[piece.size()]);
  std::ranges::copy(piece, bytes.get());
  Cursor in(bytes.get(), static_cast<std::uint32_t>(piece.size()));
  while (!lost_) {
    unit_ = framer_.Next(in);
    if (unit_.kind == UnitKind::kNeedMore) return;
    AddUnit();
    lost_ = unit_.kind == UnitKind::kLost;
  }
}

std::string LogOf(std::string_view stream, Role role) {
  EventLog log(role);
  log.Feed(stream);
  return log.Text();
}

}  // namespace rtsp::test
