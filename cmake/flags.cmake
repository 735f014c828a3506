# SPDX-License-Identifier: MIT OR GPL-2.0-only
# Two bundles of compiler flags: rtspnat_warnings for all code, rtspnat_freestanding for the core.

add_library(rtspnat_warnings INTERFACE)
target_compile_options(rtspnat_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wconversion -Wsign-conversion -Wshadow -Wcast-align -Wcast-qual -Wformat=2
  -Wundef -Wunused -Wimplicit-fallthrough -Werror
  $<$<COMPILE_LANGUAGE:CXX>:-Wnon-virtual-dtor;-Wold-style-cast;-Woverloaded-virtual>
  $<$<CXX_COMPILER_ID:GNU>:-Wduplicated-cond;-Wlogical-op>)

# The core also runs inside a kernel: no libc, no exceptions, no RTTI, and at most 512 bytes of stack in any
# function (tests/stack_depth.py adds up whole calls).
add_library(rtspnat_freestanding INTERFACE)
target_compile_options(rtspnat_freestanding INTERFACE
  -ffreestanding -fno-exceptions -fno-rtti -funsigned-char -fno-threadsafe-statics)
set(RTSPNAT_STACK_LIMIT 512)
if(NOT RTSPNAT_SANITIZE AND NOT CMAKE_BUILD_TYPE STREQUAL "Debug")
  target_compile_options(rtspnat_freestanding INTERFACE
    $<$<CXX_COMPILER_ID:GNU>:-Wstack-usage=${RTSPNAT_STACK_LIMIT};-fcallgraph-info=su>
    $<$<CXX_COMPILER_ID:Clang>:-Wframe-larger-than=${RTSPNAT_STACK_LIMIT}>)
endif()

if(RTSPNAT_SANITIZE)
  add_compile_options(-fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=address,undefined)
endif()
if(RTSPNAT_FUZZ)
  if(NOT CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
    message(FATAL_ERROR "RTSPNAT_FUZZ needs clang: use the preset named fuzz")
  endif()
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()
