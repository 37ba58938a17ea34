# SPDX-FileCopyrightText: The pyronn authors
# SPDX-License-Identifier: Apache-2.0

# Tests of several ranks: one program, which mpirun starts on 1, 2, 3, 4 and 7 of them.
if(PYRONN_TEST_ON_CPU STREQUAL "LARGE")
  return()
endif()
if(NOT TARGET MPI::MPI_CXX OR NOT MPIEXEC_EXECUTABLE)
  message(STATUS "pyronn: several ranks are not tested (Debian: libopenmpi-dev openmpi-bin)")
  return()
endif()

file(GLOB sources CONFIGURE_DEPENDS ranks/*.cpp)
add_executable(ranks_test ${sources})
target_link_libraries(ranks_test PRIVATE
  pyronn::pyronn pyronn_test_support pyronn_developer_warnings)
target_compile_definitions(ranks_test PRIVATE PYRONN_TEST_WITHOUT_SHARED_OPERATORS)

# Open MPI has no more ranks than cores, and none of root's, unless it is told; containers may not let
# ranks read one another's memory. What it keeps to the end is not pyronn's.
set(flags)
execute_process(COMMAND ${MPIEXEC_EXECUTABLE} --version OUTPUT_VARIABLE mpi ERROR_QUIET)
if(mpi MATCHES "Open MPI|OpenRTE")
  set(flags --oversubscribe)
endif()
set(environment OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
  OMPI_MCA_btl_vader_single_copy_mechanism=none ASAN_OPTIONS=detect_leaks=0)
foreach(ranks 1 2 3 4 7)
  add_test(NAME ranks_test.on_${ranks} COMMAND ${MPIEXEC_EXECUTABLE} ${flags}
    ${MPIEXEC_NUMPROC_FLAG} ${ranks} $<TARGET_FILE:ranks_test> --color_output=no)
  set_tests_properties(ranks_test.on_${ranks} PROPERTIES
    TIMEOUT 300 PROCESSORS ${ranks} ENVIRONMENT "${environment}")
endforeach()
