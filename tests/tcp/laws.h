// SPDX-License-Identifier: MIT OR GPL-2.0-only
#pragma once
/// @file
/// The laws of the stream, as one function: a session is played over a bad path and over a perfect one, and what
/// came out is compared. Property tests and the fuzzer of streams call it.
///
///  L1. Any two segmentations of the same streams give the same bytes out, and the same questions and mappings.
///  L2. What the receiver gets is the rewriting of what was sent, whatever the path does: what a perfect path that
///      carries each turn in one segment gives.
///  L3. Outside the edits no byte differs: but for numbers, addresses and blanks of Transport lines, the streams are
///      those that were sent.
///  L4. No mapping is left when the connection has ended.
///  L5. Sequence numbers that are mapped keep their order, and the inverse map leads back. (In UserspaceRouter.)
///  L7. Every session comes to its end, at the latest when its path loses nothing any more; how fast is measured in
///      tests/tcp/stall_law_test.cc.
///  L8. Never worse than off: the same bytes arrive no later than they would without the core, but for one retransmission
///      timeout for each line taken into custody, each segment cut at its tail and each gap in text, and one besides; what
///      follows a `$` frame is never dropped behind a gap. (In tests/decisions/never_worse_test.cc.)
///  L9. An acknowledgement up to the frontier, or up to a FIN there, is always noted, however many bytes have passed and
///      however few acknowledgements the core has been shown: when both sides have acknowledged all, nothing is held, and
///      numbers are mapped as before. (In UserspaceRouter; long sessions are in tests/tcp/long_session_law_test.cc.)
/// L10. No edit outlives 2^30 bytes of its direction: media behind it is passed unread, and never changed. (In
///      UserspaceRouter::PassBulk().)
/// L11. A packet with bytes in custody is never longer than the one that its sender sends now, or 576 bytes with its
///      headers. (In UserspaceRouter.)
/// L12. Behind urgent data nothing is read: nothing is asked for but a release. (In UserspaceRouter.)
/// L6 is in tests/tools/work_per_byte_main.cc.
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tests/tcp/session.h"
#include "tests/tcp/userspace_router.h"

namespace rtsp::test {

/// The addresses on both sides of a router; kRealms of them. In some the address grows, in some it shrinks; in
/// the last one there is no NAT.
inline constexpr unsigned kRealms = 5;
struct Realm {
  const char* client;  ///< As text.
  rtspnat_address inside;
  rtspnat_address outside;
};
[[nodiscard]] const Realm& RealmOf(unsigned number);

/// All that decides on a session.
struct Trial {
  unsigned realm = 0;
  RouterOptions router;  ///< Without addresses and may_translate, which follow from the realm.
  SessionOptions session;
  std::string jumps;                       ///< Dice of the gigabytes that pass behind turns of a script.
  std::string plan;                        ///< Dice of an RtspScript;
  std::vector<FixedScript::Saying> turns;  ///< or what is said, if that is not empty.
};

struct Judgement {
  std::vector<std::string> broken;  ///< Laws; empty if all is well.
  SessionResult result;
  std::vector<std::string> log;  ///< Questions and answers.
  std::uint64_t notes = 0;
  /// A bound of the core was reached (NOTE_GAP, NOTE_TABLE_FULL; for bytes that are no script also NOTE_CUT_TRANSPORT), beyond which text passes
  /// unedited: L1 and L2 say nothing of this session.
  bool beyond_bounds = false;

  [[nodiscard]] bool Noted(rtspnat_note note) const { return (notes >> note & 1U) != 0; }
};

/// Plays @p trial and compares it with the same script on a perfect path.
[[nodiscard]] Judgement Judge(const Trial& trial);

/// Plays it once more and returns every packet, as text.
[[nodiscard]] std::string Trace(const Trial& trial);

/// Returns the line of L3 in which @p received differs from @p sent where it must not; empty if in none.
[[nodiscard]] std::string ForeignChange(std::string_view sent, std::string_view received);

/// Makes a trial of any bytes.
[[nodiscard]] Trial TrialOf(std::string_view bytes);

}  // namespace rtsp::test
