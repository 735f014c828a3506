// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "mangle/address.h"
#include "mangle/connection.h"

namespace mangle {
namespace {

constexpr std::uint16_t kDefaultPort = 554;  // RFC 2326 section 3.2

struct Control {
  const rtspnat_address& from;
  std::uint16_t from_port;
  std::uint16_t to_port;
};

// Moves behind @p word, which is in small letters, in any case. Returns false if something else stands there.
bool SkipWord(rtsp::Cursor& in, const char* word) {
  for (; *word != '\0'; ++word, in.Skip()) {
    const bool is_letter = *word >= 'a' && *word <= 'z';
    if ((is_letter ? in.Peek() | 0x20 : in.Peek()) != *word) return false;
  }
  return true;
}

// Moves behind `rtsp://` and what may stand before an `@`, and returns where the host and port stand; empty if
// this is another kind of URL.
rtsp::Field FindAuthority(rtsp::Cursor in) {
  if (!SkipWord(in, "rtsp://")) return {};
  std::uint32_t start = in.Position();
  for (; !in.AtEnd() && in.Peek() != '/' && in.Peek() != '?' && !rtsp::IsSpace(in.Peek()); in.Skip()) {
    if (in.Peek() == '@') start = in.Position() + 1;
  }
  return {static_cast<std::uint16_t>(start), static_cast<std::uint16_t>(in.Position() - start)};
}

}  // namespace

// True if a header of that name is to have its address changed where the current message has one.
bool Connection::IsAddressLine(rtsp::HeaderName name) const {
  const Head& head = Current().head;
  switch (name) {
    case rtsp::HeaderName::kXNat:
      return direction_ == RTSPNAT_ORIGINAL && head.status == 0 && setup_.may_translate &&
             (setup_.options & RTSPNAT_OPTION_CLIENT_ADDRESS) != 0;
    case rtsp::HeaderName::kLocation:
      return direction_ == RTSPNAT_REPLY && publishes_ && head.Redirects() && !IsDoubted();
    default: return false;
  }
}

// Rewrites the address of this very control connection, and its port; all others are left alone.
void Connection::ReadAddressLine() {
  const bool is_url = line_name_ != rtsp::HeaderName::kXNat;
  const Control control = is_url ? Control{setup_.peer, setup_.peer_port, setup_.published_port}
                                 : Control{setup_.inside, setup_.inside_port, setup_.outside_port};
  rtsp::Cursor in = Line();
  in.Seek(line_value_);
  rtsp::SkipSpace(in);
  const rtsp::Field field = is_url ? FindAuthority(in) : rtsp::TrimmedValue(in, line_value_);
  const HostPort address = ReadHostPort(Line(), field);
  if (!IsSame(ReadAddress(Line().Slice(address.host)), control.from)) return Note(RTSPNAT_NOTE_OTHER_ADDRESS);
  const bool has_port = !address.port_field.Empty();
  const std::uint16_t port = has_port ? address.port : kDefaultPort;
  if (port != control.from_port) return Note(RTSPNAT_NOTE_OTHER_ADDRESS);
  const bool port_changes = control.to_port != control.from_port;
  const bool fits = !port_changes || (has_port && Digits(control.to_port) <= address.port_field.length);
  if (!fits) return Note(RTSPNAT_NOTE_CANNOT_EDIT);
  if (line_left_) return Note(RTSPNAT_NOTE_CUT_TRANSPORT);
  AddChange({address.host, 0, is_url ? ChangeKind::kPeer : ChangeKind::kOpener});
  if (port_changes) AddChange({address.port_field, control.to_port, ChangeKind::kPort});
  phase_ = Phase::kLineEnd;
}

// True if the line in hand may send the opener on to where nobody watches for control connections.
bool Connection::IsRedirection() const {
  return line_name_ == rtsp::HeaderName::kLocation && direction_ == RTSPNAT_REPLY && !publishes_ &&
         !IsDoubted() && (setup_.options & RTSPNAT_OPTION_REDIRECT) != 0 && Current().head.Redirects();
}

// Returns false if there is nothing to ask.
bool Connection::AskOfRedirection(rtspnat_step& step) {
  phase_ = Phase::kRead;
  rtsp::Cursor in = Line();
  in.Seek(line_value_);
  rtsp::SkipSpace(in);
  const HostPort url = ReadHostPort(Line(), FindAuthority(in));
  const std::uint16_t port = url.port_field.Empty() ? kDefaultPort : url.port;
  const rtspnat_address address = ReadAddress(Line().Slice(url.host));
  const bool is_own = IsSame(address, setup_.peer) && port == setup_.peer_port;
  if (address.family != setup_.peer.family || !IsRoutable(address) || port == 0 || is_own) {
    Note(RTSPNAT_NOTE_OTHER_ADDRESS);
    return false;
  }
  step.redirect = address;
  step.peer[0] = port;
  step.ask = RTSPNAT_REDIRECT;
  return true;
}

}  // namespace mangle
