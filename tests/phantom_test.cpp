// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include "support/backends.hpp"
//
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <type_traits>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <pyronn/geometry/cone_view.hpp>
#include <pyronn/phantom/phantom.hpp>

#include "support/numbers.hpp"
#include "support/phantom_reference.hpp"
#include "support/phantoms.hpp"
#include "support/temporary_folder.hpp"

using pyronn::Body;
using pyronn::Grid;
using pyronn::InvalidArgument;
using pyronn::Phantom;
using pyronn::Vec3d;
using test::is_inside;
using test::ParallelBeam;
using test::project;
using test::relative_l2;
using test::says;
using test::two_bodies;
using test::voxelise;
using Values = std::vector<float>;

namespace {

static_assert(std::is_same_v<pyronn::detail::pixel_scalar_t<pyronn::ConeView>, double>);
static_assert(std::is_same_v<pyronn::detail::pixel_scalar_t<test::ListedBeam::View>, float>);

double attenuation_integral(Phantom const& phantom) {
  double sum = 0.0;
  for (Body const& body : phantom) sum += body.attenuation * body.uncut_volume();
  return sum;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(phantom, *boost::unit_test::precondition(test::device_present))

BOOST_AUTO_TEST_CASE(parallel_rays_through_a_ball_have_closed_forms) {
  ParallelBeam const beam{700, 24, 20};
  Phantom const phantom{Body::ball({3, -2, 1}, 6, 0.05)};
  auto const result = project(phantom, beam);
  double worst = 0.0;
  std::size_t pixel = 0;
  for (int n = 0; n < beam.count; ++n) {
    double const angle = static_cast<double>(beam.angle(n));
    for (int v = 0; v < beam.height; ++v) {
      for (int u = 0; u < beam.width; ++u, ++pixel) {
        double const s = u - 11.5 - (-3.0 * std::sin(angle) - 2.0 * std::cos(angle));
        double const z = v - 9.5 - 1.0;
        double const square = std::max(0.0, 36.0 - s * s - z * z);
        double const expected = 0.05 * 2.0 * std::sqrt(square);
        // Rays in single precision lie where they should to 1e-6 mm.
        double const error = std::abs(static_cast<double>(result[pixel]) - expected);
        worst = std::max(worst, error * std::sqrt(square + 1e-3));
      }
    }
  }
  BOOST_TEST_MESSAGE("largest error times half chord " << worst);
  BOOST_TEST(worst < 2e-6);
}

BOOST_AUTO_TEST_CASE(views_travel_whole_or_as_a_list) {
  ParallelBeam const beam{1200, 24, 20};
  BOOST_TEST(relative_l2(project(two_bodies(), beam),
                         project(two_bodies(), test::ListedBeam{beam})) < 1e-5);
}

BOOST_AUTO_TEST_CASE(projections_of_a_view_sum_up_to_the_volume) {
  ParallelBeam const beam{3, 400, 400};
  Phantom phantom = two_bodies();
  for (Body& body : phantom) {
    body.center *= 10.0;
    body.semi_axes *= 10.0;
  }
  double sum = 0.0;
  for (float const value : project(phantom, beam)) sum += static_cast<double>(value) / 3.0;
  BOOST_TEST(sum == attenuation_integral(phantom), boost::test_tools::tolerance(1e-4));
}

BOOST_AUTO_TEST_CASE(many_bodies_add_up_and_none_is_nothing) {
  ParallelBeam const beam{5, 24, 20};
  auto const grid = Grid::centered({20, 30, 10}, {1, 1, 1});
  Phantom many;
  for (int n = 0; n < 50; ++n) {
    for (Body body : two_bodies()) {
      body.attenuation /= 50.0;
      many.push_back(body);
    }
  }
  BOOST_TEST(relative_l2(project(many, beam), project(two_bodies(), beam)) < 3e-7);
  BOOST_TEST(relative_l2(voxelise(many, grid, 2), voxelise(two_bodies(), grid, 2)) < 3e-7);
  BOOST_TEST(project({}, beam) == Values(5 * 24 * 20, 0.0F), boost::test_tools::per_element());
  BOOST_TEST(voxelise({}, grid) == Values(6000, 0.0F), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(voxels_sum_up_to_the_volume) {
  auto const grid = Grid::centered({45, 40, 30}, {0.8, 0.9, 1.2}, {2, -1, 0});
  double const expected = attenuation_integral(two_bodies());
  double previous = 1.0;
  for (int const supersampling : {1, 4, 16}) {
    double sum = 0.0;
    for (float const value : voxelise(two_bodies(), grid, supersampling)) {
      sum += static_cast<double>(value) * 0.8 * 0.9 * 1.2;
    }
    double const error = std::abs(sum / expected - 1.0);
    BOOST_TEST_MESSAGE("supersampling " << supersampling << ": volume error " << error);
    BOOST_TEST(error < previous / 3.0);
    previous = error;
  }
  BOOST_TEST(previous < 1e-4);
}

BOOST_AUTO_TEST_CASE(supersampling_converges) {
  auto const grid = Grid::centered({23, 20, 15}, {1.6, 1.8, 2.4}, {2, -1, 0});
  auto const limit = voxelise(two_bodies(), grid, 32);
  double previous = 1.0;
  for (int const supersampling : {1, 3, 9}) {
    double const error = relative_l2(voxelise(two_bodies(), grid, supersampling), limit);
    BOOST_TEST_MESSAGE("supersampling " << supersampling << ": error " << error);
    BOOST_TEST(error < previous / 3.0);
    previous = error;
  }
}

/// Each voxel, against the question whether the body contains the points.
BOOST_AUTO_TEST_CASE(voxels_hold_the_mean_over_their_points) {
  auto const grid = Grid::from_origin({9, 8, 7}, {4, 5, 6}, {-13, -17, -15});
  Body const body = two_bodies()[0];
  auto const result = voxelise({body}, grid, 3);
  std::size_t voxel = 0;
  for (int z = 0; z < 7; ++z) {
    for (int y = 0; y < 8; ++y) {
      for (int x = 0; x < 9; ++x, ++voxel) {
        int inside = 0;
        for (int n = 0; n < 27; ++n) {
          Vec3d const offset{n % 3 / 3.0, n / 3 % 3 / 3.0, n / 9 / 3.0};
          Vec3d const index = Vec3d{x - 1 / 3.0, y - 1 / 3.0, z - 1 / 3.0} + offset;
          inside += static_cast<int>(is_inside(body, grid.to_world(index)));
        }
        BOOST_TEST(static_cast<double>(result[voxel]) == 0.05 * inside / 27.0,
                   boost::test_tools::tolerance(1e-7));
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(what_does_not_fit_is_refused_and_nothing_written) {
  auto const grid = Grid::centered({3, 4, 5}, {1, 1, 1});
  ParallelBeam const beam{5, 3, 4};
  test::Array<float, 3> array{{3, 4, 5}, 7.0F};
  test::Array<float, 3> other{{4, 3, 5}, 7.0F};
  Phantom phantom(40, two_bodies()[0]);
  auto const& executor = test::executor();
  BOOST_CHECK_EXCEPTION(pyronn::voxelise(executor, phantom, grid, other.view()), InvalidArgument,
                        says("voxelise: the volume's extents (x, y, z) are (4, 3, 5) but"));
  BOOST_CHECK_EXCEPTION(pyronn::project(executor, phantom, beam, other.view()), InvalidArgument,
                        says("project: the projections' extents (u, v, view) are (4, 3, 5) but"));
  BOOST_CHECK_EXCEPTION(pyronn::voxelise(executor, phantom, grid, array.view(), 0), InvalidArgument,
                        says("voxelise: supersampling 0 must be from 1 to 1024"));
  BOOST_CHECK_EXCEPTION(pyronn::project(executor, phantom, beam, {nullptr, {3, 4, 5}}),
                        InvalidArgument, says("project: projections: the array is a null pointer"));
  phantom.back().semi_axes[1] = 0;
  BOOST_CHECK_EXCEPTION(pyronn::voxelise(executor, phantom, grid, array.view()), InvalidArgument,
                        says("Body: semi_axes (14, 0, 9) must be positive"));
  BOOST_CHECK_EXCEPTION(pyronn::project(executor, phantom, beam, array.view()), InvalidArgument,
                        says("Body: semi_axes (14, 0, 9) must be positive"));
  BOOST_TEST(array.values() == Values(60, 7.0F), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()
