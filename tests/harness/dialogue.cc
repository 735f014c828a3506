// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "tests/harness/dialogue.h"

#include <algorithm>

namespace rtsp::test {
namespace {

std::string Ports(const std::uint16_t (&ports)[RTSPNAT_PORTS], unsigned count) {
  std::string text = std::to_string(ports[0]);
  if (count > 1) text += "-" + std::to_string(ports[count - 1]);
  return text;
}

void Follow(std::uint16_t (&ports)[RTSPNAT_PORTS], std::uint16_t first, unsigned count) {
  for (unsigned i = 0; i < count; ++i) ports[i] = static_cast<std::uint16_t>(first + i);
}

constexpr const char* kReplyNames[] = {" none", "", " busy"};

// The mapping's number, and its protocol where that is not UDP.
std::string NameOf(const rtspnat_step& step) {
  return std::to_string(step.mapping.number) + (step.mapping.protocol == 6 ? " tcp" : "");
}

rtspnat_direction Other(rtspnat_direction direction) {
  return direction == RTSPNAT_ORIGINAL ? RTSPNAT_REPLY : RTSPNAT_ORIGINAL;
}

// An IPv6 address as bytes.
std::string Text(const rtspnat_address& address) {
  std::string text;
  for (unsigned i = 0; i < (address.family == 4 ? 4U : 16U); ++i)
    text += (i == 0 ? "" : ".") + std::to_string(address.bytes[i]);
  return text;
}

}  // namespace

bool Dialogue::Stream::Agrees(std::uint32_t offset, std::string_view run) const {
  for (std::size_t i = 0; i < run.size(); ++i) {
    const std::size_t at = offset + i;
    if (at < bytes.size() && bytes[at] != run[i]) return false;
  }
  return true;
}

// Bytes before `unchecked` may differ from the earlier ones.
void Dialogue::Stream::Put(std::uint32_t offset, std::string_view run, std::uint32_t unchecked) {
  const std::uint32_t skipped = offset < unchecked ? unchecked - offset : 0;
  if (skipped < run.size() && !Agrees(offset + skipped, run.substr(skipped))) torn = true;
  if (offset > bytes.size()) {
    beyond.emplace(offset, run);
    return;
  }
  if (offset + run.size() > bytes.size()) bytes += run.substr(bytes.size() - offset);
  while (!beyond.empty() && beyond.begin()->first <= bytes.size()) {
    const auto next = beyond.extract(beyond.begin());
    Put(next.key(), next.mapped(), unchecked);
  }
}

rtspnat_setup Dialogue::SetupOf(bool may_translate, rtspnat_length_changes length_changes) {
  auto setup = Sized<rtspnat_setup>();
  setup.inside = {4, {10, 0, 1, 2}};
  setup.outside = setup.inside;
  if (may_translate) setup.outside = {4, {203, 0, 113, 1}};
  setup.peer = {4, {198, 51, 100, 10}};
  setup.published = setup.peer;
  setup.inside_port = setup.outside_port = 43210;
  setup.peer_port = setup.published_port = 554;
  // The sequence numbers of both streams wrap early.
  setup.first_seq[0] = 0xffffffc0U;
  setup.first_seq[1] = 0xffffff00U;
  setup.port_seed = 1;
  setup.may_translate = may_translate;
  setup.length_changes = static_cast<std::uint8_t>(length_changes);
  return setup;
}

Dialogue::Dialogue(bool may_translate, rtspnat_length_changes length_changes)
    : Dialogue(SetupOf(may_translate, length_changes)) {}

Dialogue::Dialogue(const rtspnat_setup& setup) : setup_(setup) {
  reserve = [](const rtspnat_step&, std::uint16_t&) { return RTSPNAT_YES; };
  publish = reserve;
  expect = [](const rtspnat_step&) { return RTSPNAT_YES; };
  embedder_.Open(setup_);
}

rtspnat_loss Dialogue::Forget() {
  auto position = Sized<rtspnat_position>();
  const rtspnat_loss loss = rtspnat_judge_loss(Core(), &position);
  if (loss != RTSPNAT_LOSES_NOTHING) return loss;
  rtspnat_setup setup = setup_;
  setup.first_seq[0] = position.seq[0];
  setup.first_seq[1] = position.seq[1];
  setup.answered = position.answered;
  setup.marks = position.marks;
  setup.session_seconds = position.session_seconds;
  embedder_.Open(setup);
  return loss;
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
  const rtspnat_direction other = Other(direction);
  auto segment = Sized<rtspnat_segment>();
  segment.payload = copy.data();
  segment.length = segment.at_hand = static_cast<std::uint32_t>(copy.size());
  segment.seq = setup_.first_seq[direction] + offset;
  segment.ack = rtspnat_map_sequence(Core(), other, setup_.first_seq[other] + acknowledged_[other]);
  segment.direction = static_cast<std::uint8_t>(direction);
  segment.flags = static_cast<std::uint8_t>(flags | RTSPNAT_ACK);
  segment.header_length = header_length;
  sent_[direction].Put(offset, bytes, 0);
  Outcome outcome;
  outcome.sent = bytes;
  outcome.start = offset;
  outcome.end = offset + segment.length;
  outcome.ack = acknowledged_[other];
  outcome.fin = (flags & RTSPNAT_FIN) != 0;
  if (use_skip) {
    rtspnat_segment unread = segment;
    unread.payload = nullptr;
    // Either function may come first.
    const bool frames_first = segment.length % 2 != 0;
    outcome.skipped = (frames_first && SkipFrames(unread, bytes, outcome)) || rtspnat_skip(Core(), &unread) ||
                      (!frames_first && SkipFrames(unread, bytes, outcome));
    if (outcome.skipped) {
      Leave(direction, outcome);
      return outcome;
    }
  }
  direction_ = direction;
  released_told_ = false;
  embedder_.Move();
  embedder_.Begin(segment, piece);
  Converse();
  Apply(segment, outcome);
  gap_ = gap_ || outcome.Noted(RTSPNAT_NOTE_REPLY_GAP);
  if (!outcome.dropped) Leave(direction, outcome);
  const bool closes = (flags & RTSPNAT_RST) != 0 || outcome.fin;
  closed_ = closed_ || (closes && !outcome.dropped);
  if (closes && !outcome.dropped) Check(books_.empty(), "law 4: a mapping is left after FIN or RST");
  return outcome;
}

// Shows the core only the heads of frames.
bool Dialogue::SkipFrames(const rtspnat_segment& segment, std::string_view bytes, Outcome& outcome) {
  // The end of a segment may have padding behind it.
  const auto ask = [&](std::uint32_t& offset, std::size_t size) {
    std::vector<std::uint8_t> shown(bytes.begin() + offset, bytes.begin() + offset + size);
    if (offset + size == bytes.size() && size % 2 != 0) shown.insert(shown.end(), 4, '$');
    return rtspnat_skip_frames(Core(), &segment, shown.data(), static_cast<std::uint32_t>(shown.size()),
                               &offset);
  };
  std::uint32_t offset = 0;
  rtspnat_frames frames = ask(offset, bytes.size() % 3 == 0 ? 0 : bytes.size() / (bytes.size() % 3));
  bool asked = false;
  while (frames == RTSPNAT_FRAMES_HEAD) {
    Check(offset <= bytes.size() && bytes.size() - offset >= 4, "law 1: a frame's head outside the segment");
    // Pieces of several sizes, some with one head in them, some with many.
    const std::uint32_t size = std::min(segment.length - offset, 4 + offset % 97);
    const std::uint32_t before = offset;
    frames = ask(offset, size);
    Check(frames != RTSPNAT_FRAMES_HEAD || offset > before, "law 1: the heads of frames do not end");
    asked = true;
  }
  Check(!asked || frames != RTSPNAT_FRAMES_DONE, "law 1: a frame that began is not said");
  if (frames == RTSPNAT_FRAMES_BEGUN) outcome.notes = std::uint64_t{1} << RTSPNAT_NOTE_INTERLEAVED;
  return frames == RTSPNAT_FRAMES_DONE || frames == RTSPNAT_FRAMES_BEGUN;
}

// Law 5: the same bytes go on as the same bytes, until they are acknowledged.
void Dialogue::Leave(rtspnat_direction direction, const Outcome& outcome) {
  const std::uint32_t first = setup_.first_seq[direction];
  const auto place = [&](std::uint32_t offset) {
    return rtspnat_map_sequence(Core(), direction, first + offset) - first;
  };
  Stream& left = left_[direction];
  if (sent_[direction].torn) return;
  left.Put(place(outcome.start), outcome.sent, place(acknowledged_[direction]));
  Check(!left.torn, "law 5: sent again, other bytes");
}

void Dialogue::Converse() {
  // Each byte can cause a bounded number of questions. An endless loop breaks law 1.
  constexpr unsigned kMost = 1U << 20;
  unsigned questions = 0;
  while (rtspnat_next(Core(), &step_) != RTSPNAT_DONE && ++questions < kMost) {
    if (embedder_.Serve(step_, lends)) continue;
    switch (step_.ask) {
      case RTSPNAT_RESERVE: OnReserve(step_); break;
      case RTSPNAT_EXPECT: OnExpect(step_); break;
      case RTSPNAT_RELEASE: OnRelease(step_); break;
      case RTSPNAT_PUBLISH: OnPublish(step_); break;
      case RTSPNAT_LINGER: OnLinger(step_); break;
      case RTSPNAT_REDIRECT: OnRedirect(step_); break;
      default: Check(false, "law 1: unknown question"); return;
    }
  }
  Check(questions < kMost, "law 1: the dialogue does not end");
  Check(!embedder_.IsMisused(),
        "law 14: a buffer that was not lent, one too many, or bytes that there are not");
}

void Dialogue::OnReserve(const rtspnat_step& step) {
  Check(!books_.contains(step.mapping.number), "law 4: reserved twice");
  Check(!closed_, "law 4: reserved behind FIN or RST");
  Check(step.mapping.number < rtspnat_mappings(), "law 4: mapping number");
  CheckPorts(step, step.mapping.inside, step.mapping.outside, step.mapping.count, setup_.may_translate);
  std::uint16_t first_port = step.mapping.outside[0];
  const rtspnat_reply reply = reserve(step, first_port);
  rtspnat_step taken = step;
  if (first_port != step.mapping.outside[0]) Follow(taken.mapping.outside, first_port, step.mapping.count);
  log_.push_back("reserve " + NameOf(step) + " " + Ports(step.mapping.inside, step.mapping.count) + " as " +
                 Ports(taken.mapping.outside, step.mapping.count) + kReplyNames[reply]);
  if (reply == RTSPNAT_YES) books_[step.mapping.number].step = taken;
  rtspnat_answer(Core(), reply, first_port);
}

void Dialogue::OnPublish(const rtspnat_step& step) {
  const auto book = books_.find(step.mapping.number);
  const bool is_new = step.mapping.outside[0] == 0;
  Check((book == books_.end()) == is_new, "law 4: published without being reserved, or anew");
  Check(setup_.may_publish, "law 6: published without NAT");
  CheckDoubt(step);
  unsigned count = 0;
  while (count < step.mapping.count && step.mapping.published[count] != 0) ++count;
  CheckPorts(step, step.mapping.peer, step.mapping.published, count, true);
  std::uint16_t first_port = step.mapping.published[0];
  const rtspnat_reply reply = publish(step, first_port);
  rtspnat_step taken = step;
  if (first_port != step.mapping.published[0]) Follow(taken.mapping.published, first_port, count);
  log_.push_back("publish " + NameOf(step) + " " + Ports(step.mapping.peer, count) + " as " +
                 Ports(taken.mapping.published, count) + kReplyNames[reply]);
  if (reply == RTSPNAT_YES && is_new) books_[step.mapping.number].step = taken;
  rtspnat_answer(Core(), reply, first_port);
}

void Dialogue::OnExpect(const rtspnat_step& step) {
  const auto book = books_.find(step.mapping.number);
  Check(book != books_.end(), "law 4: expected without being reserved");
  CheckDoubt(step);
  const rtspnat_reply reply = expect(step);
  std::string line = "expect " + NameOf(step) + " " + Ports(step.mapping.outside, step.mapping.count) +
                     " to " + Ports(step.mapping.inside, step.mapping.count) + " peer " +
                     Ports(step.mapping.peer, step.mapping.count);
  if (!std::equal(std::begin(step.mapping.peer), std::end(step.mapping.peer), step.mapping.published))
    line += " as " + Ports(step.mapping.published, step.mapping.count);
  line += " open " + std::to_string(step.mapping.open);
  if (step.mapping.media_source.family == 4) line += " source " + Text(step.mapping.media_source);
  log_.push_back(line + (reply == RTSPNAT_YES ? "" : " refused"));
  if (book != books_.end()) {
    Check(step.mapping.outside[0] == book->second.step.mapping.outside[0], "law 4: expected on other ports");
    Check(step.mapping.inside[0] == book->second.step.mapping.inside[0], "law 4: expected for other ports");
    Check(step.mapping.protocol == book->second.step.mapping.protocol,
          "law 4: expected for another protocol");
    book->second.live = reply == RTSPNAT_YES;
  }
  rtspnat_answer(Core(), reply, 0);
}

void Dialogue::OnRelease(const rtspnat_step& step) {
  log_.push_back("release " + NameOf(step));
  const auto book = books_.find(step.mapping.number);
  released_told_ = released_told_ || (book != books_.end() && book->second.told);
  Check(books_.erase(step.mapping.number) == 1, "law 4: released without being held");
}

void Dialogue::OnLinger(const rtspnat_step& step) {
  log_.push_back("linger " + NameOf(step) + " " + std::to_string(step.mapping.seconds));
  const auto book = books_.find(step.mapping.number);
  Check(book != books_.end() && book->second.live, "law 4: lingers without being live");
  Check(step.mapping.seconds != 0, "law 4: lingers for no time");
  if (book != books_.end()) books_.erase(book);
}

void Dialogue::OnRedirect(const rtspnat_step& step) {
  log_.push_back("redirect " + Text(step.redirect.address) + " " + std::to_string(step.redirect.port));
  Check(!gap_, "law 10: a redirection behind a gap");
  Check((setup_.options & RTSPNAT_OPTION_REDIRECT) != 0, "nobody wants to know of redirections");
  Check(step.redirect.address.family == setup_.peer.family, "a redirection to another family");
  Check(step.redirect.port != 0, "a redirection to no port");
}

// Handles a step as rtspnat.h says.
void Dialogue::Apply(const rtspnat_segment& segment, Outcome& outcome) {
  const auto direction = static_cast<rtspnat_direction>(segment.direction);
  outcome.dropped = step_.done.verdict == RTSPNAT_DROP;
  outcome.transparent = step_.done.transparent;
  outcome.holding = step_.done.holding;
  outcome.notes = step_.done.notes;
  outcome.edits = step_.done.edits;
  notes_ |= step_.done.notes;
  if (outcome.dropped) {
    Check(step_.done.edits == 0, "law 3: a dropped segment has edits");
    outcome.sent.clear();
    return;
  }
  CheckStep(segment, outcome);
  CheckTold(segment);
  outcome.start = step_.done.seq - setup_.first_seq[direction];
  outcome.end = outcome.start + step_.done.prefix_length + step_.done.keep;
  outcome.ack = rtspnat_map_acknowledgement(Core(), Other(direction), step_.done.ack) -
                setup_.first_seq[Other(direction)];
  outcome.fin = (step_.done.flags & RTSPNAT_FIN) != 0;
  outcome.sent = std::string(reinterpret_cast<const char*>(step_.done.prefix), step_.done.prefix_length) +
                 outcome.sent.substr(0, step_.done.keep);
  if (!sent_[direction].torn)
    Check(sent_[direction].Agrees(outcome.start, outcome.sent), "law 3: not the stream of the sender");
  ApplyEdits(outcome);
}

void Dialogue::CheckStep(const rtspnat_segment& segment, const Outcome& outcome) {
  Check(step_.done.keep <= outcome.sent.size(), "law 2: more kept than there is");
  Check(step_.done.keep == 0 || step_.done.seq + step_.done.prefix_length == segment.seq,
        "law 3: a gap behind the prefix");
  const bool whole =
      step_.done.seq + step_.done.prefix_length + step_.done.keep == segment.seq + segment.length;
  const bool fin = outcome.fin && whole;
  Check(fin == ((step_.done.flags & RTSPNAT_FIN) != 0), "law 3: FIN");
  if (setup_.may_translate || (setup_.may_publish && segment.direction == RTSPNAT_REPLY)) return;
  Check(step_.done.prefix_length == 0 && step_.done.keep == outcome.sent.size() &&
            step_.done.seq == segment.seq,
        "law 3: trimmed without NAT");
}

void Dialogue::ApplyEdits(Outcome& outcome) {
  std::size_t end = outcome.sent.size();
  auto edit = Sized<rtspnat_edit>();
  for (unsigned i = step_.done.edits; i-- > 0;) {
    const bool given = rtspnat_get_edit(Core(), i, &edit);
    Check(given && edit.text_length != 0, "law 2: an edit is missing");
    if (!given) break;
    Check(std::size_t{edit.offset} + edit.length <= end, "law 2: edits overlap, or lie outside");
    Check(edit.text_length >= edit.length, "law 8: an edit that saves bytes");
    if (setup_.length_changes == RTSPNAT_NO_LENGTH_CHANGE)
      Check(edit.text_length == edit.length, "law 8: an edit that changes its length");
    if (std::size_t{edit.offset} + edit.length > end) break;
    const std::string_view text(reinterpret_cast<const char*>(edit.text), edit.text_length);
    const bool is_cut = edit.offset == 0 || edit.offset + edit.length == outcome.sent.size();
    if (!is_cut) CheckEdit(outcome.start + edit.offset, text);
    end = edit.offset;
    outcome.sent.replace(edit.offset, edit.length, reinterpret_cast<const char*>(edit.text),
                         edit.text_length);
  }
  Check(!rtspnat_get_edit(Core(), step_.done.edits, &edit), "law 2: more edits than said");
}

std::uint32_t Dialogue::Received(rtspnat_direction direction) const {
  const std::uint32_t first = setup_.first_seq[direction];
  const auto size = static_cast<std::uint32_t>(left_[direction].bytes.size());
  return rtspnat_map_acknowledgement(Core(), direction, first + size) - first;
}

std::size_t Dialogue::Live() const {
  std::size_t live = 0;
  for (const auto& [number, book] : books_) live += book.live ? 1 : 0;
  return live;
}

void Dialogue::Close() {
  auto step = Sized<rtspnat_step>();
  while (rtspnat_close(Core(), &step)) OnRelease(step);
  Check(books_.empty(), "law 4: a mapping is left after close");
}

}  // namespace rtsp::test
