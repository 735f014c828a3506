// SPDX-License-Identifier: MIT OR GPL-2.0-only
#pragma once
/// @file
/// One RTSP control connection: segments in, questions and edits out. The C ABI in rtspnat.h says what
/// each call means and numbers the laws; this is its implementation.
///
/// Everything decided is a function of the two byte streams, not of the segments that carry them: a header
/// line acts when its last byte is in order, a head when its empty line is.
#include <cstdint>

#include "mangle/address.h"
#include "mangle/edit_log.h"
#include "mangle/edit_writer.h"
#include "mangle/mapping.h"
#include "mangle/ports.h"
#include "mangle/reading.h"
#include "mangle/seq_map.h"
#include "rtsp/framer.h"
#include "rtspnat.h"

namespace mangle {

class Connection {
 public:
  explicit Connection(const rtspnat_setup& setup);

  [[nodiscard]] bool Skip(const rtspnat_segment& segment);
  [[nodiscard]] rtspnat_frames SkipFrames(const rtspnat_segment& segment, const rtsp::Cursor& bytes,
                                          std::uint32_t& offset);
  void Begin(const rtspnat_segment& segment);
  [[nodiscard]] rtspnat_ask Next(rtspnat_step& step);
  void Answer(rtspnat_reply reply, std::uint16_t first_port);
  [[nodiscard]] bool GetEdit(std::uint32_t index, rtspnat_edit& edit) const;
  [[nodiscard]] std::uint32_t MapSequence(std::uint32_t direction, std::uint32_t sequence) const;
  [[nodiscard]] std::uint32_t MapAcknowledgement(std::uint32_t direction,
                                                 std::uint32_t acknowledgement) const;
  [[nodiscard]] bool Close(rtspnat_step& step);
  [[nodiscard]] rtspnat_loss JudgeLoss(rtspnat_position& position) const;

 private:
  /// What is known of the message whose head is open.
  struct Head {
    rtsp::Method method = rtsp::Method::kOther;
    Choice choice = Choice::kNotSaid;  ///< Replies: the first spec that is understood.
    CseqKind cseq_kind = CseqKind::kNone;
    bool doubted = false;               ///< Replies: behind text that was not understood.
    std::uint16_t transport_bytes = 0;  ///< Of the Transport lines that were read.
    std::uint8_t proposals = 0;         ///< Questions about ports.
    std::uint8_t peers = 0;             ///< Replies: server ports of that spec,
    std::uint16_t status = 0;           ///< 0 for a request.
    std::uint16_t client = 0;           ///< Replies: first client port of that spec.
    MappingSet mappings = 0;            ///< Requests: held on account of this head.
    PortRange peer;                     ///< and these are they.
    rtspnat_address media_source = {};  ///< Replies: where that spec says that media comes from.
    bool rtcp_mux = false;              ///< Replies: that spec has RTCP-mux.
    std::uint32_t cseq = 0;
    std::uint32_t session = 0;
    std::uint32_t uri = 0;

    [[nodiscard]] bool Succeeds() const { return status >= 200 && status < 300; }
    [[nodiscard]] bool Redirects() const {
      return (status >= 300 && status < 400) || method == rtsp::Method::kRedirect;
    }
  };

  /// A run of one direction's stream, at sequence numbers.
  struct Range {
    std::uint32_t start = 0;
    std::uint32_t size = 0;

    [[nodiscard]] std::uint32_t End() const { return start + size; }
    /// True for the numbers behind start up to the end: where a segment begins that lacks bytes of the range.
    [[nodiscard]] bool Precedes(std::uint32_t sequence) const {
      return size != 0 && sequence - start - 1 < size;
    }
  };

  struct Direction {
    rtsp::Framer framer;
    EditLog edits;
    SeqMap map;
    Head head;
    std::uint32_t first = 0;     ///< Sequence number of stream offset 0.
    std::uint32_t frontier = 0;  ///< Of the first byte not yet taken in.
    std::uint32_t acknowledged = 0;
    Range custody;  ///< What the sender may think has arrived; at the front of the framer's buffer.
    std::uint16_t largest = rtsp::kPacketBytes;  ///< Longest packet seen, but for short ones.
    std::uint8_t dropped = 0;                    ///< Segments past the frontier dropped in a row.
    bool withholds = false;                      ///< The unfinished line has not been passed on.
    bool in_custody = false;                     ///< Nor has it, but the sender may think it has arrived.
    bool interleaved = false;                    ///< A `$` frame has been seen.
    bool closed = false;                         ///< FIN or RST has left.

    /// True while bytes are withheld or in custody, or numbers behind an addition must wait.
    [[nodiscard]] bool Holds() const { return withholds || custody.size != 0 || map.Waits(); }

    /// Returns the unfinished line.
    [[nodiscard]] Range Line() const { return {frontier - framer.LineSize(), framer.LineSize()}; }
  };

  /// What a field becomes: a port, or the address of one side as the receiver knows it.
  enum class ChangeKind : std::uint8_t { kPort, kOpener, kPeer };

  /// A field of the line in hand and what is to stand there.
  struct LineChange {
    rtsp::Field field;
    std::uint16_t port = 0;
    ChangeKind kind = ChangeKind::kPort;
    bool spare = false;  ///< In a spec that is not mapped: the line may do without.
  };

  /// What is to be done next; those up to kPropose are all that most SETUPs need.
  enum class Phase : std::uint8_t {
    kDone,
    kRead,
    kSpecs,
    kPropose,
    kUse,
    kPublish,
    kSpecAgain,
    kClosed,
    kRest,
    kRestSpec,
    kLineEnd,
    kOtherLine,
    kRedirect,
    kResponse
  };
  enum class Question : std::uint8_t { kNone, kReserve, kPublish, kExpect };

  /// How the front of a value is written anew when it does not keep its length.
  struct Resize {
    std::uint32_t count = 0;   ///< Changes in it.
    std::uint32_t blanks = 0;  ///< To be put in front.
    std::uint32_t text = 0;    ///< Offset of the line's text behind the blanks that were there.
    std::uint32_t length = 0;  ///< Bytes replaced.
    std::uint32_t added = 0;   ///< By which the text is longer.
  };

  // connection.cc: segments and the dialogue.
  [[nodiscard]] const rtsp::Cursor& Line() const { return reader_.Line(); }
  [[nodiscard]] Direction& Current() { return directions_[direction_]; }
  [[nodiscard]] const Direction& Current() const { return directions_[direction_]; }
  void Note(std::uint32_t note) { notes_ |= std::uint64_t{1} << note; }
  // Frames are all that is to come, and nothing is left to do.
  [[nodiscard]] bool ForgetsInterleaved() const { return agreed_interleaved_ && mappings_.Held() == 0; }
  // True for a reply behind text that was not understood: it may be what a stranger wrote into a body (law 10).
  [[nodiscard]] bool IsDoubted() const { return Current().head.doubted; }
  [[nodiscard]] inline bool MayHoldFrames(const rtspnat_segment& segment, const Direction& direction) const;
  inline void TakeAcknowledgement(const rtspnat_segment& segment);
  void Acknowledge(Direction& other, std::uint32_t ack) const;
  void NoteAcknowledged(Direction& direction, std::uint32_t acknowledged) const;
  inline void PassOver(const rtspnat_segment& segment, Direction& direction, std::uint32_t count);
  void PassEditsOver(const rtspnat_segment& segment, Direction& direction);
  void LeaveBehind(Direction& direction) const;
  void Abandon();
  void NoteSize(const rtspnat_segment& segment);
  void PlaceSegment(const rtspnat_segment& segment);
  [[nodiscard]] inline bool TakeOtherStep(rtspnat_step& step);
  void FinishSegment();
  void FinishClose();
  void TurnTransparent(std::uint32_t note);
  void Forget(std::uint32_t index);
  void Leave(std::uint32_t index, rtspnat_step& step, rtspnat_ask ask);
  [[nodiscard]] rtspnat_ask AskOfMapping(rtspnat_step& step);
  /// What is known before the peer has said anything.
  static inline void FillOwn(std::uint32_t index, const Mapping& mapping, rtspnat_step& step);
  void FillMapping(std::uint32_t index, rtspnat_step& step) const;
  void FillDone(rtspnat_step& step) const;

  // forgetting.cc: what is lost with a connection that is forgotten, and how it goes on.
  void Resume();
  [[nodiscard]] bool MayTear() const;
  [[nodiscard]] std::uint32_t Marks() const;

  // passing.cc: what of the segment leaves, and what is withheld.
  void RecallWithheld();
  [[nodiscard]] bool MayChange() const;
  [[nodiscard]] bool MustWithhold() const;
  void Withhold();
  static void LetGo(Direction& direction);
  void PlanPassing();
  void PlanOther();
  void CountEdits();
  void PlanParts();
  void PlanPrefix();
  void PlanEmpty(std::uint32_t stop);
  void CutTail(std::uint32_t size);
  void PlanSize();
  void HoldBackGrowth();
  void PlanGrowth();
  [[nodiscard]] std::uint32_t PlanAcknowledgement(const rtspnat_segment& segment) const;
  [[nodiscard]] bool Holds() const;
  [[nodiscard]] bool IsIdle() const;
  [[nodiscard]] const std::uint8_t* Prefix() const;

  // head.cc: heads of both kinds.
  void ReadUnits();
  [[nodiscard]] inline bool TakeUnit(Head& head, const rtsp::Unit& unit);
  inline void BeginHead(Head& head, const rtsp::Unit& unit);
  [[nodiscard]] inline bool ReadHeader(Head& head, const rtsp::Unit& unit);
  void ReadOtherLine();
  void NoteSessionTimeout();
  [[nodiscard]] inline bool EndHead(Head& head);
  [[nodiscard]] bool IsSetup(const Head& head) const {
    if (head.method == rtsp::Method::kSetup) return true;
    return head.method == rtsp::Method::kPlay && (setup_.options & RTSPNAT_OPTION_PLAY_TRANSPORT) != 0;
  }
  void EndRequest(const Head& head);
  void GiveUp(const Pending* request);
  void ReadOddCseq(const rtsp::Unit& unit, Head& head);
  void EndResponse();
  void EndReplacedStreams(const Pending& request, const Head& head, std::uint32_t session, MappingSet chosen);
  void ResolveSetup(const Pending& request, const Head& head);
  void ResolveTeardown(const Pending& request, const Head& head);
  void EndStreams(const Pending& request);
  void EndTeardowns();
  [[nodiscard]] MappingSet ChosenOf(const Pending& request, const Head& head) const;
  void MakeLive(std::uint32_t index, std::uint32_t session, std::uint32_t uri, const Head& head);
  void Unhold(std::uint32_t index);
  void UnholdAll(MappingSet set);

  // rewrite.cc: Transport lines.
  void BeginLine(const rtsp::Unit& unit);
  void BeginTransport(const rtsp::Unit& unit);
  void ReadSpec();
  inline void UseRequestSpec();
  void MakeRoom();
  void UseSpecAgain();
  inline void UseAsked(std::uint32_t index);
  void UseReserved();
  [[nodiscard]] inline bool HoldMapping(std::uint32_t index);
  inline void UseMapping(std::uint32_t index);
  void RewriteFor(std::uint32_t index);
  [[nodiscard]] inline PortRequest CurrentRequest() const;
  [[nodiscard]] bool ProposePorts(rtspnat_step& step);
  [[nodiscard]] bool ProposeOthers(rtspnat_step& step);
  inline void AskToReserve(rtspnat_step& step, PortRange ports, std::uint8_t digits);
  void AnswerReserve(rtspnat_reply reply, std::uint16_t first_port);
  void RefuseMapping(std::uint32_t note);
  void FindHostsToChange(Hosts& hosts) const;
  [[nodiscard]] bool HasRoomFor(std::uint32_t changes);
  void AddChange(const LineChange& change);
  void AddPorts(const Numbers& numbers, PortRange from, PortRange to, std::uint32_t count);
  void AddClientPorts(PortRange from, PortRange to, std::uint32_t count, const Numbers& numbers);
  void AddHosts(const Hosts& hosts, ChangeKind kind);
  void FinishLine();
  void GiveLineUp();

  // rest.cc: places of the line that say again what has changed elsewhere in it.
  void BeginRest();
  void EndRest();
  void ReadRest();
  void RewriteRest();
  [[nodiscard]] bool AddPlaces();
  [[nodiscard]] bool AddPlace(PortPlace place);
  [[nodiscard]] bool AddHostPlaces();
  [[nodiscard]] bool AddPeerPlaces();
  [[nodiscard]] bool MayFollow() const;
  [[nodiscard]] bool AddRest(const Numbers& numbers, PortRange from, PortRange to, std::uint32_t count,
                             bool spare);
  [[nodiscard]] MappingSet ChangedMappings();
  [[nodiscard]] std::uint32_t FindNamed(const Numbers& numbers, MappingSet among) const;
  [[nodiscard]] bool HasChangeIn(rtsp::Field field) const;
  bool DropSpare(rtsp::Field within);

  // reply.cc: Transport lines of replies, and what the peer's side of them becomes.
  void UseReplySpec();
  void NoteChoice();
  void MapBack(const Numbers& client, bool tcp);
  [[nodiscard]] MappingSet MappingsOfReply(const Numbers& client, bool tcp);
  [[nodiscard]] std::uint32_t MappingOfReply(const Numbers& client, bool tcp);
  [[nodiscard]] Pending* RequestOfReply(std::uint16_t client, bool tcp, bool ended);
  [[nodiscard]] std::uint32_t MakePeerMapping();
  void Publish(std::uint32_t index);
  [[nodiscard]] bool ProposePublished(rtspnat_step& step);
  void AnswerPublish(rtspnat_reply reply, std::uint16_t first_port);
  void RefusePublished(std::uint32_t index);
  [[nodiscard]] PortRequest PublishRequest() const;
  [[nodiscard]] bool IsPublished(std::uint32_t index) const;
  void ChangePeerText(std::uint32_t index, bool repeats);

  // address_line.cc: an address in another header.
  void ReadAddressLine();
  [[nodiscard]] bool IsAddressLine(rtsp::HeaderName name) const;
  [[nodiscard]] bool IsRedirection() const;
  [[nodiscard]] bool AskOfRedirection(rtspnat_step& step);

  // edit_line.cc: all changes of one Transport line become edits.
  [[nodiscard]] bool CommitChanges();
  [[nodiscard]] bool CommitInPlace(std::uint32_t first);
  [[nodiscard]] bool PlanResize(std::uint32_t count, std::int32_t growth, Resize& resize) const;
  [[nodiscard]] bool CommitResized(const Resize& resize);
  void PutChange(EditWriter& writer, const LineChange& change) const;
  [[nodiscard]] const rtspnat_address& NewAddress(ChangeKind kind) const;

  rtspnat_setup setup_;
  MappingTable mappings_;
  StreamTable streams_;
  PendingTable pending_;
  Direction directions_[2];

  // The segment in hand.
  rtsp::Cursor in_;
  std::uint32_t seq_ = 0;
  std::uint32_t length_ = 0;
  std::uint64_t notes_ = 0;
  bool reading_ = false;  // Bytes past the frontier are in in_.
  bool probes_ = false;   // A byte that the receiver has is all that leaves.
  std::uint8_t verdict_ = RTSPNAT_ACCEPT;
  std::uint8_t edits_ = 0;  // Of the segment that is done.
  std::uint16_t growth_ = 0;
  std::uint16_t recalled_at_ = 0;  // In the framer's buffer.
  Range recalled_;                 // Of the line that was withheld when the segment came.
  Range leaving_;                  // What leaves, in the sender's numbers.
  std::uint32_t keep_ = 0;         // Of it from the segment itself; the rest is in front.
  std::uint32_t acknowledgement_ = 0;
  std::uint32_t growth_at_ = 0;
  std::uint16_t prefix_at_ = 0;
  std::uint16_t segment_size_ = 0;
  std::uint16_t header_length_ = 0;
  MappingSet release_ = 0;  // To be asked for.
  MappingSet linger_ = 0;
  MappingSet expect_ = 0;
  std::uint8_t direction_ = 0;
  bool transparent_ = false;
  bool publishes_ = false;           // The peer is behind NAT.
  bool hands_off_ = false;           // The opener knows its way through NAT.
  bool agreed_interleaved_ = false;  // A SETUP has succeeded that sends media on this connection.
  bool closing_ = false;             // FIN or RST.
  bool recalled_goes_ = false;       // The line of recalled_ is withheld no longer.
  bool holds_ = false;               // Holds(), as of the last segment.
  std::uint8_t flags_ = 0;
  Phase phase_ = Phase::kDone;
  Question question_ = Question::kNone;
  std::uint8_t asked_ = 0;  // The mapping that question_ is about.

  // The Transport line in hand, or another of interest.
  rtsp::HeaderName line_name_ = rtsp::HeaderName::kOther;
  bool line_left_ = false;      // Its front has left with an earlier segment.
  bool line_rest_ = false;      // Ports may stand in it that RewriteRest() has to look at.
  bool rest_mapped_ = false;    // The spec that it looks at has changes of its own,
  bool rest_port_ = false;      // and has its ports in `port`.
  std::uint8_t rest_turn_ = 0;  // How often it was read again.
  std::uint8_t changes_size_ = 0;
  std::uint8_t attempt_ = 0;
  MappingSet line_mappings_ = 0;  // Held on account of it; of a reply, published.
  std::uint16_t line_value_ = 0;  // Offset of its value.
  std::uint32_t line_position_ = 0;
  LineChange changes_[rtsp::kLineChanges];
  rtsp::TransportReader reader_;  // Holds the line too.
  rtsp::TransportSpec spec_;      // Here and not on the stack, of which a kernel has little.
  union {
    Announcement announcement_ = {};  // Of a request,
    ReplyChoice chosen_;              // or of a reply.
  };
  std::uint16_t session_seconds_ = rtsp::kSessionSeconds;
  CseqKind answered_kind_ = CseqKind::kNone;  // CSeq of the request that was answered last.
  std::uint32_t answered_ = 0;
};

inline void Connection::FillOwn(std::uint32_t index, const Mapping& mapping, rtspnat_step& step) {
  constexpr std::uint8_t kTcp = 6;
  constexpr std::uint8_t kUdp = 17;
  step.mapping = static_cast<std::uint8_t>(index);
  step.count = mapping.count;
  step.open = mapping.open;
  step.protocol = mapping.tcp ? kTcp : kUdp;
  if (mapping.inside.first == 0) return;
  Spread(mapping.inside, mapping.count, step.inside);
  Spread(mapping.outside, mapping.count, step.outside);
}

static_assert(sizeof(Connection) <= RTSPNAT_CONNECTION_MAX, "paid for once per connection");

}  // namespace mangle
