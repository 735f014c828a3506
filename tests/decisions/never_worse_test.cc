// SPDX-License-Identifier: MIT OR GPL-2.0-only
// Law L8 of tests/tcp/laws.h, "never worse than off". The test plays each session twice over the same bad path, with the core between and without, and
// the same bytes meet the same losses both times (see Weather). With the core the session may take longer by one retransmission timeout for each of
// these, which the router counts:
//   - a line that the core takes into custody,
//   - a segment that it cuts at its tail,
//   - a gap behind which it drops text, to read it in order, before any `$` frame,
// and by one more if there is any of these, or if a line was withheld, because bytes in front of another segment are lost with it. Otherwise the
// core must cost no time at all.
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <iostream>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "tests/decisions/decision_case.h"
#include "tests/decisions/notebook.h"
#include "tests/tcp/laws.h"

namespace rtsp::test {
namespace {

// The time of the path itself: there and back, and a delayed acknowledgement.
constexpr Time kPath = 20ms + 40ms;

/// The way in which the applications write.
enum class Writing : std::uint8_t {
  kWhole,         ///< Each message at once.
  kPieces,        ///< In pieces, with pauses and Nagle's algorithm.
  kPiecesAtOnce,  ///< In pieces, each sent at once (TCP_NODELAY).
};

struct Session {
  std::string name;
  std::vector<ScriptTurn> turns;
  Ending ending = Ending::kClientCloses;
};

/// The times of two runs of one session.
struct Cost {
  Time without = Time::zero();
  Time with = Time::zero();
  Time timeout = Time::zero();  ///< The retransmission timeout.
  unsigned excused = 0;         ///< Timeouts that the core may cost.
  unsigned dropped_media = 0;
  std::vector<std::string> broken;

  [[nodiscard]] bool Holds() const { return broken.empty() && with - without <= excused * (timeout + kPath); }
};

SessionOptions OptionsOf(Writing writing, std::uint32_t seed, const Weather& weather) {
  constexpr std::size_t kPieces = 200;
  constexpr std::uint32_t kLongest = 120;
  constexpr std::uint32_t kPauses = 6;  // See Session::Say().
  SessionOptions options;
  options.network.weather = weather;
  for (EndpointOptions& end : options.network.ends) {
    end.receiver.may_overshoot = 2048;
    end.sender.nagle = writing == Writing::kPieces;
  }
  std::mt19937 numbers(seed);
  for (std::size_t i = 0; i < kPieces && writing != Writing::kWhole; ++i) {
    const bool all = numbers() % 3 == 0;
    options.pieces += static_cast<char>(all ? 0 : numbers() % kLongest);
    options.pieces += static_cast<char>(numbers() % kPauses);
  }
  return options;
}

unsigned ExcusedBy(const UserspaceRouter& router) {
  const unsigned timeouts =
      router.Count(RTSPNAT_NOTE_CUSTODY) + router.Count(RTSPNAT_NOTE_TRIMMED) + router.GapsInText();
  return timeouts != 0 || router.Noted(RTSPNAT_NOTE_WITHHELD) ? timeouts + 1 : 0;
}

Cost Measure(const Session& session, SessionOptions options, Middlebox& middlebox, Complaints& complaints) {
  options.ending = session.ending;
  FixedScript script = FixedScript::Of(session.turns);
  const SessionResult with = PlaySession(script, options, middlebox, complaints);
  Wire wire;
  FixedScript again = FixedScript::Of(session.turns);
  const SessionResult without = PlaySession(again, options, wire, complaints);
  return {without.duration, with.duration, std::max(with.longest_timeout, without.longest_timeout), 0, 0,
          complaints.List()};
}

Cost Compare(const Session& session, const SessionOptions& options, const RouterOptions& router_options) {
  Complaints complaints;
  UserspaceRouter router(router_options, complaints);
  Cost cost = Measure(session, options, router, complaints);
  router.Close();
  cost.excused = ExcusedBy(router);
  cost.dropped_media = router.DroppedMedia();
  cost.broken = complaints.List();
  return cost;
}

/// Adds up the times of sessions, and says which sessions took too long.
class Bill {
 public:
  void Add(const std::string& name, const Cost& cost) {
    constexpr unsigned kShown = 5;
    ++sessions_;
    late_ += cost.with > cost.without ? 1U : 0U;
    excused_ += cost.excused;
    with_ += cost.with;
    without_ += cost.without;
    if (cost.Holds() || ++faults_ > kShown) return;
    ADD_FAILURE() << name << ": " << Milliseconds(cost.with) << " instead of " << Milliseconds(cost.without)
                  << " ms, timeout " << Milliseconds(cost.timeout) << " ms, " << cost.excused << " excused; "
                  << cost.dropped_media << " segments of media dropped"
                  << (cost.broken.empty() ? "" : "; " + cost.broken.front());
  }

  ~Bill() {
    EXPECT_EQ(faults_, 0U) << "sessions";
    std::cout << sessions_ << " sessions, " << late_ << " later than without, " << excused_
              << " timeouts excused; " << Milliseconds(with_) / 1000 << " s instead of "
              << Milliseconds(without_) / 1000 << "\n";
  }

  Bill() = default;
  Bill(const Bill&) = delete;
  Bill& operator=(const Bill&) = delete;

  [[nodiscard]] unsigned Faults() const { return faults_; }

 private:
  static std::int64_t Milliseconds(Time time) { return time / 1ms; }

  unsigned sessions_ = 0;
  unsigned late_ = 0;
  unsigned excused_ = 0;
  unsigned faults_ = 0;
  Time with_ = Time::zero();
  Time without_ = Time::zero();
};

// Paths on which some of a hundred packets are lost, some late, or both.
std::vector<Weather> AllWeather(std::uint32_t seeds) {
  std::vector<Weather> weather;
  for (std::uint32_t seed = 1; seed <= seeds; ++seed) {
    weather.emplace_back(seed, 50, 50);
    weather.emplace_back(seed, 100, 0);
    weather.emplace_back(seed, 0, 200);
  }
  return weather;
}

constexpr Writing kWritings[] = {Writing::kWhole, Writing::kPieces, Writing::kPiecesAtOnce};

Session SessionOf(const SpecCase& spec, const DecisionCase& play) {
  Session session{spec.heading, {}};
  for (const Turn& turn : play.turns) {
    session.turns.emplace_back().says[turn.direction] = turn.said;
    if (!turn.fin) continue;
    session.ending = turn.direction == RTSPNAT_ORIGINAL ? Ending::kClientCloses : Ending::kServerCloses;
    break;
  }
  return session;
}

TEST(NeverWorse, L8EveryCaseOfTheDecisions) {
  constexpr std::uint32_t kSeeds = 10;
  Bill bill;
  for (const SpecCase& spec : ReadSpecFolder(RTSPNAT_DECISIONS_FOLDER)) {
    const DecisionCase play = ReadDecisionCase(spec);
    const Session session = SessionOf(spec, play);
    std::uint32_t seed = 0;
    for (const Weather& weather : AllWeather(kSeeds)) {
      for (const Writing writing : kWritings) {
        ++seed;
        Complaints complaints;
        Notebook notebook(play.scene, complaints);
        RouterOptions options = RouterOf(play.scene, notebook);
        options.length_changes = play.scene.length_changes.value_or(
            seed % 2 == 0 ? RTSPNAT_ONE_LENGTH_CHANGE : RTSPNAT_ANY_LENGTH_CHANGE);
        bill.Add(session.name, Compare(session, OptionsOf(writing, seed, weather), options));
      }
    }
  }
}

/// Plays a script, and keeps its texts.
class Recorder : public Script {
 public:
  explicit Recorder(Script& script) : script_(script) {}

  bool Next(std::string_view heard_by_client, std::string_view heard_by_server, ScriptTurn& turn) override {
    if (!script_.Next(heard_by_client, heard_by_server, turn)) return false;
    turns_.push_back(turn);
    return true;
  }

  [[nodiscard]] const std::vector<ScriptTurn>& Turns() const { return turns_; }

 private:
  Script& script_;
  std::vector<ScriptTurn> turns_;
};

// The server of a script answers the text that it reads, so the test plays a dialogue once through the router, and then repeats it.
Session DialogueOf(std::uint32_t seed, const Realm& realm, const RouterOptions& options) {
  constexpr std::size_t kPlan = 120;
  std::mt19937 numbers(seed);
  std::string plan;
  for (std::size_t i = 0; i < kPlan; ++i) plan += static_cast<char>(numbers());
  RtspScript script(Dice(plan), realm.client);
  Recorder recorder(script);
  Complaints complaints;
  UserspaceRouter router(options, complaints);
  static_cast<void>(PlaySession(recorder, {}, router, complaints));
  EXPECT_EQ(complaints.List(), std::vector<std::string>{});
  return {"dialogue " + std::to_string(seed), recorder.Turns()};
}

TEST(NeverWorse, L8EveryDialogueOfScripts) {
  constexpr std::uint32_t kDialogues = 100;
  constexpr std::uint32_t kSeeds = 4;
  Bill bill;
  for (std::uint32_t number = 0; number < kDialogues; ++number) {
    const Realm& realm = RealmOf(number);
    RouterOptions options;
    options.inside = realm.inside;
    options.outside = realm.outside;
    options.may_translate = number % kRealms + 1 != kRealms;
    options.answers.taken = static_cast<std::uint8_t>(number / kRealms % 4);
    options.length_changes = static_cast<rtspnat_length_changes>(number % 3);
    const Session session = DialogueOf(number, realm, options);
    std::uint32_t seed = number;
    for (const Weather& weather : AllWeather(kSeeds)) {
      for (const Writing writing : kWritings)
        bill.Add(session.name, Compare(session, OptionsOf(writing, ++seed, weather), options));
    }
  }
}

std::string Request(const char* method, int cseq, const std::string& more) {
  return std::string(method) + " rtsp://s/a/1 RTSP/1.0\r\nCSeq: " + std::to_string(cseq) + "\r\n" + more +
         "\r\n";
}

std::string Reply(int cseq, const std::string& more = "") {
  return "RTSP/1.0 200 OK\r\nCSeq: " + std::to_string(cseq) + "\r\n" + more + "\r\n";
}

void Say(Session& session, const std::string& request, const std::string& reply) {
  session.turns.emplace_back().says[0] = request;
  session.turns.emplace_back().says[1] = reply;
}

// ffmpeg without UDP packets: PAUSE, and SETUP of the same URL once more, interleaved, on the same connection. Then 200 full segments of media.
Session Fallback(bool after_udp) {
  constexpr std::size_t kMedia = std::size_t{200} * 1448;
  const std::string udp = "Transport: RTP/AVP/UDP;unicast;client_port=6506-6507";
  const std::string tcp = "Transport: RTP/AVP/TCP;unicast;interleaved=0-1\r\n";
  Session session{after_udp ? "UDP, then interleaved" : "interleaved", {}};
  if (after_udp) {
    Say(session, Request("SETUP", 3, udp + "\r\n"),
        Reply(3, "Session: AAAA\r\n" + udp + ";server_port=5500-5501\r\n"));
    Say(session, Request("PLAY", 4, "Session: AAAA\r\n"), Reply(4));
    Say(session, Request("PAUSE", 5, "Session: AAAA\r\n"), Reply(5));
  }
  Say(session, Request("SETUP", 7, tcp), Reply(7, "Session: BBBB\r\n" + tcp));
  Say(session, Request("PLAY", 8, "Session: BBBB\r\n"), Reply(8));
  std::string media;
  while (media.size() < kMedia) media += std::string("$\0\2\xbc", 4) + std::string(700, '\x80');
  session.turns.emplace_back().says[1] = media;
  return session;
}

void PlayFallback(bool after_udp) {
  constexpr std::uint32_t kSeeds = 20;
  constexpr std::uint32_t kMedia = 1448;
  Bill bill;
  const Session session = Fallback(after_udp);
  for (std::uint32_t seed = 1; seed <= kSeeds; ++seed) {
    for (const Weather& weather :
         {Weather(seed, 5, 0), Weather(seed, 20, 0), Weather(seed, 10, 10), Weather(seed, 0, 20)}) {
      SessionOptions options = OptionsOf(Writing::kWhole, seed, weather);
      for (EndpointOptions& end : options.network.ends) end.sender.segment_bytes = kMedia;
      RouterOptions router;
      router.length_changes = RTSPNAT_ONE_LENGTH_CHANGE;
      bill.Add(session.name, Compare(session, options, router));
    }
  }
}

TEST(NeverWorse, L8MediaOnAConnectionThatHoldsNothing) { PlayFallback(false); }
TEST(NeverWorse, L8MediaOnAConnectionThatHasTriedUdpBefore) { PlayFallback(true); }

/// A router that wants all bytes in order.
class Pedant : public Middlebox {
 public:
  std::optional<TcpPacket> Pass(TcpPacket packet) override {
    std::optional<std::uint32_t>& next = next_[packet.direction];
    const std::uint32_t end =
        packet.seq + static_cast<std::uint32_t>(packet.payload.size()) + (packet.syn || packet.fin ? 1U : 0U);
    if (next && static_cast<std::int32_t>(packet.seq - *next) > 0 && !packet.payload.empty()) return {};
    if (!next || static_cast<std::int32_t>(end - *next) > 0) next = end;
    return packet;
  }

 private:
  std::optional<std::uint32_t> next_[2];
};

TEST(NeverWorse, L8IsBrokenByARouterThatDropsMediaBehindALoss) {
  const SessionOptions options = OptionsOf(Writing::kWhole, 1, Weather(1, 20, 0));
  Complaints complaints;
  Pedant pedant;
  const Cost cost = Measure(Fallback(false), options, pedant, complaints);
  EXPECT_EQ(cost.broken, std::vector<std::string>{});
  EXPECT_FALSE(cost.Holds());
}

}  // namespace
}  // namespace rtsp::test
