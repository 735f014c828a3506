// SPDX-License-Identifier: MIT OR GPL-2.0-only
// Laws L9 and L10 of tests/tcp/laws.h, in sessions so long that sequence numbers wrap. Gigabytes of media pass while both ends are idle, and
// the session goes on before, between and after them.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/tcp/chance.h"
#include "tests/tcp/laws.h"
#include "tests/tcp/witness.h"

namespace rtsp::test {
namespace {

constexpr std::uint64_t kHalfRound =
    (std::uint64_t{1} << 31U) + 0x400'0000;  // More than any window, and a little.
constexpr std::uint64_t kWholeRound = (std::uint64_t{1} << 32U) + 70'000;
constexpr std::uint32_t kMostBody = 0x1000'0000;  // See limits.h.

/// The differences between the sessions.
struct Course {
  const char* name;
  rtspnat_length_changes length_changes;
  rtspnat_direction media;  ///< RTSPNAT_ORIGINAL if the client records.
  bool in_frames;
  bool has_destination;  ///< If true, the text becomes longer in the direction of the media.
  unsigned shows_empty;  ///< See RouterOptions.
};

[[maybe_unused]] void PrintTo(const Course& course, std::ostream* out) { *out << course.name; }

/// A client that sets a stream up and tears it down, again and again, and a server that repeats the text that it reads. The class counts replies that do
/// not name the client's own ports.
class Rounds : public Script {
 public:
  Rounds(Course course, std::string client) : course_(course), client_(std::move(client)) { AskForOptions(); }

  void PlayRounds(unsigned rounds) {
    for (; rounds != 0; --rounds) {
      AskForStream();
      requests_.push_back({Request("TEARDOWN") + "Session: 1\r\n\r\n", "", 0});
    }
  }

  /// Lets this many bytes of media pass.
  void PassMedia(std::uint64_t bytes) {
    if (course_.in_frames) {
      requests_.back().bulk += bytes;
      return;
    }
    for (; bytes != 0; bytes -= requests_.back().bulk) {
      const auto body = static_cast<std::uint32_t>(std::min<std::uint64_t>(bytes, kMostBody));
      const bool announces = course_.media == RTSPNAT_ORIGINAL;
      requests_.push_back({Request("SET_PARAMETER") + (announces ? Length(body) : "") + "\r\n", "", body});
    }
  }

  bool Next(std::string_view heard_by_client, std::string_view heard_by_server, ScriptTurn& turn) override {
    const bool server = turn_ % 2 == 1;
    if (!server) CheckReply(heard_by_client);
    if (turn_ / 2 == requests_.size()) return false;
    const Said& said = requests_[turn_ / 2];
    turn.says[server ? 1 : 0] = server ? ReplyTo(heard_by_server.substr(answered_), said) : said.text;
    // A body follows its head; frames follow the reply.
    const bool is_due = course_.in_frames ? server : server == (course_.media == RTSPNAT_REPLY);
    if (is_due) turn.bulk = {course_.media, said.bulk, course_.in_frames};
    if (server) answered_ = heard_by_server.size();
    ++turn_;
    return true;
  }

  [[nodiscard]] unsigned Wrong() const { return wrong_; }

 private:
  struct Said {
    std::string text;
    std::string ports;  // The ports of a SETUP.
    std::uint64_t bulk;
  };

  static std::string Length(std::uint64_t bytes) {
    return "Content-Length: " + std::to_string(bytes) + "\r\n";
  }

  // Returns `name=value` out of the received text, or nothing.
  static std::string Parameter(std::string_view heard, const char* name) {
    const std::size_t at = heard.find(std::string(";") + name + "=");
    if (at == std::string_view::npos) return "";
    return std::string(heard.substr(at, heard.find_first_of(";\r", at + 1) - at));
  }

  std::string Request(const char* method) {
    return std::string(method) + " rtsp://s/a RTSP/1.0\r\nCSeq: " + std::to_string(++cseq_) + "\r\n";
  }

  void AskForOptions() { requests_.push_back({Request("OPTIONS") + "\r\n", "", 0}); }

  // The pair's number is odd, so that somebody else has it outside.
  void AskForStream() {
    port_ = port_ + 4;
    const std::string ports = ";client_port=" + std::to_string(port_) + "-" + std::to_string(port_ + 1);
    const std::string destination = course_.has_destination ? ";destination=" + client_ : "";
    requests_.push_back(
        {Request("SETUP") + "Transport:RTP/AVP;unicast" + destination + ports + "\r\n\r\n", ports, 0});
  }

  [[nodiscard]] std::string ReplyTo(std::string_view heard, const Said& said) const {
    std::string text =
        "RTSP/1.0 200 OK\r\nCSeq: " + std::to_string(turn_ / 2 + 1) + "\r\nSession: 1;timeout=60\r\n";
    if (!said.ports.empty()) {
      text += "Transport:RTP/AVP;unicast" + Parameter(heard, "destination") +
              Parameter(heard, "client_port") + ";server_port=6970-6971\r\n";
    }
    if (!course_.in_frames && course_.media == RTSPNAT_REPLY && said.bulk != 0) text += Length(said.bulk);
    return text + "\r\n";
  }

  void CheckReply(std::string_view heard) {
    const std::string_view reply = heard.substr(heard_);
    heard_ = heard.size();
    if (turn_ == 0 || requests_[turn_ / 2 - 1].ports.empty()) return;
    const bool has_address =
        !course_.has_destination || Parameter(reply, "destination").ends_with("=" + client_);
    if (Parameter(reply, "client_port") != requests_[turn_ / 2 - 1].ports || !has_address) ++wrong_;
  }

  Course course_;
  std::string client_;
  std::vector<Said> requests_;
  unsigned turn_ = 0;
  unsigned cseq_ = 0;
  unsigned port_ = 20002 - 4;
  std::size_t answered_ = 0;
  std::size_t heard_ = 0;
  unsigned wrong_ = 0;
};

struct Outcome {
  unsigned wrong = 0;
  std::vector<std::string> broken;
  std::uint64_t slow = 0;
  bool beyond_bounds = false;
};

Outcome Play(const Course& course, const Realm& realm, Rounds& rounds) {
  RouterOptions options;
  options.inside = realm.inside;
  options.outside = realm.outside;
  options.length_changes = course.length_changes;
  options.shows_empty = course.shows_empty;
  options.answers.taken = 1;
  SessionOptions session;
  for (EndpointOptions& end : session.network.ends) end.receiver.may_overshoot = 2048;
  Complaints complaints;
  UserspaceRouter router(options, complaints);
  Witness witness(router, complaints);
  static_cast<void>(PlaySession(rounds, session, witness, complaints));
  router.Close();
  return {rounds.Wrong(), complaints.List(), router.SlowBulk(), router.Noted(RTSPNAT_NOTE_TABLE_FULL)};
}

class LongSessionLaw : public testing::TestWithParam<Course> {
 protected:
  // The client's address is longer where the text travels to it, and shorter where it travels from it.
  [[nodiscard]] static const Realm& Place() { return RealmOf(GetParam().media == RTSPNAT_REPLY ? 1 : 0); }

  static void Expect(Rounds rounds) {
    constexpr std::uint64_t kFew =
        65'535;  // While nothing is held, media may end the reading, which needs one look at them.
    const Outcome outcome = Play(GetParam(), Place(), rounds);
    EXPECT_EQ(outcome.wrong, 0U) << "replies do not speak of the client's own ports";
    EXPECT_EQ(outcome.broken, std::vector<std::string>{});
    EXPECT_FALSE(outcome.beyond_bounds);
    if (GetParam().shows_empty == 1) {
      EXPECT_LE(outcome.slow, kFew) << "bytes of media that the core wanted to see";
    }
  }
};

TEST_P(LongSessionLaw, L9RepliesAreMappedBackBehindMoreThanHalfARoundOfNumbers) {
  Rounds rounds(GetParam(), Place().client);
  rounds.PassMedia(kHalfRound);
  rounds.PlayRounds(22);
  Expect(rounds);
}

// The kernel's one correction is right for half a round of numbers, whatever the core does (see AdjustedNumbers). So these tests leave out
// courses that need it for longer.
class ManyRoundsLaw : public LongSessionLaw {};

TEST_P(ManyRoundsLaw, L9AcknowledgementsAreNotedWhereEachHalfRoundHasAFewEdits) {
  Rounds rounds(GetParam(), Place().client);
  for (unsigned i = 0; i < 4; ++i) {
    rounds.PlayRounds(5);
    rounds.PassMedia(kHalfRound - i * 0x123'4567);
  }
  rounds.PlayRounds(1);
  Expect(rounds);
}

TEST_P(ManyRoundsLaw, L10NoEditOutlivesAWholeRound) {
  Rounds rounds(GetParam(), Place().client);
  rounds.PlayRounds(1);
  rounds.PassMedia(kWholeRound);
  rounds.PlayRounds(1);
  Expect(rounds);
}

constexpr rtspnat_length_changes kOne = RTSPNAT_ONE_LENGTH_CHANGE;
constexpr rtspnat_length_changes kAny = RTSPNAT_ANY_LENGTH_CHANGE;
constexpr Course kCourses[] = {
    {"OneLengthChange", kOne, RTSPNAT_REPLY, true, false, 0},
    {"OneLengthChangeAllShown", kOne, RTSPNAT_REPLY, true, false, 1},
    {"OneThatGrows", kOne, RTSPNAT_REPLY, true, true, 0},
    {"OneThatGrowsSomeShown", kOne, RTSPNAT_REPLY, true, true, 7},
    {"AnyThatGrow", kAny, RTSPNAT_REPLY, true, true, 0},
    {"AnyThatGrowAllShown", kAny, RTSPNAT_REPLY, true, true, 1},
    {"InBodies", kOne, RTSPNAT_REPLY, false, false, 0},
    {"InBodiesThatGrow", kAny, RTSPNAT_REPLY, false, true, 5},
    {"Recorded", kOne, RTSPNAT_ORIGINAL, true, false, 0},
    {"RecordedOneThatGrows", kOne, RTSPNAT_ORIGINAL, true, true, 1},
    {"RecordedAnyThatGrow", kAny, RTSPNAT_ORIGINAL, true, true, 0},
    {"RecordedInBodies", kAny, RTSPNAT_ORIGINAL, false, true, 0},
};
std::vector<Course> CoursesOfManyRounds() {
  std::vector<Course> courses;
  for (const Course& course : kCourses) {
    if (course.length_changes != kOne || !course.has_destination) courses.push_back(course);
  }
  return courses;
}

std::string NameOf(const testing::TestParamInfo<Course>& course) { return course.param.name; }

INSTANTIATE_TEST_SUITE_P(Courses, LongSessionLaw, testing::ValuesIn(kCourses), NameOf);
INSTANTIATE_TEST_SUITE_P(Courses, ManyRoundsLaw, testing::ValuesIn(CoursesOfManyRounds()), NameOf);

// One stream over UDP, one interleaved, and PLAY, all in one segment. Then the client sends only acknowledgements, and the core sees none of
// them.
TEST(LongSession, L10NoEditFallsOnMediaWhenTheClientOnlyAcknowledges) {
  Trial trial;
  trial.router.answers.taken = 1;
  trial.turns = {
      {0,
       "SETUP rtsp://s/1 RTSP/1.0\r\nCSeq: 1\r\nTransport: RTP/AVP;unicast;client_port=5002-5003\r\n\r\n"
       "SETUP rtsp://s/2 RTSP/1.0\r\nCSeq: 2\r\nTransport: RTP/AVP/TCP;unicast;interleaved=0-1\r\n\r\n"
       "PLAY rtsp://s RTSP/1.0\r\nCSeq: 3\r\nSession: 1\r\n\r\n"},
      {1,
       "RTSP/1.0 200 OK\r\nCSeq: 1\r\nSession: 1\r\n"
       "Transport: RTP/AVP;unicast;client_port=5004-5005;server_port=6970-6971\r\n\r\n"
       "RTSP/1.0 200 OK\r\nCSeq: 2\r\nSession: 1\r\nTransport: RTP/AVP/TCP;unicast;interleaved=0-1\r\n\r\n"
       "RTSP/1.0 200 OK\r\nCSeq: 3\r\nSession: 1\r\n\r\n",
       kWholeRound},
      {0, "TEARDOWN rtsp://s RTSP/1.0\r\nCSeq: 4\r\nSession: 1\r\n\r\n"},
  };
  for (const rtspnat_length_changes length_changes : {kOne, kAny}) {
    trial.router.length_changes = length_changes;
    const Judgement judgement = Judge(trial);
    EXPECT_EQ(judgement.broken, std::vector<std::string>{});
    EXPECT_TRUE(judgement.result.received[1].find("client_port=5002-5003") != std::string::npos);
  }
}

// Any session over any path, with gigabytes between its turns. RC_PARAMS works as in tests/tcp/stream_law_test.cc.
void AssertWithJumps(rtspnat_length_changes length_changes) {
  Trial trial = *AnyTrial(length_changes);
  trial.jumps = *AnyDice(40);
  // A probe that is on its way would have older numbers.
  for (EndpointOptions& end : trial.session.network.ends) end.keep_alive = false;
  const Judgement judgement = Judge(trial);
  RC_CLASSIFY(judgement.beyond_bounds, "beyond bounds");
  RC_CLASSIFY(judgement.Noted(RTSPNAT_NOTE_EDITED), "edited");
  RC_CLASSIFY(judgement.Noted(RTSPNAT_NOTE_LENGTH_CHANGED), "longer");
  for (const std::string& law : judgement.broken) RC_LOG() << law << '\n';
  RC_ASSERT(judgement.broken.empty());
}

RC_GTEST_PROP(LongSession, L9HoldsWithTheMapOfTheCore, ()) { AssertWithJumps(RTSPNAT_ANY_LENGTH_CHANGE); }

RC_GTEST_PROP(LongSession, L9HoldsWithoutLengthChanges, ()) { AssertWithJumps(RTSPNAT_NO_LENGTH_CHANGE); }

}  // namespace
}  // namespace rtsp::test
