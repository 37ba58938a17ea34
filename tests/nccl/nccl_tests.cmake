# SPDX-FileCopyrightText: The pyronn authors
# SPDX-License-Identifier: Apache-2.0

# Tests of ranks of NCCL, on as many devices as there are.
if(NOT pyronn_has_cuda)
  return()
endif()
if(NOT TARGET NCCL::NCCL)
  message(STATUS "pyronn: several devices are not tested (NVIDIA: libnccl-dev)")
  return()
endif()

pyronn_add_cuda_test(nccl_test ${CMAKE_CURRENT_SOURCE_DIR}/nccl/nccl_test.cu)
foreach(target nccl_test nccl_test_ptx)
  if(TARGET ${target})
    target_link_libraries(${target} PRIVATE NCCL::NCCL)
  endif()
endforeach()
