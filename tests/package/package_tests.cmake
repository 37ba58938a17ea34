# SPDX-FileCopyrightText: The pyronn authors
# SPDX-License-Identifier: Apache-2.0

# The packages of Debian, Conan and vcpkg are made and used, without root, in the build folder. A
# test whose tools are missing says so and is skipped.

# pyronn_add_package_test(name [-D...]): runs <name>_test.cmake.
function(pyronn_add_package_test name)
  add_test(NAME package.${name} COMMAND ${CMAKE_COMMAND} -D source_dir=${PROJECT_SOURCE_DIR}
    -D binary_dir=${CMAKE_BINARY_DIR} -D work_dir=${CMAKE_CURRENT_BINARY_DIR}/package/${name}
    -D version=${PROJECT_VERSION} -D generator=${CMAKE_GENERATOR}
    -D compiler=${CMAKE_CXX_COMPILER} -D config=$<CONFIG> ${ARGN}
    -P ${CMAKE_CURRENT_SOURCE_DIR}/package/${name}_test.cmake)
  set_tests_properties(package.${name} PROPERTIES SKIP_REGULAR_EXPRESSION "skipped: ")
endfunction()

find_program(DPKG_DEB dpkg-deb)
pyronn_add_package_test(debian -D cpack=${CMAKE_CPACK_COMMAND} -D dpkg_deb=${DPKG_DEB}
  -D with_programs=${PYRONN_INSTALL_PROGRAMS})
if(DPKG_DEB)
  set(unpacked ${CMAKE_CURRENT_BINARY_DIR}/package/debian/unpacked/usr)
  set_tests_properties(package.debian PROPERTIES FIXTURES_SETUP unpacked RESOURCE_LOCK build_tree)
  pyronn_add_consumer_test(debian unpacked ${unpacked} ${this_version})
  pyronn_add_pkg_config_test(debian_pkg_config unpacked ${unpacked})
endif()

find_program(PYTHON3 python3)
pyronn_add_package_test(conan -D python=${PYTHON3})
set_tests_properties(package.conan PROPERTIES COST 30) # it takes longest, and starts first

pyronn_add_package_test(vcpkg)
set_tests_properties(package.vcpkg PROPERTIES FIXTURES_SETUP vcpkg_port)
pyronn_add_consumer_test(vcpkg vcpkg_port ${CMAKE_CURRENT_BINARY_DIR}/package/vcpkg/packages
  ${this_version})
