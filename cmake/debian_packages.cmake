# SPDX-FileCopyrightText: The pyronn authors
# SPDX-License-Identifier: Apache-2.0

# `cpack -G DEB` in the build folder makes libpyronn-dev, for any architecture, and with
# PYRONN_INSTALL_PROGRAMS pyronn-tools, for this one.

set(CPACK_PACKAGE_CONTACT "The pyronn authors" CACHE STRING
  "Who made the packages, as Debian wants it: name <address>")
set(CPACK_COMPONENTS_ALL development)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "") # each package has its own

set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_NAME libpyronn-dev)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_ARCHITECTURE all)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SECTION libdevel)
# For some headers alone; all others need no other package.
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SUGGESTS
  "nlohmann-json3-dev, libpugixml-dev, libtiff-dev, libhdf5-dev, zlib1g-dev, libdcmtk-dev, libopenmpi-dev, \
nvidia-cuda-toolkit (>= 12.1)")
set(CPACK_DEBIAN_DEVELOPMENT_DESCRIPTION "${PROJECT_DESCRIPTION}
Projectors, backprojectors and filtered backprojection for any scan geometry, header-only: kernels
for CPU and GPU are generated in the program that uses them.")

if(PYRONN_INSTALL_PROGRAMS)
  list(APPEND CPACK_COMPONENTS_ALL tools)
  set(CPACK_DEBIAN_TOOLS_PACKAGE_NAME pyronn-tools)
  set(CPACK_DEBIAN_TOOLS_PACKAGE_SECTION science)
  set(CPACK_DEBIAN_TOOLS_DESCRIPTION "Reconstruction and simulation of computed tomography scans
pyronn-reconstruct makes a volume of a scan in files, pyronn-simulate makes such scans.")
  find_program(DPKG_SHLIBDEPS dpkg-shlibdeps) # Debian: dpkg-dev
  if(DPKG_SHLIBDEPS)
    set(CPACK_DEBIAN_TOOLS_PACKAGE_SHLIBDEPS ON)
  endif()
endif()

# Debian wants a copyright file in each package; an ordinary installation has none.
foreach(component IN LISTS CPACK_COMPONENTS_ALL)
  string(TOUPPER ${component} name)
  install(FILES cmake/debian_copyright.txt RENAME copyright EXCLUDE_FROM_ALL
    DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/${CPACK_DEBIAN_${name}_PACKAGE_NAME}
    COMPONENT ${component})
endforeach()

include(CPack)
