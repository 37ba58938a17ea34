// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

#include "bench.cuh"
#include "suites.hpp"

namespace benchmark {
namespace {

template <class Geometry, int Rank, class T>
void run_plane(Bench<Geometry, Rank, T> const& bench) {
  bench.template forward<SoftwareInterp>();
  bench.template back<SoftwareInterp>();
  bench.template transpose<SoftwareInterp>();
  bench.template forward<TextureInterp>();
  bench.template back<TextureInterp>();
  if constexpr (std::is_same_v<T, float>) bench.template fbp<SoftwareInterp>();
}

}  // namespace

void time_plane(Report const& report, cudaStream_t stream) {
  using pyronn::FanBeam;
  using pyronn::ParallelBeam2D;
  run_plane(Bench<FanBeam, 2>{report, stream, p3_fan()});
  run_plane(Bench<FanBeam, 3>{report, stream, p3_fan(), 64});
  run_plane(Bench<FanBeam, 3, pyronn::Half>{report, stream, p3_fan(), 64});
  run_plane(Bench<FanBeam, 3>{report, stream, p3_fan(), p3_fans(64), 64});
  run_plane(Bench<ParallelBeam2D, 2>{report, stream, p3_parallel()});
  run_plane(Bench<ParallelBeam2D, 3>{report, stream, p3_parallel(), 64});
}

}  // namespace benchmark
