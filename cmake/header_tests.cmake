# SPDX-FileCopyrightText: The pyronn authors
# SPDX-License-Identifier: Apache-2.0

# Every header compiles alone and twice, and after any other: all of them after the umbrella, and in
# reverse. Alone means: behind nothing but headers that it includes itself before anything else, which
# is why chains of headers share a source. nvcc, which is slow, sees alone what is for CUDA only, and clang-tidy everything at once.
# All sources are linked into one program, where a function that lacks `inline` is defined twice.
option(PYRONN_TEST_HEADERS_ALONE "Compile every header alone, not only all of them in two orders" ON)

# The public headers that match the patterns, without those whose packages are missing.
function(pyronn_public_headers result)
  file(GLOB_RECURSE headers CONFIGURE_DEPENDS RELATIVE ${PROJECT_SOURCE_DIR}/include ${ARGN})
  list(FILTER headers EXCLUDE REGEX "core/detail/math_") # parts of core/math.hpp
  # Those of frameworks are compiled by tests/frameworks.
  list(FILTER headers EXCLUDE REGEX "interop/(detail/)?(jax|tensorflow|torch)[./]")
  if(pyronn_missing_headers)
    list(REMOVE_ITEM headers ${pyronn_missing_headers})
  endif()
  set(${result} ${headers} PARENT_SCOPE)
endfunction()

# Writes a source that includes headers twice and appends its name to a list.
function(pyronn_write_header_source list name)
  set(text)
  foreach(header IN LISTS ARGN)
    string(APPEND text
      "#include <${header}>\n#include <${header}>  // NOLINT: the second time on purpose\n")
  endforeach()
  string(MAKE_C_IDENTIFIER ${name} identifier)
  cmake_path(GET name EXTENSION LAST_ONLY extension)
  set(source ${CMAKE_CURRENT_BINARY_DIR}/header_tests/${identifier}${extension})
  file(CONFIGURE OUTPUT ${source} CONTENT "${text}" @ONLY)
  set(${list} ${${list}} ${source} PARENT_SCOPE)
endfunction()

function(pyronn_add_header_test target library)
  add_executable(${target} ${ARGN})
  target_link_libraries(${target} PRIVATE
    ${library} ${pyronn_optional_libraries} pyronn_developer_warnings)
  add_test(NAME ${target} COMMAND ${target})
endfunction()

# Writes sources that have every header once, behind such as it includes.
function(pyronn_write_chains list extension)
  # Of each, which of the others it includes before its first line of code, under no condition.
  foreach(header IN LISTS ARGN)
    file(READ ${PROJECT_SOURCE_DIR}/include/${header} text)
    string(REGEX MATCH "^((//[^\n]*|#pragma once|#include <[^\n]*)?\n)*" text "${text}")
    string(REGEX MATCHALL "#include <pyronn/[^>]+" includes "${text}")
    list(TRANSFORM includes REPLACE "#include <" "")
    set(includes_of_${header})
    foreach(included IN LISTS includes)
      if(included IN_LIST ARGN)
        list(APPEND includes_of_${header} ${included})
      endif()
    endforeach()
  endforeach()
  # Those that include nothing first.
  set(left ${ARGN})
  set(sorted)
  while(left)
    set(layer)
    foreach(header IN LISTS left)
      set(missing ${includes_of_${header}})
      if(missing)
        list(REMOVE_ITEM missing "" ${sorted})
      endif()
      if(NOT missing)
        list(APPEND layer ${header})
      endif()
    endforeach()
    if(NOT layer)
      message(FATAL_ERROR "headers include one another in a circle: ${left}")
    endif()
    list(APPEND sorted ${layer})
    list(REMOVE_ITEM left ${layer})
  endwhile()
  # From the last one on down, each time to the last one that is left.
  list(REVERSE sorted)
  set(left ${sorted})
  foreach(last IN LISTS sorted)
    set(chain)
    set(header ${last})
    while(header IN_LIST left)
      list(PREPEND chain ${header})
      list(REMOVE_ITEM left ${header})
      set(next)
      foreach(candidate IN LISTS left)
        if(candidate IN_LIST includes_of_${header})
          set(next ${candidate})
          break()
        endif()
      endforeach()
      set(header ${next})
    endwhile()
    if(chain)
      pyronn_write_header_source(${list} ${last}${extension} ${chain})
    endif()
  endforeach()
  set(${list} ${${list}} PARENT_SCOPE)
endfunction()

set(main ${CMAKE_CURRENT_BINARY_DIR}/header_tests/main.cpp)
file(CONFIGURE OUTPUT ${main} CONTENT "int main() {}\n")

set(include_dir ${PROJECT_SOURCE_DIR}/include/pyronn)
pyronn_public_headers(headers ${include_dir}/*.hpp)

# Two sources that include headers: all after the umbrella, and the last ones in reverse.
function(pyronn_write_order_sources list umbrella extension)
  cmake_parse_arguments(PARSE_ARGV 3 arg "" "" "FIRST;LAST")
  set(in_order ${arg_FIRST} ${arg_LAST})
  list(REMOVE_ITEM in_order ${umbrella})
  list(PREPEND in_order ${umbrella})
  set(reversed ${arg_LAST})
  list(REVERSE reversed)
  pyronn_write_header_source(${list} all_in_order${extension} ${in_order})
  pyronn_write_header_source(${list} all_reversed${extension} ${reversed})
  set(${list} ${${list}} PARENT_SCOPE)
endfunction()

set(sources ${main})
if(CMAKE_CXX_CLANG_TIDY)
  pyronn_write_header_source(sources all.cpp ${headers})
else()
  pyronn_write_order_sources(sources pyronn/pyronn.hpp .cpp LAST ${headers})
  if(PYRONN_TEST_HEADERS_ALONE)
    pyronn_write_chains(sources .cpp ${headers})
  endif()
endif()
pyronn_add_header_test(header_test pyronn::pyronn ${sources})

if(pyronn_has_cuda)
  pyronn_public_headers(cuda_headers ${include_dir}/*.cuh)
  set(sources ${main})
  pyronn_write_order_sources(sources pyronn/cuda.cuh .cu FIRST ${headers} LAST ${cuda_headers})
  pyronn_add_header_test(header_test_cuda pyronn::cuda ${sources})
endif()

# Alone they are read, not linked: nvcc stops before the host's compiler.
if(pyronn_has_cuda AND PYRONN_TEST_HEADERS_ALONE)
  set(sources)
  pyronn_write_chains(sources .cu ${cuda_headers})
  add_library(header_test_ptx OBJECT ${sources})
  set_property(TARGET header_test_ptx PROPERTY CUDA_PTX_COMPILATION ON)
  target_link_libraries(header_test_ptx PRIVATE
    pyronn::cuda ${pyronn_optional_libraries} pyronn_developer_warnings)
endif()
