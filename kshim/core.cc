// SPDX-License-Identifier: GPL-2.0-only
// The core as the one C++ translation unit of the module: two objects that share a
// COMDAT function do not link into one module, see docs/kernel.md. In an unnamed
// namespace, so that all of it but the C ABI is static: the compiler then knows every
// call and drops what is not used.
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
#include "../parser/lex/generated/transport_lexer.cc"
#include "../parser/src/bytes.cc"
#include "../parser/src/framer.cc"
#include "../parser/src/opening.cc"
#include "../parser/src/transport.cc"
#include "../parser/src/transport_address.cc"

#include "../mangler/src/address.cc"
#include "../mangler/src/address_line.cc"
#include "../mangler/src/connection.cc"
#include "../mangler/src/edit_line.cc"
#include "../mangler/src/edit_log.cc"
#include "../mangler/src/forgetting.cc"
#include "../mangler/src/head.cc"
#include "../mangler/src/mapping.cc"
#include "../mangler/src/passing.cc"
#include "../mangler/src/ports.cc"
#include "../mangler/src/reading.cc"
#include "../mangler/src/reply.cc"
#include "../mangler/src/rest.cc"
#include "../mangler/src/rewrite.cc"
#include "../mangler/src/seq_map.cc"
}  // namespace

#include "../mangler/src/rtspnat.cc"
