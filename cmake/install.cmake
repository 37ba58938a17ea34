# SPDX-FileCopyrightText: The pyronn authors
# SPDX-License-Identifier: Apache-2.0

include(CMakePackageConfigHelpers)
include(GNUInstallDirs)

# What a distribution cuts into packages: what compilers need, and programs.
set(CMAKE_INSTALL_DEFAULT_COMPONENT_NAME development)
set(package_dir ${CMAKE_INSTALL_DATADIR}/cmake/pyronn)

install(DIRECTORY include/pyronn TYPE INCLUDE
  FILES_MATCHING PATTERN "*.hpp" PATTERN "*.cuh")

# Two files, so that pyronn::cuda exists only for those who asked for the component.
install(TARGETS pyronn EXPORT pyronn-targets INCLUDES DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(TARGETS pyronn_cuda EXPORT pyronn-cuda-targets)
install(EXPORT pyronn-targets NAMESPACE pyronn:: DESTINATION ${package_dir})
install(EXPORT pyronn-cuda-targets NAMESPACE pyronn:: DESTINATION ${package_dir})

configure_package_config_file(cmake/pyronn-config.cmake.in pyronn-config.cmake
  INSTALL_DESTINATION ${package_dir} NO_SET_AND_CHECK_MACRO)
write_basic_package_version_file(pyronn-config-version.cmake
  COMPATIBILITY SameMinorVersion ARCH_INDEPENDENT)
install(FILES
  ${CMAKE_CURRENT_BINARY_DIR}/pyronn-config.cmake
  ${CMAKE_CURRENT_BINARY_DIR}/pyronn-config-version.cmake
  cmake/pyronn-jax.cmake
  cmake/pyronn-tensorflow.cmake
  cmake/pyronn-torch.cmake
  DESTINATION ${package_dir})

# Relative to the file itself, so that an installed tree can be moved.
file(RELATIVE_PATH include_from_pc ${CMAKE_INSTALL_FULL_DATADIR}/pkgconfig
  ${CMAKE_INSTALL_FULL_INCLUDEDIR})
configure_file(cmake/pyronn.pc.in pyronn.pc @ONLY)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/pyronn.pc
  DESTINATION ${CMAKE_INSTALL_DATADIR}/pkgconfig)

# Under names that leave `reconstruct` and `simulate` to others.
if(PYRONN_INSTALL_PROGRAMS)
  foreach(program reconstruct simulate)
    install(PROGRAMS $<TARGET_FILE:${program}> TYPE BIN RENAME pyronn-${program} COMPONENT tools)
  endforeach()
endif()
