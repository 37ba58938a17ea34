// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

/// FDK of a C-arm's short scan: cosine and Parker weights, ramp filter, backprojection.
#include <pyronn/core/grid.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/exec/workspace.hpp>
#include <pyronn/geometry/cone_beam.hpp>
#include <pyronn/interp/software_interp.hpp>
#include <pyronn/recon/fbp/fbp.hpp>

#include "support/executor.hpp"
#include "support/head_scan.hpp"
#include "support/program.hpp"

namespace {

bool reconstruct(example::Settings const& settings) {
  // At full size 256^3 voxels of 0.25 mm, 248 views of 450 x 450 pixels of 0.33 mm.
  constexpr double side = 256 * 0.25;
  constexpr double panel = 450 * 0.33;
  constexpr double range = 200 * pyronn::pi / 180;  // the fan needs 188.5 degrees
  int const size = settings.size;
  int const columns = settings.scaled(450);
  int const views = settings.scaled(248);

  pyronn::Detector const detector{{columns, columns}, {panel / columns, panel / columns}};
  auto const scan =
      pyronn::ConeBeam::circular({600, 1000, pyronn::equal_angles(views, 0, range)}, detector);
  double const voxel = side / size;
  auto const grid = pyronn::Grid::centered({size, size, size}, {voxel, voxel, voxel});
  example::HeadScan const head{settings, scan, grid};

  auto const& executor = example::executor();
  // Less than a full turn gets Parker's weights unless told otherwise.
  pyronn::Fdk<pyronn::ConeBeam, pyronn::SoftwareInterp> const fdk{scan, grid,
                                                                  pyronn::FilterWindow::ram_lak};
  pyronn::Workspace workspace{executor, fdk.workspace_bytes(executor, head.projections())};
  fdk(executor, head.projections(), head.image(), workspace);
  return head.check({0.105, 0.004});
}

}  // namespace

int main(int argc, char** argv) {
  return example::run({"cone_short_scan", "Reconstructs a cone-beam scan of 200 degrees with FDK.",
                       256, 64, reconstruct},
                      argc, argv);
}
