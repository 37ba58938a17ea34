// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

#include "general.cuh"
#include "suites.hpp"

void benchmark::time_half(Report const& report, cudaStream_t stream) {
  run_general(Bench<ConeBeam, 3, pyronn::Half>{report, stream, p4()});
  run_general(Bench<ConeBeam, 3, pyronn::Half>{report, stream, p1()});
}
