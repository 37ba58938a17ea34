# SPDX-FileCopyrightText: The pyronn authors
# SPDX-License-Identifier: Apache-2.0

# Makes the Debian packages of a build tree, looks into them and unpacks them.

cmake_minimum_required(VERSION 3.25)

if(NOT dpkg_deb)
  message(STATUS "skipped: there is no dpkg-deb")
  return()
endif()

function(run result)
  execute_process(COMMAND ${ARGN} OUTPUT_VARIABLE output COMMAND_ERROR_IS_FATAL ANY)
  set(${result} "${output}" PARENT_SCOPE)
endfunction()

function(expect_field package field pattern)
  run(value ${dpkg_deb} --field ${package} ${field})
  if(NOT value MATCHES "${pattern}")
    message(SEND_ERROR "${package}: ${field} is '${value}' and does not match '${pattern}'")
  endif()
endfunction()

# The files of a package, without ./usr/; the owner of each must be root.
function(list_files package result)
  run(listing ${dpkg_deb} --contents ${package})
  string(REGEX MATCHALL "[^\n]+" lines "${listing}")
  set(files)
  foreach(line IN LISTS lines)
    if(NOT line MATCHES "^(.)[-rwx]+ root/root .* \\./(usr/)?(.*)$")
      message(SEND_ERROR "${package}: a file that is not root's: ${line}")
    elseif(CMAKE_MATCH_1 STREQUAL "-")
      list(APPEND files ${CMAKE_MATCH_3})
    endif()
  endforeach()
  set(${result} ${files} PARENT_SCOPE)
endfunction()

function(expect_files package)
  list_files(${package} files)
  set(missing ${ARGN})
  list(REMOVE_ITEM missing ${files})
  list(REMOVE_ITEM files ${ARGN})
  if(missing OR files)
    message(SEND_ERROR "${package}: missing are '${missing}', and not wanted '${files}'")
  endif()
endfunction()

file(REMOVE_RECURSE ${work_dir})
run(log ${CMAKE_COMMAND} -E chdir ${binary_dir} ${cpack} -G DEB -C ${config} -B ${work_dir})
run(architecture dpkg --print-architecture)
string(STRIP ${architecture} architecture)

set(library ${work_dir}/libpyronn-dev_${version}_all.deb)
set(packages ${library})
file(GLOB_RECURSE headers RELATIVE ${source_dir}
  ${source_dir}/include/pyronn/*.hpp ${source_dir}/include/pyronn/*.cuh)
expect_files(${library} ${headers} share/doc/libpyronn-dev/copyright share/pkgconfig/pyronn.pc
  share/cmake/pyronn/pyronn-config.cmake share/cmake/pyronn/pyronn-config-version.cmake
  share/cmake/pyronn/pyronn-torch.cmake share/cmake/pyronn/pyronn-jax.cmake
  share/cmake/pyronn/pyronn-tensorflow.cmake
  share/cmake/pyronn/pyronn-targets.cmake share/cmake/pyronn/pyronn-cuda-targets.cmake)
expect_field(${library} Package "^libpyronn-dev\n$")
expect_field(${library} Version "^${version}\n$")
expect_field(${library} Architecture "^all\n$")
expect_field(${library} Depends "^\n?$") # there is none

if(with_programs)
  set(tools ${work_dir}/pyronn-tools_${version}_${architecture}.deb)
  list(APPEND packages ${tools})
  expect_files(${tools} bin/pyronn-reconstruct bin/pyronn-simulate share/doc/pyronn-tools/copyright)
  expect_field(${tools} Package "^pyronn-tools\n$")
  expect_field(${tools} Architecture "^${architecture}\n$")
endif()

file(GLOB made ${work_dir}/*.deb)
list(SORT packages)
if(NOT made STREQUAL packages)
  message(SEND_ERROR "made were '${made}' and not '${packages}'")
endif()

foreach(package IN LISTS packages)
  run(log ${dpkg_deb} --extract ${package} ${work_dir}/unpacked)
endforeach()
# What is unpacked elsewhere must not lead back here.
file(GLOB_RECURSE texts ${work_dir}/unpacked/*.cmake ${work_dir}/unpacked/*.pc)
foreach(text IN LISTS texts)
  file(READ ${text} content)
  foreach(folder ${source_dir} ${binary_dir} /usr/local)
    string(FIND "${content}" ${folder} place)
    if(NOT place EQUAL -1)
      message(SEND_ERROR "${text} names ${folder}")
    endif()
  endforeach()
endforeach()
if(with_programs)
  foreach(program reconstruct simulate)
    run(help ${work_dir}/unpacked/usr/bin/pyronn-${program} --help)
  endforeach()
endif()
