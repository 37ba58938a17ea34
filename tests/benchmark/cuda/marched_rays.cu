// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

#include "bench.cuh"
#include "suites.hpp"

namespace benchmark {
namespace {

/// Marched rays, with steps of these lengths [voxels].
template <class Geometry>
void run_march(Bench<Geometry, 3> const& bench, std::vector<double> const& steps) {
  for (double const step : steps) {
    std::string const name = "march " + std::to_string(step).substr(0, 3);
    bench.template forward<TextureInterp>(name, pyronn::RayMarch{step});
    bench.template forward<SoftwareInterp>(name, pyronn::RayMarch{step});
  }
}
template <class Geometry>
void run_march_transpose(Bench<Geometry, 3> const& bench, std::vector<double> const& steps) {
  for (double const step : steps) {
    std::string const name = "march " + std::to_string(step).substr(0, 3) + " transpose";
    bench.template back<SoftwareInterp>(name, pyronn::RayMarch{step});
  }
}

}  // namespace

void time_marched_rays(Report const& report, cudaStream_t stream) {
  Bench<ConeBeam, 3> const small{report, stream, p4()};
  run_march(small, {0.2, 1.0});
  run_march_transpose(small, {1.0, 0.5, 0.2});
  run_march(Bench<ConeBeam, 3>{report, stream, p1()}, {1.0});
}

}  // namespace benchmark
