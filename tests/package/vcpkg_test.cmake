# SPDX-FileCopyrightText: The pyronn authors
# SPDX-License-Identifier: Apache-2.0

# The vcpkg port: its version is that of the headers, and its portfile installs what a program can
# use. vcpkg itself lives on downloads; its functions are stood in for by what their manual says.

cmake_minimum_required(VERSION 3.25)

set(port_dir ${source_dir}/cmake/vcpkg)
file(READ ${port_dir}/vcpkg.json manifest)
foreach(field name version license) # an error where this is no JSON
  string(JSON port_${field} GET "${manifest}" ${field})
endforeach()
if(NOT port_name STREQUAL "pyronn" OR NOT port_version STREQUAL version)
  message(SEND_ERROR "vcpkg.json is of ${port_name} ${port_version} and not of pyronn ${version}")
endif()

function(run)
  execute_process(COMMAND ${ARGN} OUTPUT_QUIET COMMAND_ERROR_IS_FATAL ANY)
endfunction()

function(vcpkg_cmake_configure)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" SOURCE_PATH OPTIONS)
  run(${CMAKE_COMMAND} -S ${arg_SOURCE_PATH} -B ${work_dir}/build -G ${generator}
    -DCMAKE_CXX_COMPILER=${compiler} -DCMAKE_INSTALL_PREFIX=${CURRENT_PACKAGES_DIR} ${arg_OPTIONS})
endfunction()

function(vcpkg_cmake_install)
  run(${CMAKE_COMMAND} --build ${work_dir}/build --target install)
endfunction()

# Moves the CMake package to share/<port>, and brings its files' way to the prefix in line.
function(vcpkg_cmake_config_fixup)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" CONFIG_PATH "")
  file(RENAME ${CURRENT_PACKAGES_DIR}/${arg_CONFIG_PATH} ${CURRENT_PACKAGES_DIR}/share/${PORT})
  cmake_path(GET arg_CONFIG_PATH PARENT_PATH parent)
  file(REMOVE_RECURSE ${CURRENT_PACKAGES_DIR}/${parent})
  file(GLOB files ${CURRENT_PACKAGES_DIR}/share/${PORT}/*.cmake)
  foreach(file IN LISTS files)
    file(READ ${file} text)
    string(REPLACE "\${CMAKE_CURRENT_LIST_DIR}/../../../" "\${CMAKE_CURRENT_LIST_DIR}/../../"
      text "${text}")
    set(up "get_filename_component(_IMPORT_PREFIX \"\${_IMPORT_PREFIX}\" PATH)\n")
    string(REPLACE "${up}${up}${up}" "${up}${up}" text "${text}")
    file(WRITE ${file} "${text}")
  endforeach()
endfunction()

function(vcpkg_fixup_pkgconfig)
  file(GLOB_RECURSE files ${CURRENT_PACKAGES_DIR}/*.pc)
  if(NOT files STREQUAL "${CURRENT_PACKAGES_DIR}/share/pkgconfig/pyronn.pc")
    message(SEND_ERROR "pkg-config files are '${files}'")
  endif()
endfunction()

function(vcpkg_install_copyright)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" FILE_LIST "")
  configure_file(${arg_FILE_LIST} ${CURRENT_PACKAGES_DIR}/share/${PORT}/copyright COPYONLY)
endfunction()

file(REMOVE_RECURSE ${work_dir})
set(PORT ${port_name})
set(CURRENT_PACKAGES_DIR ${work_dir}/packages)
include(${port_dir}/portfile.cmake)

# What vcpkg checks after a port has run.
foreach(file include/pyronn/pyronn.hpp share/pyronn/pyronn-config.cmake share/pyronn/copyright
    share/pyronn/usage)
  if(NOT EXISTS ${CURRENT_PACKAGES_DIR}/${file})
    message(SEND_ERROR "the port does not install ${file}")
  endif()
endforeach()
foreach(folder debug lib bin share/cmake)
  if(EXISTS ${CURRENT_PACKAGES_DIR}/${folder})
    message(SEND_ERROR "the port installs a folder ${folder}")
  endif()
endforeach()
