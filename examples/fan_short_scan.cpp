// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

/// Filtered backprojection of a fan of rays in the plane, on the shortest arc that sees all lines.
#include <pyronn/core/grid.hpp>
#include <pyronn/exec/workspace.hpp>
#include <pyronn/geometry/fan_beam.hpp>
#include <pyronn/geometry/orbit/scan_angles.hpp>
#include <pyronn/interp/software_interp.hpp>
#include <pyronn/recon/fbp/fbp.hpp>

#include "support/executor.hpp"
#include "support/head_scan.hpp"
#include "support/program.hpp"

namespace {

bool reconstruct(example::Settings const& settings) {
  // At full size 256^2 pixels of 1 mm, 250 views of 500 detector pixels of 1 mm.
  constexpr double side = 256;
  int const size = settings.size;
  int const columns = settings.scaled(500);
  int const views = settings.scaled(250);

  // pi and the angle of the fan; less than a full turn gets Parker's weights unless told otherwise.
  double const pixel = 500.0 / columns;
  double const range = pyronn::short_scan_range(1200, {{columns, 1}, {pixel, 1}});
  auto const scan = pyronn::FanBeam::circular({750, 1200, pyronn::equal_angles(views, 0, range)},
                                              {columns, pixel});
  auto const grid = pyronn::Grid::flat({size, size}, {side / size, side / size});
  example::HeadScan const head{settings, scan, grid};

  auto const& executor = example::executor();
  pyronn::Fbp<pyronn::FanBeam, pyronn::SoftwareInterp> const fbp{scan, grid,
                                                                 pyronn::FilterWindow::ram_lak};
  pyronn::Workspace workspace{executor, fbp.workspace_bytes(executor, head.projections())};
  fbp(executor, head.projections(), head.image(), workspace);
  return head.check({0.105, 0.0025});
}

}  // namespace

int main(int argc, char** argv) {
  return example::run(
      {"fan_short_scan", "Reconstructs a scan of the plane with a fan of rays on the shortest arc.",
       256, 64, reconstruct},
      argc, argv);
}
