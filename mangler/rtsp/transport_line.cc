// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "mangler/rtsp/transport_line.h"

#include "mangler/rtsp/repeated_places.h"
#include "mangler/rtsp/reply_line.h"
#include "mangler/rtsp/request_line.h"

namespace mangle {
namespace {

// A request gives back what it holds because of the line; of a reply nothing is published.
void GiveLineUp(Work& work) {
  if (work.of_opener) {
    work.agreement.GiveBack(work.line.mappings);
  } else {
    RefusePublished(work, work.line.mappings);
  }
  work.line.mappings = 0;
}

bool Commit(Work& work) {
  const Line& line = work.line;
  return line.changes.Commit(line.Text(), line.value, line.position, work.New(), work.lane, work.notes);
}

}  // namespace

bool IsSetup(const Head& head, const rtspnat_setup& setup) {
  if (head.method == rtsp::Method::kSetup) return true;
  return head.method == rtsp::Method::kPlay && (setup.options & RTSPNAT_OPTION_PLAY_TRANSPORT) != 0;
}

bool ReadsTransport(const Work& work) {
  return work.of_opener ? IsSetup(work.head, work.setup) : work.head.status != 0;
}

void FinishLine(Work& work) {
  constexpr bytes::Field kWholeLine = {0, 0xffff};
  if (Commit(work)) return;
  if (work.line.changes.DropSpare(kWholeLine) && Commit(work)) return;
  GiveLineUp(work);
}

void ReadTransportLine(Work& work) {
  Line& line = work.line;
  while (line.stage == Line::Stage::kSpecAgain || line.reader.Find()) {
    if (line.stage == Line::Stage::kSpecs) line.reader.Read(line.spec);
    line.stage = Line::Stage::kSpecs;
    if (work.of_opener) {
      UseRequestSpec(work);
    } else {
      UseReplySpec(work);
    }
    if (work.HasQuestions()) return;
  }
  line.stage = Line::Stage::kDone;
  if (line.repeats && !RewriteRepeatedPlaces(work)) return GiveLineUp(work);
  if (!line.changes.Empty()) FinishLine(work);
}

}  // namespace mangle
