// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "tests/reference/transport.h"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>

#include "tests/reference/text.h"

namespace rtsp::reference {
namespace {

// Without a quote at either end.
std::string Unquoted(std::string text) {
  if (text.starts_with('"')) text.erase(0, 1);
  if (text.ends_with('"')) text.pop_back();
  return text;
}

constexpr std::string_view kNameMarks = "!#$%&'()*+.:<>?@^_`{|}~[]-";

bool IsNameCharacter(char c) {
  return IsDigit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         kNameMarks.find(c) != std::string_view::npos;
}

Field FieldOf(Span span) {
  return {static_cast<std::uint16_t>(span.begin), static_cast<std::uint16_t>(span.end - span.begin)};
}

Protocol ProtocolOf(const std::string& text) {
  std::vector<std::string> parts;
  for (std::size_t from = 0;;) {
    const std::size_t slash = text.find('/', from);
    parts.push_back(text.substr(from, slash - from));
    if (slash == std::string::npos) break;
    from = slash + 1;
  }
  static constexpr std::string_view kProfiles[] = {"avp", "avpf", "savp", "savpf"};
  if (parts.size() > 3) return Protocol::kOther;
  const std::string& lower = parts.back();
  if (parts[0] == "rtp" && std::ranges::find(kProfiles, parts[1]) != std::end(kProfiles)) {
    if (parts.size() == 2 || lower == "udp") return Protocol::kRtpUdp;
    if (lower == "tcp") return Protocol::kRtpTcp;
    return lower == "d-ice" ? Protocol::kRtpIce : Protocol::kOther;
  }
  if (lower == "udp") return Protocol::kOtherUdp;
  return lower == "tcp" ? Protocol::kOtherTcp : Protocol::kOther;
}

class Reader {
 public:
  Reader(std::string_view line, std::size_t value) : line_(line), at_(value) {
    limit_ = std::min(line.find('\0', value), line.size());
  }

  std::vector<TransportSpec> Read();

 private:
  // The next `;` or `,` outside closed quotes, or the limit.
  [[nodiscard]] std::size_t NextSeparator(std::size_t from) const;
  void ReadSpec();
  void ReadParameter(Span parameter);
  void ReadNamed(const std::string& name, std::optional<Span> value);
  void ReadPorts(Ports& ports, Span value, std::uint32_t maximum);
  // True if a comma and a whole number follow.
  [[nodiscard]] bool EndsBeforeNumber(Span value) const;
  void ReadAddresses(Address (&addresses)[2], std::uint8_t& count, Span value);
  void ReadAddress(Address& address, Span text);
  void Set(SpecFlag flag) { spec_.flags |= flag; }
  // The end of a parameter; a comma between two good numbers is part of it.
  [[nodiscard]] std::size_t ParameterEnd(std::size_t from) const;
  [[nodiscard]] std::size_t NameEnd(Span span) const;
  [[nodiscard]] std::optional<Ports> PortsIn(Span value, std::uint32_t maximum) const;

  std::string_view line_;
  std::size_t at_;
  std::size_t limit_;
  TransportSpec spec_;
  std::vector<std::string_view> seen_;
};

std::size_t Reader::NextSeparator(std::size_t from) const {
  for (std::size_t i = from; i < limit_; ++i) {
    if (line_[i] == ';' || line_[i] == ',') return i;
    if (line_[i] != '"') continue;
    const std::size_t close = line_.find('"', i + 1);
    if (close < limit_) i = close;
  }
  return limit_;
}

// N, or N-N with `-`, `/` or `,` between; white space around each.
std::optional<Ports> Reader::PortsIn(Span value, std::uint32_t maximum) const {
  Ports ports;
  value = Trim(line_, value);
  std::size_t separator = value.begin;
  while (separator < value.end && IsDigit(line_[separator])) ++separator;
  const Span first{value.begin, separator};
  while (separator < value.end && IsSpace(line_[separator])) ++separator;
  const std::optional<std::uint32_t> one = Number(first.In(line_), maximum);
  if (!one) return std::nullopt;
  ports.count = 1;
  ports.value[0] = static_cast<std::uint16_t>(*one);
  ports.field[0] = FieldOf(first);
  if (separator == value.end) return ports;
  const Span second = Trim(line_, {separator + 1, value.end});
  const std::optional<std::uint32_t> two = Number(second.In(line_), maximum);
  const char mark = line_[separator];
  if (!two || (mark != '-' && mark != '/' && mark != ',')) return std::nullopt;
  ports.count = 2;
  ports.separator = static_cast<std::uint8_t>(mark);
  ports.value[1] = static_cast<std::uint16_t>(*two);
  ports.field[1] = FieldOf(second);
  return ports;
}

std::size_t Reader::NameEnd(Span span) const {
  std::size_t end = span.begin;
  while (end < span.end && IsNameCharacter(line_[end])) ++end;
  while (end > span.begin && end + 1 < span.end && line_[end] == '/' && IsNameCharacter(line_[end + 1])) {
    ++end;
    while (end < span.end && IsNameCharacter(line_[end])) ++end;
  }
  return end;
}

std::size_t Reader::ParameterEnd(std::size_t from) const {
  const std::size_t end = NextSeparator(from);
  if (end == limit_ || line_[end] != ',') return end;
  const Span parameter = Trim(line_, {from, end});
  const std::size_t name_end = NameEnd(parameter);
  const std::string name = Lower(line_.substr(parameter.begin, name_end - parameter.begin));
  std::size_t equals = name_end;
  while (equals < end && IsSpace(line_[equals])) ++equals;
  const bool channels = name == "interleaved";
  if (!channels && name != "client_port" && name != "server_port" && name != "port") return end;
  if (equals == end || line_[equals] != '=') return end;
  const std::size_t second_end = NextSeparator(end + 1);
  if (second_end == limit_ && limit_ != line_.size()) return end;
  const std::optional<Ports> ports = PortsIn({equals + 1, second_end}, channels ? 255 : 65535);
  return ports && ports->count == 2 && ports->separator == ',' ? second_end : end;
}

bool Reader::EndsBeforeNumber(Span value) const {
  if (value.end == limit_ || line_[value.end] != ',') return false;
  const std::size_t end = NextSeparator(value.end + 1);
  if (end == limit_ && limit_ != line_.size()) return false;
  const std::string_view text = Trim(line_, {value.end + 1, end}).In(line_);
  return !text.empty() && std::ranges::all_of(text, IsDigit);
}

void Reader::ReadPorts(Ports& ports, Span value, std::uint32_t maximum) {
  const bool stopped = value.end == limit_ && limit_ != line_.size();
  std::optional<Ports> read = stopped ? std::nullopt : PortsIn(value, maximum);
  // A number behind a comma that is out of range spoils the first one; the comma then ends the spec all the same.
  if (read && read->count == 1 && EndsBeforeNumber(value)) read.reset();
  if (!read) Set(kSpecBadPort);
  ports = read.value_or(Ports{});
}

void Reader::ReadAddress(Address& address, Span text) {
  std::size_t colon = 0;
  if (text.begin < text.end && line_[text.begin] == '[') {
    const std::size_t close = std::min(line_.find(']', text.begin), text.end);
    address.host = FieldOf({text.begin + 1, close});
    if (close == text.end) return Set(kSpecMalformed);
    colon = close + 1;
  } else {
    colon = std::min(line_.find(':', text.begin), text.end);
    address.host = FieldOf({text.begin, colon});
  }
  if (colon == text.end) {
    if (address.host.length == 0) Set(kSpecMalformed);
    return;
  }
  if (line_[colon] != ':') return Set(kSpecMalformed);
  std::size_t end = colon + 1;
  while (end < text.end && IsDigit(line_[end])) ++end;
  const Span digits{colon + 1, end};
  address.port_field = FieldOf(digits);
  const std::optional<std::uint32_t> port = Number(digits.In(line_), 65535);
  if (!port || end != text.end) return Set(kSpecMalformed);
  address.port = static_cast<std::uint16_t>(*port);
}

void Reader::ReadAddresses(Address (&addresses)[2], std::uint8_t& count, Span value) {
  for (std::size_t at = value.begin;;) {
    while (at < value.end && IsSpace(line_[at])) ++at;
    if (at == value.end || line_[at] != '"') return Set(kSpecMalformed);
    const std::size_t close = line_.find('"', at + 1);
    if (close >= value.end) return Set(kSpecMalformed);
    if (count == 2) {
      Set(kSpecMoreAddresses);
    } else {
      ReadAddress(addresses[count++], {at + 1, close});
    }
    at = close + 1;
    while (at < value.end && IsSpace(line_[at])) ++at;
    if (at == value.end) return;
    if (line_[at++] != '/') return Set(kSpecMalformed);
  }
}

void Reader::ReadNamed(const std::string& name, std::optional<Span> value) {
  static constexpr std::string_view kKnown[] = {
      "client_address", "client_port", "connection", "dest_addr", "destination", "interleaved", "mode",
      "port",           "server_port", "setup",      "source",    "src_addr",    "ssrc"};
  if (name == "unicast" || name == "multicast") {
    const Delivery delivery = name == "unicast" ? Delivery::kUnicast : Delivery::kMulticast;
    if (spec_.delivery != Delivery::kNotSaid && spec_.delivery != delivery) Set(kSpecMalformed);
    spec_.delivery = delivery;
    return;
  }
  if (name == "rtcp-mux") return Set(kSpecRtcpMux);
  const auto* const word = std::ranges::find(kKnown, name);
  if (word == std::end(kKnown)) return Set(kSpecUnknown);
  if (std::ranges::find(seen_, *word) != seen_.end()) Set(kSpecMalformed);
  seen_.push_back(*word);
  spec_.has_destination |= name == "destination";
  spec_.has_source |= name == "source";
  if (!value) {
    if (name == "client_port" || name == "server_port") Set(kSpecBadPort);
    return;
  }
  if (name == "client_port") return ReadPorts(spec_.client_port, *value, 65535);
  if (name == "server_port") return ReadPorts(spec_.server_port, *value, 65535);
  if (name == "port") return ReadPorts(spec_.port, *value, 65535);
  if (name == "interleaved") return ReadPorts(spec_.interleaved, *value, 255);
  if (name == "dest_addr") return ReadAddresses(spec_.dest_addr, spec_.destinations, *value);
  if (name == "src_addr") return ReadAddresses(spec_.src_addr, spec_.sources, *value);
  const Field field = FieldOf(Trim(line_, *value));
  if (name == "client_address") spec_.client_address = field;
  if (name == "destination") spec_.destination = field;
  if (name == "source") spec_.source = field;
  if (name == "setup") {
    spec_.setup = field;
    const std::string setup = Unquoted(Lower(line_.substr(field.offset, field.length)));
    if (setup == "passive" || setup == "actpass") Set(kSpecPassive);
  }
  if (name == "connection") spec_.connection = field;
  if (name == "ssrc") spec_.ssrc = field;
  if (name != "mode") return;
  spec_.mode = field;
  const std::string mode = Unquoted(Lower(line_.substr(field.offset, field.length)));
  if (mode == "record" || mode == "receive") Set(kSpecRecord);
}

void Reader::ReadParameter(Span parameter) {
  const std::size_t end = parameter.end;
  parameter = Trim(line_, parameter);
  if (parameter.begin == parameter.end) return;
  const std::size_t name_end = NameEnd(parameter);
  const std::string name = Lower(line_.substr(parameter.begin, name_end - parameter.begin));
  const Span rest = Trim(line_, {name_end, parameter.end});
  std::optional<Span> value;
  if (rest.begin < rest.end && line_[rest.begin] == '=') value = Span{rest.begin + 1, end};
  if (name.empty() || (rest.begin < rest.end && !value)) Set(kSpecMalformed);
  if (name.find('/') != std::string::npos) {
    if (spec_.protocol != Protocol::kNone) Set(kSpecMalformed);
    spec_.protocol = ProtocolOf(name);
    spec_.protocol_field = FieldOf({parameter.begin, name_end});
  } else if (!name.empty()) {
    ReadNamed(name, value);
  }
}

void Reader::ReadSpec() {
  spec_ = {};
  seen_.clear();
  const std::size_t begin = at_;
  for (;;) {
    const std::size_t end = ParameterEnd(at_);
    ReadParameter({at_, end});
    at_ = end;
    if (end == limit_ || line_[end] == ',') break;
    ++at_;
  }
  if (at_ == limit_) {
    if (limit_ != line_.size()) Set(kSpecMalformed);
    at_ = line_.size();
  }
  spec_.all = FieldOf(Trim(line_, {begin, at_}));
}

std::vector<TransportSpec> Reader::Read() {
  std::vector<TransportSpec> specs;
  for (;;) {
    while (at_ < line_.size() && (IsSpace(line_[at_]) || line_[at_] == ',')) ++at_;
    if (at_ >= line_.size()) return specs;
    ReadSpec();
    specs.push_back(spec_);
  }
}

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

std::vector<TransportSpec> ReadTransport(std::string_view line, std::size_t value) {
  return Reader(line, value).Read();
}

const char* Difference(const TransportSpec& a, const TransportSpec& b) {
  if (!Same(a.all, b.all)) return "all";
  if (a.protocol != b.protocol) return "protocol";
  if (!Same(a.protocol_field, b.protocol_field)) return "protocol_field";
  if (a.delivery != b.delivery) return "delivery";
  if (a.flags != b.flags) return "flags";
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
