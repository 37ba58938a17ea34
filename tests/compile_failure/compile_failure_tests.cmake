# SPDX-FileCopyrightText: The pyronn authors
# SPDX-License-Identifier: Apache-2.0

# Sources that must not compile, and of which the compiler must say the sentence that the first line
# expects.
set(standard 17)
if(CMAKE_CXX_STANDARD)
  set(standard ${CMAKE_CXX_STANDARD})
endif()
file(GLOB sources CONFIGURE_DEPENDS compile_failure/*.cpp)
if(pyronn_has_cuda)
  file(GLOB cuda_sources CONFIGURE_DEPENDS compile_failure/*.cu)
  list(APPEND sources ${cuda_sources})
endif()
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${sources})
set(options -std=c++${standard}
  "-I$<JOIN:$<TARGET_PROPERTY:pyronn,INTERFACE_INCLUDE_DIRECTORIES>,$<SEMICOLON>-I>")
set(compile ${CMAKE_CXX_COMPILER} ${options} -fsyntax-only)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU") # what all of them include is read once
  set(first ${CMAKE_CURRENT_BINARY_DIR}/compile_failure/first.hpp)
  file(CONFIGURE OUTPUT ${first} CONTENT "#include <pyronn/pyronn.hpp>\n")
  add_custom_command(OUTPUT ${first}.gch DEPFILE ${first}.d VERBATIM COMMAND_EXPAND_LISTS
    COMMAND ${CMAKE_CXX_COMPILER} ${options} -MD -MF ${first}.d -MT ${first}.gch -x c++-header
    -o ${first}.gch ${first})
  add_custom_target(compile_failure_precompiled ALL DEPENDS ${first}.gch)
  list(APPEND compile -include ${first})
endif()
foreach(source IN LISTS sources)
  cmake_path(GET source STEM name)
  file(STRINGS ${source} first_line LIMIT_COUNT 1)
  if(NOT first_line MATCHES "^// expects: (.+)$")
    message(FATAL_ERROR "${source} must begin with '// expects: <sentence>'")
  endif()
  string(REGEX REPLACE "([][+.*()^$?|\\])" "\\\\\\1" sentence "${CMAKE_MATCH_1}")
  set(command ${compile} ${source})
  if(source MATCHES "\\.cu$")
    set(command ${CMAKE_CUDA_COMPILER} ${options} --cuda
      --output-file=${CMAKE_CURRENT_BINARY_DIR}/${name}.ii ${source})
  endif()
  add_test(NAME compile_failure.${name} COMMAND_EXPAND_LISTS COMMAND ${command})
  set_tests_properties(compile_failure.${name} PROPERTIES
    PASS_REGULAR_EXPRESSION "error: .*${sentence}")
endforeach()
