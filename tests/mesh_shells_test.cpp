// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
// Meshes of several shells: they touch, overlap or hold cavities.
#include <cstddef>
#include <random>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <pyronn/core/view_of.hpp>
#include <pyronn/phantom/mesh.hpp>

#include "support/mesh_voxels.hpp"
#include "support/meshes.hpp"

using pyronn::Grid;
using pyronn::TriangleMesh;
using pyronn::Vec3d;
using pyronn::view_of;
using test::are_equal;
using test::box;
using test::joined;
using test::reversed;
using test::tetrahedron;
using test::Triangles;
using test::volume_of;
using test::voxels;
using Values = std::vector<float>;

BOOST_AUTO_TEST_SUITE(mesh_shells)

/// A box cut into five tetrahedra: each point is in exactly one of them, and the voxels add up to
/// the box, though faces, edges and vertices lie on voxel centres.
BOOST_AUTO_TEST_CASE(parts_that_touch_share_no_point) {
  auto const grid = Grid::from_origin({11, 11, 11}, {0.5, 0.5, 0.5}, {-0.5, -0.5, -0.5});
  double const s = 4;
  Vec3d const a{0, 0, 0};
  Vec3d const b{s, s, 0};
  Vec3d const c{s, 0, s};
  Vec3d const d{0, s, s};
  std::vector<Triangles> const parts{
      tetrahedron(a, b, d, c), tetrahedron({s, 0, 0}, a, c, b), tetrahedron({0, s, 0}, a, b, d),
      tetrahedron({0, 0, s}, a, d, c), tetrahedron({s, s, s}, b, c, d)};
  for (int const supersampling : {1, 2, 4}) {
    Values sum(1331);
    double volume = 0.0;
    for (Triangles const& part : parts) {
      double const six_fold = pyronn::dot(
          pyronn::cross(part[0][2] - part[0][0], part[0][1] - part[0][0]), part[1][2] - part[0][0]);
      TriangleMesh const mesh{six_fold > 0 ? part : reversed(part)};
      volume += mesh.volume();
      Values const values = voxels(mesh, grid, supersampling);
      for (std::size_t n = 0; n < sum.size(); ++n) sum[n] += values[n];
    }
    BOOST_TEST(volume == 64.0, boost::test_tools::tolerance(1e-14));
    BOOST_TEST(are_equal(sum, voxels(TriangleMesh{box(a, {s, s, s})}, grid, supersampling), 1e-8));
  }
}

/// Pyramids from any point within to the faces of a box: also where rounding moves what they share,
/// each point is in exactly one.
BOOST_AUTO_TEST_CASE(parts_that_touch_share_no_point_whatever_is_rounded) {
  std::mt19937 random{5};
  std::uniform_int_distribution<int> thirds{1, 17};
  Triangles const whole = box({0, 0, 0}, {6, 6, 6});
  auto const grid = Grid::from_origin({21, 22, 23}, {1.0 / 3, 1.0 / 3, 1.0 / 3}, {0, 0, 0});
  Values const expected = voxels(TriangleMesh{whole}, grid);
  for (int n = 0; n < 20; ++n) {
    Vec3d const top{thirds(random) / 3.0, thirds(random) / 3.0, thirds(random) / 3.0};
    Values sum(expected.size());
    for (auto const& [a, b, c] : whole) {
      Values const part = voxels(TriangleMesh{tetrahedron(a, c, b, top)}, grid);
      for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += part[i];
    }
    BOOST_TEST((sum == expected));
  }
}

BOOST_AUTO_TEST_CASE(cavities_and_several_shells) {
  auto const grid = Grid::centered({30, 12, 12}, {1, 1, 1});
  Triangles const outer = box({-14, -5, -5}, {-4, 5, 5});
  Triangles const hole = reversed(box({-12, -3, -3}, {-6, 3, 3}));
  Triangles const kernel = box({-10, -1, -1}, {-8, 1, 1});
  Triangles const other = box({2, -4, -4}, {12, 4, 4});
  TriangleMesh const mesh{joined(joined(hole, other), joined(kernel, outer))};
  double const volume = 1000 - 216 + 8 + 640;
  BOOST_TEST(mesh.volume() == volume);
  BOOST_TEST(volume_of(voxels(mesh, grid), grid) == volume, boost::test_tools::tolerance(1e-6));
  Values const values = voxels(mesh, grid);
  auto const at = [&](int x) { return view_of(values, grid.extents())(x, 6, 6); };
  BOOST_TEST(at(1) == 0.02F);
  BOOST_TEST(at(4) == 0.0F);
  BOOST_TEST(at(6) == 0.02F);
  BOOST_TEST(at(8) == 0.0F);
  BOOST_TEST(at(13) == 0.0F);
  BOOST_TEST(at(20) == 0.02F);
}

BOOST_AUTO_TEST_CASE(shells_that_overlap_are_their_union) {
  auto const grid = Grid::centered({12, 12, 12}, {1, 1, 1});
  TriangleMesh const mesh{joined(box({-5, -5, -5}, {1, 1, 1}), box({-1, -1, -1}, {5, 5, 5}))};
  BOOST_TEST(volume_of(voxels(mesh, grid), grid) == 2 * 216 - 8,
             boost::test_tools::tolerance(1e-6));
}

BOOST_AUTO_TEST_SUITE_END()
