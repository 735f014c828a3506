// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "tests/dialogue.h"

namespace rtsp::test {
namespace {

std::string Ports(const std::uint16_t (&ports)[2], unsigned count) {
  std::string text = std::to_string(ports[0]);
  if (count == 2) text += "-" + std::to_string(ports[1]);
  return text;
}

}  // namespace

Dialogue::Dialogue(bool may_translate) : memory_(rtspnat_connection_size() / 8 + 1) {
  reserve = [](const rtspnat_step&, std::uint16_t&) { return RTSPNAT_YES; };
  expect = [](const rtspnat_step&) { return RTSPNAT_YES; };
  setup_.inside = {4, {10, 0, 1, 2}};
  setup_.outside = setup_.inside;
  if (may_translate) setup_.outside = {4, {203, 0, 113, 1}};
  // Both streams wrap round early on.
  setup_.first_seq[0] = 0xffffffc0U;
  setup_.first_seq[1] = 0xffffff00U;
  setup_.port_seed = 1;
  setup_.may_translate = may_translate;
  connection_ = rtspnat_open(memory_.data(), &setup_);
}

void Dialogue::Check(bool holds, const std::string& law) {
  if (!holds) broken_.push_back(law);
}

Outcome Dialogue::Send(rtspnat_direction direction, std::string_view bytes, std::uint8_t flags) {
  const std::uint32_t offset = next_[direction];
  Outcome outcome = SendAt(direction, offset, bytes, flags);
  if (!outcome.dropped) next_[direction] = offset + static_cast<std::uint32_t>(bytes.size());
  return outcome;
}

Outcome Dialogue::SendAt(rtspnat_direction direction, std::uint32_t offset, std::string_view bytes,
                         std::uint8_t flags) {
  // An exact copy on the heap, so that a sanitizer sees every read beyond it.
  const std::vector<std::uint8_t> copy(bytes.begin(), bytes.end());
  const unsigned other = direction == RTSPNAT_ORIGINAL ? RTSPNAT_REPLY : RTSPNAT_ORIGINAL;
  rtspnat_segment segment = {};
  segment.payload = copy.data();
  segment.length = static_cast<std::uint32_t>(copy.size());
  segment.seq = setup_.first_seq[direction] + offset;
  segment.ack = setup_.first_seq[other] + acknowledged_[other];
  segment.direction = static_cast<std::uint8_t>(direction);
  segment.flags = static_cast<std::uint8_t>(flags | RTSPNAT_ACK);
  Outcome outcome;
  outcome.sent = bytes;
  if (use_skip) {
    rtspnat_segment unread = segment;
    unread.payload = nullptr;
    outcome.skipped = rtspnat_skip(connection_, &unread);
    if (outcome.skipped) {
      Remember(direction, offset, bytes, outcome);
      return outcome;
    }
  }
  rtspnat_begin(connection_, &segment);
  Converse();
  Apply(outcome);
  Remember(direction, offset, bytes, outcome);
  if ((flags & (RTSPNAT_FIN | RTSPNAT_RST)) != 0 && !outcome.dropped)
    Check(books_.empty(), "law 4: a mapping is left after FIN or RST");
  return outcome;
}

// Law 5: the same bytes at the same place go on as they did the first time, until they are acknowledged.
void Dialogue::Remember(rtspnat_direction direction, std::uint32_t offset, std::string_view in,
                        const Outcome& outcome) {
  if (outcome.dropped) return;
  std::string& before = in_[direction];
  std::string& after = out_[direction];
  for (std::size_t i = 0; i < in.size() && i < outcome.sent.size(); ++i) {
    const std::size_t at = offset + i;
    if (at > before.size()) return;
    if (at == before.size()) {
      before.push_back(in[i]);
      after.push_back(outcome.sent[i]);
    } else if (at >= acknowledged_[direction] && in[i] == before[at]) {
      Check(outcome.sent[i] == after[at], "law 5: sent again, other bytes");
    }
  }
}

void Dialogue::Converse() {
  // Each byte can bring about a bounded number of questions; a loop without end is a broken law 1.
  constexpr unsigned kMost = 1U << 20;
  unsigned questions = 0;
  while (rtspnat_next(connection_, &step_) != RTSPNAT_DONE && ++questions < kMost) {
    switch (step_.ask) {
      case RTSPNAT_RESERVE: OnReserve(step_); break;
      case RTSPNAT_EXPECT: OnExpect(step_); break;
      case RTSPNAT_RELEASE: OnRelease(step_); break;
      default: Check(false, "law 1: unknown question"); return;
    }
  }
  Check(questions < kMost, "law 1: the dialogue does not end");
}

void Dialogue::CheckPorts(const rtspnat_step& step, std::uint16_t first_port) {
  Check(step.count == 1 || step.count == 2, "law 6: count");
  Check(first_port >= 1024, "law 6: a port below 1024");
  if (first_port == step.inside[0]) return;
  Check(setup_.may_translate, "law 6: another port without NAT");
  Check(step.count == 1 || first_port % 2 == 0, "law 6: a pair that begins odd");
  Check(std::to_string(first_port).size() <= step.digits, "law 6: too many digits");
}

void Dialogue::OnReserve(const rtspnat_step& step) {
  Check(!books_.contains(step.mapping), "law 4: reserved twice");
  Check(step.mapping < rtspnat_mappings(), "law 4: mapping number");
  CheckPorts(step, step.outside[0]);
  std::uint16_t first_port = step.outside[0];
  const rtspnat_reply reply = reserve(step, first_port);
  const char* names[] = {" none", "", " busy"};
  std::uint16_t outside[2] = {first_port, step.outside[1]};
  if (first_port != step.outside[0]) outside[1] = static_cast<std::uint16_t>(first_port + 1);
  log_.push_back("reserve " + std::to_string(step.mapping) + " " + Ports(step.inside, step.count) + " as " +
                 Ports(outside, step.count) + names[reply]);
  if (reply == RTSPNAT_YES) {
    Book& book = books_[step.mapping];
    book.step = step;
    book.step.outside[0] = outside[0];
    book.step.outside[1] = outside[1];
  }
  rtspnat_answer(connection_, reply, first_port);
}

void Dialogue::OnExpect(const rtspnat_step& step) {
  const auto book = books_.find(step.mapping);
  Check(book != books_.end(), "law 4: expected without being reserved");
  const rtspnat_reply reply = expect(step);
  log_.push_back("expect " + std::to_string(step.mapping) + " " + Ports(step.outside, step.count) + " to " +
                 Ports(step.inside, step.count) + " peer " + Ports(step.peer, step.count) + " open " +
                 std::to_string(step.open) + (reply == RTSPNAT_YES ? "" : " refused"));
  if (book != books_.end()) {
    Check(step.outside[0] == book->second.step.outside[0], "law 4: expected on other ports");
    Check(step.inside[0] == book->second.step.inside[0], "law 4: expected for other ports");
    book->second.live = reply == RTSPNAT_YES;
  }
  rtspnat_answer(connection_, reply, 0);
}

void Dialogue::OnRelease(const rtspnat_step& step) {
  log_.push_back("release " + std::to_string(step.mapping));
  Check(books_.erase(step.mapping) == 1, "law 4: released without being held");
}

void Dialogue::Apply(Outcome& outcome) {
  outcome.dropped = step_.verdict == RTSPNAT_DROP;
  outcome.transparent = step_.transparent != 0;
  outcome.notes = step_.notes;
  outcome.edits = step_.edits;
  Check(!outcome.dropped || step_.edits == 0, "law 3: a dropped segment has edits");
  std::size_t end = 0;
  rtspnat_edit edit = {};
  for (unsigned i = 0; i < step_.edits; ++i) {
    const bool given = rtspnat_get_edit(connection_, i, &edit);
    Check(given && edit.length != 0, "law 2: an edit is missing");
    if (!given) break;
    Check(edit.offset >= end && edit.offset <= outcome.sent.size() &&
              edit.length <= outcome.sent.size() - edit.offset,
          "law 2: an edit outside the segment");
    end = std::size_t{edit.offset} + edit.length;
    if (end > outcome.sent.size()) break;
    outcome.sent.replace(edit.offset, edit.length, reinterpret_cast<const char*>(edit.text), edit.length);
  }
  Check(!rtspnat_get_edit(connection_, step_.edits, &edit), "law 2: more edits than said");
  if (outcome.dropped) outcome.sent.clear();
}

std::size_t Dialogue::Live() const {
  std::size_t live = 0;
  for (const auto& [number, book] : books_) live += book.live ? 1 : 0;
  return live;
}

void Dialogue::Close() {
  rtspnat_step step = {};
  while (rtspnat_close(connection_, &step)) OnRelease(step);
  Check(books_.empty(), "law 4: a mapping is left after close");
}

}  // namespace rtsp::test
