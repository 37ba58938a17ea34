// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
// What is timed on CUDA devices, in sources that compile beside one another.
#include <cuda_runtime.h>

#include "../report.hpp"

namespace benchmark {

void time_cones(Report const& report, cudaStream_t stream);
void time_marched_rays(Report const& report, cudaStream_t stream);
void time_half(Report const& report, cudaStream_t stream);
void time_general_views(Report const& report, cudaStream_t stream);
void time_large(Report const& report, cudaStream_t stream);
void time_plane(Report const& report, cudaStream_t stream);

}  // namespace benchmark
