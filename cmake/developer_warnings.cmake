# SPDX-FileCopyrightText: The pyronn authors
# SPDX-License-Identifier: Apache-2.0

# Warnings belong to whoever develops pyronn: linked PRIVATE by tests, examples and benchmarks,
# never exported; errors in the presets alone, so that no new compiler stops a stranger. -Wsign-conversion is left out: it objects to `T data[N]` with an int N.

set(warnings -Wall -Wextra -Wshadow -Wconversion -Wdouble-promotion -Wundef)
list(JOIN warnings "," joined_warnings)

add_library(pyronn_developer_warnings INTERFACE)
if(CMAKE_CXX_COMPILER_ID MATCHES "GNU|Clang")
  # nvcc hands the host compiler a text of its own making: with #line directives to which -Wpedantic
  # objects, and with every cast spelled in the old style.
  target_compile_options(pyronn_developer_warnings INTERFACE
    "$<$<COMPILE_LANGUAGE:CXX>:${warnings};-Wpedantic;-Wold-style-cast>"
    "$<$<COMPILE_LANG_AND_ID:CUDA,NVIDIA>:-Xcompiler=${joined_warnings}>")
endif()
