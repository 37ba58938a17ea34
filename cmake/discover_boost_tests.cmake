# SPDX-FileCopyrightText: The pyronn authors
# SPDX-License-Identifier: Apache-2.0

# pyronn_discover_boost_tests(target): one CTest entry for each Boost.Test case of an executable,
# named target.suite.case. The executable is asked for its cases whenever it was linked, by this
# same file run as a script. Cases of a BOOST_DATA_TEST_CASE stay together.

cmake_minimum_required(VERSION 3.25)

function(pyronn_discover_boost_tests target)
  set(cases ${CMAKE_CURRENT_BINARY_DIR}/${target}_cases.cmake)
  add_custom_command(TARGET ${target} POST_BUILD VERBATIM BYPRODUCTS ${cases}
    COMMAND ${CMAKE_COMMAND} -D executable=$<TARGET_FILE:${target}> -D target=${target}
    -D cases=${cases} -P ${CMAKE_CURRENT_FUNCTION_LIST_FILE})

  set(include_file ${CMAKE_CURRENT_BINARY_DIR}/${target}_include.cmake)
  file(CONFIGURE OUTPUT ${include_file} @ONLY CONTENT [[
if(EXISTS [==[@cases@]==])
  include([==[@cases@]==])
else()
  add_test(@target@_NOT_BUILT @target@_NOT_BUILT)
endif()
]])
  set_property(DIRECTORY APPEND PROPERTY TEST_INCLUDE_FILES ${include_file})
endfunction()

if(NOT CMAKE_SCRIPT_MODE_FILE)
  return()
endif()

# The list is an indented tree, written to stderr:
#     suite*
#         plain_case*: its description
#         data_case*
#             _0*
# An asterisk marks what is enabled.
execute_process(COMMAND ${executable} --list_content=HRF
  ERROR_VARIABLE listing RESULT_VARIABLE result)
if(NOT result EQUAL 0)
  message(FATAL_ERROR "${executable} --list_content=HRF failed (${result}):\n${listing}")
endif()
string(REGEX REPLACE ": [^\n]*" "" listing "${listing}")
string(REGEX MATCHALL "[^\n]+" lines "${listing}")

# Nothing but skipped cases: a case that ran, or failed, would be counted before the skipped ones.
set(only_skipped "has passed with:[\r\n]+ *[0-9]+ test cases? out of [0-9]+ skipped")

set(script)
set(path)
set(registered)
list(LENGTH lines count)
foreach(index RANGE ${count})
  # A line is a case when the next one is not indented further.
  set(line)
  if(index LESS count)
    list(GET lines ${index} line)
  endif()
  string(LENGTH "${line}" depth)
  string(STRIP "${line}" line)
  string(LENGTH "${line}" length)
  math(EXPR depth "(${depth} - ${length}) / 4")
  list(LENGTH path previous_depth)

  if(depth LESS previous_depth)
    set(case ${path})
    list(GET case -1 leaf)
    if(leaf MATCHES "^_[0-9]+$")
      list(POP_BACK case)
    endif()
    list(JOIN case "/" filter)
    list(JOIN case "." name)
    if(NOT filter IN_LIST registered)
      list(APPEND registered "${filter}")
      string(APPEND script "add_test([==[${target}.${name}]==] [==[${executable}]==] "
        "[==[--run_test=${filter}]==] --color_output=no --log_level=unit_scope "
        "--report_level=short)\n"
        "set_tests_properties([==[${target}.${name}]==] PROPERTIES TIMEOUT 600 "
        "DISABLED ${disabled} SKIP_REGULAR_EXPRESSION [==[${only_skipped}]==])\n")
    endif()
    list(SUBLIST path 0 ${depth} path)
  endif()

  set(disabled TRUE)
  if(line MATCHES "^(.*)[*]$")
    set(disabled FALSE)
    set(line "${CMAKE_MATCH_1}")
  endif()
  list(APPEND path "${line}")
endforeach()

if(NOT script)
  message(FATAL_ERROR "${executable} holds no test case")
endif()
file(WRITE ${cases} "${script}")
