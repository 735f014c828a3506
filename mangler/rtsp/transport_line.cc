// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "mangler/rtsp/transport_line.h"

#include "mangler/rtsp/repeated_places.h"
#include "mangler/rtsp/reply_line.h"
#include "mangler/rtsp/request_line.h"
#include "mangler/rtsp/rewriting.h"

namespace mangle {
namespace {

// A request gives back what it holds because of the line; of a reply nothing is published.
void GiveLineUp(Exchange& exchange) {
  if (exchange.of_opener) {
    exchange.agreement.GiveBack(exchange.line.mappings);
  } else {
    RefusePublished(exchange, exchange.line.mappings);
  }
  exchange.line.mappings = 0;
}

// Finds out what the spec in hand means.
[[gnu::noinline]] void ReadMeaning(Exchange& exchange) {
  Line& line = exchange.line;
  if (exchange.of_opener) {
    ReadAnnouncement(line.spec, line.reader.Line(), line.is_own, line.announcement);
  } else {
    ReadReplyChoice(line.spec, line.reader.Line(), line.choice);
  }
}

// Reads other places of the spec in hand if it has more, else the next spec. Returns false at the end of the line.
bool ReadRepeatedPlaces(Line& line) {
  if (line.repeated.turns == 0) return line.reader.Next(line.spec);
  line.reader.Repeat(line.spec);
  return true;
}

void Write(const rtspnat_address& address, AddressText& text) {
  text.size = static_cast<std::uint8_t>(nat::WriteAddress(address, text.bytes));
}

}  // namespace

void FinishLine(Exchange& exchange) {
  constexpr bytes::Field kWholeLine = {0, 0xffff};
  Line& line = exchange.line;
  line.stage = Line::Stage::kDone;
  NewAddresses addresses;
  if (line.changes.HasAddresses()) {
    Write(exchange.NewOpener(), addresses.opener);
    Write(exchange.setup.published, addresses.peer);
  }
  const LineChanges::Target target = {line.reader.Line(), line.position, addresses, *exchange.lane};
  do {
    if (line.changes.Commit(target, line.value, exchange.notes)) return;
  } while (line.changes.DropSpare(kWholeLine));
  GiveLineUp(exchange);
}

void ReadTransportLine(Exchange& exchange) {
  Line& line = exchange.line;
  while (line.stage == Line::Stage::kSpecAgain || line.reader.Find()) {
    if (line.stage == Line::Stage::kSpecs) {
      line.reader.Read(line.spec);
      FindHosts(exchange);
      ReadMeaning(exchange);
    }
    line.stage = Line::Stage::kSpecs;
    if (exchange.of_opener) {
      UseRequestSpec(exchange);
    } else {
      NoteChoice(exchange);
      UseReplySpec(exchange);
    }
    if (exchange.HasQuestions()) return;
  }
  line.stage = Line::Stage::kRead;
}

void ReadAgain(Exchange& exchange) {
  Line& line = exchange.line;
  line.stage = Line::Stage::kDone;
  const bool repeats = line.repeats && BeginRepeatedPlaces(exchange);
  while (repeats && ReadRepeatedPlaces(line)) {
    FindHosts(exchange);
    if (!RewriteRepeatedPlaces(exchange)) return GiveLineUp(exchange);
  }
  if (!line.changes.Empty()) line.stage = Line::Stage::kChanged;
}

}  // namespace mangle
