// SPDX-License-Identifier: MIT OR GPL-2.0-only
#pragma once
/// @file
/// The laws of the stream, as one function. It plays a session over a bad path and over a perfect one, and compares the results.
/// Property tests and the fuzzer of streams call it.
///
///  L1. Any two segmentations of the same streams give the same bytes out, and the same questions and mappings.
///  L2. Whatever the path does, the receiver gets the same rewritten stream as over a perfect path that carries each turn in one
///      segment.
///  L3. No byte outside the edits differs: only numbers, addresses and blanks of Transport lines are not as they were sent.
///  L4. No mapping is left when the connection has ended.
///  L5. Mapped sequence numbers keep their order, and the inverse map gives the old ones. (In UserspaceRouter.)
///  L7. Every session ends, at the latest when its path loses no more packets. tests/tcp/stall_law_test.cc measures how fast.
///  L8. The core is never worse than none. The same bytes arrive no later than without the core, except for one retransmission
///      timeout for each line taken into custody, for each segment cut at its tail, for each gap in text, and one more. The core never
///      drops a segment behind a gap after a `$` frame. (In tests/decisions/never_worse_test.cc.)
///  L9. The core always notes an acknowledgement up to the frontier, or up to a FIN there, however many bytes have passed and however few
///      acknowledgements it has seen. When both sides have acknowledged every byte, it holds nothing, and maps numbers as before. (In
///      UserspaceRouter; tests/tcp/long_session_law_test.cc has long sessions.)
/// L10. No edit outlives 2^30 bytes of its direction: the core passes media behind it unread, and never changes them. (In
///      UserspaceRouter::PassBulk().)
/// L11. A packet with bytes in custody is never longer than the packet that its sender sends now, or than 576 bytes with its
///      headers. (In UserspaceRouter.)
/// L12. Behind urgent data the core reads nothing, and asks for nothing but a release. (In UserspaceRouter.)
/// L6 is in tests/tools/work_per_byte_main.cc.
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tests/tcp/session.h"
#include "tests/tcp/userspace_router.h"

namespace rtsp::test {

/// The addresses on both sides of a router. There are kRealms realms: in some the address becomes longer, in some shorter, and the last one has
/// no NAT.
inline constexpr unsigned kRealms = 5;
struct Realm {
  const char* client;  ///< The client's address as text.
  rtspnat_address inside;
  rtspnat_address outside;
};
[[nodiscard]] const Realm& RealmOf(unsigned number);

/// Everything that determines a session.
struct Trial {
  unsigned realm = 0;
  RouterOptions router;  ///< Without addresses and may_translate, which follow from the realm.
  SessionOptions session;
  std::string jumps;                       ///< Dice for the gigabytes that pass after turns of a script.
  std::string plan;                        ///< Dice for an RtspScript;
  std::vector<FixedScript::Saying> turns;  ///< or the turns of a FixedScript, if there are any.
};

struct Judgement {
  std::vector<std::string> broken;  ///< The broken laws; empty if none is.
  SessionResult result;
  std::vector<std::string> log;  ///< Questions and answers.
  std::uint64_t notes = 0;
  /// The session reached a bound of the core (NOTE_GAP, NOTE_TABLE_FULL; for bytes that are no script also NOTE_CUT_TRANSPORT). Beyond it text
  /// passes unedited, so L1 and L2 say nothing about this session.
  bool beyond_bounds = false;

  [[nodiscard]] bool Noted(rtspnat_note note) const { return (notes >> note & 1U) != 0; }
};

/// Plays @p trial and compares it with the same script on a perfect path.
[[nodiscard]] Judgement Judge(const Trial& trial);

/// Plays @p trial once more and returns every packet as text.
[[nodiscard]] std::string Trace(const Trial& trial);

/// Returns the first line in which @p received differs from @p sent against L3; empty if there is none.
[[nodiscard]] std::string ForeignChange(std::string_view sent, std::string_view received);

/// Makes a trial from any bytes.
[[nodiscard]] Trial TrialOf(std::string_view bytes);

}  // namespace rtsp::test
