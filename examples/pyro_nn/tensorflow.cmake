# SPDX-FileCopyrightText: The pyronn authors
# SPDX-License-Identifier: Apache-2.0

# The operators of TensorFlow, with the flags that it asks for and without Eigen: it has its own.
find_package(Python3 REQUIRED COMPONENTS Interpreter)
execute_process(COMMAND ${CMAKE_COMMAND} -E env TF_CPP_MIN_LOG_LEVEL=3 ${Python3_EXECUTABLE} -c
  "import tensorflow as tf; print(*tf.sysconfig.get_compile_flags(), '|', *tf.sysconfig.get_link_flags())"
  OUTPUT_VARIABLE tensorflow_flags OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET
  COMMAND_ERROR_IS_FATAL ANY)
string(REPLACE "|" ";" tensorflow_flags "${tensorflow_flags}")
list(GET tensorflow_flags 0 tensorflow_compile)
list(GET tensorflow_flags 1 tensorflow_link)
string(REPLACE "-I" "-isystem" tensorflow_compile "${tensorflow_compile}")
separate_arguments(tensorflow_compile UNIX_COMMAND "${tensorflow_compile}")
separate_arguments(tensorflow_link UNIX_COMMAND "${tensorflow_link}")

add_python_library(tensorflow_operators tensorflow_library.cc)
get_target_property(pyronn_headers pyronn::pyronn INTERFACE_INCLUDE_DIRECTORIES)
target_include_directories(tensorflow_operators SYSTEM PRIVATE ${pyronn_headers})
target_compile_options(tensorflow_operators PRIVATE ${tensorflow_compile})
target_link_libraries(tensorflow_operators PRIVATE ${tensorflow_link})
find_package(Threads REQUIRED)
target_link_libraries(tensorflow_operators PRIVATE $<TARGET_OBJECTS:kernels> Threads::Threads)
if(with_cuda)
  target_compile_definitions(tensorflow_operators PRIVATE GOOGLE_CUDA=1)
  target_include_directories(tensorflow_operators SYSTEM PRIVATE ${CUDAToolkit_INCLUDE_DIRS})
  target_link_libraries(tensorflow_operators PRIVATE CUDA::cudart_static)
endif()
