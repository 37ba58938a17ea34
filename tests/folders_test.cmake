# SPDX-FileCopyrightText: The pyronn authors
# SPDX-License-Identifier: Apache-2.0

# Each folder of headers opens with a README.md that says its job in one line to four, the first of
# them `# <folder>: <job>`. Run as: cmake -D include_dir=... -P folders_test.cmake

cmake_minimum_required(VERSION 3.25)

file(GLOB_RECURSE folders LIST_DIRECTORIES true RELATIVE ${include_dir} ${include_dir}/pyronn/*)
list(FILTER folders EXCLUDE REGEX "\\.(hpp|cuh|md)$")
list(PREPEND folders pyronn)
foreach(folder IN LISTS folders)
  set(readme ${include_dir}/${folder}/README.md)
  if(NOT EXISTS ${readme})
    message(SEND_ERROR "${folder} has no README.md that says its job")
    continue()
  endif()
  file(STRINGS ${readme} lines)
  list(LENGTH lines count)
  list(POP_FRONT lines first)
  cmake_path(GET folder FILENAME name)
  if(NOT first MATCHES "^# ${name}: .+")
    message(SEND_ERROR "${folder}/README.md must begin with '# ${name}: <its job>'")
  endif()
  if(count GREATER 4)
    message(SEND_ERROR "${folder}/README.md has more than four lines")
  endif()
endforeach()

list(LENGTH folders count)
if(count LESS 2)
  message(SEND_ERROR "no folder found in ${include_dir}/pyronn")
endif()
message(STATUS "${count} folders looked at")
