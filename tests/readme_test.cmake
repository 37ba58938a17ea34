# SPDX-FileCopyrightText: The pyronn authors
# SPDX-License-Identifier: Apache-2.0

# The programs that README.md shows are the examples that are compiled and run, to the letter.
# Run as: cmake -D source_dir=... -P readme_test.cmake

cmake_minimum_required(VERSION 3.25)

file(READ ${source_dir}/README.md readme)
foreach(example readme.cpp readme_plane.cpp readme_parts.cpp readme_streamed.cpp readme_ranks.cpp
    readme_geometry.cpp readme_solver.cpp)
  file(READ ${source_dir}/examples/${example} program)
  string(REGEX REPLACE "^(//[^\n]*\n)+" "" program "${program}")
  string(FIND "${readme}" "```cpp\n${program}```" place)
  if(place EQUAL -1)
    message(SEND_ERROR "README.md does not show examples/${example} as it is")
  endif()
endforeach()
