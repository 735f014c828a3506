// SPDX-License-Identifier: GPL-2.0-only
// The core as the one C++ translation unit of the module: two objects that share a
// COMDAT function do not link into one module (cxx.mk). It lies in an unnamed namespace,
// so that everything but the C ABI is static: the compiler then knows every call, and
// drops unused functions.
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

#include "../mangler/nat/address.cc"
#include "../mangler/nat/mapping.cc"
#include "../mangler/nat/proposal.cc"
#include "../mangler/stream/departure.cc"
#include "../mangler/stream/edit_log.cc"
#include "../mangler/stream/lane.cc"
#include "../mangler/stream/seq_map.cc"
#include "../mangler/rtsp/agreement.cc"
#include "../mangler/rtsp/head.cc"
#include "../mangler/rtsp/line_changes.cc"
#include "../mangler/rtsp/other_lines.cc"
#include "../mangler/rtsp/pending.cc"
#include "../mangler/rtsp/reply_line.cc"
#include "../mangler/rtsp/request_line.cc"
#include "../mangler/rtsp/line.cc"
#include "../mangler/rtsp/streams.cc"
#include "../mangler/rtsp/transport_line.cc"
#include "../mangler/rtsp/transport_meaning.cc"
#include "../mangler/connection.cc"
#include "../mangler/forgetting.cc"
#include "../mangler/lending.cc"
#include "../mangler/passing_over.cc"
#include "../mangler/reading.cc"
}  // namespace

#include "../mangler/rtspnat.cc"
