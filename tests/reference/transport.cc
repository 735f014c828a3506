// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "tests/reference/transport.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "tests/reference/parameter.h"
#include "tests/reference/text.h"

namespace rtsp::reference {
namespace {

// Removes a quote at either end.
std::string Unquoted(std::string text) {
  if (text.starts_with('"')) text.erase(0, 1);
  if (text.ends_with('"')) text.pop_back();
  return text;
}

Field FieldOf(Span span) {
  return {static_cast<std::uint16_t>(span.begin), static_cast<std::uint16_t>(span.end - span.begin)};
}

class Reader {
 public:
  Reader(std::string_view line, std::size_t value) : line_(line), at_(value) {
    limit_ = std::min(line.find('\0', value), line.size());
  }

  std::vector<TransportSpec> Read();
  // Reads the same line again, and returns for each spec the text at every place of the client's ports and addresses.
  std::vector<std::vector<Field>> ReadPlaces();

 private:
  // Returns the place of the next `;` or `,` outside closed quotes, or the limit.
  [[nodiscard]] std::size_t NextSeparator(std::size_t from) const;
  void ReadSpec();
  void ReadParameter(Span parameter);
  // `begin` is the beginning of the name, `rest` the text behind it, with the equals sign if there is one.
  void ReadNamed(const std::string& name, std::optional<Span> value, std::size_t begin, Span rest);
  void ReadValue(const std::string& name, Span value);
  // Returns the number or numbers in a value, if it has nothing else.
  [[nodiscard]] std::optional<Ports> WholePorts(Span value, std::uint32_t maximum) const;
  // Returns whether the spec already has a value for this port or address, and notes whether the two are the same.
  bool IsRepeated(const std::string& name, std::optional<Span> value, std::size_t begin, Span rest);
  [[nodiscard]] bool HasValue(const std::string& name) const;
  void Forget(const std::string& name);
  [[nodiscard]] std::string Saying(const std::string& name, std::optional<Span> value) const;
  void AddPlaces(const std::string& name, Span value);
  // Returns whether both are whole numbers.
  [[nodiscard]] bool AreNumbers(Span first, Span second, std::uint32_t maximum) const;
  // Returns whether a comma and a whole number follow.
  [[nodiscard]] bool EndsBeforeNumber(Span value) const;
  // Returns false if the value is no list of addresses.
  [[nodiscard]] bool ReadAddresses(Address (&addresses)[2], std::uint8_t& count, Span value, bool& more);
  [[nodiscard]] bool ReadAddress(Address& address, Span text);
  void Set(SpecFlag flag) { spec_.flags |= flag; }
  // Returns the end of a parameter; a comma between two good numbers is part of it.
  [[nodiscard]] std::size_t ParameterEnd(std::size_t from) const;
  [[nodiscard]] std::optional<Ports> PortsIn(Span value, std::uint32_t maximum) const;

  std::string_view line_;
  std::size_t at_;
  std::size_t limit_;
  TransportSpec spec_;
  std::map<std::string, std::string>
      first_;                        // The value of each port and address that was read, by its name.
  std::set<std::string> forgotten_;  // The server's ports and addresses that have two values.
  std::vector<Field> places_;
  std::vector<std::vector<Field>> all_places_;
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

// Reads N, or N-N with `-`, `/` or `,` between, and white space around each. A second port of 0 is no port, nor is one that is missing behind `-` or
// `/`.
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
  const char mark = line_[separator];
  if ((mark == '-' || mark == '/') && second.begin == second.end) return ports;
  const std::optional<std::uint32_t> two = Number(second.In(line_), maximum);
  if (!two || (mark != '-' && mark != '/' && mark != ',')) return std::nullopt;
  if (maximum == 65535 && *one != 0 && *two == 0) return ports;
  ports.count = 2;
  ports.separator = static_cast<std::uint8_t>(mark);
  ports.value[1] = static_cast<std::uint16_t>(*two);
  ports.field[1] = FieldOf(second);
  return ports;
}

std::size_t Reader::ParameterEnd(std::size_t from) const {
  const std::size_t end = NextSeparator(from);
  if (end == limit_ || line_[end] != ',') return end;
  const Span parameter = Trim(line_, {from, end});
  const std::size_t name_end = NameEnd(line_, parameter);
  const std::string name = Lower(line_.substr(parameter.begin, name_end - parameter.begin));
  std::size_t equals = name_end;
  while (equals < end && IsSpace(line_[equals])) ++equals;
  const bool channels = name == "interleaved";
  if (!channels && name != "client_port" && name != "server_port" && name != "port") return end;
  if (equals == end || line_[equals] != '=') return end;
  const std::size_t second_end = NextSeparator(end + 1);
  if (second_end == limit_ && limit_ != line_.size()) return end;
  const std::uint32_t maximum = channels ? 255 : 65535;
  return AreNumbers({equals + 1, end}, {end + 1, second_end}, maximum) ? second_end : end;
}

bool Reader::AreNumbers(Span first, Span second, std::uint32_t maximum) const {
  return Number(Trim(line_, first).In(line_), maximum).has_value() &&
         Number(Trim(line_, second).In(line_), maximum).has_value();
}

bool Reader::EndsBeforeNumber(Span value) const {
  if (value.end == limit_ || line_[value.end] != ',') return false;
  const std::size_t end = NextSeparator(value.end + 1);
  if (end == limit_ && limit_ != line_.size()) return false;
  const std::string_view text = Trim(line_, {value.end + 1, end}).In(line_);
  return !text.empty() && std::ranges::all_of(text, IsDigit);
}

std::optional<Ports> Reader::WholePorts(Span value, std::uint32_t maximum) const {
  if (value.end == limit_ && limit_ != line_.size()) return std::nullopt;
  std::optional<Ports> read = PortsIn(value, maximum);
  // A number behind a comma that is out of range spoils the first one; the comma then ends the spec all the same.
  const bool alone = Number(Trim(line_, value).In(line_), maximum).has_value();
  if (read && alone && EndsBeforeNumber(value)) read.reset();
  return read;
}

bool Reader::ReadAddress(Address& address, Span text) {
  std::size_t colon = 0;
  if (text.begin < text.end && line_[text.begin] == '[') {
    const std::size_t close = std::min(line_.find(']', text.begin), text.end);
    address.host = FieldOf({text.begin + 1, close});
    if (close == text.end) return false;
    colon = close + 1;
  } else {
    colon = std::min(line_.find(':', text.begin), text.end);
    address.host = FieldOf({text.begin, colon});
  }
  if (colon == text.end) return address.host.length != 0;
  if (line_[colon] != ':') return false;
  std::size_t end = colon + 1;
  while (end < text.end && IsDigit(line_[end])) ++end;
  const Span digits{colon + 1, end};
  address.port_field = FieldOf(digits);
  const std::optional<std::uint32_t> port = Number(digits.In(line_), 65535);
  if (!port || end != text.end) return false;
  address.port = static_cast<std::uint16_t>(*port);
  return true;
}

bool Reader::ReadAddresses(Address (&addresses)[2], std::uint8_t& count, Span value, bool& more) {
  bool good = true;
  for (std::size_t at = value.begin;;) {
    while (at < value.end && IsSpace(line_[at])) ++at;
    if (at == value.end || line_[at] != '"') return false;
    const std::size_t close = line_.find('"', at + 1);
    if (close >= value.end) return false;
    if (count == 2) {
      more = true;
    } else {
      good = ReadAddress(addresses[count++], {at + 1, close}) && good;
    }
    at = close + 1;
    while (at < value.end && IsSpace(line_[at])) ++at;
    if (at == value.end) return good;
    if (line_[at++] != '/') return false;
  }
}

// The client's parameters, which a spec cannot do without.
bool IsClients(const std::string& name) {
  return name == "client_port" || name == "dest_addr" || name == "destination" || name == "client_address";
}

bool IsRewritten(const std::string& name) {
  return IsClients(name) || name == "server_port" || name == "src_addr" || name == "source" || name == "port";
}

bool Reader::HasValue(const std::string& name) const {
  if (name == "client_port") return spec_.client_port.count != 0;
  if (name == "server_port") return spec_.server_port.count != 0;
  if (name == "port") return spec_.port.count != 0;
  if (name == "dest_addr") return spec_.destinations != 0;
  if (name == "src_addr") return spec_.sources != 0;
  if (name == "destination") return spec_.destination.length != 0;
  if (name == "source") return spec_.source.length != 0;
  return spec_.client_address.length != 0;
}

void Reader::Forget(const std::string& name) {
  if (name == "server_port") spec_.server_port = {};
  if (name == "port") spec_.port = {};
  if (name == "source") spec_.source = {};
  if (name != "src_addr") return;
  spec_.sources = 0;
  spec_.src_addr[0] = spec_.src_addr[1] = {};
}

// Makes values comparable: numbers as numbers, other text by its letters.
std::string Reader::Saying(const std::string& name, std::optional<Span> value) const {
  if (!value) return "?";
  if (name != "client_port" && name != "server_port" && name != "port")
    return std::string(Trim(line_, *value).In(line_));
  const Ports ports = WholePorts(*value, 65535).value_or(Ports{});
  return std::to_string(ports.count) + ' ' + std::to_string(ports.value[0]) + ' ' +
         std::to_string(ports.value[1]);
}

bool Reader::IsRepeated(const std::string& name, std::optional<Span> value, std::size_t begin, Span rest) {
  if (forgotten_.contains(name)) return true;
  if (!HasValue(name)) return false;
  const Span text = Trim(line_, value ? *value : rest);
  if (text.begin == text.end) return true;
  const bool same = value && Saying(name, value) == first_[name];
  if (!same && !IsClients(name)) {
    Forget(name);
    forgotten_.insert(name);
    return true;
  }
  if (!same) Set(kSpecMalformed);
  if (spec_.repeat == 0) spec_.repeat = static_cast<std::uint16_t>(begin);
  return true;
}

void Reader::ReadNamed(const std::string& name, std::optional<Span> value, std::size_t begin, Span rest) {
  if (name == "unicast" || name == "multicast") {
    const Delivery delivery = name == "unicast" ? Delivery::kUnicast : Delivery::kMulticast;
    if (spec_.delivery != Delivery::kNotSaid && spec_.delivery != delivery) Set(kSpecMalformed);
    if (!value && rest.begin != rest.end) Set(kSpecMalformed);
    spec_.delivery = delivery;
    return;
  }
  if (name == "rtcp-mux") {
    if (!value && rest.begin != rest.end) Set(kSpecMalformed);
    return Set(kSpecRtcpMux);
  }
  spec_.has_destination |= name == "destination";
  spec_.has_source |= name == "source";
  if (IsRewritten(name) && IsRepeated(name, value, begin, rest)) return;
  if (IsRewritten(name) && value) first_[name] = Saying(name, value);
  if (value) return ReadValue(name, *value);
  if (name == "client_port") Set(kSpecBadPort);
  if (rest.begin == rest.end) return;
  // The text there is no value.
  if (IsClients(name)) Set(kSpecMalformed);
  if (IsClients(name) && name != "client_port") Set(kSpecBadAddress);
  if (name == "interleaved") Set(kSpecBadChannel);
}

void Reader::ReadValue(const std::string& name, Span value) {
  const std::optional<Ports> ports = WholePorts(value, name == "interleaved" ? 255 : 65535);
  if (name == "client_port" && !ports) Set(kSpecBadPort);
  if (name == "interleaved" && !ports) Set(kSpecBadChannel);
  if (name == "client_port") spec_.client_port = ports.value_or(Ports{});
  if (name == "server_port") spec_.server_port = ports.value_or(Ports{});
  if (name == "port") spec_.port = ports.value_or(Ports{});
  if (name == "interleaved") spec_.interleaved = ports.value_or(Ports{});
  bool more = false;
  if (name == "dest_addr") {
    if (!ReadAddresses(spec_.dest_addr, spec_.destinations, value, more)) {
      Set(kSpecMalformed);
      Set(kSpecBadAddress);
    }
    if (more) Set(kSpecMoreAddresses);
  }
  if (name == "src_addr" && !ReadAddresses(spec_.src_addr, spec_.sources, value, more)) Forget(name);
  const Field field = FieldOf(Trim(line_, value));
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

// Adds the places of one parameter, which it reads as if the parameter stood alone.
void Reader::AddPlaces(const std::string& name, Span value) {
  if (!IsClients(name)) return;
  Reader alone(*this);
  alone.spec_ = {};
  alone.ReadValue(name, value);
  const TransportSpec& spec = alone.spec_;
  for (const Field& field : {spec.client_port.field[0], spec.client_port.field[1], spec.destination,
                             spec.client_address, spec.dest_addr[0].host, spec.dest_addr[0].port_field,
                             spec.dest_addr[1].host, spec.dest_addr[1].port_field}) {
    if (field.length != 0) places_.push_back(field);
  }
}

void Reader::ReadParameter(Span parameter) {
  static constexpr std::string_view kKnown[] = {"client_address", "client_port", "connection",  "dest_addr",
                                                "destination",    "interleaved", "mode",        "multicast",
                                                "port",           "rtcp-mux",    "server_port", "setup",
                                                "source",         "src_addr",    "ssrc",        "unicast"};
  const std::size_t end = parameter.end;
  parameter = Trim(line_, parameter);
  if (parameter.begin == parameter.end) return;
  const std::size_t name_end = NameEnd(line_, parameter);
  const std::string name = Lower(line_.substr(parameter.begin, name_end - parameter.begin));
  const Span rest = Trim(line_, {name_end, parameter.end});
  std::optional<Span> value;
  if (rest.begin < rest.end && line_[rest.begin] == '=') value = Span{rest.begin + 1, end};
  if (name.find('/') != std::string::npos) {
    const Protocol protocol = ProtocolOf(name);
    const bool other = spec_.protocol != Protocol::kNone && spec_.protocol != protocol;
    if (other || (rest.begin < rest.end && !value)) Set(kSpecMalformed);
    spec_.protocol = protocol;
    spec_.protocol_field = FieldOf({parameter.begin, name_end});
  } else if (std::ranges::find(kKnown, name) == std::end(kKnown)) {
    Set(kSpecUnknown);
  } else {
    ReadNamed(name, value, parameter.begin, rest);
    if (value) AddPlaces(name, *value);
  }
}

void Reader::ReadSpec() {
  spec_ = {};
  first_.clear();
  forgotten_.clear();
  places_.clear();
  const std::size_t begin = at_;
  for (;;) {
    const std::size_t end = ParameterEnd(at_);
    ReadParameter({at_, end});
    at_ = end;
    if (end == limit_ || line_[end] == ',') break;
    ++at_;
  }
  if (at_ == limit_) {
    if (limit_ != line_.size()) spec_.flags |= kSpecMalformed | kSpecBadAddress;
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
    all_places_.push_back(places_);
  }
}

std::vector<std::vector<Field>> Reader::ReadPlaces() {
  static_cast<void>(Read());
  return all_places_;
}

}  // namespace

std::vector<TransportSpec> ReadTransport(std::string_view line, std::size_t value) {
  return Reader(line, value).Read();
}

std::vector<std::vector<Field>> PlacesOf(std::string_view line, std::size_t value) {
  return Reader(line, value).ReadPlaces();
}

}  // namespace rtsp::reference
