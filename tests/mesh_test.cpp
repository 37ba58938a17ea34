// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <pyronn/backend/cpu/executor.hpp>
#include <pyronn/core/view_of.hpp>
#include <pyronn/phantom/mesh.hpp>
#include <pyronn/phantom/phantom.hpp>

#include "support/mesh_voxels.hpp"
#include "support/meshes.hpp"
#include "support/temporary_folder.hpp"

using pyronn::Body;
using pyronn::CpuExecutor;
using pyronn::Grid;
using pyronn::InvalidArgument;
using pyronn::Orientation;
using pyronn::Phantom;
using pyronn::pi;
using pyronn::TriangleMesh;
using pyronn::Vec3d;
using pyronn::view_of;
using test::are_equal;
using test::attenuation;
using test::box;
using test::joined;
using test::reversed;
using test::says;
using test::sphere;
using test::tetrahedron;
using test::Triangles;
using test::volume_of;
using test::voxels;
using Values = std::vector<float>;

namespace {

/// Of the surface, seen from a point, with the sign of its sides: 4 pi for each shell about it.
double solid_angle(TriangleMesh const& mesh, Vec3d const& point) {
  double sum = 0.0;
  for (pyronn::Vec<int, 3> const& corners : mesh.triangles()) {
    Vec3d to[3];
    for (int n = 0; n < 3; ++n) {
      to[n] = mesh.vertices()[static_cast<std::size_t>(corners[n])] - point;
      to[n] *= 1 / pyronn::length(to[n]);
    }
    double const cosines =
        1 + pyronn::dot(to[0], to[1]) + pyronn::dot(to[1], to[2]) + pyronn::dot(to[2], to[0]);
    sum += 2 * std::atan2(pyronn::dot(to[0], pyronn::cross(to[1], to[2])), cosines);
  }
  return sum;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(mesh)

/// Faces lie between voxels, on voxel centres and on points of supersampled voxels.
BOOST_AUTO_TEST_CASE(a_box_has_the_voxels_of_the_body) {
  auto const grid = Grid::from_origin({17, 13, 11}, {0.5, 1, 0.75}, {-4, -6, -3});
  for (Vec3d const& center : {Vec3d{0, 0, 0}, Vec3d{0.25, -0.5, 0.375}, Vec3d{0.125, 0.1, 0.3}}) {
    for (int const supersampling : {1, 2, 3, 8}) {
      TriangleMesh const mesh{box(center - Vec3d{2, 3, 1.5}, center + Vec3d{2, 3, 1.5})};
      Values const expected =
          voxels(Phantom{Body::box(center, {2, 3, 1.5}, attenuation)}, grid, supersampling);
      BOOST_TEST(are_equal(voxels(mesh, grid, supersampling), expected, 2e-9));
    }
  }
}

BOOST_AUTO_TEST_CASE(a_box_of_whole_voxels_has_its_exact_volume) {
  auto const grid = Grid::from_origin({9, 8, 7}, {0.5, 1, 2}, {0.25, 0.5, 1});
  TriangleMesh const mesh{box({1, 2, 4}, {3.5, 6, 10})};
  BOOST_TEST(mesh.volume() == 60.0);
  for (int const supersampling : {1, 2, 5}) {
    Values const values = voxels(mesh, grid, supersampling);
    BOOST_TEST(volume_of(values, grid) == 60.0, boost::test_tools::tolerance(1e-6));
    std::size_t inside = 0;
    for (float const value : values) {
      BOOST_TEST((value == 0.0F || value == 0.02F));
      inside += value > 0 ? 1 : 0;
    }
    BOOST_TEST(inside == 60U);
  }
}

/// Faces, edges and vertices lie on voxel centres: the points with x, y, z >= 0 and x + y + z < 6
/// are inside, 6 * 7 * 8 / 6 of them.
BOOST_AUTO_TEST_CASE(a_tetrahedron_through_voxel_centres) {
  auto const grid = Grid::from_origin({10, 10, 10}, {1, 1, 1}, {-1, -1, -1});
  Vec3d const x{6, 0, 0};
  Vec3d const y{0, 6, 0};
  Vec3d const z{0, 0, 6};
  TriangleMesh const corner{tetrahedron({0, 0, 0}, x, y, z)};
  BOOST_TEST(corner.volume() == 36.0, boost::test_tools::tolerance(1e-14));
  Values const values = voxels(corner, grid);
  int inside = 0;
  for (int k = 0; k < 10; ++k) {
    for (int j = 0; j < 10; ++j) {
      for (int i = 0; i < 10; ++i) {
        bool const expected = i >= 1 && j >= 1 && k >= 1 && i + j + k - 3 < 6;
        float const value = view_of(values, grid.extents())(i, j, k);
        BOOST_TEST(value == (expected ? 0.02F : 0.0F));
        inside += value > 0 ? 1 : 0;
      }
    }
  }
  BOOST_TEST(inside == 56);
}

/// A body with hollows in its surface and a cavity, against sums of solid angles (van Oosterom and
/// Strackee, 1983), at any turn.
BOOST_AUTO_TEST_CASE(points_inside_are_those_that_see_triangles_all_round) {
  Triangles triangles = sphere({0, 0, 0}, 1, 3);
  for (pyronn::Triangle& triangle : triangles) {
    for (Vec3d& v : triangle) v = (7 + 2 * std::sin(5 * v[0]) * std::cos(4 * v[1] + v[2])) * v;
  }
  TriangleMesh const mesh = TriangleMesh{joined(triangles, reversed(sphere({1, 0, 0}, 2.5, 2)))};
  auto const grid = Grid::centered({20, 20, 20}, {1.01, 0.99, 1.0}, {0.1, 0.03, 0.02});
  for (int turn = 0; turn < 3; ++turn) {
    TriangleMesh const turned = mesh.placed(1, Orientation::about({1, 2, 3}, turn), {0, 0, 0});
    Values const values = voxels(turned, grid);
    int inside = 0;
    for (std::size_t n = 0; n < values.size(); ++n) {
      auto const i = static_cast<int>(n);
      pyronn::Vec<int, 3> const voxel{i % 20, i / 20 % 20, i / 400};
      Vec3d const point = grid.to_world(pyronn::vec_cast<double>(voxel));
      double const angle = solid_angle(turned, point) / (4 * pi);
      BOOST_REQUIRE(std::abs(angle - std::round(angle)) < 1e-9);
      BOOST_REQUIRE((values[n] > 0) == (angle > 0.5));
      inside += angle > 0.5 ? 1 : 0;
    }
    BOOST_TEST(inside > 1000);
  }
}

BOOST_AUTO_TEST_CASE(a_sphere_of_triangles) {
  Vec3d const center{3, -2, 1};
  TriangleMesh const mesh{sphere(center, 10, 4)};
  BOOST_TEST(mesh.vertices().size() == 1026U);
  BOOST_TEST(mesh.triangles().size() == 2048U);
  double const ball = 4.0 / 3.0 * pi * 1000;
  BOOST_TEST(mesh.volume() < ball);
  BOOST_TEST(mesh.volume() > 0.99 * ball);
  auto const grid = Grid::centered({43, 30, 25}, {0.6, 0.8, 1.1}, {3.1, -1.7, 0.8});
  double previous = 1.0;
  for (int const supersampling : {1, 4, 16}) {
    double const error =
        std::abs(volume_of(voxels(mesh, grid, supersampling), grid) / mesh.volume() - 1.0);
    BOOST_TEST_MESSAGE("supersampling " << supersampling << ": volume error " << error);
    BOOST_TEST(error < previous / 3.0);
    previous = error;
  }
  BOOST_TEST(previous < 2e-5);
}

/// Every line of a lattice that meets the vertices, edges and flat triangles of a sphere exactly is
/// left as often as it is entered: a leak would fill a row up to the grid's end.
BOOST_AUTO_TEST_CASE(no_row_leaks_at_vertices_and_edges) {
  for (int const splits : {0, 1, 3}) {
    TriangleMesh const mesh{sphere({0, 0, 0}, 8, splits)};
    auto const grid = Grid::from_origin({41, 41, 41}, {0.5, 0.5, 0.5}, {-10, -10, -10});
    Values const values = voxels(mesh, grid);
    auto const volume = view_of(values, grid.extents());
    for (int k = 0; k < 41; ++k) {
      for (int j = 0; j < 41; ++j) {
        for (int i = 0; i < 41; ++i) {
          double const square =
              0.25 * ((i - 20) * (i - 20) + (j - 20) * (j - 20) + (k - 20) * (k - 20));
          int const sum = std::abs(i - 20) + std::abs(j - 20) + std::abs(k - 20);
          float const value = volume(i, j, k);
          if (square > 64) BOOST_REQUIRE(value == 0.0F);
          if (sum < 16) BOOST_REQUIRE(value == 0.02F);  // the octahedron
        }
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(an_image_is_the_plane_z_0) {
  auto const grid = Grid::flat({24, 20}, {1, 1.5}, {1, 0});
  Values image(480, -1e9F);
  TriangleMesh const mesh{box({-5, -6, -30}, {7.5, 6.75, 20})};
  pyronn::voxelise(CpuExecutor{2}, mesh, attenuation, grid, view_of(image, grid.extents<2>()), 4);
  Values expected(480);
  Phantom const rectangle{Body::rectangle({1.25, 0.375}, {6.25, 6.375}, attenuation)};
  pyronn::voxelise(CpuExecutor{2}, rectangle, grid, view_of(expected, grid.extents<2>()), 4);
  BOOST_TEST(are_equal(image, expected, 2e-9));
}

BOOST_AUTO_TEST_CASE(what_lies_outside_the_grid_is_cut_off) {
  TriangleMesh const mesh{box({-1e9, -50, -50}, {1e9, 50, 1e20})};
  auto const grid = Grid::centered({5, 4, 3}, {1, 1, 1});
  BOOST_TEST(voxels(mesh, grid, 3) == Values(60, 0.02F), boost::test_tools::per_element());
  auto const far = Grid::centered({5, 4, 3}, {1, 1, 1}, {0, 200, 0});
  BOOST_TEST(voxels(mesh, far, 3) == Values(60, 0.0F), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(threads_do_not_change_a_bit) {
  TriangleMesh const mesh{sphere({0.3, 0.2, 0.1}, 9, 3)};
  auto const grid = Grid::centered({20, 21, 22}, {1, 1, 1});
  BOOST_TEST(voxels(mesh, grid, 3, 1) == voxels(mesh, grid, 3, 7),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_mesh_that_is_turned_and_moved) {
  TriangleMesh const placed =
      TriangleMesh{box({0, 0, 0}, {1, 2, 3})}.placed(2, Orientation::about_z(pi / 2), {10, 20, 30});
  auto const grid = Grid::centered({16, 16, 16}, {1, 1, 1}, {8.25, 21.25, 33.25});
  BOOST_TEST(volume_of(voxels(placed, grid, 2), grid) == 48.0, boost::test_tools::tolerance(1e-6));
}

/// One side of the tetrahedron has a vertex in its middle, and there a triangle that is a line.
BOOST_AUTO_TEST_CASE(a_triangle_without_area) {
  Vec3d const p{0, 0, 0};
  Vec3d const q{0, 6, 0};
  Vec3d const r{6, 0, 0};
  Vec3d const middle{3, 0, 0};
  Triangles split = tetrahedron({0, 0, 0}, {6, 0, 0}, {0, 6, 0}, {0, 0, 6});
  split[0] = {p, q, middle};
  split.push_back({middle, q, r});
  split.push_back({p, middle, r});
  TriangleMesh const closed{split};
  auto const grid = Grid::from_origin({8, 8, 8}, {1, 1, 1}, {-1, -1, -1});
  BOOST_TEST(volume_of(voxels(closed, grid), grid) == 56.0, boost::test_tools::tolerance(1e-6));
}

BOOST_AUTO_TEST_CASE(bad_arguments_are_refused) {
  TriangleMesh const mesh{box({0, 0, 0}, {1, 1, 1})};
  auto const grid = Grid::centered({4, 4, 4}, {1, 1, 1});
  Values values(64, 3.0F);
  CpuExecutor const executor;
  auto const volume = view_of(values, grid.extents());
  auto const with = [&](double mu, int supersampling) {
    return [&, mu, supersampling] {
      pyronn::voxelise(executor, mesh, mu, grid, volume, supersampling);
    };
  };
  double const nan = std::numeric_limits<double>::quiet_NaN();
  BOOST_CHECK_EXCEPTION(with(nan, 1)(), InvalidArgument, says("voxelise: attenuation nan must be"));
  BOOST_CHECK_EXCEPTION(with(1, 0)(), InvalidArgument, says("voxelise: supersampling 0 must be"));
  BOOST_CHECK_EXCEPTION(with(1, 1025)(), InvalidArgument, says("supersampling 1025 must be"));
  BOOST_CHECK_EXCEPTION(pyronn::voxelise(executor, mesh, 1, grid, volume.slices(0, 3)),
                        InvalidArgument, says("the volume's extents"));
  pyronn::VolumeView<float> const nothing{nullptr, grid.size};
  BOOST_CHECK_EXCEPTION(pyronn::voxelise(executor, mesh, 1, grid, nothing), InvalidArgument,
                        says("voxelise: volume: the array is a null pointer"));
  BOOST_TEST(values == Values(64, 3.0F), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()
