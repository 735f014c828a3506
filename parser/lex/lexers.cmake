# SPDX-License-Identifier: MIT OR GPL-2.0-only
# `cmake --build build --target lexers` makes parser/lex/generated/*.cc anew; they are committed, so that
# nobody needs re2c to build. The test generated_lexers_are_fresh proves that they are what re2c makes.

set(RTSPNAT_LEXERS header start_line transport)
find_program(RE2C re2c)
set(RTSPNAT_RE2C_FLAGS -W -Werror --no-generation-date)

if(RE2C)
  set(commands)
  foreach(lexer IN LISTS RTSPNAT_LEXERS)
    list(APPEND commands COMMAND ${RE2C} ${RTSPNAT_RE2C_FLAGS} -o parser/lex/generated/${lexer}.cc parser/lex/${lexer}.re)
  endforeach()
  add_custom_target(lexers ${commands} WORKING_DIRECTORY ${PROJECT_SOURCE_DIR} VERBATIM)
endif()
