# SPDX-FileCopyrightText: The pyronn authors
# SPDX-License-Identifier: Apache-2.0

# pyronn::jax: for files that include <pyronn/interop/jax.hpp>. XLA's header is in jaxlib:
# CMAKE_PREFIX_PATH holds what `python -c 'import jaxlib; print(jaxlib.__path__[0])'` prints.

if(TARGET pyronn::jax)
  return()
endif()
find_path(PYRONN_JAX_INCLUDE_DIR xla/ffi/api/ffi.h DOC "What jax.ffi.include_dir() says")
mark_as_advanced(PYRONN_JAX_INCLUDE_DIR)
if(NOT PYRONN_JAX_INCLUDE_DIR)
  return()
endif()

add_library(pyronn::jax INTERFACE IMPORTED)
target_link_libraries(pyronn::jax INTERFACE pyronn::pyronn)
target_include_directories(pyronn::jax SYSTEM INTERFACE ${PYRONN_JAX_INCLUDE_DIR})
