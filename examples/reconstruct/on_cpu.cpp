// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include <pyronn/backend/cpu/executor.hpp>
#include <pyronn/cpu.hpp>

#include "backend.hpp"
#include "cpu_place.hpp"
#include "pipeline.hpp"

namespace example {

void check_orbit(pyronn::Scan const& scan, pyronn::Grid const& grid,
                 pyronn::FbpOptions const& options) {
  std::visit(
      [&](auto const& geometry) {
        using Geometry = std::decay_t<decltype(geometry)>;
        static_cast<void>(pyronn::Fbp<Geometry, pyronn::SoftwareInterp>{geometry, grid, options});
      },
      scan.geometry);
}

Cost reconstruct_on_cpu(Job const& job, int threads) {
  CpuPlace place{pyronn::CpuExecutor{threads}};
  return reconstruct_at(place, job);
}

}  // namespace example
