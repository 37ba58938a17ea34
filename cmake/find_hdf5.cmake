# SPDX-FileCopyrightText: The pyronn authors
# SPDX-License-Identifier: Apache-2.0

# hdf5::c: HDF5's C library, where there is one. CMake's own module wants a project in C.
if(NOT TARGET hdf5::c)
  find_path(PYRONN_HDF5_INCLUDE_DIR hdf5.h PATH_SUFFIXES hdf5/serial)
  find_library(PYRONN_HDF5_LIBRARY NAMES hdf5_serial hdf5 PATH_SUFFIXES hdf5/serial)
  mark_as_advanced(PYRONN_HDF5_INCLUDE_DIR PYRONN_HDF5_LIBRARY)
  if(PYRONN_HDF5_INCLUDE_DIR AND PYRONN_HDF5_LIBRARY)
    add_library(hdf5::c UNKNOWN IMPORTED GLOBAL)
    set_target_properties(hdf5::c PROPERTIES IMPORTED_LOCATION ${PYRONN_HDF5_LIBRARY})
    target_include_directories(hdf5::c SYSTEM INTERFACE ${PYRONN_HDF5_INCLUDE_DIR})
  endif()
endif()
