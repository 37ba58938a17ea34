# SPDX-FileCopyrightText: The pyronn authors
# SPDX-License-Identifier: Apache-2.0

# Headers that lean on a package which pyronn itself does not need; no umbrella includes them.

find_package(pugixml CONFIG QUIET)
find_package(nlohmann_json CONFIG QUIET)
find_package(TIFF 4.5 MODULE QUIET)
include(${CMAKE_CURRENT_LIST_DIR}/find_hdf5.cmake)

set(pyronn_optional_headers
  interop/rtk_xml.hpp interop/geometry_json.hpp interop/beam_json.hpp scan/scan_json.hpp
  scan/tiff_images.hpp scan/nikon.hpp scan/skyscan.hpp scan/hdf5_images.hpp scan/nxtomo.hpp
  scan/data_exchange.hpp)
set(pyronn_library_of_interop/rtk_xml.hpp pugixml::pugixml)
set(pyronn_package_of_interop/rtk_xml.hpp libpugixml-dev)
set(pyronn_library_of_interop/geometry_json.hpp nlohmann_json::nlohmann_json)
set(pyronn_package_of_interop/geometry_json.hpp nlohmann-json3-dev)
set(pyronn_library_of_interop/beam_json.hpp nlohmann_json::nlohmann_json)
set(pyronn_package_of_interop/beam_json.hpp nlohmann-json3-dev)
set(pyronn_library_of_scan/scan_json.hpp nlohmann_json::nlohmann_json)
set(pyronn_package_of_scan/scan_json.hpp nlohmann-json3-dev)
foreach(header IN ITEMS tiff_images nikon skyscan)
  set(pyronn_library_of_scan/${header}.hpp TIFF::TIFF)
  set(pyronn_package_of_scan/${header}.hpp libtiff-dev)
endforeach()
foreach(header IN ITEMS hdf5_images nxtomo data_exchange)
  set(pyronn_library_of_scan/${header}.hpp hdf5::c)
  set(pyronn_package_of_scan/${header}.hpp libhdf5-dev)
endforeach()

set(pyronn_optional_libraries) # what is there
set(pyronn_missing_headers)    # what cannot be compiled without the rest
foreach(header IN LISTS pyronn_optional_headers)
  if(TARGET ${pyronn_library_of_${header}})
    list(APPEND pyronn_optional_libraries ${pyronn_library_of_${header}})
  else()
    list(APPEND pyronn_missing_headers ${header})
    message(STATUS "pyronn: <pyronn/${header}> is not tested; it needs "
      "${pyronn_library_of_${header}} (Debian: ${pyronn_package_of_${header}})")
  endif()
endforeach()

list(REMOVE_DUPLICATES pyronn_optional_libraries)

# Sets `result` to whether a source includes an optional header, or JSON itself, whose package is
# missing.
function(pyronn_lacks_package source result)
  set(${result} FALSE PARENT_SCOPE)
  file(STRINGS ${source} line REGEX "^#include <nlohmann/")
  if(line AND NOT TARGET nlohmann_json::nlohmann_json)
    set(${result} TRUE PARENT_SCOPE)
  endif()
  foreach(header IN LISTS pyronn_missing_headers)
    file(STRINGS ${source} line REGEX "^#include <pyronn/${header}>")
    if(line)
      set(${result} TRUE PARENT_SCOPE)
    endif()
  endforeach()
endfunction()
