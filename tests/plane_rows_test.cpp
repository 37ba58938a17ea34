// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include "support/cpu_backend.hpp"
//
// Voxel-driven backprojection in the plane on cores, row by row of a tile of the image.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <type_traits>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <pyronn/pyronn.hpp>

#include "support/numbers.hpp"
#include "support/operators.hpp"

using pyronn::DistanceWeighted;
using pyronn::Extents;
using pyronn::FanBeam;
using pyronn::Grid;
using pyronn::ParallelBeam2D;
using pyronn::SoftwareInterp;
using pyronn::VoxelDriven;

namespace {

/// The definition of the model, in double precision.
template <class Model, class Scan>
std::vector<double> reference(Scan const& scan, Grid const& grid, std::vector<float> const& in) {
  int const columns = scan.detector_size()[0];
  std::vector<double> image(static_cast<std::size_t>(grid.size.count()), 0.0);
  for (int n = 0; n < scan.num_views(); ++n) {
    auto const matrix = scan.view(n).projection_matrix();
    auto const pixel = [&](int u) {
      if (u < 0 || u >= columns) return 0.0;
      auto const at = static_cast<std::size_t>(n) * static_cast<std::size_t>(columns);
      return static_cast<double>(in[at + static_cast<std::size_t>(u)]);
    };
    std::size_t at = 0;
    for (int y = 0; y < grid.size[1]; ++y) {
      for (int x = 0; x < grid.size[0]; ++x, ++at) {
        auto const point = matrix(grid.to_world({double(x), double(y), 0.0}));
        double const u = point[0] / point[2];
        if (!(point[2] > 0 && u > -1 && u < columns)) continue;
        int const below = static_cast<int>(std::floor(u));
        double const weight =
            std::is_same_v<Model, VoxelDriven> ? 1.0 : 1.0 / (point[2] * point[2]);
        image[at] += weight * (pixel(below) + (u - below) * (pixel(below + 1) - pixel(below)));
      }
    }
  }
  return image;
}

/// The greatest distance from the detector's first pixel at which a corner of the image projects
/// [pixels].
template <class Scan>
double reach(Scan const& scan, Grid const& grid) {
  double result = 8;
  for (int n = 0; n < scan.num_views(); ++n) {
    auto const matrix = scan.view(n).projection_matrix();
    for (int corner = 0; corner < 4; ++corner) {
      auto const point = matrix(grid.to_world({corner % 2 != 0 ? grid.size[0] - 1.0 : 0.0,
                                               corner / 2 != 0 ? grid.size[1] - 1.0 : 0.0, 0.0}));
      result = std::max(result, std::abs(point[0] / point[2]));
    }
  }
  return result;
}

/// Views hold the projection in single precision: of a position, a sum of three terms, that is up
/// to 2^-24 of each, and neighbouring pixels differ by their size.
template <class Model, class Scan>
void check(Scan const& scan, Grid const& grid) {
  auto const in = test::random_values(3, test::projection_extents(scan).count());
  pyronn::Backprojector<Scan, SoftwareInterp, Model> const back{scan, grid};
  auto const found = test::run(back, in);
  BOOST_TEST(test::relative_l2(found, reference<Model>(scan, grid, in)) <=
             0x1p-22 * reach(scan, grid));
  BOOST_TEST((test::run_between_guards(back, test::projection_extents(scan), in,
                                       test::volume_extents<Scan>(grid)) == found));
}

template <class Scan>
void check_models(Scan const& scan, Grid const& grid) {
  check<VoxelDriven>(scan, grid);
  check<DistanceWeighted>(scan, grid);
}

ParallelBeam2D parallel(int views, int columns, double spacing, double offset = 0) {
  return ParallelBeam2D::circular({pyronn::equal_angles(views, 0.05)}, {columns, spacing, offset});
}
FanBeam fan(int views, double radius, int columns, double spacing) {
  return FanBeam::circular({radius, 2 * radius, pyronn::equal_angles(views, 0.02)},
                           {columns, spacing});
}

/// Every sample of a batch has the bits that it has alone.
template <class Model, class Scan>
void check_batch(Scan const& scan, Grid const& grid, int samples) {
  auto const in = test::random_values(5, test::projection_extents<Scan, 3>(scan, samples).count());
  pyronn::Backprojector<Scan, SoftwareInterp, Model> const back{scan, grid};
  auto const all = test::run(back, test::projection_extents<Scan, 3>(scan, samples), in,
                             test::volume_extents<Scan, 3>(grid, samples));
  std::vector<float> alone;
  std::ptrdiff_t const count = test::projection_extents(scan).count();
  for (int s = 0; s < samples; ++s) {
    auto const one =
        test::run(back, std::vector<float>(in.begin() + s * count, in.begin() + (s + 1) * count));
    alone.insert(alone.end(), one.begin(), one.end());
  }
  BOOST_TEST((all == alone));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(plane_rows)

BOOST_AUTO_TEST_CASE(are_what_double_precision_says) {
  check_models(parallel(7, 90, 1.0), Grid::flat({77, 41}, {1, 1}));
  check_models(parallel(5, 30, 1.1, 3.3), Grid::flat({130, 67}, {0.9, 1.2}));
  check_models(parallel(3, 700, 0.05), Grid::flat({66, 65}, {1, 1}));
  check_models(fan(7, 200, 160, 1.0), Grid::flat({77, 41}, {1, 1}));
  check_models(fan(5, 90, 60, 1.3), Grid::flat({70, 100}, {0.9, 1.1}));
}

BOOST_AUTO_TEST_CASE(are_so_in_an_image_of_whole_tiles) {
  check<VoxelDriven>(parallel(3, 1100, 1.0), Grid::flat({1100, 1030}, {1, 1}));
  check<DistanceWeighted>(fan(2, 2000, 900, 1.0), Grid::flat({1030, 1100}, {1, 1}));
}

BOOST_AUTO_TEST_CASE(hold_for_single_pixels_and_voxels) {
  check_models(parallel(4, 1, 5.0), Grid::flat({3, 2}, {1, 1}));
  check_models(fan(4, 50, 3, 1.0), Grid::flat({1, 1}, {1, 1}));
}

BOOST_AUTO_TEST_CASE(give_way_where_pixels_are_many_or_the_source_is_near) {
  check_models(parallel(3, 3000, 0.05), Grid::flat({80, 65}, {1, 1}));
  check<VoxelDriven>(fan(5, 20, 60, 1.3), Grid::flat({70, 65}, {1, 1}));
}

BOOST_AUTO_TEST_CASE(of_a_batch_are_those_of_single_calls) {
  for (int const samples : {2, 7, 17}) {
    check_batch<VoxelDriven>(parallel(3, 80, 1.0), Grid::flat({77, 41}, {1, 1}), samples);
    check_batch<DistanceWeighted>(fan(3, 90, 60, 1.3), Grid::flat({70, 100}, {1, 1}), samples);
    check_batch<DistanceWeighted>(fan(3, 20, 60, 1.3), Grid::flat({70, 65}, {1, 1}), samples);
  }
  check_batch<VoxelDriven>(parallel(2, 1000, 1.0), Grid::flat({1030, 1025}, {1, 1}), 2);
}

BOOST_AUTO_TEST_CASE(take_nothing_from_a_pixel_one_beside_them) {
  // The rays run along x or y, and every voxel projects exactly onto a pixel or beside the
  // detector.
  int const width = 81;
  auto const scan = ParallelBeam2D::circular({{0.0, pyronn::pi / 2}}, {21, 1.0});
  Grid const grid = Grid::flat({width, width}, {1, 1});
  pyronn::Backprojector<ParallelBeam2D, SoftwareInterp> const back{scan, grid};
  for (int const samples : {1, 6}) {
    auto const extents = test::projection_extents<ParallelBeam2D, 3>(scan, samples);
    std::vector<float> in(static_cast<std::size_t>(extents.count()), 0.0F);
    in[0] = std::numeric_limits<float>::infinity();
    auto const found =
        test::run(back, extents, in, test::volume_extents<ParallelBeam2D, 3>(grid, samples));
    int spoilt = 0;
    for (float const value : found) spoilt += std::isfinite(value) ? 0 : 1;
    BOOST_TEST(spoilt == width);
  }
}

BOOST_AUTO_TEST_SUITE_END()
