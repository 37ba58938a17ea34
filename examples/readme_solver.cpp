// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include <cstdio>
#include <vector>

#include <pyronn/cpu.hpp>
#include <pyronn/operators/algebra/system_matrix.hpp>
#include <pyronn/recon/solver/fista_tv.hpp>
#include <pyronn/recon/solver/run_solver.hpp>

int main() {
  pyronn::CpuExecutor const executor;
  auto const scan = pyronn::FanBeam::circular({500, 750, pyronn::equal_angles(40)}, {256, 1.2});
  auto const grid = pyronn::Grid::flat({160, 160}, {1, 1});
  pyronn::SystemMatrix<pyronn::FanBeam, pyronn::SoftwareInterp> const matrix{scan, grid};
  std::vector<float> lines(256 * 40);
  std::vector<float> image(160 * 160, 0.0F);
  pyronn::project(executor, pyronn::shepp_logan_2d(80), scan, view_of(lines, matrix.range()));

  pyronn::ReconstructionProblem problem{matrix, view_of(lines, matrix.range())};
  problem.bounds.lower = 0;  // nothing attenuates less than nothing
  pyronn::FistaTvOptions options;
  options.strength = 0.05;
  pyronn::FistaTv solver{executor, problem, options};  // allocates all that it needs
  solver.start(view_of(image, matrix.domain()));
  auto const history = pyronn::run_solver(solver, {60});  // or solver.iterate(), without waiting
  std::printf("|b - A x| %.3g -> %.3g\n", history.measures.front().residual,
              history.measures.back().residual);
  return history.measures.back().residual < 0.05 * history.measures.front().residual ? 0 : 1;
}
