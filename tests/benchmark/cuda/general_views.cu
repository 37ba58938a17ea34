// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

#include "general.cuh"
#include "suites.hpp"

void benchmark::time_general_views(Report const& report, cudaStream_t stream) {
  run_general(Bench<ConeBeam, 3>{report, stream, p1_rolled()});
  run_general(Bench<OwnCone, 3>{report, stream, p1_own()});
}
