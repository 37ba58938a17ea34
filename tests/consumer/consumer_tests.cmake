# SPDX-FileCopyrightText: The pyronn authors
# SPDX-License-Identifier: Apache-2.0

# Installs this build tree and uses it, as the consumer project beside this file, in every way.

# pyronn_add_consumer_test(name fixture prefix [-D...]): configures, builds and runs the consumer.
function(pyronn_add_consumer_test name fixture prefix)
  set(options ${ARGN} -DCMAKE_PREFIX_PATH=${prefix} -DCMAKE_CXX_COMPILER=${CMAKE_CXX_COMPILER}
    -DCMAKE_BUILD_TYPE=$<CONFIG>)
  if(pyronn_has_cuda)
    list(GET CMAKE_CUDA_ARCHITECTURES 0 architecture) # one will do
    list(APPEND options -DCMAKE_CUDA_COMPILER=${CMAKE_CUDA_COMPILER}
      -DCMAKE_CUDA_ARCHITECTURES=${architecture})
  endif()
  if(CMAKE_CXX_STANDARD) # where the compiler's own default is older than C++17, the feature decides
    list(APPEND options -DCMAKE_CXX_STANDARD=${CMAKE_CXX_STANDARD})
  endif()
  add_test(NAME consumer.${name} COMMAND ${CMAKE_CTEST_COMMAND}
    --build-and-test ${CMAKE_CURRENT_SOURCE_DIR}/consumer ${CMAKE_CURRENT_BINARY_DIR}/${name}
    --build-generator ${CMAKE_GENERATOR} --build-options ${options} --test-command consumer)
  set_tests_properties(consumer.${name} PROPERTIES
    FIXTURES_REQUIRED ${fixture} PASS_REGULAR_EXPRESSION "pyronn ${PROJECT_VERSION}, a grid")
endfunction()

# pyronn_add_pkg_config_test(name fixture prefix): one command, with what pkg-config says.
function(pyronn_add_pkg_config_test name fixture prefix)
  find_program(PKG_CONFIG pkg-config)
  if(NOT PKG_CONFIG)
    message(STATUS "pyronn: consumer.${name} is left out; it needs pkg-config")
    return()
  endif()
  add_test(NAME consumer.${name} COMMAND sh -c "'${CMAKE_CXX_COMPILER}' -std=c++17 \
'${CMAKE_CURRENT_SOURCE_DIR}/consumer/consumer.cpp' $('${PKG_CONFIG}' --cflags --libs pyronn) \
-o consumer_${name} && ./consumer_${name}")
  set_tests_properties(consumer.${name} PROPERTIES FIXTURES_REQUIRED ${fixture}
    ENVIRONMENT_MODIFICATION "PKG_CONFIG_PATH=path_list_prepend:${prefix}/share/pkgconfig"
    PASS_REGULAR_EXPRESSION "pyronn ${PROJECT_VERSION}, a grid")
endfunction()

set(prefix ${CMAKE_CURRENT_BINARY_DIR}/prefix)
set(this_version -DPYRONN_VERSION=${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR})
# Anew each time, so that a header deleted from the sources is not found here.
add_test(NAME consumer.install COMMAND sh -c "'${CMAKE_COMMAND}' -E rm -rf '${prefix}' && \
'${CMAKE_COMMAND}' --install '${CMAKE_BINARY_DIR}' --config $<CONFIG> --prefix '${prefix}'")
set_tests_properties(consumer.install PROPERTIES FIXTURES_SETUP installed)

set(languages plain)
if(pyronn_has_cuda)
  list(APPEND languages cuda)
endif()
foreach(language IN LISTS languages)
  string(COMPARE EQUAL ${language} cuda with_cuda)
  set(ways package subdirectory fetch_content)
  # The ways differ by what CMake finds, not by the language, which takes long to compile.
  if(with_cuda AND NOT CMAKE_CUDA_ARCHITECTURES_NATIVE AND NOT PYRONN_TEST_ALL_ON_CUDA)
    set(ways package)
  endif()
  foreach(from IN LISTS ways)
    pyronn_add_consumer_test(${from}.${language} installed ${prefix}
      -DPYRONN_FROM=${from} -DCONSUMER_USES_CUDA=${with_cuda} ${this_version})
  endforeach()
endforeach()

pyronn_add_consumer_test(other_version installed ${prefix} -DPYRONN_VERSION=0.1)
set_tests_properties(consumer.other_version PROPERTIES
  PASS_REGULAR_EXPRESSION "pyronn-config.cmake, version: ${PROJECT_VERSION}")
if(pyronn_has_cuda)
  pyronn_add_consumer_test(unknown_component installed ${prefix}
    -DCONSUMER_USES_CUDA=ON -DCOMPONENT=cdua)
  set_tests_properties(consumer.unknown_component PROPERTIES
    PASS_REGULAR_EXPRESSION "pyronn has no component 'cdua'; it has: cuda")
endif()
pyronn_add_pkg_config_test(pkg_config installed ${prefix})
