// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "tests/tcp/laws.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <memory>
#include <sstream>

#include "tests/tcp/witness.h"

namespace rtsp::test {
namespace {

constexpr std::uint32_t Bit(rtspnat_note note) { return 1U << note; }

constexpr std::uint32_t kBounds = Bit(RTSPNAT_NOTE_GAP) | Bit(RTSPNAT_NOTE_TABLE_FULL);

// A script has no line that is too long to be withheld. Other bytes may have one.
std::uint32_t BoundsOf(const Trial& trial) {
  return trial.turns.empty() ? kBounds : kBounds | Bit(RTSPNAT_NOTE_CUT_TRANSPORT);
}

/// Lets gigabytes pass after some turns.
class JumpingScript : public RtspScript {
 public:
  JumpingScript(Dice plan, std::string client, Dice jumps)
      : RtspScript(std::move(plan), std::move(client)), jumps_(std::move(jumps)) {}

  bool Next(std::string_view heard_by_client, std::string_view heard_by_server, ScriptTurn& turn) override {
    // Comparisons fail where numbers have gone half round, or once.
    static constexpr std::uint64_t kBytes[] = {0, 0, 0, 0, 0x1'0000, 0x4000'0000, 0x8000'0000, 0x1'0000'0000};
    if (!RtspScript::Next(heard_by_client, heard_by_server, turn)) return false;
    const std::uint64_t bytes = kBytes[jumps_.Roll(8)];
    if (bytes == 0) return true;
    turn.bulk.direction = jumps_.Roll(2) == 0 ? RTSPNAT_REPLY : RTSPNAT_ORIGINAL;
    turn.bulk.bytes = bytes - 2000 + jumps_.Roll(4000);
    return true;
  }

 private:
  Dice jumps_;
};

std::unique_ptr<Script> MakeScript(const Trial& trial) {
  if (!trial.turns.empty()) return std::make_unique<FixedScript>(trial.turns);
  return std::make_unique<JumpingScript>(Dice(trial.plan), RealmOf(trial.realm).client, Dice(trial.jumps));
}

RouterOptions RouterOf(const Trial& trial) {
  RouterOptions options = trial.router;
  options.inside = RealmOf(trial.realm).inside;
  options.outside = RealmOf(trial.realm).outside;
  options.may_translate = trial.realm + 1 != kRealms;
  return options;
}

// A perfect path: each turn in one segment, and no fault.
SessionOptions PerfectPath(const Trial& trial) {
  SessionOptions options;
  for (unsigned i = 0; i < 2; ++i) {
    options.network.ends[i].sender = {false, 60000, 1000, false};
    options.network.ends[i].receiver.buffer_bytes = 1U << 20;
    options.network.ends[i].receiver.may_overshoot = 1U << 16;
    options.network.ends[i].first_number = trial.session.network.ends[i].first_number;
  }
  options.ending = trial.session.ending;
  return options;
}

Judgement Play(const Trial& trial, const SessionOptions& options) {
  Complaints complaints(options.network.trace);
  UserspaceRouter router(RouterOf(trial), complaints);
  Witness witness(router, complaints);
  const std::unique_ptr<Script> script = MakeScript(trial);
  Judgement judgement;
  judgement.result = PlaySession(*script, options, witness, complaints);
  router.Close();
  judgement.log = router.Ports().Log();
  judgement.notes = router.Notes();
  judgement.beyond_bounds = (judgement.notes & BoundsOf(trial)) != 0;
  judgement.broken = complaints.List();
  return judgement;
}

bool BeginsTransport(std::string_view line) {
  constexpr std::string_view kName = "transport";
  return line.size() >= kName.size() &&
         std::equal(kName.begin(), kName.end(), line.begin(),
                    [](char name, char c) { return name == std::tolower(static_cast<unsigned char>(c)); });
}

// Removes numbers, addresses and blanks from a Transport line.
std::string Skeleton(std::string_view line) {
  std::string text;
  for (const char c : line) {
    if (std::isxdigit(static_cast<unsigned char>(c)) == 0 && c != ' ' && c != '\t' && c != '.' && c != ':')
      text.push_back(c);
  }
  return text;
}

std::string_view TakeLine(std::string_view& rest) {
  const std::size_t end = std::min(rest.find('\n'), rest.size() - 1) + 1;
  const std::string_view line = rest.substr(0, end);
  rest.remove_prefix(end);
  return line;
}

void Compare(const Judgement& perfect, bool closed, Judgement& judgement) {
  const auto check = [&judgement](bool holds, const char* law) {
    if (!holds) judgement.broken.emplace_back(law);
  };
  for (unsigned i = 0; i < 2; ++i) {
    const std::string& is = judgement.result.received[i];
    const std::string& should = perfect.result.received[i];
    check(judgement.result.sent[i] == perfect.result.sent[i], "L2: the applications say something else");
    // Bytes that are in custody when a connection breaks off never arrive.
    check(closed ? is == should : should.compare(0, is.size(), is) == 0,
          i == 0 ? "L2: the server receives other bytes" : "L2: the client receives other bytes");
  }
  check(judgement.log == perfect.log, "L1: other questions are asked");
}

}  // namespace

const Realm& RealmOf(unsigned number) {
  static constexpr std::array<Realm, kRealms> kTable = {{
      {"10.0.1.2", {4, {10, 0, 1, 2}}, {4, {203, 0, 113, 1}}},
      {"192.168.100.200", {4, {192, 168, 100, 200}}, {4, {198, 51, 100, 7}}},
      {"fd00::2",
       {6, {0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2}},
       {6, {0x20, 0x01, 0x0d, 0xb8, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}}},
      {"1.2.3.4", {4, {1, 2, 3, 4}}, {4, {203, 113, 113, 213}}},
      {"10.0.1.2", {4, {10, 0, 1, 2}}, {4, {10, 0, 1, 2}}},
  }};
  return kTable[number % kRealms];
}

std::string ForeignChange(std::string_view sent, std::string_view received) {
  bool transport = false;
  while (!received.empty()) {
    const std::string_view is = TakeLine(received);
    const std::string_view was = sent.empty() ? sent : TakeLine(sent);
    const bool folded = !was.empty() && (was[0] == ' ' || was[0] == '\t');
    transport = folded ? transport : BeginsTransport(was);
    const bool cut = received.empty() && is.size() < was.size();  // The end came in between.
    const bool same = is == was || (cut && was.substr(0, is.size()) == is);
    if (!same && !(transport && (cut || Skeleton(is) == Skeleton(was)))) return std::string(is);
  }
  return "";
}

Judgement Judge(const Trial& trial) {
  Judgement judgement = Play(trial, trial.session);
  for (unsigned i = 0; i < 2; ++i) {
    if (!ForeignChange(judgement.result.sent[i], judgement.result.received[i]).empty())
      judgement.broken.emplace_back("L3: a byte differs that is in no edit");
  }
  const Judgement perfect = Play(trial, PerfectPath(trial));
  for (const std::string& law : perfect.broken) judgement.broken.push_back("on a perfect path: " + law);
  judgement.beyond_bounds = judgement.beyond_bounds || perfect.beyond_bounds;
  const bool closed =
      trial.session.ending == Ending::kClientCloses || trial.session.ending == Ending::kServerCloses;
  if (!judgement.beyond_bounds) Compare(perfect, closed, judgement);
  return judgement;
}

std::string Trace(const Trial& trial) {
  std::ostringstream out;
  SessionOptions options = trial.session;
  options.network.trace = &out;
  const Judgement judgement = Play(trial, options);
  for (const std::string& line : judgement.log) out << line << '\n';
  out << "on a perfect path:\n";
  options = PerfectPath(trial);
  options.network.trace = &out;
  for (const std::string& line : Play(trial, options).log) out << line << '\n';
  return out.str();
}

namespace {

EndpointOptions EndpointOf(Dice& dice) {
  static constexpr std::uint32_t kSegments[] = {1460, 536, 100, 7, 1, 1448, 300, 64};
  static constexpr std::uint32_t kBuffers[] = {65535, 4000, 1500, 8192};
  EndpointOptions options;
  const std::uint8_t flags = dice.Roll();
  options.sender.nagle = (flags & 1U) == 0;
  options.sender.recut = (flags & 2U) != 0;
  options.receiver.reports_sack = (flags & 4U) == 0;
  options.delays_acknowledgements = (flags & 8U) == 0;
  options.timestamps = (flags & 16U) != 0;
  options.keep_alive = (flags & 32U) != 0;
  options.reads_every = (flags & 64U) != 0 ? 30ms : Time::zero();
  options.sender.segment_bytes = kSegments[dice.Roll(8)];
  const std::uint8_t sizes = dice.Roll();
  options.receiver.buffer_bytes = kBuffers[sizes & 3U];
  options.sender.first_window = sizes & 4U ? 2 : 10;
  options.first_number = (sizes >> 3U) * 0x08000000U - 0x40U;
  // Bytes that the core keeps or adds go beyond the window that the sender knows.
  options.receiver.may_overshoot = 2048;
  return options;
}

// Removes up to `size` bytes from the front, and returns them.
std::string Take(std::string_view& rest, std::size_t size) {
  const std::string bytes(rest.substr(0, size));
  rest.remove_prefix(bytes.size());
  return bytes;
}

}  // namespace

// The bytes are 11 bytes of options (with the sizes of the two dice), the dice (pieces, path), and the plan of a script, or turns with a head of
// two bytes (direction and size).
Trial TrialOf(std::string_view bytes) {
  constexpr std::size_t kOptions = 11;
  Dice dice(bytes.substr(0, std::min(bytes.size(), kOptions)));
  bytes.remove_prefix(std::min(bytes.size(), kOptions));
  Trial trial;
  const std::uint8_t flags = dice.Roll();
  const std::uint8_t place = dice.Roll();
  trial.realm = place % 16 % kRealms;
  trial.session.network.rough_legs = 15U & ~(place / 16U);
  trial.router.length_changes = static_cast<rtspnat_length_changes>(2 - (flags & 3U) % 3);
  trial.router.use_skip = (flags & 4U) == 0;
  trial.router.shows_empty = (flags & 8U) != 0;
  trial.session.network.aggregates = (flags & 16U) != 0;
  trial.session.ending = static_cast<Ending>(flags >> 6U);
  const std::uint8_t answers = dice.Roll();
  trial.router.answers = {static_cast<std::uint8_t>(answers & 7U), (answers & 8U) != 0, (answers & 16U) != 0};
  trial.router.piece = (answers >> 5U) * (answers >> 5U);
  for (EndpointOptions& end : trial.session.network.ends) end = EndpointOf(dice);
  const std::uint8_t pieces = dice.Roll();
  const std::uint8_t path = dice.Roll();
  trial.session.pieces = Take(bytes, pieces);
  trial.session.network.dice = Take(bytes, std::size_t{path} * 2);
  if ((flags & 32U) == 0) {
    trial.plan = bytes;
    return trial;
  }
  constexpr std::uint8_t kHead = 2;
  while (bytes.size() > kHead) {
    const auto head = static_cast<unsigned>(static_cast<std::uint8_t>(bytes[0]) << 8U |
                                            static_cast<std::uint8_t>(bytes[1]));
    bytes.remove_prefix(kHead);
    trial.turns.push_back({head >> 15U, Take(bytes, head & 0x7fffU)});
  }
  return trial;
}

}  // namespace rtsp::test
