// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "tests/tcp/session.h"

#include <algorithm>
#include <string_view>

namespace rtsp::test {
namespace {

constexpr Time kLongestTurn = 3600s;
constexpr Time kLatest = 1s;  // The longest delay of a packet, and of an acknowledgement.

class Session {
 public:
  Session(Script& script, const SessionOptions& options, Middlebox& middlebox, Complaints& complaints)
      : script_(script),
        options_(options),
        complaints_(complaints),
        pieces_(options.pieces),
        network_(options.network, middlebox, complaints) {}

  SessionResult Play();

 private:
  bool PlayTurns();
  bool End();
  void Say(unsigned direction, std::string_view text, std::size_t urgent);
  void PassBulk(const Bulk& bulk);
  [[nodiscard]] bool Next(ScriptTurn& turn);
  bool Run(const std::function<bool()>& done);
  [[nodiscard]] bool AllArrived();
  [[nodiscard]] bool AllClosed();

  Script& script_;
  const SessionOptions& options_;
  Complaints& complaints_;
  Dice pieces_;
  Network network_;
  SessionResult result_;
  Time last_written_ = Time::zero();
  unsigned to_write_ = 0;  // Pieces of this turn that remain to be written.
};

// An application that writes in pieces. 0 writes all remaining bytes at once. A piece ends with an urgent byte.
void Session::Say(unsigned direction, std::string_view text, std::size_t urgent) {
  constexpr std::uint32_t kLongest = 160;
  constexpr Time kPauses[] = {0ms, 0ms, 0ms, 1ms, 12ms, 60ms, 500ms, 3000ms};
  Time at = Time::zero();
  while (!text.empty()) {
    const std::uint32_t roll = pieces_.Roll(kLongest);
    const std::size_t left = urgent != 0 ? urgent : text.size();
    const std::string piece(text.substr(0, roll == 0 ? left : std::min<std::size_t>(roll, left)));
    text.remove_prefix(piece.size());
    const bool is_urgent = urgent == piece.size();
    urgent -= urgent != 0 ? piece.size() : 0;
    ++to_write_;
    network_.clock.After(at, [this, direction, piece, is_urgent] {
      --to_write_;
      last_written_ = network_.clock.Now();
      if (is_urgent) return network_.From(direction).WriteUrgent(piece);
      network_.From(direction).Write(piece);
    });
    at += kPauses[pieces_.Roll(8)];
  }
}

// A path may lose so many packets that an hour of retransmissions is not enough. A session has stalled if it does not end after the path has
// calmed down.
bool Session::Run(const std::function<bool()>& done) {
  if (network_.Run(done, network_.clock.Now() + kLongestTurn)) return true;
  network_.Calm();
  return network_.Run(done, network_.clock.Now() + kLongestTurn);
}

bool Session::AllArrived() {
  return to_write_ == 0 && network_.Client().Sending().Done() && network_.Server().Sending().Done();
}

bool Session::AllClosed() {
  return AllArrived() && network_.Client().Receiving().Finished() && network_.Server().Receiving().Finished();
}

// After this time all late packets have come.
void Session::PassBulk(const Bulk& bulk) {
  network_.Run([] { return false; }, network_.clock.Now() + kLatest);
  network_.PassBulk(bulk);
}

bool Session::Next(ScriptTurn& turn) {
  return script_.Next(network_.Client().Receiving().Read(), network_.Server().Receiving().Read(), turn);
}

bool Session::PlayTurns() {
  network_.Client().Connect();
  bool well = Run([this] { return network_.Client().Open() && network_.Server().Open(); });
  for (ScriptTurn turn; well && Next(turn); turn = {}) {
    if (turn.path_bytes != 0) network_.Shrink(turn.path_bytes);
    for (unsigned direction = 0; direction < 2; ++direction) {
      Say(direction, turn.says[direction], turn.urgent[direction]);
      result_.sent[direction] += turn.says[direction];
    }
    well = Run([this] { return AllArrived(); });
    result_.longest_rest = std::max(result_.longest_rest, network_.clock.Now() - last_written_);
    result_.longest_timeout =
        std::max({result_.longest_timeout, network_.Client().Timeout(), network_.Server().Timeout()});
    if (well && turn.bulk.bytes != 0) PassBulk(turn.bulk);
  }
  return well;
}

bool Session::End() {
  Endpoint& client = network_.Client();
  Endpoint& server = network_.Server();
  switch (options_.ending) {
    case Ending::kSilence: return true;
    case Ending::kReset:
      network_.Calm();
      client.Abort();
      return Run([&server] { return server.Gone(); });
    case Ending::kClientCloses:
    case Ending::kServerCloses: break;
  }
  Endpoint& first = options_.ending == Ending::kClientCloses ? client : server;
  Endpoint& second = options_.ending == Ending::kClientCloses ? server : client;
  first.Close();
  const bool heard = Run([&second] { return second.Receiving().Finished(); });
  second.Close();
  return heard && Run([this] { return AllClosed(); });
}

SessionResult Session::Play() {
  result_.played = PlayTurns();
  complaints_.Check(result_.played, "L7: the session has stalled");
  result_.duration = network_.clock.Now();
  for (const Endpoint* end : {&network_.Client(), &network_.Server()}) {
    result_.longest_stall = std::max(result_.longest_stall, end->LongestStall());
    result_.timeouts += end->Timeouts();
  }
  if (result_.played) {
    result_.played = End();
    complaints_.Check(result_.played, "L7: the end of the session has stalled");
  }
  for (unsigned direction = 0; direction < 2; ++direction)
    result_.received[direction] = network_.From(1 - direction).Receiving().Read();
  return result_;
}

}  // namespace

SessionResult PlaySession(Script& script, const SessionOptions& options, Middlebox& middlebox,
                          Complaints& complaints) {
  return Session(script, options, middlebox, complaints).Play();
}

}  // namespace rtsp::test
