// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

/// Filtered backprojection of parallel rays in the plane.
#include <pyronn/core/grid.hpp>
#include <pyronn/exec/workspace.hpp>
#include <pyronn/geometry/parallel_beam_2d.hpp>
#include <pyronn/interp/software_interp.hpp>
#include <pyronn/recon/fbp/fbp.hpp>

#include "support/executor.hpp"
#include "support/head_scan.hpp"
#include "support/program.hpp"

namespace {

bool reconstruct(example::Settings const& settings) {
  // At full size 256^2 pixels of 1 mm, 360 views of 800 detector pixels of 1 mm.
  constexpr double side = 256;
  int const size = settings.size;
  int const columns = settings.scaled(800);
  int const views = settings.scaled(360);

  auto const scan =
      pyronn::ParallelBeam2D::circular({pyronn::equal_angles(views)}, {columns, 800.0 / columns});
  auto const grid = pyronn::Grid::flat({size, size}, {side / size, side / size});
  example::HeadScan const head{settings, scan, grid};

  auto const& executor = example::executor();
  pyronn::Fbp<pyronn::ParallelBeam2D, pyronn::SoftwareInterp> const fbp{
      scan, grid, pyronn::FilterWindow::shepp_logan};
  pyronn::Workspace workspace{executor, fbp.workspace_bytes(executor, head.projections())};
  fbp(executor, head.projections(), head.image(), workspace);
  return head.check({0.115, 0.0018});
}

}  // namespace

int main(int argc, char** argv) {
  return example::run({"parallel_beam",
                       "Reconstructs a scan of the plane with parallel rays by filtered "
                       "backprojection.",
                       256, 64, reconstruct},
                      argc, argv);
}
