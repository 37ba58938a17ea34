// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include "support/cpu_backend.hpp"
//
// Voxel-driven backprojection of parallel rays perpendicular to z on cores: slices side by side.
#include <cmath>
#include <cstddef>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <pyronn/pyronn.hpp>

#include "support/numbers.hpp"

using pyronn::Extents;
using pyronn::Grid;
using pyronn::ParallelBeam3D;

namespace {

using Back = pyronn::Backprojector<ParallelBeam3D, pyronn::SoftwareInterp, pyronn::VoxelDriven>;
using Values = std::vector<float>;

struct Problem {
  Extents<3> size;   ///< of the grid
  Extents<2> panel;  ///< pixels
  double pitch = 1;  ///< of columns [voxels]
  double shift = 0;  ///< of the panel along z [slices]
  int views = 7;

  [[nodiscard]] ParallelBeam3D scan() const {
    return ParallelBeam3D::circular({pyronn::equal_angles(views, 0.2, 0.2 + pyronn::pi)},
                                    {panel, {pitch, 1}, {0.3, shift}});
  }
  [[nodiscard]] Grid grid() const { return Grid::centered(size, {1, 1, 1}); }
  /// The greatest distance from the first pixel at which a voxel may project [pixels]. Kernels hold
  /// the map to it in single precision.
  [[nodiscard]] double farthest() const {
    return 0.5 * panel[0] + 0.5 * std::hypot(size[0], size[1]) / pitch;
  }
  [[nodiscard]] Extents<3> projections() const { return {panel[0], panel[1], views}; }
};

Values run(Problem const& problem, Values const& lines, int threads,
           pyronn::Part const& part = {}) {
  Extents<3> size = problem.size;
  if (part.slab) size = {size[0], size[1], part.slab->num_slices};
  Values volume(static_cast<std::size_t>(size.count()), test::nan);
  Back const back{problem.scan(), problem.grid()};
  pyronn::CpuExecutor const executor{threads};
  pyronn::ProjectionView<float const> const in{lines.data(), problem.projections()};
  BOOST_TEST_REQUIRE(back.plan(executor, in).steps.at(0).path == "slices");
  back(executor, in, pyronn::VolumeView<float>{volume.data(), size}, part);
  return volume;
}

/// The definition of the model, in double precision.
std::vector<double> reference(Problem const& problem, Values const& lines) {
  ParallelBeam3D const scan = problem.scan();
  Grid const grid = problem.grid();
  std::vector<double> volume(static_cast<std::size_t>(grid.size.count()), 0.0);
  for (int n = 0; n < problem.views; ++n) {
    auto const matrix = scan.view(n).projection_matrix();
    auto const pixel = [&](int u, int v) {
      if (u < 0 || u >= problem.panel[0] || v < 0 || v >= problem.panel[1]) return 0.0;
      auto const row = static_cast<std::size_t>(n * problem.panel[1] + v);
      return static_cast<double>(
          lines[row * static_cast<std::size_t>(problem.panel[0]) + static_cast<std::size_t>(u)]);
    };
    std::size_t at = 0;
    for (int z = 0; z < grid.size[2]; ++z) {
      for (int y = 0; y < grid.size[1]; ++y) {
        for (int x = 0; x < grid.size[0]; ++x, ++at) {
          auto const point = matrix(grid.to_world({double(x), double(y), double(z)}));
          double const a = std::floor(point[0]);
          double const b = std::floor(point[1]);
          double const u = point[0] - a;
          double const v = point[1] - b;
          auto const of = [&](int i, int j) {
            return pixel(static_cast<int>(a) + i, static_cast<int>(b) + j);
          };
          volume[at] += (1 - v) * ((1 - u) * of(0, 0) + u * of(1, 0)) +
                        v * ((1 - u) * of(0, 1) + u * of(1, 1));
        }
      }
    }
  }
  return volume;
}

void check(Problem const& problem) {
  BOOST_TEST_CONTEXT("grid " << problem.size << ", panel " << problem.panel << ", pitch "
                             << problem.pitch << ", shift " << problem.shift) {
    Values const lines = test::random_values(11, problem.projections().count());
    Values const found = run(problem, lines, 1);
    BOOST_TEST(test::relative_l2(found, reference(problem, lines)) <=
               1e-6 + 0x1p-23 * problem.farthest());
    BOOST_TEST((run(problem, lines, 3) == found));
  }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(slices_on_cores)

/// Tiles and runs that the image ends, lanes that the slices do not fill, boxes beside the panel.
BOOST_AUTO_TEST_CASE(match_the_definition) {
  for (int const slices : {1, 3, 9, 16, 17}) {
    check({{70, 67, slices}, {90, slices}});
    check({{70, 67, slices}, {40, slices + 2}, 1, 0.3});
  }
  check({{33, 130, 4}, {150, 4}, 0.8, 1, 1});
  check({{33, 130, 4}, {50, 3}, 4.5, -0.25, 1030});
}

/// So fine pixels that a tile sees more of them than it copies.
BOOST_AUTO_TEST_CASE(of_pixels_much_finer_than_voxels) {
  check({{70, 35, 5}, {800, 5}, 0.1});
  check({{70, 35, 9}, {300, 9}, 0.1, 0.4});
}

/// Whole tiles in large images.
BOOST_AUTO_TEST_CASE(of_large_images) { check({{1025, 1024, 2}, {1400, 2}, 1, 0.5, 5}); }

/// Each slice has the same bits whatever others there are.
BOOST_AUTO_TEST_CASE(of_slabs) {
  Problem const problem{{40, 36, 37}, {50, 37}, 1, 0.3, 23};
  Values const lines = test::random_values(12, problem.projections().count());
  Values const whole = run(problem, lines, 2);
  for (int height = 1; height <= 37; height += 3) {
    for (int first = 0; first + height <= 37; first += 11) {
      Values const slab = run(problem, lines, 2, {{}, pyronn::Slab{first, height}, {}});
      auto const begin = whole.begin() + std::ptrdiff_t{40} * 36 * first;
      BOOST_TEST_INFO(height << " slices from " << first);
      BOOST_TEST((slab == Values(begin, begin + std::ptrdiff_t{40} * 36 * height)));
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()
