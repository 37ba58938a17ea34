# SPDX-FileCopyrightText: The pyronn authors
# SPDX-License-Identifier: Apache-2.0

# pyronn::tensorflow: for files that include <pyronn/interop/tensorflow.hpp>. TensorFlow itself says
# with which flags: Python_EXECUTABLE is a Python that imports it.

if(TARGET pyronn::tensorflow)
  return()
endif()
if(NOT Python_EXECUTABLE)
  find_package(Python QUIET COMPONENTS Interpreter)
endif()
# Importing it takes seconds, hence once for each Python.
if(NOT PYRONN_TENSORFLOW_FLAGS OR NOT PYRONN_TENSORFLOW_PYTHON STREQUAL Python_EXECUTABLE)
  execute_process(
    COMMAND ${CMAKE_COMMAND} -E env TF_CPP_MIN_LOG_LEVEL=3 ${Python_EXECUTABLE} -c
      "from tensorflow import sysconfig as s
print(*s.get_compile_flags(), *s.get_link_flags(), sep=';')"
    OUTPUT_VARIABLE pyronn_tensorflow_flags OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET
    RESULT_VARIABLE pyronn_tensorflow_status)
  if(NOT pyronn_tensorflow_status EQUAL 0)
    return()
  endif()
  set(PYRONN_TENSORFLOW_PYTHON "${Python_EXECUTABLE}" CACHE INTERNAL "")
  set(PYRONN_TENSORFLOW_FLAGS "${pyronn_tensorflow_flags}" CACHE INTERNAL "")
endif()

add_library(pyronn::tensorflow INTERFACE IMPORTED)
target_link_libraries(pyronn::tensorflow INTERFACE pyronn::pyronn)
foreach(flag IN LISTS PYRONN_TENSORFLOW_FLAGS)
  if(flag MATCHES "^-I(.+)$")
    target_include_directories(pyronn::tensorflow SYSTEM INTERFACE ${CMAKE_MATCH_1})
  elseif(flag MATCHES "^--?std=c\\+\\+([0-9]+)$") # or later
    target_compile_features(pyronn::tensorflow INTERFACE cxx_std_${CMAKE_MATCH_1})
  elseif(flag MATCHES "^-[lL]")
    target_link_libraries(pyronn::tensorflow INTERFACE ${flag})
  else()
    target_compile_options(pyronn::tensorflow INTERFACE $<$<COMPILE_LANGUAGE:CXX>:${flag}>)
  endif()
endforeach()
