// SPDX-License-Identifier: MIT OR GPL-2.0-only
// Plays a whole connection with tests/harness/dialogue.h, which checks the laws of rtspnat.h.
//
// Input: one byte of options (bit 5: the payload comes in pieces; bits 6-7: their size), then records of a 4-byte head and bytes:
//   0  operation: bit 0 direction; bits 1-3 the bytes to send (see Operation); bit 4 acknowledge first
//   1  answers: bits 0-1 for RESERVE, bit 2 for EXPECT, the others for the embedder's own port
//   2  length of the bytes that follow, low byte first
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "tests/harness/dialogue.h"
#include "tests/reference/framing.h"
#include "tests/reference/lines.h"

namespace {

using rtsp::test::Dialogue;
using rtsp::test::Outcome;

constexpr std::size_t kHead = 4;

enum class Operation : std::uint8_t {
  kNext = 0,   // The next bytes of the stream.
  kAgain = 1,  // Bytes that were sent before; the first byte of the record says from where.
  kPast = 2,   // Bytes past the frontier.
  kFin = 3,    // The next bytes, with FIN.
  kCut = 4,    // The next bytes, one segment for each.
  kRst = 5,
  kUrgent = 6,  // The next bytes, with urgent data.
};

// The embedder, whose answers are as bad as the input says.
void SetAnswers(Dialogue& dialogue, std::uint8_t answers) {
  dialogue.reserve = [answers](const rtspnat_step& step, std::uint16_t& port) {
    switch (answers & 3) {
      case 0: return RTSPNAT_YES;
      case 1: return step.mapping.outside[0] / 2 % 3 == 0 ? RTSPNAT_YES : RTSPNAT_BUSY;
      case 2: return RTSPNAT_NO;
      default:
        port = static_cast<std::uint16_t>((answers >> 3) * 2056 + step.mapping.number);
        return RTSPNAT_YES;
    }
  };
  dialogue.lends = answers >> 5 != 7;
  dialogue.expect = [answers](const rtspnat_step&) { return (answers & 4) != 0 ? RTSPNAT_NO : RTSPNAT_YES; };
}

// The bytes that were sent in order, and the embedder's answers.
struct Sent {
  rtspnat_direction direction;
  std::uint8_t answers;
  std::uint8_t flags;
  std::string bytes;
};

constexpr std::uint8_t kAllOptions =
    RTSPNAT_OPTION_CLIENT_ADDRESS | RTSPNAT_OPTION_PLAY_TRANSPORT | RTSPNAT_OPTION_REDIRECT;

class Player {
 public:
  explicit Player(std::uint8_t options)
      : routed_((options & 1) != 0),
        changes_(static_cast<rtspnat_length_changes>((options >> 2 & 3) % 3)),
        asks_((options & 16) != 0 ? kAllOptions : 0),
        dialogue_(Setup()) {
    dialogue_.use_skip = (options & 2) == 0;
    dialogue_.piece = (options & 32) != 0 ? 1U + (options >> 6) * 5U : 0;
  }

  void Play(std::uint8_t operation, std::uint8_t answers, std::string_view bytes);
  void Finish();

 private:
  void SendNext(rtspnat_direction direction, std::string_view bytes, std::uint8_t answers,
                std::uint8_t flags);
  bool SendPieces(Dialogue& dialogue, rtspnat_direction direction, bool acknowledge) const;
  void SendAgain(Dialogue& dialogue) const;
  [[nodiscard]] bool IsComparable(const Dialogue& other) const;
  void CompareWithOtherCuts();
  void CompareWithReaders() const;

  [[nodiscard]] rtspnat_setup Setup() const {
    rtspnat_setup setup = Dialogue::SetupOf(!routed_, changes_);
    setup.options = asks_;
    return setup;
  }

  bool routed_;
  rtspnat_length_changes changes_;
  std::uint8_t asks_;     // enum rtspnat_options: none, or all.
  bool in_order_ = true;  // No byte was sent past the frontier, or behind a close.
  bool closed_[2] = {};
  Dialogue dialogue_;
  std::string streams_[2];
  std::vector<Sent> sent_;
};

// Sends the next bytes of a stream, and then, as their sender would, the tail that the core cut off.
void SendAll(Dialogue& dialogue, rtspnat_direction direction, std::string_view bytes, std::uint8_t flags) {
  std::uint32_t left = static_cast<std::uint32_t>(bytes.size());
  Outcome outcome = dialogue.Send(direction, bytes, flags);
  const std::uint32_t end = dialogue.Next(direction);
  while (outcome.Noted(RTSPNAT_NOTE_TRIMMED) && !outcome.dropped && end - outcome.end < left) {
    left = end - outcome.end;
    outcome = dialogue.SendAt(direction, outcome.end, bytes.substr(bytes.size() - left), flags);
  }
}

void Player::SendNext(rtspnat_direction direction, std::string_view bytes, std::uint8_t answers,
                      std::uint8_t flags) {
  if (closed_[direction] && !bytes.empty()) in_order_ = false;
  closed_[direction] = closed_[direction] || (flags & RTSPNAT_FIN) != 0;
  SendAll(dialogue_, direction, bytes, flags);
  streams_[direction] += bytes;
  sent_.push_back({direction, answers, flags, std::string(bytes)});
}

void Player::Play(std::uint8_t operation, std::uint8_t answers, std::string_view bytes) {
  const auto direction = static_cast<rtspnat_direction>(operation & 1);
  std::string& stream = streams_[direction];
  const auto size = static_cast<std::uint32_t>(stream.size());
  if ((operation & 16) != 0) dialogue_.Acknowledge(direction, dialogue_.Received(direction));
  SetAnswers(dialogue_, answers);
  switch (static_cast<Operation>(operation >> 1 & 7)) {
    case Operation::kNext: return SendNext(direction, bytes, answers, 0);
    case Operation::kFin: return SendNext(direction, bytes, answers, RTSPNAT_FIN);
    case Operation::kUrgent: return SendNext(direction, bytes, answers, RTSPNAT_URG);
    case Operation::kRst:
      dialogue_.SendAt(direction, size, {}, RTSPNAT_RST);
      in_order_ = false;
      return;
    case Operation::kCut:
      for (std::size_t i = 0; i < bytes.size(); ++i) SendNext(direction, bytes.substr(i, 1), answers, 0);
      return;
    case Operation::kAgain: {
      const std::uint32_t back = bytes.empty() ? 0 : static_cast<std::uint8_t>(bytes[0]);
      const std::uint32_t from = back < size ? size - back : 0;
      // Bytes that were sent before, and new bytes behind them.
      const std::string again = stream.substr(from) + std::string(bytes);
      dialogue_.SendAt(direction, from, std::string_view(again).substr(0, size - from));
      dialogue_.SendAt(direction, from, again);
      return SendNext(direction, bytes, answers, 0);
    }
    case Operation::kPast:
      dialogue_.SendAt(direction, size + 1 + answers, bytes);
      in_order_ = false;
      return;
    default: return;
  }
}

// Sends everything again in other pieces, for law 5. A sender that waits for an acknowledgement does the same. Returns true if the core still cut
// a tail.
bool Player::SendPieces(Dialogue& dialogue, rtspnat_direction direction, bool acknowledge) const {
  constexpr std::uint32_t kPiece = 7;
  const auto other = static_cast<rtspnat_direction>(1 - direction);
  const std::string_view stream = streams_[direction];
  bool trimmed = false;
  for (std::uint32_t i = 0; i < stream.size(); i += kPiece) {
    trimmed |= dialogue.SendAt(direction, i, stream.substr(i, kPiece)).Noted(RTSPNAT_NOTE_TRIMMED);
    if (!trimmed || !acknowledge) continue;
    dialogue.Acknowledge(direction, dialogue.Received(direction));
    dialogue.SendAt(other, static_cast<std::uint32_t>(streams_[other].size()), {});
    trimmed = dialogue.SendAt(direction, i, stream.substr(i, kPiece)).Noted(RTSPNAT_NOTE_TRIMMED);
  }
  return trimmed;
}

// Bytes in custody that are too long for one packet go on when their front is acknowledged.
void Player::SendAgain(Dialogue& dialogue) const {
  for (const rtspnat_direction direction : {RTSPNAT_ORIGINAL, RTSPNAT_REPLY})
    if (SendPieces(dialogue, direction, false)) SendPieces(dialogue, direction, true);
}

// Text beyond a bound, and text that waits for an acknowledgement, may differ with other cuts.
bool Player::IsComparable(const Dialogue& other) const {
  for (const Dialogue* dialogue : {&dialogue_, &other}) {
    if (dialogue->EverNoted(RTSPNAT_NOTE_TABLE_FULL) || dialogue->EverNoted(RTSPNAT_NOTE_CANNOT_EDIT) ||
        dialogue->EverNoted(RTSPNAT_NOTE_LENGTH_CHANGED) || dialogue->EverNoted(RTSPNAT_NOTE_URGENT) ||
        dialogue->EverNoted(RTSPNAT_NOTE_NOT_LENT))
      return false;
  }
  return true;
}

void PrintDifference(const std::string& cut, const std::string& whole) {
  const auto same = std::mismatch(cut.begin(), cut.end(), whole.begin(), whole.end()).first - cut.begin();
  std::fprintf(stderr, "cut leaves %zu bytes, whole %zu, the first %td are the same\n", cut.size(),
               whole.size(), same);
}

// Law 5: the same streams give the same bytes and questions however they are cut.
void Player::CompareWithOtherCuts() {
  Dialogue cut(Setup());
  for (const Sent& sent : sent_) {
    SetAnswers(cut, sent.answers);
    const std::string_view bytes = sent.bytes;
    for (std::size_t i = 0; i + 1 < bytes.size(); ++i) SendAll(cut, sent.direction, bytes.substr(i, 1), 0);
    SendAll(cut, sent.direction, bytes.empty() ? bytes : bytes.substr(bytes.size() - 1), sent.flags);
  }
  SendAgain(cut);
  if (!IsComparable(cut)) return;
  bool same = cut.Log() == dialogue_.Log();
  for (const rtspnat_direction direction : {RTSPNAT_ORIGINAL, RTSPNAT_REPLY})
    same = same && cut.Left(direction) == dialogue_.Left(direction);
  if (same) return;
  for (const std::string& line : cut.Log()) std::fprintf(stderr, "cut: %s\n", line.c_str());
  for (const std::string& line : dialogue_.Log()) std::fprintf(stderr, "whole: %s\n", line.c_str());
  for (const rtspnat_direction direction : {RTSPNAT_ORIGINAL, RTSPNAT_REPLY})
    PrintDifference(cut.Left(direction), dialogue_.Left(direction));
  std::abort();
}

// Returns the unit that a slow reader finds at `offset`; nothing behind text that it does not understand.
const rtsp::reference::FramedUnit* UnitAt(const std::vector<rtsp::reference::FramedUnit>& units,
                                          std::size_t offset) {
  const std::size_t followed = rtsp::reference::CountBeforeGap(units);
  for (std::size_t i = 0; i < followed; ++i) {
    if (units[i].offset <= offset && offset - units[i].offset < units[i].line.size()) return &units[i];
  }
  return nullptr;
}

// Where the core changes the opener's stream, both readers of tests/reference, the lenient one and the one of CR LF alone, must find the value of a
// header that may change. So the core takes no text for a line that one side wrote and the other echoed.
void Player::CompareWithReaders() const {
  const std::string& sent = streams_[RTSPNAT_ORIGINAL];
  const std::string& left = dialogue_.Left(RTSPNAT_ORIGINAL);
  if (sent.size() != left.size() || dialogue_.EverNoted(RTSPNAT_NOTE_URGENT)) return;
  const std::size_t first_end = sent.find('\n');
  const bool has_returns = first_end != std::string::npos && first_end != 0 && sent[first_end - 1] == '\r';
  const auto lenient = rtsp::reference::ReadUnits(sent);
  const auto strict = rtsp::reference::ReadCrLfUnits(sent);
  for (std::size_t i = 0; i < sent.size(); ++i) {
    if (sent[i] == left[i]) continue;
    for (const auto* units : {&lenient, &strict}) {
      if (units == &strict && !has_returns) continue;
      const rtsp::reference::FramedUnit* unit = UnitAt(*units, i);
      const std::string name = unit != nullptr ? rtsp::reference::ReadHeader(unit->line).name : std::string();
      if (unit != nullptr && !unit->bare && (name == "transport" || name == "x-nat")) continue;
      std::fprintf(stderr, "byte %zu is changed, and a reader sees no Transport line there\n", i);
      std::abort();
    }
  }
}

void Player::Finish() {
  SendAgain(dialogue_);
  if (in_order_) CompareWithOtherCuts();
  if (in_order_) CompareWithReaders();
  dialogue_.Close();
  if (dialogue_.Broken().empty()) return;
  for (const std::string& line : dialogue_.Log()) std::fprintf(stderr, "%s\n", line.c_str());
  for (const std::string& law : dialogue_.Broken()) std::fprintf(stderr, "broken: %s\n", law.c_str());
  std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  Player player(data[0]);
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  rest.remove_prefix(1);
  while (rest.size() >= kHead) {
    const auto byte = [&rest](std::size_t i) { return static_cast<std::uint8_t>(rest[i]); };
    const std::size_t length = byte(2) | static_cast<std::size_t>(byte(3) << 8);
    const std::string_view bytes = rest.substr(kHead, length);
    player.Play(byte(0), byte(1), bytes);
    rest.remove_prefix(kHead + bytes.size());
  }
  player.Finish();
  return 0;
}
