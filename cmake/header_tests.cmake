# SPDX-FileCopyrightText: The pyronn authors
# SPDX-License-Identifier: Apache-2.0

# Every public header compiles alone and twice, as C++. nvcc and clang-tidy, which are slow, see those
# of a folder together, and nvcc alone what is for CUDA only. All sources are linked into one program,
# where a function that lacks `inline` is defined twice.

# The public headers that match the patterns, without those whose packages are missing.
function(pyronn_public_headers result)
  file(GLOB_RECURSE headers CONFIGURE_DEPENDS RELATIVE ${PROJECT_SOURCE_DIR}/include ${ARGN})
  list(FILTER headers EXCLUDE REGEX "core/detail/math_") # parts of core/math.hpp
  list(TRANSFORM pyronn_missing_headers PREPEND pyronn/ OUTPUT_VARIABLE missing)
  list(REMOVE_ITEM headers ${missing})
  set(${result} ${headers} PARENT_SCOPE)
endfunction()

# Writes a source that includes headers twice and appends its name to a list.
function(pyronn_write_header_source list name)
  set(text)
  foreach(header IN LISTS ARGN)
    string(APPEND text
      "#include <${header}>\n#include <${header}>  // NOLINT: the second time on purpose\n")
  endforeach()
  string(MAKE_C_IDENTIFIER ${name} identifier)
  cmake_path(GET name EXTENSION LAST_ONLY extension)
  set(source ${CMAKE_CURRENT_BINARY_DIR}/header_tests/${identifier}${extension})
  file(CONFIGURE OUTPUT ${source} CONTENT "${text}" @ONLY)
  set(${list} ${${list}} ${source} PARENT_SCOPE)
endfunction()

function(pyronn_add_header_test target library)
  add_executable(${target} ${ARGN})
  target_link_libraries(${target} PRIVATE
    ${library} ${pyronn_optional_libraries} pyronn_developer_warnings)
  add_test(NAME ${target} COMMAND ${target})
endfunction()

set(main ${CMAKE_CURRENT_BINARY_DIR}/header_tests/main.cpp)
file(CONFIGURE OUTPUT ${main} CONTENT "int main() {}\n")

set(include_dir ${PROJECT_SOURCE_DIR}/include/pyronn)
pyronn_public_headers(headers ${include_dir}/*.hpp)
set(folders)
foreach(header IN LISTS headers)
  cmake_path(GET header PARENT_PATH folder)
  list(APPEND folders ${folder})
  list(APPEND headers_of_${folder} ${header})
endforeach()
list(REMOVE_DUPLICATES folders)

set(sources ${main})
if(CMAKE_CXX_CLANG_TIDY)
  foreach(folder IN LISTS folders)
    pyronn_write_header_source(sources ${folder}.cpp ${headers_of_${folder}})
  endforeach()
else()
  foreach(header IN LISTS headers)
    pyronn_write_header_source(sources ${header}.cpp ${header})
  endforeach()
endif()
pyronn_add_header_test(header_test pyronn::pyronn ${sources})

if(pyronn_has_cuda)
  set(sources ${main})
  foreach(folder IN LISTS folders)
    pyronn_write_header_source(sources ${folder}.cu ${headers_of_${folder}})
  endforeach()
  pyronn_public_headers(cuda_headers ${include_dir}/*.cuh)
  foreach(header IN LISTS cuda_headers)
    pyronn_write_header_source(sources ${header}.cu ${header})
  endforeach()
  pyronn_add_header_test(header_test_cuda pyronn::cuda ${sources})
endif()
