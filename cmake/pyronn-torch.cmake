# SPDX-FileCopyrightText: The pyronn authors
# SPDX-License-Identifier: Apache-2.0

# pyronn::torch: for files that include <pyronn/interop/torch.hpp>. PyTorch is found as it says
# itself: CMAKE_PREFIX_PATH holds what `python -c 'import torch; print(torch.utils.cmake_prefix_path)'`
# prints, or where LibTorch was unpacked.

if(TARGET pyronn::torch)
  return()
endif()
find_package(Torch QUIET)
if(NOT Torch_FOUND)
  return()
endif()

add_library(pyronn::torch INTERFACE IMPORTED)
target_link_libraries(pyronn::torch INTERFACE pyronn::pyronn ${TORCH_LIBRARIES})
target_include_directories(pyronn::torch SYSTEM INTERFACE ${TORCH_INCLUDE_DIRS})
separate_arguments(pyronn_torch_flags UNIX_COMMAND "${TORCH_CXX_FLAGS}")
target_compile_options(pyronn::torch INTERFACE
  "$<$<COMPILE_LANGUAGE:CXX>:${pyronn_torch_flags}>")
if(Torch_VERSION VERSION_GREATER 2.11) # its headers refuse C++17
  target_compile_features(pyronn::torch INTERFACE cxx_std_20)
endif()
