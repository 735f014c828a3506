// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "tests/tcp/script.h"

#include <algorithm>
#include <cctype>
#include <utility>

namespace rtsp::test {
namespace {

// Returns the value of the line of `head` that begins with `name` in any case, with its folds.
std::string ValueOf(std::string_view head, std::string_view name) {
  std::size_t at = head.find('\n');
  while (at != std::string_view::npos && at + 1 < head.size()) {
    std::size_t end = head.find('\n', at + 1);
    while (end + 1 < head.size() && (head[end + 1] == ' ' || head[end + 1] == '\t'))
      end = head.find('\n', end + 1);
    std::string line(head.substr(at + 1, end - at - 1));
    const bool named =
        line.size() > name.size() && line[name.size()] == ':' &&
        std::equal(name.begin(), name.end(), line.begin(),
                   [](unsigned char a, unsigned char b) { return std::tolower(a) == std::tolower(b); });
    if (named) {
      line.erase(0, name.size() + 1);
      line.erase(0, line.find_first_not_of(" \t\r\n"));
      while (!line.empty() && line.back() == '\r') line.pop_back();
      return line;
    }
    at = end;
  }
  return "";
}

// Returns `name=value` out of a Transport value, or nothing.
std::string Parameter(const std::string& value, const std::string& name) {
  const std::size_t at = value.find(name + "=");
  return at == std::string::npos ? "" : ";" + value.substr(at, value.find_first_of(";,\r\n", at) - at);
}

}  // namespace

FixedScript::FixedScript(const std::vector<Saying>& sayings) {
  for (const Saying& saying : sayings) {
    ScriptTurn& turn = turns_.emplace_back();
    turn.path_bytes = saying.path_bytes;
    turn.says[saying.direction] = saying.bytes;
    turn.urgent[saying.direction] = saying.urgent;
    turn.bulk = {static_cast<rtspnat_direction>(saying.direction), saying.bulk, saying.bulk_in_frames};
  }
}

bool FixedScript::Next(std::string_view, std::string_view, ScriptTurn& turn) {
  if (next_ == turns_.size()) return false;
  turn = turns_[next_++];
  return true;
}

RtspScript::RtspScript(Dice plan, std::string client) : plan_(std::move(plan)), client_(std::move(client)) {
  turns_ = 3 + plan_.Roll(8);
  version_ = plan_.Roll(4) == 3 ? "RTSP/2.0" : "RTSP/1.0";
  line_end_ = plan_.Roll(8) == 7 ? "\n" : "\r\n";
}

std::string RtspScript::Transport(unsigned stream) {
  static constexpr unsigned kFirst[] = {5000, 50000, 9990, 6970};
  const unsigned port = kFirst[plan_.Roll(4)] + 200 * stream;
  const std::string ports = std::to_string(port) + "-" + std::to_string(port + 1);
  const std::string client_port = "client_port=" + ports;
  const std::string destination = "destination=" + client_;
  const std::string host = client_.find(':') == std::string::npos ? client_ : "[" + client_ + "]";
  const std::string quoted = "\"" + host + ":" + std::to_string(port) + "\"";
  const std::string next = "\"" + host + ":" + std::to_string(port + 1) + "\"";
  switch (plan_.Roll(12)) {
    case 0: return "RTP/AVP;unicast;" + client_port;
    case 1: return "RTP/AVP/UDP;unicast;" + destination + ";" + client_port;
    case 2: return "RTP/AVP;unicast;" + client_port + ";" + destination + ";mode=\"PLAY\"";
    case 3: return "RTP/AVP;unicast;" + client_port + ",RTP/AVP/TCP;unicast;interleaved=0-1";
    case 4: return "RTP/AVP;unicast;" + line_end_ + "\t" + client_port + ";" + destination;
    case 5:
      return "MP2T/RTP/UDP;" + destination + ";unicast;" + client_port + ",MP2T/UDP;unicast;" + destination +
             ";" + client_port;
    case 6: return "RTP/AVP;unicast;dest_addr=" + quoted + "/" + next;
    case 7:
      return "RTP/AVP;unicast;dest_addr=\":" + std::to_string(port) + "\"/\":" + std::to_string(port + 1) +
             "\"";
    case 8:
      return "RTP/AVP/TCP;unicast;interleaved=" + std::to_string(2 * stream) + "-" +
             std::to_string(2 * stream + 1);
    case 9: return "RAW/RAW/UDP;unicast;client_port=" + std::to_string(port) + ";" + destination;
    case 10: return "RTP/AVP;unicast;" + client_port + ";destination=198.51.100.77";
    default:
      return "RTP/AVP;unicast;x-padding=" + std::string(plan_.Roll(700), 'p') + ";" + destination + ";" +
             client_port;
  }
}

// Header lines that mean nothing to the core. Some begin like one that does.
std::string RtspScript::Filler() {
  static const char* const kLines[] = {"User-Agent: a client", "T: 1", "Transport-Info: Transport: no",
                                       "Timestamp: 1.5", "X-Long: "};
  std::string text;
  for (unsigned i = plan_.Roll(3); i-- > 0;) {
    const unsigned which = plan_.Roll(5);
    text += kLines[which];
    if (which == 4) text += std::string(plan_.Roll(900), 'x');
    text += line_end_;
  }
  return text;
}

std::string RtspScript::Request(const std::string& method, const std::string& more) {
  const std::string cseq = "CSeq: " + std::to_string(cseq_++) + line_end_;
  const bool cseq_last = plan_.Roll(3) == 2;
  return method + " rtsp://server/stream " + version_ + line_end_ + (cseq_last ? "" : cseq) + Filler() +
         more + (cseq_last ? cseq : "") + line_end_;
}

std::string RtspScript::Setup() {
  static const char* const kNames[] = {"Transport:", "transport:", "TRANSPORT:"};
  const std::string name = kNames[plan_.Roll(3)];
  const std::string blanks(plan_.Roll(4) == 3 ? plan_.Roll(7) : 1, ' ');
  const std::string value = Transport(setups_++);
  return Request("SETUP", name + blanks + value + line_end_);
}

std::string RtspScript::Media() {
  std::string text;
  for (unsigned i = plan_.Roll(4); i-- > 0;) {
    const unsigned size = plan_.Roll(600);
    text += {'$', 1, static_cast<char>(size >> 8U), static_cast<char>(size & 255U)};
    for (unsigned j = 0; j < size; ++j) text += "SETUP\r\n$Transport: "[j % 19];
  }
  return text;
}

std::string RtspScript::ReplyTo(std::string_view head) {
  const bool refused = plan_.Roll(8) == 7;
  std::string text = version_ + (refused ? " 461 Unsupported transport" : " 200 OK") + line_end_ +
                     "CSeq: " + ValueOf(head, "CSeq") + line_end_ + Filler();
  if (head.substr(0, 5) == "SETUP") {
    const std::string value = ValueOf(head, "Transport");
    std::string own =
        value.find("interleaved") < value.find("UDP") && value.find("TCP") < value.find("client_port")
            ? "RTP/AVP/TCP;unicast" + Parameter(value, "interleaved")
            : "RTP/AVP;unicast" + Parameter(value, "destination") + Parameter(value, "client_port") +
                  Parameter(value, "dest_addr") + ";server_port=9000-9001";
    if (plan_.Roll(4) != 3) text += "Transport: " + own + line_end_;
    text += "Session: 12345678;timeout=60" + line_end_;
  }
  if (head.substr(0, 8) == "DESCRIBE") {
    const std::string body = "v=0\r\ns=SETUP x RTSP/1.0\r\nTransport: RTP/AVP;client_port=5000-5001\r\n\r\n";
    text += "Content-Length: " + std::to_string(body.size()) + line_end_;
    return text + line_end_ + body;
  }
  return text + line_end_;
}

std::string RtspScript::Replies(std::string_view heard) {
  const std::string head_end = line_end_ + line_end_;
  std::string text;
  for (std::size_t end = heard.find(head_end, answered_); end != std::string_view::npos;
       end = heard.find(head_end, answered_)) {
    text += ReplyTo(heard.substr(answered_, end + line_end_.size() - answered_));
    answered_ = end + head_end.size();
  }
  return text;
}

// Odd turns are the server's. It sends media only while UDP is in use too: see RTSPNAT_NOTE_GAP.
bool RtspScript::Next(std::string_view, std::string_view heard_by_server, ScriptTurn& turn) {
  const unsigned number = turn_++;
  if (number >= 2 * turns_) return false;
  if (number % 2 == 1) {
    turn.says[1] = Replies(heard_by_server);
    return true;
  }
  if (number == 0) {
    turn.says[0] = Request("OPTIONS", "") + (plan_.Roll(2) == 1 ? Request("DESCRIBE", "") : "");
  } else if (number + 2 >= 2 * turns_) {
    turn.says[0] = Request("TEARDOWN", "Session: 12345678" + line_end_);
  } else if (number == 2 || plan_.Roll(3) != 2) {
    for (unsigned i = 1 + plan_.Roll(3); i-- > 0;) turn.says[0] += Setup();
  } else {
    turn.says[0] = Request("PLAY", "Session: 12345678" + line_end_);
    turn.says[1] = Media();
  }
  return true;
}

}  // namespace rtsp::test
