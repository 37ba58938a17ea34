# SPDX-FileCopyrightText: The pyronn authors
# SPDX-License-Identifier: Apache-2.0

# Headers that lean on a package which pyronn itself does not need; no umbrella includes them.

find_package(pugixml CONFIG QUIET)
find_package(nlohmann_json CONFIG QUIET)
find_package(TIFF 4.5 MODULE QUIET)
find_package(ZLIB MODULE QUIET)
find_package(DCMTK 3.6.7 CONFIG QUIET)
set(MPI_CXX_SKIP_MPICXX ON) # only its functions of C are called
find_package(MPI QUIET COMPONENTS CXX)
include(${CMAKE_CURRENT_LIST_DIR}/find_hdf5.cmake)
list(APPEND CMAKE_MODULE_PATH ${CMAKE_CURRENT_LIST_DIR})
find_package(NCCL MODULE QUIET)

# Of each: its target, what includes of it begin with, and Debian's package.
set(pyronn_packages
  "pugixml::pugixml pugixml.hpp libpugixml-dev"
  "nlohmann_json::nlohmann_json nlohmann/ nlohmann-json3-dev"
  "TIFF::TIFF tiffio.h libtiff-dev"
  "ZLIB::ZLIB zlib.h zlib1g-dev"
  "hdf5::c hdf5.h libhdf5-dev"
  "DCMTK::dcmdata dcmtk/ libdcmtk-dev"
  "MPI::MPI_CXX mpi.h libopenmpi-dev"
  "NCCL::NCCL nccl.h libnccl-dev")

set(pyronn_optional_libraries) # what is there
set(missing_includes)          # what cannot be included: a regular expression
foreach(package IN LISTS pyronn_packages)
  string(REPLACE " " ";" package "${package}")
  list(GET package 0 library)
  list(GET package 1 include)
  list(GET package 2 debian)
  if(TARGET ${library})
    list(APPEND pyronn_optional_libraries ${library})
  else()
    list(APPEND missing_includes "${include}")
    message(STATUS "pyronn: what includes <${include}...> is not tested (Debian: ${debian})")
  endif()
endforeach()

# The headers that cannot be compiled without the rest, whether they include it or others that do.
set(pyronn_missing_headers)
set(include_dir ${CMAKE_CURRENT_LIST_DIR}/../include)
file(GLOB_RECURSE headers RELATIVE ${include_dir} ${include_dir}/pyronn/*.hpp)
while(missing_includes)
  list(JOIN missing_includes "|" any)
  set(missing_includes)
  foreach(header IN LISTS headers)
    file(STRINGS ${include_dir}/${header} line REGEX "^#include <(${any})")
    if(line AND NOT header IN_LIST pyronn_missing_headers)
      list(APPEND pyronn_missing_headers ${header})
      list(APPEND missing_includes "${header}>")
    endif()
  endforeach()
endwhile()

# Sets `result` to whether a source includes what is not there.
function(pyronn_lacks_package source result)
  set(${result} FALSE PARENT_SCOPE)
  foreach(package IN LISTS pyronn_packages)
    string(REPLACE " " ";" package "${package}")
    list(GET package 0 library)
    list(GET package 1 include)
    file(STRINGS ${source} line REGEX "^#include <${include}")
    if(line AND NOT TARGET ${library})
      set(${result} TRUE PARENT_SCOPE)
    endif()
  endforeach()
  foreach(header IN LISTS pyronn_missing_headers)
    file(STRINGS ${source} line REGEX "^#include <${header}>")
    if(line)
      set(${result} TRUE PARENT_SCOPE)
    endif()
  endforeach()
endfunction()
