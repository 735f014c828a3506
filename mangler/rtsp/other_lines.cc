// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "mangler/rtsp/other_lines.h"

#include "mangler/rtsp/transport_line.h"

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
  bytes::Cursor in = line.Text();
  in.Seek(line.value);
  bytes::SkipSpace(in);
  if (!SkipWord(in, "rtsp://")) return {};
  std::uint32_t start = in.Position();
  for (; !in.AtEnd() && in.Peek() != '/' && in.Peek() != '?' && !bytes::IsSpace(in.Peek()); in.Skip()) {
    if (in.Peek() == '@') start = in.Position() + 1;
  }
  return {static_cast<std::uint16_t>(start), static_cast<std::uint16_t>(in.Position() - start)};
}

// Rewrites the address of this very control connection, and its port; all others are left alone.
void RewriteAddress(Work& work) {
  Line& line = work.line;
  const rtspnat_setup& setup = work.setup;
  const bool is_url = line.name != rtsp::HeaderName::kXNat;
  const Control control = is_url ? Control{setup.peer, setup.peer_port, setup.published_port}
                                 : Control{setup.inside, setup.inside_port, setup.outside_port};
  const bytes::Field field = is_url ? FindAuthority(line) : rtsp::TrimmedValue(line.Text(), line.value);
  const HostPort address = ReadHostPort(line.Text(), field);
  const bool has_port = !address.port_field.Empty();
  const std::uint16_t port = has_port ? address.port : kDefaultPort;
  const rtspnat_address host = nat::ReadAddress(line.Text().Slice(address.host));
  if (!nat::IsSame(host, control.from) || port != control.from_port)
    return work.notes.Add(RTSPNAT_NOTE_OTHER_ADDRESS);
  const bool port_changes = control.to_port != control.from_port;
  if (port_changes && (!has_port || !Fits(control.to_port, address.port_field)))
    return work.notes.Add(RTSPNAT_NOTE_CANNOT_EDIT);
  if (line.front_sent) return work.notes.Add(RTSPNAT_NOTE_CUT_TRANSPORT);
  line.changes.Add({address.host, 0, is_url ? ChangeKind::kPeer : ChangeKind::kOpener});
  if (port_changes) line.changes.Add({address.port_field, control.to_port, ChangeKind::kPort});
  FinishLine(work);
}

// True if the line in hand may send the opener on to where nobody watches for control connections.
bool IsRedirection(const Work& work) {
  return work.line.name == rtsp::HeaderName::kLocation && !work.of_opener && !work.agreement.Publishes() &&
         !work.head.doubted && (work.setup.options & RTSPNAT_OPTION_REDIRECT) != 0 && work.head.Redirects();
}

bool AskOfRedirection(Work& work, rtspnat_step& step) {
  const Line& line = work.line;
  const HostPort url = ReadHostPort(line.Text(), FindAuthority(line));
  const std::uint16_t port = url.port_field.Empty() ? kDefaultPort : url.port;
  const rtspnat_address address = nat::ReadAddress(line.Text().Slice(url.host));
  const bool is_own = nat::IsSame(address, work.setup.peer) && port == work.setup.peer_port;
  if (address.family != work.setup.peer.family || !IsRoutable(address) || port == 0 || is_own) {
    work.notes.Add(RTSPNAT_NOTE_OTHER_ADDRESS);
    return false;
  }
  step.redirect = address;
  step.peer[0] = port;
  step.ask = RTSPNAT_REDIRECT;
  return true;
}

}  // namespace

bool IsAddressLine(const Work& work, rtsp::HeaderName name) {
  switch (name) {
    case rtsp::HeaderName::kXNat:
      return work.of_opener && work.head.status == 0 && work.setup.may_translate &&
             (work.setup.options & RTSPNAT_OPTION_CLIENT_ADDRESS) != 0;
    case rtsp::HeaderName::kLocation:
      return !work.of_opener && work.agreement.Publishes() && work.head.Redirects() && !work.head.doubted;
    default: return false;
  }
}

bool ReadOtherLine(Work& work, rtspnat_step& step) {
  const Line& line = work.line;
  switch (line.name) {
    case rtsp::HeaderName::kSession: {
      const bytes::Field identifier = rtsp::SessionIdentifier(line.Text(), line.value);
      work.head.session = HashOf(line.Text(), identifier);
      const bytes::Number seconds = rtsp::SessionTimeout(line.Text(), line.value);
      const bool is_reply = !work.of_opener && !work.head.doubted;
      if (is_reply && seconds.valid) work.agreement.NoteSessionTimeout(seconds.value);
      return false;
    }
    case rtsp::HeaderName::kRequire:
    case rtsp::HeaderName::kSupported:
      if (work.of_opener && work.head.status == 0 && rtsp::NamesStun(line.Text(), line.value))
        work.agreement.NoteOtherTraversal();
      return false;
    default: break;
  }
  if (IsAddressLine(work, line.name)) RewriteAddress(work);
  return IsRedirection(work) && AskOfRedirection(work, step);
}

}  // namespace mangle
