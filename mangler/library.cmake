# SPDX-License-Identifier: MIT OR GPL-2.0-only
# The library: parser and mangler, freestanding. Only rtspnat.h is public.

include(GNUInstallDirs)

add_library(rtspnat STATIC mangler/one_unit.cc)
add_library(rtspnat::rtspnat ALIAS rtspnat)
target_include_directories(rtspnat
  PUBLIC $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/mangler/include> $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>
  PRIVATE ${PROJECT_SOURCE_DIR}/parser/include ${PROJECT_SOURCE_DIR})
target_link_libraries(rtspnat PRIVATE $<BUILD_INTERFACE:rtspnat_warnings> $<BUILD_INTERFACE:rtspnat_freestanding>)
set_target_properties(rtspnat PROPERTIES POSITION_INDEPENDENT_CODE ON)

# For tests, fuzzers and benchmarks, which look inside: the same sources, file by file.
add_library(rtspnat_internals STATIC EXCLUDE_FROM_ALL
  parser/src/tail.cc
  parser/src/text.cc
  parser/src/framer.cc
  parser/src/transport_value.cc
  parser/lex/generated/header.cc
  parser/lex/generated/start_line.cc
  parser/lex/generated/transport.cc
  mangler/nat/address.cc
  mangler/nat/mapping.cc
  mangler/nat/proposal.cc
  mangler/stream/departure.cc
  mangler/stream/edit_log.cc
  mangler/stream/lane.cc
  mangler/stream/seq_map.cc
  mangler/rtsp/agreement.cc
  mangler/rtsp/head.cc
  mangler/rtsp/line_changes.cc
  mangler/rtsp/other_lines.cc
  mangler/rtsp/pending.cc
  mangler/rtsp/reply_line.cc
  mangler/rtsp/request_line.cc
  mangler/rtsp/line.cc
  mangler/rtsp/streams.cc
  mangler/rtsp/transport_line.cc
  mangler/rtsp/transport_meaning.cc
  mangler/connection.cc
  mangler/forgetting.cc
  mangler/lending.cc
  mangler/passing_over.cc
  mangler/reading.cc
  mangler/rtspnat.cc)
target_include_directories(rtspnat_internals PUBLIC
  ${PROJECT_SOURCE_DIR}/parser/include ${PROJECT_SOURCE_DIR}/mangler/include ${PROJECT_SOURCE_DIR})
target_link_libraries(rtspnat_internals PUBLIC rtspnat_warnings PRIVATE rtspnat_freestanding)
