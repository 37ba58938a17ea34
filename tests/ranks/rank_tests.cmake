# SPDX-FileCopyrightText: The pyronn authors
# SPDX-License-Identifier: Apache-2.0

# Tests of several ranks: one program, which mpirun starts on 1, 2, 3, 4 and 7 of them.
if(NOT PYRONN_TEST_ON_CPU MATCHES "^(ALL|PLAIN)$")
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

include(${PROJECT_SOURCE_DIR}/cmake/mpi_tests.cmake)
foreach(ranks 1 2 3 4 7)
  add_test(NAME ranks_test.on_${ranks} COMMAND ${MPIEXEC_EXECUTABLE} ${pyronn_mpi_flags}
    ${MPIEXEC_NUMPROC_FLAG} ${ranks} $<TARGET_FILE:ranks_test> --color_output=no)
  set_tests_properties(ranks_test.on_${ranks} PROPERTIES
    TIMEOUT 300 PROCESSORS ${ranks} ENVIRONMENT "${pyronn_mpi_environment}")
endforeach()

add_executable(ending_ranks ranks/programs/ending_ranks.cpp)
target_link_libraries(ending_ranks PRIVATE
  pyronn::pyronn MPI::MPI_CXX pyronn_developer_warnings)
foreach(ranks 2 3)
  add_test(NAME ending_ranks.of_${ranks} COMMAND
    ${CMAKE_CURRENT_SOURCE_DIR}/ranks/ending_ranks_test.sh ${ranks} ${MPIEXEC_EXECUTABLE} ${pyronn_mpi_flags}
    ${MPIEXEC_NUMPROC_FLAG} ${ranks} $<TARGET_FILE:ending_ranks>)
  set_tests_properties(ending_ranks.of_${ranks} PROPERTIES
    TIMEOUT 300 PROCESSORS ${ranks} ENVIRONMENT "${pyronn_mpi_environment}")
endforeach()
