// SPDX-License-Identifier: MIT OR GPL-2.0-only
#pragma once
/// @file
/// What a Transport line of a reply says of client and server, and what becomes of its text.
#include "mangler/rtsp/line.h"

namespace mangle {

/// Notes what the server has chosen, which the first spec says that is understood.
[[gnu::noinline]] void NoteChoice(Exchange& exchange);

/// Deals with the spec in hand of a reply: gives the client its own ports back, and has those of a server behind NAT published.
[[gnu::noinline]] void UseReplySpec(Exchange& exchange);

/// Goes on when the question about published ports is answered, or there are none to propose any more (kRefused).
[[gnu::noinline]] void UsePublished(Exchange& exchange, nat::Proposal::Outcome outcome);

/// Takes back what was published for the line in hand, whose text cannot say it.
[[gnu::noinline]] void RefusePublished(Exchange& exchange, nat::MappingSet set);

}  // namespace mangle
