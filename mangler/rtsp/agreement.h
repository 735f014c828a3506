// SPDX-License-Identifier: MIT OR GPL-2.0-only
#pragma once
/// @file
/// What client and server have agreed on, or are about to.
#include <cstdint>

#include "mangler/nat/mapping.h"
#include "mangler/rtsp/head.h"
#include "mangler/rtsp/notes.h"
#include "mangler/rtsp/pending.h"
#include "mangler/rtsp/streams.h"
#include "rtspnat.h"

namespace mangle {

/// The mappings of a connection, the streams that use them, and the requests that wait for their replies. Says what a SETUP, its
/// reply, a TEARDOWN and the end of the connection do to them.
///
/// Each mapping has holders: streams that were set up, SETUPs that wait for their replies, and the SETUP whose head is open.
/// A mapping without holders is released. The embedder is told by questions, which are due until Ask() has asked them.
class Agreement {
 public:
  /// @p publishes: the peer is behind NAT.
  explicit Agreement(bool publishes) : publishes_(publishes) {}

  // What is known of mappings.
  [[nodiscard]] nat::MappingTable& Mappings() { return mappings_; }
  [[nodiscard]] const nat::MappingTable& Mappings() const { return mappings_; }
  [[nodiscard]] bool Publishes() const { return publishes_; }

  /// Makes room for one mapping: the oldest SETUP that nobody has answered gives its mappings back. Returns false if there is
  /// no such SETUP; one that sets a live stream up again has none to give.
  [[nodiscard]] bool MakeRoom(Notes& notes);

  /// Makes the request whose head is open a holder of mapping @p index. Returns false if too many hold it.
  [[nodiscard]] bool Hold(std::uint32_t index, Notes& notes);

  /// Returns what the request whose head is open holds.
  [[nodiscard]] nat::MappingSet OfOpenRequest() const { return of_open_request_; }

  /// Takes @p set from the request whose head is open.
  void GiveBack(nat::MappingSet set);

  /// Takes one holder from mapping @p index.
  void Unhold(std::uint32_t index);

  /// Has mapping @p index released.
  void Release(std::uint32_t index) { release_ |= nat::SetOf(index); }

  // Messages.
  /// Ends the head of a request of the opener: it waits for its reply from now on.
  void EndRequest(const Head& head, Notes& notes);

  /// Ends the head of a reply.
  void EndReply(const Head& head, Notes& notes);

  /// Forgets that a head is open. Its text may have left: what it holds stays reserved until the connection ends.
  void LeaveHead() { of_open_request_ = 0; }

  /// Returns the request that the reply @p head answers, null if that cannot be told: the one with its CSeq. A final reply without
  /// CSeq, or with one that nobody waits for, answers the only request that waits, or the only SETUP if the reply names its
  /// ports outside, of which @p client is the first. In a line above CSeq (@p ended is false) it may answer any SETUP
  /// whose ports it names. A reply that repeats the CSeq of the reply before it (Tapo cameras) answers nothing.
  [[nodiscard]] Pending* RequestOf(const Head& head, std::uint16_t client, bool tcp, bool ended);

  /// Returns the mappings that the reply @p head can be about: those of its request (R11), or of every SETUP where its CSeq
  /// may stand further down. Behind a gap the request may have been answered by what was no reply.
  [[nodiscard]] nat::MappingSet MappingsOf(const Head& head, std::uint16_t client, bool tcp);

  /// Returns the mapping that the reply @p head is about: the one that it names, else the only one; limits::kMappings if
  /// that cannot be told.
  [[nodiscard]] std::uint32_t MappingOf(const Head& head, const rtsp::Ports& client, bool tcp);

  /// True if streams beside the one that @p head answers use mapping @p index.
  [[nodiscard]] bool IsShared(std::uint32_t index, const Head& head, std::uint16_t client);

  /// Makes mapping @p index, whose ports were published, one that the request of the reply @p head holds. Returns false if
  /// there is no such request.
  [[nodiscard]] bool HoldForReply(std::uint32_t index, const Head& head);

  /// Returns how many SETUPs wait.
  [[nodiscard]] std::uint32_t WaitingSetups() const { return pending_.Setups(); }
  [[nodiscard]] bool IsNobodyWaiting() const { return pending_.Empty(); }

  /// Notes that a session lives @p seconds without a sign of life. Of all sessions the longest counts.
  void NoteSessionTimeout(std::uint32_t seconds);

  /// Notes that the opener finds its way through NAT itself (R61).
  void NoteOtherTraversal() { other_traversal_ = true; }
  [[nodiscard]] bool HasOtherTraversal() const { return other_traversal_; }

  /// True if frames are all that is to come, and nothing is left to do.
  [[nodiscard]] bool IsInterleavedAlone() const { return interleaved_ && mappings_.Held() == 0; }
  [[nodiscard]] bool IsInterleaved() const { return interleaved_; }

  /// Ends the connection: live mappings linger, others are released.
  void End();

  // Questions.
  /// True if Ask() has something to ask.
  [[nodiscard]] bool HasQuestions() const { return (release_ | linger_ | expect_) != 0; }

  /// Asks what is due, of which there is something. @p source is where media comes from.
  [[nodiscard]] [[gnu::noinline]] rtspnat_ask Ask(const rtspnat_address& source, rtspnat_step& step,
                                                  Notes& notes);

  /// True while RTSPNAT_EXPECT waits for its answer.
  [[nodiscard]] bool IsAsked() const { return is_asked_; }
  void Answer(rtspnat_reply reply, Notes& notes);

  /// Forgets the question that is open: it will not be answered.
  void LeaveDialogue(Notes& notes);

  /// Describes mapping @p index. Returns false if there is none of that number.
  [[nodiscard]] bool DescribeMapping(std::uint32_t index, rtspnat_mapping& described) const;

  /// Gives one mapping up, on the embedder's own account. Returns false if there is none.
  [[nodiscard]] bool Close(rtspnat_step& step);

  // A connection that is forgotten and goes on (forgetting.cc).
  [[nodiscard]] std::uint32_t Marks() const;
  void Resume(const rtspnat_setup& setup, std::uint32_t marks);
  void Fill(rtspnat_position& position) const;
  static constexpr std::uint32_t kMarkBits = 4;

 private:
  void GiveUp(const Pending* request, Notes& notes);
  void UnholdAll(nat::MappingSet set);
  [[nodiscard]] nat::MappingSet ChosenOf(const Pending& request, const Head& head) const;
  void ResolveSetup(const Pending& request, const Head& head, Notes& notes);
  void EndReplacedStreams(const Pending& request, const Head& head, std::uint32_t session,
                          nat::MappingSet chosen);
  void MakeLive(std::uint32_t index, std::uint32_t session, std::uint32_t uri, const Head& head,
                Notes& notes);
  [[nodiscard]] bool EndStream(std::uint32_t session, std::uint32_t uri, nat::MappingSet kept);
  void EndStreams(const Pending& request);
  void Leave(std::uint32_t index, rtspnat_step& step, rtspnat_ask ask);
  void Forget(std::uint32_t index);

  nat::MappingTable mappings_;
  StreamTable streams_;
  PendingTable pending_;
  nat::MappingSet of_open_request_ = 0;
  nat::MappingSet release_ = 0;  // To be asked for.
  nat::MappingSet linger_ = 0;
  nat::MappingSet expect_ = 0;
  std::uint32_t answered_ = 0;  // CSeq of the request that was answered last.
  CseqKind answered_kind_ = CseqKind::kNone;
  std::uint8_t asked_ = 0;  // The mapping that RTSPNAT_EXPECT is about.
  bool is_asked_ = false;
  bool publishes_ = false;
  bool other_traversal_ = false;
  bool interleaved_ = false;  // A SETUP has succeeded that sends media on this connection.
  std::uint16_t session_seconds_ = limits::kSessionSeconds;
};

}  // namespace mangle
