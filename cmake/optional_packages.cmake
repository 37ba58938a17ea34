# SPDX-FileCopyrightText: The pyronn authors
# SPDX-License-Identifier: Apache-2.0

# Headers that lean on a package which pyronn itself does not need; no umbrella includes them.

find_package(pugixml CONFIG QUIET)
find_package(nlohmann_json CONFIG QUIET)
find_package(TIFF 4.5 MODULE QUIET)
find_package(ZLIB MODULE QUIET)
find_package(DCMTK 3.6.7 CONFIG QUIET)
include(${CMAKE_CURRENT_LIST_DIR}/find_hdf5.cmake)

set(pyronn_optional_headers
  interop/rtk_xml.hpp interop/geometry_json.hpp interop/beam_json.hpp scan/scan_json.hpp
  scan/tiff_images.hpp scan/nikon.hpp scan/skyscan.hpp scan/hdf5_images.hpp scan/nxtomo.hpp
  scan/data_exchange.hpp io/tiff_volume.hpp io/hdf5_volume.hpp
  io/read_metaimage.hpp scan/metaimage_images.hpp scan/rtk_scan.hpp
  scan/dicom_ct_pd_views.hpp scan/dicom_ct_pd.hpp scan/detail/dicom_file.hpp
  scan/detail/dicom_projections.hpp)
set(pyronn_library_of_interop/rtk_xml.hpp pugixml::pugixml)
set(pyronn_package_of_interop/rtk_xml.hpp libpugixml-dev)
set(pyronn_library_of_interop/geometry_json.hpp nlohmann_json::nlohmann_json)
set(pyronn_package_of_interop/geometry_json.hpp nlohmann-json3-dev)
set(pyronn_library_of_interop/beam_json.hpp nlohmann_json::nlohmann_json)
set(pyronn_package_of_interop/beam_json.hpp nlohmann-json3-dev)
set(pyronn_library_of_scan/scan_json.hpp nlohmann_json::nlohmann_json)
set(pyronn_package_of_scan/scan_json.hpp nlohmann-json3-dev)
foreach(header IN ITEMS scan/tiff_images scan/nikon scan/skyscan io/tiff_volume)
  set(pyronn_library_of_${header}.hpp TIFF::TIFF)
  set(pyronn_package_of_${header}.hpp libtiff-dev)
endforeach()
set(pyronn_library_of_io/read_metaimage.hpp ZLIB::ZLIB)
set(pyronn_package_of_io/read_metaimage.hpp zlib1g-dev)
set(pyronn_library_of_scan/metaimage_images.hpp ZLIB::ZLIB)
set(pyronn_package_of_scan/metaimage_images.hpp zlib1g-dev)
set(pyronn_library_of_scan/rtk_scan.hpp pugixml::pugixml ZLIB::ZLIB)
set(pyronn_package_of_scan/rtk_scan.hpp "libpugixml-dev zlib1g-dev")
foreach(header IN ITEMS scan/hdf5_images scan/nxtomo scan/data_exchange io/hdf5_volume)
  set(pyronn_library_of_${header}.hpp hdf5::c)
  set(pyronn_package_of_${header}.hpp libhdf5-dev)
endforeach()
foreach(header IN ITEMS dicom_ct_pd_views dicom_ct_pd detail/dicom_file
    detail/dicom_projections)
  set(pyronn_library_of_scan/${header}.hpp DCMTK::dcmdata)
  set(pyronn_package_of_scan/${header}.hpp libdcmtk-dev)
endforeach()

set(pyronn_optional_libraries) # what is there
set(pyronn_missing_headers)    # what cannot be compiled without the rest
foreach(header IN LISTS pyronn_optional_headers)
  set(missing)
  foreach(library IN LISTS pyronn_library_of_${header})
    if(NOT TARGET ${library})
      list(APPEND missing ${library})
    endif()
  endforeach()
  if(NOT missing)
    list(APPEND pyronn_optional_libraries ${pyronn_library_of_${header}})
  else()
    list(APPEND pyronn_missing_headers ${header})
    list(JOIN missing ", " missing)
    message(STATUS "pyronn: <pyronn/${header}> is not tested; it needs ${missing} "
      "(Debian: ${pyronn_package_of_${header}})")
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
