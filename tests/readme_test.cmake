# SPDX-FileCopyrightText: The pyronn authors
# SPDX-License-Identifier: Apache-2.0

# What the README.md files say of others: a block of code after `<!-- FILE -->` is that source, which
# is compiled and run, to the letter, and after `<!-- part of FILE -->` lines of it; links lead to
# files and sections that exist. The project's own is read in ten minutes.
# Run as: cmake -D source_dir=... -P readme_test.cmake

cmake_minimum_required(VERSION 3.25)

set(most_words 3000) # of the project's README.md

# Lists of CMake end at semicolons and know brackets.
function(pyronn_read_as_plain_text file result)
  file(READ ${file} text)
  string(REPLACE ";" "<semicolon>" text "${text}")
  set(${result} "${text}" PARENT_SCOPE)
endfunction()

# The anchors of all sections of a README, as GitHub makes them.
function(pyronn_anchors_of readme result)
  pyronn_read_as_plain_text(${readme} text)
  string(REGEX REPLACE "\n```[^\n]*\n([^`]|`[^`]|``[^`])*```" "" text "${text}")
  string(REGEX MATCHALL "\n#+ [^\n]+" titles "\n${text}")
  set(anchors "")
  foreach(title IN LISTS titles)
    string(REGEX REPLACE "\n#+ " "" title "${title}")
    string(TOLOWER "${title}" title)
    string(REGEX REPLACE "[^a-z0-9 _-]" "" title "${title}")
    string(REPLACE " " "-" title "${title}")
    list(APPEND anchors "${title}")
  endforeach()
  set(${result} "${anchors}" PARENT_SCOPE)
endfunction()

function(pyronn_check_code readme text)
  string(REGEX MATCHALL "<!-- [^\n]* -->\n[^\n]*" marks "${text}")
  foreach(mark IN LISTS marks)
    string(REGEX MATCH "^<!-- (part of )?([^ ]+) -->\n```cpp$" right "${mark}")
    set(part "${CMAKE_MATCH_1}")
    set(source "${CMAKE_MATCH_2}")
    if(NOT right OR NOT EXISTS ${source_dir}/${source})
      message(SEND_ERROR "${readme}: '${mark}' is no source with a block of C++ after it")
      continue()
    endif()
    pyronn_read_as_plain_text(${source_dir}/${source} program)
    string(REGEX REPLACE "^(//[^\n]*\n)+" "" program "${program}")
    string(FIND "${text}" "${mark}\n" begin)
    string(LENGTH "${mark}\n" length)
    math(EXPR begin "${begin} + ${length}")
    string(SUBSTRING "${text}" ${begin} -1 block)
    string(FIND "${block}" "```" end)
    string(SUBSTRING "${block}" 0 ${end} block)
    if(part)
      string(REPLACE "\n  " "\n" program "${program}") # of a function's body
      string(FIND "${program}" "\n${block}" place)
    elseif("${block}" STREQUAL "${program}")
      set(place 0)
    else()
      set(place -1)
    endif()
    if(place EQUAL -1)
      message(SEND_ERROR "${readme} does not show ${source} as it is")
    endif()
    set_property(GLOBAL APPEND PROPERTY shown ${source})
  endforeach()
endfunction()

function(pyronn_check_links readme text)
  cmake_path(GET readme PARENT_PATH folder)
  string(REGEX REPLACE "\n```[^\n]*\n([^`]|`[^`]|``[^`])*```" "" text "${text}")
  string(REGEX REPLACE "`[^`\n]*`" "" text "${text}")
  string(REGEX MATCHALL "\\]\\([^)\n]+\\)" links "${text}")
  string(REPLACE "]" "" links "${links}")
  foreach(link IN LISTS links)
    string(REGEX REPLACE "^\\((.*)\\)$" "\\1" link "${link}")
    if(link MATCHES "^https?://")
      continue()
    endif()
    string(REGEX MATCH "^([^#]*)#?(.*)$" ignored "${link}")
    set(target "${readme}")
    if(CMAKE_MATCH_1)
      set(target "${folder}/${CMAKE_MATCH_1}")
    endif()
    set(anchor "${CMAKE_MATCH_2}")
    if(NOT EXISTS ${source_dir}/${target})
      message(SEND_ERROR "${readme}: there is no ${link}")
    elseif(anchor)
      pyronn_anchors_of(${source_dir}/${target} anchors)
      if(NOT anchor IN_LIST anchors)
        message(SEND_ERROR "${readme}: ${link} has no such section")
      endif()
    endif()
    set_property(GLOBAL APPEND PROPERTY links ${link})
  endforeach()
endfunction()

file(GLOB readmes RELATIVE ${source_dir} ${source_dir}/README.md ${source_dir}/findings/README.md
  ${source_dir}/examples/README.md ${source_dir}/examples/*/README.md
  ${source_dir}/tests/README.md ${source_dir}/tests/*/README.md)
foreach(readme IN LISTS readmes)
  pyronn_read_as_plain_text(${source_dir}/${readme} text)
  pyronn_check_code(${readme} "${text}")
  pyronn_check_links(${readme} "${text}")
endforeach()

# Programs that are there to be shown
file(GLOB sources RELATIVE ${source_dir} ${source_dir}/examples/readme*.cpp
  ${source_dir}/examples/operators/*.cpp ${source_dir}/examples/streaming/*.cpp
  ${source_dir}/examples/custom_geometry/*.cpp)
get_property(shown GLOBAL PROPERTY shown)
foreach(source IN LISTS sources)
  if(NOT source IN_LIST shown)
    message(SEND_ERROR "no README.md shows ${source}")
  endif()
endforeach()

pyronn_read_as_plain_text(${source_dir}/README.md text)
string(REGEX REPLACE "[][\\\\]" "-" text "${text}")
string(REGEX MATCHALL "[^ \n]+" words "${text}")
list(LENGTH words count)
if(count GREATER most_words)
  message(SEND_ERROR "README.md has ${count} words; what is long belongs to the README.md of a folder of "
    "examples, and at most ${most_words} may stay")
endif()

get_property(links GLOBAL PROPERTY links)
foreach(found readmes sources links)
  list(LENGTH ${found} number)
  if(number LESS 5)
    message(SEND_ERROR "${number} ${found} looked at: there are more")
  endif()
  message(STATUS "${number} ${found} looked at")
endforeach()
message(STATUS "README.md has ${count} words")
