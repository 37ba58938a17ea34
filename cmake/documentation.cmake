# SPDX-FileCopyrightText: The pyronn authors
# SPDX-License-Identifier: Apache-2.0

# The target `docs`: the API reference in documentation/html of the build folder. A public name
# without a comment is an error.

find_package(Doxygen 1.9.2 QUIET) # the first that prints all warnings before it fails
if(NOT DOXYGEN_FOUND)
  message(STATUS "pyronn: there is no target docs; it needs Doxygen (Debian: doxygen)")
  return()
endif()

set(DOXYGEN_OUTPUT_DIRECTORY ${CMAKE_CURRENT_BINARY_DIR}/documentation)
set(DOXYGEN_USE_MDFILE_AS_MAINPAGE ${PROJECT_SOURCE_DIR}/README.md)
set(DOXYGEN_IMAGE_PATH ${PROJECT_SOURCE_DIR}/examples) # of the pictures in README.md files
set(DOXYGEN_HAVE_DOT NO)
set(DOXYGEN_STRIP_FROM_PATH ${PROJECT_SOURCE_DIR}/include)
set(DOXYGEN_STRIP_FROM_INC_PATH ${PROJECT_SOURCE_DIR}/include)
set(DOXYGEN_FILE_PATTERNS *.hpp *.cuh)
set(DOXYGEN_EXTENSION_MAPPING cuh=C++)
set(DOXYGEN_INPUT_FILTER "sed -f ${PROJECT_SOURCE_DIR}/cmake/documentation.sed")

# What users may name.
set(DOXYGEN_EXCLUDE_PATTERNS */detail/*)
set(DOXYGEN_EXCLUDE_SYMBOLS detail *::detail detail::* *::detail::*)
set(DOXYGEN_JAVADOC_AUTOBRIEF YES)
set(DOXYGEN_DISTRIBUTE_GROUP_DOC YES) # one comment for all between @{ and @}

# Both backends, as nvcc sees them, without its words.
set(DOXYGEN_MACRO_EXPANSION YES)
set(DOXYGEN_EXPAND_ONLY_PREDEF YES)
set(DOXYGEN_PREDEFINED __CUDACC__ PYRONN_HOST_DEVICE= __device__= __host__= __global__=
  __forceinline__=inline)

# README.md is the main page, and those that it leads to are pages of their own.
file(GLOB readmes CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/README.md
  ${PROJECT_SOURCE_DIR}/examples/README.md ${PROJECT_SOURCE_DIR}/examples/*/README.md
  ${PROJECT_SOURCE_DIR}/tests/README.md ${PROJECT_SOURCE_DIR}/tests/*/README.md)

set(DOXYGEN_WARN_AS_ERROR FAIL_ON_WARNINGS)
set(DOXYGEN_QUIET YES)
doxygen_add_docs(docs ${PROJECT_SOURCE_DIR}/include/pyronn ${readmes}
  ${PROJECT_SOURCE_DIR}/cmake/documentation.dox
  COMMENT "The API reference: ${DOXYGEN_OUTPUT_DIRECTORY}/html/index.html")
