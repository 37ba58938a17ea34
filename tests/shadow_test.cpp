// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

/// The rows that a volume's shadow falls on.
#include <cmath>

#include <boost/test/unit_test.hpp>

#include <pyronn/core/grid.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/geometry/cone_beam.hpp>
#include <pyronn/geometry/parallel_beam_3d.hpp>
#include <pyronn/geometry/shadow.hpp>
#include <pyronn/geometry/traits.hpp>

#include "../examples/custom_geometry/curved_cone_beam.hpp"

namespace {

/// Whether every voxel's samples lie in rows that were found, in all views.
template <class Geometry>
void holds_all(Geometry const& scan, pyronn::Grid const& grid) {
  using Number = pyronn::projection_scalar_t<pyronn::view_t<Geometry>>;
  auto const rows = pyronn::shadow_rows(scan, grid);
  int const last = scan.detector_size()[1] - 1;
  for (int n = 0; n < scan.num_views(); ++n) {
    for (int z = 0; z < grid.size[2]; ++z) {
      for (int y = 0; y < grid.size[1]; ++y) {
        for (int x = 0; x < grid.size[0]; ++x) {
          pyronn::Vec3d const index{1.0 * x, 1.0 * y, 1.0 * z};
          auto const v = static_cast<double>(
              scan.view(n).project(pyronn::vec_cast<Number>(grid.to_world(index))).v);
          for (double const row : {std::floor(v), std::floor(v) + 1}) {
            bool const is_there = row >= 0 && row <= last;
            BOOST_REQUIRE((!is_there || (row >= rows.first && row < rows.first + rows.count)));
          }
        }
      }
    }
  }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(shadow)

BOOST_AUTO_TEST_CASE(of_slabs_of_a_cone) {
  auto const scan =
      pyronn::ConeBeam::circular({500, 1000, pyronn::equal_angles(24)}, {{96, 64}, {2, 2}});
  for (int z = -12; z <= 12; z += 6) {
    auto const grid = pyronn::Grid::centered({16, 16, 6}, {3, 3, 1}, {0, 0, 1.0 * z});
    holds_all(scan, grid);
  }
  auto const middle = pyronn::Grid::centered({16, 16, 6}, {3, 3, 1});
  auto const rows = pyronn::shadow_rows(scan, middle);
  BOOST_TEST(rows.count < 14);  // of 64: 6 mm twice as large, in rows of 2 mm, and some more
}

BOOST_AUTO_TEST_CASE(of_slabs_of_parallel_rays) {
  auto const scan =
      pyronn::ParallelBeam3D::circular({pyronn::equal_angles(10)}, {{96, 64}, {1, 1}});
  auto const grid = pyronn::Grid::centered({8, 8, 8}, {1, 1, 1}, {0, 0, -28});
  holds_all(scan, grid);
  auto const rows = pyronn::shadow_rows(scan, grid);
  BOOST_TEST(rows.first == 0);
  BOOST_TEST(rows.count <= 10);
  auto const beside = pyronn::Grid::centered({8, 8, 8}, {1, 1, 1}, {0, 0, 58});
  BOOST_TEST(pyronn::shadow_rows(scan, beside).count == 0);
}

BOOST_AUTO_TEST_CASE(of_what_is_not_before_the_source_is_the_detector) {
  auto const scan =
      pyronn::ConeBeam::circular({500, 1000, pyronn::equal_angles(8)}, {{96, 64}, {2, 2}});
  auto const grid = pyronn::Grid::centered({2, 2, 1}, {800, 800, 1});
  BOOST_TEST(pyronn::shadow_rows(scan, grid).count == 64);
}

// The middle of a side is nearer to the source than its corners, and is seen on rows beyond theirs.
BOOST_AUTO_TEST_CASE(of_views_that_are_not_projective_is_the_detector) {
  CurvedConeBeam const scan{4, 96, 64, 200, 400, 0.01F, 1, 0};
  auto const grid = pyronn::Grid::centered({101, 101, 1}, {2, 2, 1}, {0, 0, 5});
  holds_all(scan, grid);
  BOOST_TEST(pyronn::shadow_rows(scan, grid).count == 64);
}

BOOST_AUTO_TEST_SUITE_END()
