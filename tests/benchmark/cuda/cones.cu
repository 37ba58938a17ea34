// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

#include "bench.cuh"
#include "suites.hpp"

namespace benchmark {
namespace {

template <class Geometry>
void run_cone(Bench<Geometry, 3> const& bench) {
  bench.template back<TextureInterp>();
  bench.template back<SoftwareInterp>();
  bench.template forward<TextureInterp>();
  bench.template forward<SoftwareInterp>();
  bench.template forward<SoftwareInterp>("forward in place", {}, 0);
  bench.template transpose<SoftwareInterp>();
  bench.template fbp<TextureInterp>();
  bench.template fbp<SoftwareInterp>();
}

}  // namespace

void time_cones(Report const& report, cudaStream_t stream) {
  Bench<ConeBeam, 3> const small{report, stream, p4()};
  run_cone(small);
  small.forward<SoftwareInterp>("back transpose", pyronn::VoxelDriven{});
  small.forward<SoftwareInterp>("weighted transpose", pyronn::DistanceWeighted{});
  Bench<ConeBeam, 3> const large{report, stream, p1()};
  run_cone(large);
  large.forward<SoftwareInterp>("back transpose", pyronn::VoxelDriven{});
  for (auto const& problem : {p1b(), p1c()}) {
    Bench<ConeBeam, 3> const bench{report, stream, problem};
    bench.back<TextureInterp>();
    bench.back<SoftwareInterp>();
  }
}

}  // namespace benchmark
