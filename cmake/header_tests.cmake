# SPDX-FileCopyrightText: The pyronn authors
# SPDX-License-Identifier: Apache-2.0

# Every public header compiles alone and twice, in every language it is meant for. All of them are
# linked into one program, where a function that lacks `inline` is defined twice.

function(pyronn_add_header_test target library extension)
  file(GLOB_RECURSE headers CONFIGURE_DEPENDS RELATIVE ${PROJECT_SOURCE_DIR}/include ${ARGN})
  list(FILTER headers EXCLUDE REGEX "/detail/") # may lean on the header that includes them
  list(TRANSFORM pyronn_missing_headers PREPEND pyronn/ OUTPUT_VARIABLE missing)
  list(REMOVE_ITEM headers ${missing})

  set(folder ${CMAKE_CURRENT_BINARY_DIR}/${target}_sources)
  set(sources ${folder}/main.${extension})
  file(CONFIGURE OUTPUT ${sources} CONTENT "int main() {}\n")
  foreach(header IN LISTS headers)
    string(MAKE_C_IDENTIFIER ${header} name)
    set(source ${folder}/${name}.${extension})
    file(CONFIGURE OUTPUT ${source} @ONLY
      CONTENT "#include <@header@>\n#include <@header@>  // NOLINT: the second time on purpose\n")
    list(APPEND sources ${source})
  endforeach()

  add_executable(${target} ${sources})
  target_link_libraries(${target} PRIVATE
    ${library} ${pyronn_optional_libraries} pyronn_developer_warnings)
  add_test(NAME ${target} COMMAND ${target})
endfunction()

set(include_dir ${PROJECT_SOURCE_DIR}/include/pyronn)
pyronn_add_header_test(header_test pyronn::pyronn cpp ${include_dir}/*.hpp)
if(pyronn_has_cuda)
  pyronn_add_header_test(header_test_cuda pyronn::cuda cu ${include_dir}/*.hpp ${include_dir}/*.cuh)
endif()
