# SPDX-FileCopyrightText: The pyronn authors
# SPDX-License-Identifier: Apache-2.0

# How tests are started on several ranks.

# Open MPI has no more ranks than cores, and none of root's, unless it is told; containers may not let
# ranks read one another's memory. It waits busily, on cores of its own, which other tests may have.
# What it keeps to the end is not pyronn's.
set(pyronn_mpi_flags)
execute_process(COMMAND ${MPIEXEC_EXECUTABLE} --version OUTPUT_VARIABLE mpi ERROR_QUIET)
if(mpi MATCHES "Open MPI|OpenRTE")
  set(pyronn_mpi_flags --oversubscribe --bind-to none)
endif()
set(pyronn_mpi_environment OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
  OMPI_MCA_btl_vader_single_copy_mechanism=none OMPI_MCA_mpi_yield_when_idle=1 ASAN_OPTIONS=detect_leaks=0)
