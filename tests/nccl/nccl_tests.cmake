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

foreach(name nccl_test nccl_capture_test)
  string(REPLACE nccl_capture capture file ${name})
  pyronn_add_cuda_test(${name} ${CMAKE_CURRENT_SOURCE_DIR}/nccl/${file}.cu)
  foreach(target ${name} ${name}_ptx)
    if(TARGET ${target})
      target_link_libraries(${target} PRIVATE NCCL::NCCL)
    endif()
  endforeach()
endforeach()

# A process for each of two devices.
if(CMAKE_CUDA_ARCHITECTURES_NATIVE)
  add_executable(ending_devices ${CMAKE_CURRENT_SOURCE_DIR}/nccl/programs/ending_devices.cu)
  add_test(NAME ending_devices COMMAND
    ${CMAKE_CURRENT_SOURCE_DIR}/nccl/ending_devices_test.sh 2 $<TARGET_FILE:ending_devices>)
  set_tests_properties(ending_devices PROPERTIES
    TIMEOUT 300 PROCESSORS 2 SKIP_RETURN_CODE 77)
else()
  add_library(ending_devices OBJECT ${CMAKE_CURRENT_SOURCE_DIR}/nccl/programs/ending_devices.cu)
  set_property(TARGET ending_devices PROPERTY CUDA_PTX_COMPILATION ON)
endif()
target_link_libraries(ending_devices PRIVATE pyronn::cuda NCCL::NCCL pyronn_developer_warnings)
