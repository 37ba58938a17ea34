// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

/// Filtered backprojection of a fan of rays in the plane, on a full circle.
#include <pyronn/core/grid.hpp>
#include <pyronn/exec/workspace.hpp>
#include <pyronn/geometry/fan_beam.hpp>
#include <pyronn/interp/texture_interp.hpp>
#include <pyronn/recon/fbp/fbp.hpp>

#include "support/executor.hpp"
#include "support/head_scan.hpp"
#include "support/program.hpp"

namespace {

bool reconstruct(example::Settings const& settings) {
  // At full size 512^2 pixels of 0.23655 mm, 512 views of 512 detector pixels of 0.8 mm.
  constexpr double side = 512 * 0.23655;
  int const size = settings.size;
  int const columns = settings.scaled(512);
  int const views = settings.scaled(512);

  auto const scan = pyronn::FanBeam::circular({100, 200, pyronn::equal_angles(views)},
                                              {columns, 512 * 0.8 / columns});
  auto const grid = pyronn::Grid::flat({size, size}, {side / size, side / size});
  example::HeadScan const head{settings, scan, grid};

  auto const& executor = example::executor();
  pyronn::Fbp<pyronn::FanBeam, pyronn::TextureInterp> const fbp{scan, grid,
                                                                pyronn::FilterWindow::ram_lak};
  pyronn::Workspace workspace{executor, fbp.workspace_bytes(executor, head.projections())};
  fbp(executor, head.projections(), head.image(), workspace);
  return head.check({0.13, 0.003});
}

}  // namespace

int main(int argc, char** argv) {
  return example::run({"fan_beam",
                       "Reconstructs a scan of the plane with a fan of rays by filtered "
                       "backprojection.",
                       512, 64, reconstruct},
                      argc, argv);
}
