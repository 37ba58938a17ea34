# SPDX-FileCopyrightText: The pyronn authors
# SPDX-License-Identifier: Apache-2.0

# Fuzzers of all readers, shortly; tests/run.sh fuzz runs them at length.
if(TARGET pugixml::pugixml AND TARGET nlohmann_json::nlohmann_json
    AND PYRONN_TEST_ON_CPU MATCHES "^(ALL|SMALL)$")
  file(GLOB sources CONFIGURE_DEPENDS fuzz/*.cpp)
  foreach(source IN LISTS sources)
    pyronn_lacks_package(${source} lacks_package)
    if(lacks_package)
      list(REMOVE_ITEM sources ${source})
    endif()
  endforeach()
  add_executable(readers_fuzz ${sources})
  target_link_libraries(readers_fuzz PRIVATE
    pyronn::pyronn pyronn_test_support pyronn_developer_warnings)
  set(header pyronn_test_precompiled)
  if(NOT PYRONN_TEST_OPTIMISES_ALL)
    target_compile_options(readers_fuzz PRIVATE -O0)
    string(APPEND header _unoptimised)
  endif()
  if(TARGET ${header})
    target_precompile_headers(readers_fuzz REUSE_FROM ${header})
  endif()
  add_test(NAME readers_fuzz COMMAND readers_fuzz 1000)
  set_tests_properties(readers_fuzz PROPERTIES COST 60) # it takes longest, and starts first
endif()
