// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include "support/backends.hpp"
//
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <pyronn/geometry/cone_beam.hpp>
#include <pyronn/phantom/random_scene.hpp>

#include "support/numbers.hpp"
#include "support/phantom_reference.hpp"
#include "support/phantoms.hpp"
#include "support/temporary_folder.hpp"

using pyronn::Body;
using pyronn::ConeBeam;
using pyronn::Grid;
using pyronn::InvalidArgument;
using pyronn::Phantom;
using pyronn::random_scene;
using pyronn::random_scene_2d;
using pyronn::Vec3d;
using test::attenuation_at;
using test::line_integral;
using test::project;
using test::relative_l2;
using test::says;
using test::small_scan;
using test::voxelise;
using Values = std::vector<float>;

namespace {

/// Rays end at the detector, 300 mm away.
pyronn::Ray<double> ray_of(ConeBeam const& scan, int u, int v, int n) {
  return scan.view(n).ray(u, v);
}

/// Every second body of a random scene overwrites, some with holes, some are cut.
Phantom layered_scene(std::uint64_t seed, int count) {
  Phantom scene = random_scene(seed, count, 60);
  for (std::size_t n = 0; n < scene.size(); ++n) {
    scene[n].semi_axes *= 1.5;
    if (n % 2 == 0) scene[n] = scene[n].overwriting();
    if (n % 5 == 0) scene[n].attenuation = 0;
    if (n % 3 == 0) scene[n] = scene[n].cut({1, -1, 0.5}, 10.123).cut({0, 0, 1}, 25);
  }
  return scene;
}

/// Where chords are so short that the reference misses them, it looks a thousand times closer.
void check_against_numbers(Phantom const& scene, ConeBeam const& scan) {
  auto const found = project(scene, scan);
  std::size_t pixel = 0;
  int close_looks = 0;
  double worst = 0;
  double largest = 0;
  for (int n = 0; n < scan.num_views(); ++n) {
    for (int v = 0; v < scan.detector_size()[1]; ++v) {
      for (int u = 0; u < scan.detector_size()[0]; ++u, ++pixel) {
        auto const ray = ray_of(scan, u, v, n);
        auto const error = [&](int samples) {
          return std::abs(static_cast<double>(found[pixel]) - line_integral(scene, ray, samples));
        };
        double difference = error(100);
        if (difference > 1e-6) {
          difference = error(100000);
          ++close_looks;
        }
        worst = std::max(worst, difference);
        largest = std::max(largest, static_cast<double>(found[pixel]));
      }
    }
  }
  BOOST_TEST_MESSAGE("largest difference " << worst << ", " << close_looks << " close looks");
  BOOST_TEST(largest > 0.5);
  BOOST_TEST(close_looks < 60);
  BOOST_TEST(worst < 4e-6);
}

/// Every voxel, point by point.
void check_voxels(Phantom const& scene, Grid const& grid, int samples) {
  auto const found = voxelise(scene, grid, samples);
  std::size_t voxel = 0;
  double worst = 0;
  for (int z = 0; z < grid.size[2]; ++z) {
    for (int y = 0; y < grid.size[1]; ++y) {
      for (int x = 0; x < grid.size[0]; ++x, ++voxel) {
        double sum = 0;
        for (int n = 0; n < samples * samples * samples; ++n) {
          int const row = n / samples;
          Vec3d const count = pyronn::vec_cast<double>(
              pyronn::Vec<int, 3>{n % samples, row % samples, row / samples});
          Vec3d const middle{0.5, 0.5, 0.5};
          Vec3d const offset = 1.0 / samples * (count + middle) - middle;
          sum +=
              attenuation_at(scene, grid.to_world(Vec3d{double(x), double(y), double(z)} + offset));
        }
        double const expected = sum / (samples * samples * samples);
        worst = std::max(worst, std::abs(static_cast<double>(found[voxel]) - expected));
      }
    }
  }
  BOOST_TEST_MESSAGE("largest difference " << worst);
  BOOST_TEST(worst < 1e-8);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(random_phantom, *boost::unit_test::precondition(test::device_present))

BOOST_AUTO_TEST_CASE(additive_scenes_match_numerical_integration) {
  check_against_numbers(random_scene(1, 30, 60), small_scan());
}

BOOST_AUTO_TEST_CASE(layered_scenes_match_numerical_integration) {
  check_against_numbers(layered_scene(2, 40), small_scan());
}

BOOST_AUTO_TEST_CASE(voxels_match_their_points) {
  auto const grid = Grid::from_origin({9, 8, 10}, {13, 14, 10.5}, {-52, -57, -41});
  check_voxels(random_scene(3, 30, 60), grid, 2);
  check_voxels(layered_scene(4, 60), grid, 1);
  check_voxels(layered_scene(4, 60), grid, 3);
}

BOOST_AUTO_TEST_CASE(any_number_may_add_to_what_is_overwritten) {
  Phantom many = layered_scene(5, 40);
  Phantom once = many;
  auto const grid = Grid::centered({16, 15, 14}, {8, 8, 8});
  for (Body body : random_scene(6, 10, 60)) {
    once.push_back(body);
    body.attenuation /= 50;
    many.insert(many.end(), 50, body);
  }
  BOOST_TEST(relative_l2(project(many, small_scan()), project(once, small_scan())) < 1e-6);
  BOOST_TEST(relative_l2(voxelise(many, grid, 2), voxelise(once, grid, 2)) < 1e-6);
}

BOOST_AUTO_TEST_CASE(random_bodies_of_all_shapes_lie_in_the_ball) {
  auto const scene = random_scene(7, 500, 30, 0.05);
  BOOST_TEST_REQUIRE(scene.size() == 500U);
  int counts[5] = {};
  for (Body const& body : scene) {
    body.validate();
    ++counts[static_cast<int>(body.shape)];
    BOOST_TEST(length(body.center) + length(body.semi_axes) <= 30.0 + 1e-12);
    BOOST_TEST(body.attenuation >= 0.005);
    BOOST_TEST(body.attenuation <= 0.05);
  }
  for (int const count : counts) BOOST_TEST(count > 60);
  int figures[5] = {};
  for (Body const& body : random_scene_2d(7, 100, 30)) {
    ++figures[static_cast<int>(body.shape)];
    BOOST_TEST(length(body.center) + std::hypot(body.semi_axes[0], body.semi_axes[1]) <=
               30.0 + 1e-12);
    BOOST_TEST(std::isinf(body.semi_axes[2]));
  }
  BOOST_TEST(figures[static_cast<int>(pyronn::Shape::box)] > 30);
  BOOST_TEST(figures[static_cast<int>(pyronn::Shape::cylinder)] > 30);
  BOOST_TEST(random_scene(1, 0, 1).empty());
  BOOST_CHECK_EXCEPTION(random_scene(1, -1, 1), InvalidArgument,
                        says("random_scene: count -1 must not be negative"));
  BOOST_CHECK_EXCEPTION(random_scene(1, 1, 0), InvalidArgument,
                        says("random_scene: radius_mm 0 must be positive"));
  BOOST_CHECK_EXCEPTION(random_scene_2d(1, 1, 1, std::nan("")), InvalidArgument,
                        says("random_scene_2d: attenuation nan must be finite"));
}

/// Numbers from the published definition of the Mersenne Twister, worked out elsewhere.
BOOST_AUTO_TEST_CASE(a_seed_gives_the_same_scene_everywhere) {
  auto const scene = random_scene(42, 3, 100);
  auto const near = boost::test_tools::tolerance(1e-13);
  BOOST_TEST((scene[0].shape == pyronn::Shape::cone));
  BOOST_TEST(scene[0].center[0] == -17.0783496625063, near);
  BOOST_TEST(scene[0].semi_axes[2] == 8.40681709081093, near);
  BOOST_TEST(scene[0].attenuation == 0.00222288988037626, near);
  BOOST_TEST(scene[0].orientation.axis[0][0] == -0.564951322375642, near);
  BOOST_TEST(scene[0].orientation.axis[1][2] == 0.614022951703922, near);
  BOOST_TEST((scene[1].shape == pyronn::Shape::pyramid));
  BOOST_TEST(scene[2].center[1] == -8.9897936157046, near);
  BOOST_TEST(scene[2].attenuation == 0.00333632195931504, near);
  BOOST_TEST(scene[2].orientation.axis[2][1] == 0.206084079023514, near);
}

BOOST_AUTO_TEST_SUITE_END()
