# SPDX-License-Identifier: MIT OR GPL-2.0-only
# The library: parser and mangler, freestanding. Only rtspnat.h is public.

include(GNUInstallDirs)

add_library(rtspnat STATIC
  parser/src/bytes.cc
  parser/src/framer.cc
  parser/src/opening.cc
  parser/src/transport.cc
  parser/src/transport_address.cc
  parser/lex/generated/header.cc
  parser/lex/generated/start_line.cc
  parser/lex/generated/transport_lexer.cc
  mangler/src/address.cc
  mangler/src/address_line.cc
  mangler/src/connection.cc
  mangler/src/edit_line.cc
  mangler/src/edit_log.cc
  mangler/src/forgetting.cc
  mangler/src/head.cc
  mangler/src/mapping.cc
  mangler/src/passing.cc
  mangler/src/ports.cc
  mangler/src/reading.cc
  mangler/src/reply.cc
  mangler/src/rest.cc
  mangler/src/rewrite.cc
  mangler/src/rtspnat.cc
  mangler/src/seq_map.cc)
add_library(rtspnat::rtspnat ALIAS rtspnat)
target_include_directories(rtspnat
  PUBLIC $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/mangler/include> $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>
  PRIVATE ${PROJECT_SOURCE_DIR}/parser/include)
target_link_libraries(rtspnat PRIVATE $<BUILD_INTERFACE:rtspnat_warnings> $<BUILD_INTERFACE:rtspnat_freestanding>)
set_target_properties(rtspnat PROPERTIES POSITION_INDEPENDENT_CODE ON)

# For tests, fuzzers and benchmarks, which look inside.
add_library(rtspnat_internals INTERFACE)
target_include_directories(rtspnat_internals INTERFACE ${PROJECT_SOURCE_DIR}/parser/include ${PROJECT_SOURCE_DIR})
target_link_libraries(rtspnat_internals INTERFACE rtspnat rtspnat_warnings)
