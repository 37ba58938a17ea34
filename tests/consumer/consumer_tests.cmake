# SPDX-FileCopyrightText: The pyronn authors
# SPDX-License-Identifier: Apache-2.0

# Installs this build tree and uses it, as the consumer project beside this file, in every way.

set(prefix ${CMAKE_CURRENT_BINARY_DIR}/prefix)
# Anew each time, so that a header deleted from the sources is not found here.
add_test(NAME consumer.install COMMAND sh -c "'${CMAKE_COMMAND}' -E rm -rf '${prefix}' && \
'${CMAKE_COMMAND}' --install '${CMAKE_BINARY_DIR}' --config $<CONFIG> --prefix '${prefix}'")
set_tests_properties(consumer.install PROPERTIES FIXTURES_SETUP installed)

# pyronn_add_consumer_test(name [-D...]): configures, builds and runs the consumer.
function(pyronn_add_consumer_test name)
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
    FIXTURES_REQUIRED installed PASS_REGULAR_EXPRESSION "pyronn ${PROJECT_VERSION}, a grid")
endfunction()

set(languages plain)
if(pyronn_has_cuda)
  list(APPEND languages cuda)
endif()
foreach(language IN LISTS languages)
  string(COMPARE EQUAL ${language} cuda with_cuda)
  foreach(from package subdirectory fetch_content)
    pyronn_add_consumer_test(${from}.${language}
      -DPYRONN_FROM=${from} -DCONSUMER_USES_CUDA=${with_cuda})
  endforeach()
endforeach()

if(pyronn_has_cuda)
  pyronn_add_consumer_test(unknown_component -DCONSUMER_USES_CUDA=ON -DCOMPONENT=cdua)
  set_tests_properties(consumer.unknown_component PROPERTIES
    PASS_REGULAR_EXPRESSION "pyronn has no component 'cdua'; it has: cuda")
endif()

find_program(PKG_CONFIG pkg-config)
if(PKG_CONFIG)
  add_test(NAME consumer.pkg_config COMMAND sh -c "'${CMAKE_CXX_COMPILER}' -std=c++17 \
'${CMAKE_CURRENT_SOURCE_DIR}/consumer/consumer.cpp' $('${PKG_CONFIG}' --cflags --libs pyronn) \
-o consumer_pkg_config && ./consumer_pkg_config")
  set_tests_properties(consumer.pkg_config PROPERTIES FIXTURES_REQUIRED installed
    ENVIRONMENT_MODIFICATION "PKG_CONFIG_PATH=path_list_prepend:${prefix}/share/pkgconfig"
    PASS_REGULAR_EXPRESSION "pyronn ${PROJECT_VERSION}, a grid")
endif()
