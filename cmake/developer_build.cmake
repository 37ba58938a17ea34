# SPDX-FileCopyrightText: The pyronn authors
# SPDX-License-Identifier: Apache-2.0

# What a build of pyronn itself settles, and a project that merely uses pyronn never sees.

if(PROJECT_IS_TOP_LEVEL)
  if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
    set(CMAKE_BUILD_TYPE Release CACHE STRING "" FORCE)
  endif()
  find_program(CCACHE_PROGRAM ccache)
  if(CCACHE_PROGRAM)
    foreach(language CXX CUDA)
      if(NOT DEFINED CMAKE_${language}_COMPILER_LAUNCHER)
        set(CMAKE_${language}_COMPILER_LAUNCHER ${CCACHE_PROGRAM})
      endif()
    endforeach()
  endif()
endif()

# Many programs of tests, which LLVM's linker links in a fifth of the time.
find_program(LLD_PROGRAM ld.lld)
if(PROJECT_IS_TOP_LEVEL AND PYRONN_BUILD_TESTS AND LLD_PROGRAM)
  add_link_options($<$<LINK_LANGUAGE:CXX>:-fuse-ld=lld>)
endif()

set(pyronn_has_cuda ${PYRONN_ENABLE_CUDA})
if(PYRONN_ENABLE_CUDA STREQUAL "AUTO")
  include(CheckLanguage)
  check_language(CUDA)
  set(pyronn_has_cuda ${CMAKE_CUDA_COMPILER})
endif()

if(pyronn_has_cuda)
  set(choose_architecture ${PROJECT_IS_TOP_LEVEL})
  if(DEFINED CMAKE_CUDA_ARCHITECTURES OR DEFINED ENV{CUDAARCHS})
    set(choose_architecture FALSE)
  endif()
  enable_language(CUDA)
  if(CMAKE_CUDA_COMPILER_VERSION VERSION_LESS 12.1)
    message(FATAL_ERROR "pyronn needs CUDA 12.1 or newer and found ${CMAKE_CUDA_COMPILER_VERSION}; "
      "set PYRONN_ENABLE_CUDA=OFF to build without it")
  endif()
  if(choose_architecture) # the GPU in this machine; without one "native" is an error
    if(CMAKE_CUDA_ARCHITECTURES_NATIVE)
      set(CMAKE_CUDA_ARCHITECTURES native CACHE STRING "" FORCE)
    else()
      set(CMAKE_CUDA_ARCHITECTURES 90 CACHE STRING "" FORCE)
    endif()
  endif()
  message(STATUS "pyronn: with CUDA, for architecture ${CMAKE_CUDA_ARCHITECTURES}")
else()
  message(STATUS "pyronn: without CUDA")
endif()
