// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "tests/decisions/decision_case.h"

#include <arpa/inet.h>

#include <algorithm>
#include <cctype>
#include <map>
#include <sstream>
#include <stdexcept>

namespace rtsp::test {
namespace {

[[noreturn]] void Fail(int line, const std::string& what) {
  throw std::runtime_error("line " + std::to_string(line) + ": " + what);
}

rtspnat_address ReadAddress(int line, const std::string& text) {
  rtspnat_address address = {};
  if (inet_pton(AF_INET, text.c_str(), address.bytes) == 1)
    address.family = 4;
  else if (inet_pton(AF_INET6, text.c_str(), address.bytes) == 1)
    address.family = 6;
  else
    Fail(line, "no address: " + text);
  return address;
}

rtspnat_length_changes ReadLengthChanges(int line, const std::string& text) {
  if (text == "none") return RTSPNAT_NO_LENGTH_CHANGE;
  if (text == "one") return RTSPNAT_ONE_LENGTH_CHANGE;
  if (text == "any") return RTSPNAT_ANY_LENGTH_CHANGE;
  Fail(line, "length_changes none, one or any");
}

std::uint8_t ReadOption(int line, const std::string& text) {
  if (text == "client_address") return RTSPNAT_OPTION_CLIENT_ADDRESS;
  if (text == "play_transport") return RTSPNAT_OPTION_PLAY_TRANSPORT;
  if (text == "redirect") return RTSPNAT_OPTION_REDIRECT;
  Fail(line, "option client_address, play_transport or redirect");
}

// Reads a setting with a value. Returns false if no setting has this name.
bool ReadValue(int line, const std::string& key, const std::string& value, Scene& scene) {
  if (key == "inside") {
    scene.inside = ReadAddress(line, value);
  } else if (key == "outside") {
    scene.outside = ReadAddress(line, value);
  } else if (key == "server") {
    scene.server = ReadAddress(line, value);
  } else if (key == "published") {
    scene.published = ReadAddress(line, value);
  } else if (key == "inside_port") {
    scene.inside_port = static_cast<std::uint16_t>(std::stoul(value));
  } else if (key == "outside_port") {
    scene.outside_port = static_cast<std::uint16_t>(std::stoul(value));
  } else if (key == "option") {
    scene.options = static_cast<std::uint8_t>(scene.options | ReadOption(line, value));
  } else if (key == "length_changes") {
    scene.length_changes = ReadLengthChanges(line, value);
  } else {
    return false;
  }
  return true;
}

void ReadSetting(int line, const std::string& text, Scene& scene) {
  std::istringstream in(text);
  std::string key;
  std::string value;
  in >> key;
  if (key == "routed") {
    scene.routed = true;
  } else if (key == "no_ports") {
    scene.no_ports = true;
  } else if (key == "no_expectations") {
    scene.no_expectations = true;
  } else if (text == "also free") {
    scene.also_free = true;
  } else if (key == "taken") {
    while (in >> value) scene.taken.push_back(static_cast<std::uint16_t>(std::stoul(value)));
  } else if (!(in >> value) || !ReadValue(line, key, value, scene)) {
    Fail(line, "not understood: " + text);
  }
}

Scene ReadScene(const SpecBlock& block) {
  Scene scene;
  std::istringstream in(block.text);
  int line = block.line;
  for (std::string text; std::getline(in, text);) ReadSetting(++line, text, scene);
  if (scene.routed) scene.outside = scene.inside;
  if (scene.published.family == 0) scene.published = scene.server;
  return scene;
}

std::vector<std::string> LinesOf(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

Turn ReadTurn(const SpecBlock& block) {
  Turn turn;
  turn.direction = block.Has("client") ? RTSPNAT_ORIGINAL : RTSPNAT_REPLY;
  turn.said = turn.heard = BytesOf(block);
  turn.fin = block.Has("fin");
  turn.line = block.line;
  return turn;
}

// Numbers, and their replacements.
using Renumbering = std::map<std::string, std::string>;

bool IsBusy(const std::string& line) { return line.ends_with(": busy"); }

// Adds the ports of a line `reserve 0: 5002-5003 for 5000-5001`.
void AddReserved(const std::string& line, Renumbering& ports) {
  std::istringstream in(line.substr(line.find(": ") + 2));
  std::string outside;
  std::string word;
  std::string inside;
  in >> outside >> word >> inside;
  std::istringstream from(outside);
  std::istringstream to(inside);
  std::string port;
  while (std::getline(from, port, '-') && std::getline(to, word, '-')) ports[port] = word;
}

// Replaces whole numbers.
std::string Renumber(const std::string& text, const Renumbering& ports) {
  const auto is_digit = [](char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; };
  std::string out;
  for (auto at = text.begin(); at != text.end();) {
    const auto end = std::find_if_not(at, text.end(), is_digit);
    const std::string number(at, end);
    const auto found = ports.find(number);
    out += found != ports.end() ? found->second : number;
    at = end;
    if (at != text.end()) out += *at++;
  }
  return out;
}

}  // namespace

DecisionCase ReadDecisionCase(const SpecCase& spec) {
  DecisionCase out;
  out.scene.published = out.scene.server;
  for (const SpecBlock& block : spec.blocks) {
    const std::string what = block.words.empty() ? "" : block.words.front();
    const bool is_side = what == "client" || what == "server";
    const bool hears = is_side && block.Has("hears");
    if (what == "setup" && out.turns.empty()) {
      out.scene = ReadScene(block);
    } else if (is_side && !hears) {
      out.turns.push_back(ReadTurn(block));
    } else if (out.turns.empty()) {
      Fail(block.line, "somebody has to say something first");
    } else if (hears) {
      const bool said_by_client = out.turns.back().direction == RTSPNAT_ORIGINAL;
      if (said_by_client == (what == "client")) Fail(block.line, "nobody hears himself");
      out.turns.back().heard = BytesOf(block);
    } else if (what == "router") {
      out.turns.back().log = LinesOf(block.text);
    } else {
      Fail(block.line, "a block is setup, client, server, client hears, server hears or router");
    }
  }
  return out;
}

DecisionCase WithPortsFree(const DecisionCase& play) {
  DecisionCase out = play;
  out.scene.taken.clear();
  Renumbering ports;
  for (Turn& turn : out.turns) {
    for (const std::string& line : turn.log)
      if (line.starts_with("reserve ") && !IsBusy(line)) AddReserved(line, ports);
    std::erase_if(turn.log, IsBusy);
    for (std::string& line : turn.log) line = Renumber(line, ports);
    turn.said = Renumber(turn.said, ports);
    turn.heard = Renumber(turn.heard, ports);
  }
  return out;
}

}  // namespace rtsp::test
