// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

#include "general.cuh"
#include "suites.hpp"

void benchmark::time_large(Report const& report, cudaStream_t stream) {
  run_general(Bench<ConeBeam, 3>{report, stream, large_cone()});
  run_general(Bench<pyronn::ParallelBeam3D, 3>{report, stream, parallel_in_space()});
}
