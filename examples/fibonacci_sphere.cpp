// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

/// Conjugate gradients (CGLS) for an orbit that no filtered backprojection knows: sources spread
/// over a sphere. All they need is a projector and its exact transpose.
#include <cstdio>

#include <pyronn/core/grid.hpp>
#include <pyronn/exec/vector_operations.hpp>
#include <pyronn/geometry/cone_beam.hpp>
#include <pyronn/geometry/orbit/trajectories.hpp>
#include <pyronn/interp/software_interp.hpp>
#include <pyronn/operators/algebra/system_matrix.hpp>
#include <pyronn/recon/solver/cgls.hpp>
#include <pyronn/recon/solver/measures.hpp>
#include <pyronn/recon/solver/problem.hpp>
#include <pyronn/recon/solver/run_solver.hpp>

#include "support/executor.hpp"
#include "support/head_scan.hpp"
#include "support/program.hpp"

namespace {

bool reconstruct(example::Settings const& settings) {
  // At full size 256^3 voxels of 0.5 mm, 360 views of 600 x 400 pixels of 1 mm.
  constexpr double side = 128;
  int const size = settings.size;
  int const columns = settings.scaled(600);
  int const rows = settings.scaled(400);
  int const views = settings.scaled(360);

  pyronn::Detector const detector{{columns, rows}, {600.0 / columns, 400.0 / rows}};
  auto const scan = pyronn::ConeBeam::from_vectors(
      detector.size, pyronn::FibonacciSphere{750, 1200, views}.vectors(detector));
  double const voxel = side / size;
  auto const grid = pyronn::Grid::centered({size, size, size}, {voxel, voxel, voxel});
  example::HeadScan const head{settings, scan, grid};

  auto const& executor = example::executor();
  pyronn::SystemMatrix<pyronn::ConeBeam, pyronn::SoftwareInterp> const matrix{scan, grid};
  pyronn::ReconstructionProblem const problem{matrix, head.projections()};
  pyronn::Cgls solver{executor, problem};
  pyronn::fill(executor, head.image(), 0);
  solver.start(head.image());

  // Conjugate gradients make the residual smaller at every step.
  double first = 0;
  double last = 0;
  auto const falls = [&](int iteration, pyronn::SolverMeasures const& measures) {
    if (iteration == 0) {
      first = measures.residual;
    } else {
      std::printf("iteration %2d: residual %.5f\n", iteration, measures.residual / first);
      if (!(measures.residual < last)) return false;
    }
    last = measures.residual;
    return true;
  };
  // Large volumes take more steps; still more would fit what tells exact line integrals from those
  // of voxels.
  auto const history = pyronn::run_solver(solver, {5 + size / 13}, falls);
  return history.stopped_by == pyronn::StoppedBy::iterations && head.check({0.18, 0.011});
}

}  // namespace

int main(int argc, char** argv) {
  return example::run({"fibonacci_sphere",
                       "Reconstructs a scan from all sides with the method of conjugate gradients.",
                       256, 40, reconstruct},
                      argc, argv);
}
