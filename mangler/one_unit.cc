// SPDX-License-Identifier: MIT OR GPL-2.0-only
// The core as one translation unit, for the library and for the modules. It lies in an unnamed namespace, so that everything but
// the C ABI is static: the compiler then knows every call, drops unused functions, and saves stack.
#include <cstddef>
#include <cstdint>

#include "rtspnat.h"

#pragma GCC diagnostic ignored "-Wunused-function"
#ifndef __clang__
#pragma GCC diagnostic ignored "-Wsubobject-linkage"
#endif

namespace {
#include "../parser/lex/generated/header.cc"
#include "../parser/lex/generated/start_line.cc"
#include "../parser/lex/generated/transport.cc"
#include "../parser/src/tail.cc"
#include "../parser/src/text.cc"
#include "../parser/src/framer.cc"
#include "../parser/src/transport_value.cc"

#include "nat/address.cc"
#include "nat/mapping.cc"
#include "nat/proposal.cc"
#include "stream/departure.cc"
#include "stream/edit_log.cc"
#include "stream/lane.cc"
#include "stream/seq_map.cc"
#include "rtsp/agreement.cc"
#include "rtsp/head.cc"
#include "rtsp/line_changes.cc"
#include "rtsp/other_lines.cc"
#include "rtsp/pending.cc"
#include "rtsp/reply_line.cc"
#include "rtsp/request_line.cc"
#include "rtsp/line.cc"
#include "rtsp/streams.cc"
#include "rtsp/transport_line.cc"
#include "rtsp/transport_meaning.cc"
#include "connection.cc"
#include "forgetting.cc"
#include "lending.cc"
#include "passing_over.cc"
#include "reading.cc"
}  // namespace

#include "rtspnat.cc"
