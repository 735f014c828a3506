// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "mangler/rtsp/other_lines.h"

namespace mangle {
namespace {

constexpr std::uint16_t kDefaultPort = 554;  // RFC 2326 section 3.2

// The address and port of this very control connection, before and behind NAT.
struct Control {
  const rtspnat_address& from;
  std::uint16_t from_port;
  std::uint16_t to_port;
};

// Moves behind @p word, which is in small letters, in any case. Returns false if something else stands there.
bool SkipWord(bytes::Cursor& in, const char* word) {
  for (; *word != '\0'; ++word, in.Skip()) {
    const bool is_letter = *word >= 'a' && *word <= 'z';
    if ((is_letter ? in.Peek() | 0x20 : in.Peek()) != *word) return false;
  }
  return true;
}

// Returns where the host and port of the URL stand that is the value of the line; empty if it is no rtsp URL.
bytes::Field FindAuthority(const Line& line) {
  bytes::Cursor in = line.reader.Line();
  in.Seek(line.value);
  bytes::SkipSpace(in);
  if (!SkipWord(in, "rtsp://")) return {};
  std::uint32_t start = in.Position();
  for (; !in.AtEnd() && in.Peek() != '/' && in.Peek() != '?' && !bytes::IsSpace(in.Peek()); in.Skip()) {
    if (in.Peek() == '@') start = in.Position() + 1;
  }
  return bytes::Field::Between(start, in.Position());
}

// Rewrites the address of this very control connection, and its port; all others are left alone.
void RewriteAddress(Exchange& exchange) {
  Line& line = exchange.line;
  const Setup& setup = exchange.setup;
  const bool is_url = line.name != rtsp::HeaderName::kXNat;
  const Control control = is_url ? Control{setup.peer, setup.peer_port, setup.published_port}
                                 : Control{setup.inside, setup.inside_port, setup.outside_port};
  const bytes::Field field =
      is_url ? FindAuthority(line) : rtsp::TrimmedValue(line.reader.Line(), line.value);
  const HostPort address = ReadHostPort(line.reader.Line(), field);
  const bool has_port = !address.port_field.Empty();
  const std::uint16_t port = has_port ? address.port : kDefaultPort;
  const rtspnat_address host = nat::ReadAddress(line.reader.Line().Slice(address.host));
  if (!nat::IsSame(host, control.from) || port != control.from_port)
    return exchange.notes.Add(RTSPNAT_NOTE_OTHER_ADDRESS);
  const bool port_changes = control.to_port != control.from_port;
  if (port_changes && (!has_port || !Fits(control.to_port, address.port_field)))
    return exchange.notes.Add(RTSPNAT_NOTE_CANNOT_EDIT);
  if (line.front_sent) return exchange.notes.Add(RTSPNAT_NOTE_CUT_TRANSPORT);
  line.changes.Add({address.host, 0, is_url ? ChangeKind::kPeer : ChangeKind::kOpener});
  if (port_changes) line.changes.Add({address.port_field, control.to_port, ChangeKind::kPort});
  line.stage = Line::Stage::kChanged;
}

// True if the line in hand may send the opener on to where nobody watches for control connections.
bool IsRedirection(const Exchange& exchange) {
  return exchange.line.name == rtsp::HeaderName::kLocation && !exchange.of_opener &&
         !exchange.agreement.Publishes() && !exchange.head->doubted &&
         (exchange.setup.options & RTSPNAT_OPTION_REDIRECT) != 0 && exchange.head->Redirects();
}

bool AskOfRedirection(Exchange& exchange, rtspnat_step& step) {
  const Line& line = exchange.line;
  const HostPort url = ReadHostPort(line.reader.Line(), FindAuthority(line));
  const std::uint16_t port = url.port_field.Empty() ? kDefaultPort : url.port;
  const rtspnat_address address = nat::ReadAddress(line.reader.Line().Slice(url.host));
  const bool is_own = nat::IsSame(address, exchange.setup.peer) && port == exchange.setup.peer_port;
  if (address.family != exchange.setup.peer.family || !IsRoutable(address) || port == 0 || is_own) {
    exchange.notes.Add(RTSPNAT_NOTE_OTHER_ADDRESS);
    return false;
  }
  step.redirect = {address, port};
  step.ask = RTSPNAT_REDIRECT;
  return true;
}

}  // namespace

bool IsAddressLine(const Exchange& exchange, rtsp::HeaderName name) {
  switch (name) {
    case rtsp::HeaderName::kXNat:
      return exchange.of_opener && exchange.head->status == 0 && exchange.setup.may_translate &&
             (exchange.setup.options & RTSPNAT_OPTION_CLIENT_ADDRESS) != 0;
    case rtsp::HeaderName::kLocation:
      return !exchange.of_opener && exchange.agreement.Publishes() && exchange.head->Redirects() &&
             !exchange.head->doubted;
    default: return false;
  }
}

bool ReadOtherLine(Exchange& exchange, rtspnat_step& step) {
  Line& line = exchange.line;
  line.stage = Line::Stage::kDone;
  switch (line.name) {
    case rtsp::HeaderName::kSession: {
      const bytes::Field identifier = rtsp::SessionIdentifier(line.reader.Line(), line.value);
      exchange.head->session = HashOf(line.reader.Line(), identifier);
      const bytes::Number seconds = rtsp::SessionTimeout(line.reader.Line(), line.value);
      const bool is_reply = !exchange.of_opener && !exchange.head->doubted;
      if (is_reply && seconds.valid) exchange.agreement.NoteSessionTimeout(seconds.value);
      return false;
    }
    case rtsp::HeaderName::kRequire:
    case rtsp::HeaderName::kSupported:
      if (exchange.of_opener && exchange.head->status == 0 && rtsp::NamesStun(line.reader.Line(), line.value))
        exchange.agreement.NoteOtherTraversal();
      return false;
    default: break;
  }
  if (IsAddressLine(exchange, line.name)) RewriteAddress(exchange);
  return IsRedirection(exchange) && AskOfRedirection(exchange, step);
}

}  // namespace mangle
