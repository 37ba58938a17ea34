// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include "support/backends.hpp"
//
#include <cstddef>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <pyronn/phantom/random_scene.hpp>

#include "support/numbers.hpp"
#include "support/phantoms.hpp"
#include "support/temporary_folder.hpp"

using pyronn::Body;
using pyronn::Grid;
using pyronn::InvalidArgument;
using pyronn::Orientation;
using pyronn::Phantom;
using pyronn::random_scene;
using pyronn::Vec3d;
using test::ParallelBeam;
using test::project;
using test::relative_l2;
using test::says;
using test::small_scan;
using test::voxelise;
using Values = std::vector<float>;

namespace {

/// One of each shape, off centre and turned, at most 40 mm from the origin.
Phantom one_of_each() {
  auto const frame = Orientation::about({1, -2, 3}, 1.1);
  Vec3d const center{4, -3, 5};
  Vec3d const half{12, 8, 15};
  return {Body::ellipsoid(center, half, 0.02, frame), Body::box(center, half, 0.02, frame),
          Body::cylinder(center, half, 0.02, frame), Body::cone(center, half, 0.02, frame),
          Body::pyramid(center, half, 0.02, frame)};
}

/// One ray.
struct AlongX {
  struct View {
    PYRONN_HOST_DEVICE pyronn::Ray<double> ray(double, double) const {
      return {{-500, 0.1, 0.2}, {2, 0, 0}};
    }
  };
  PYRONN_HOST_DEVICE int num_views() const { return 1; }
  PYRONN_HOST_DEVICE pyronn::Extents<2> detector_size() const { return {1, 1}; }
  PYRONN_HOST_DEVICE View view(int) const { return {}; }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(phantom_bodies, *boost::unit_test::precondition(test::device_present))

BOOST_AUTO_TEST_CASE(volume_times_attenuation_is_what_projections_and_voxels_sum_up_to) {
  auto const grid = Grid::centered({40, 42, 44}, {1.3, 1.2, 1.25}, {4, -3, 5});
  ParallelBeam const beam{2, 90, 90};
  for (Body const& body : one_of_each()) {
    double const expected = body.attenuation * body.uncut_volume();
    auto const sum = [](Values const& values) {
      double total = 0;
      for (float const value : values) total += static_cast<double>(value);
      return total;
    };
    BOOST_TEST(sum(voxelise({body}, grid, 8)) * 1.3 * 1.2 * 1.25 == expected,
               boost::test_tools::tolerance(2e-4));
    BOOST_TEST(sum(project({body}, beam)) / 2 == expected, boost::test_tools::tolerance(2e-3));
    // A cut and what it took away are the whole.
    Phantom const halves{body.cut({1, 2, 0}, 0), body.cut({-1, -2, 0}, 0)};
    BOOST_TEST(relative_l2(project(halves, small_scan()), project({body}, small_scan())) < 1e-6);
    BOOST_TEST(sum(voxelise(halves, grid, 8)) * 1.3 * 1.2 * 1.25 == expected,
               boost::test_tools::tolerance(2e-4));
  }
}

/// Where a body of each shape lies on a grid of unequal sides and steps away from the origin.
BOOST_AUTO_TEST_CASE(axes_are_not_swapped) {
  auto const grid = Grid::from_origin({40, 50, 60}, {1, 2, 0.5}, {100, -200, 30});
  Vec3d const center = grid.to_world({30, 10, 45});
  auto const quarter = Orientation::about_z(pyronn::pi / 2);
  for (Phantom const& phantom : {Phantom{Body::ellipsoid(center, {4, 12, 1.5}, 1)},
                                 Phantom{Body::box(center, {4, 12, 1.5}, 1)},
                                 Phantom{Body::cylinder(center, {4, 12, 1.5}, 1)},
                                 Phantom{Body::box(center, {12, 4, 1.5}, 1, quarter)},
                                 Phantom{Body::cylinder(center, {12, 4, 1.5}, 1, quarter)},
                                 Phantom{Body::ellipsoid(center, {12, 4, 1.5}, 1, quarter)}}) {
    auto const volume = voxelise(phantom, grid);
    auto const value = [&](int x, int y, int z) {
      return volume[(static_cast<std::size_t>(z) * 50 + static_cast<std::size_t>(y)) * 40 +
                    static_cast<std::size_t>(x)];
    };
    BOOST_TEST(value(30, 10, 45) == 1.0F);
    for (int const sign : {-1, 1}) {
      BOOST_TEST(value(30 + sign * 3, 10, 45) == 1.0F);
      BOOST_TEST(value(30 + sign * 5, 10, 45) == 0.0F);
      BOOST_TEST(value(30, 10 + sign * 5, 45) == 1.0F);
      BOOST_TEST(value(30, 10 + sign * 7, 45) == 0.0F);
      BOOST_TEST(value(30, 10, 45 + sign * 2) == 1.0F);
      BOOST_TEST(value(30, 10, 45 + sign * 4) == 0.0F);
    }
  }
  // A pyramid's base and apex, above one another.
  auto const pyramid = voxelise({Body::pyramid(center, {6, 16, 5}, 1)}, grid);
  auto const value = [&](int x, int y, int z) {
    return pyramid[(static_cast<std::size_t>(z) * 50 + static_cast<std::size_t>(y)) * 40 +
                   static_cast<std::size_t>(x)];
  };
  BOOST_TEST(value(35, 10, 36) == 1.0F);
  BOOST_TEST(value(30, 17, 36) == 1.0F);
  BOOST_TEST(value(35, 10, 54) == 0.0F);
  BOOST_TEST(value(30, 10, 54) == 1.0F);
  BOOST_TEST(value(30, 10, 34) == 0.0F);
  BOOST_TEST(value(30, 10, 56) == 0.0F);
}

BOOST_AUTO_TEST_CASE(later_bodies_overwrite_earlier_ones) {
  auto const grid = Grid::centered({1, 1, 1}, {1, 1, 1});
  Body const inner = Body::ball({0, 0, 0}, 5, 0.3);
  Body const outer = Body::ball({0, 0, 0}, 9, 0.2);
  auto const center = [&](Phantom const& phantom) { return voxelise(phantom, grid)[0]; };
  BOOST_TEST(center({outer, inner}) == 0.5F);
  BOOST_TEST(center({outer, inner.overwriting()}) == 0.3F);
  BOOST_TEST(center({inner, outer.overwriting()}) == 0.2F);
  BOOST_TEST(center({outer.overwriting(), inner}) == 0.5F);
  Body hole = inner.overwriting();
  hole.attenuation = 0;
  BOOST_TEST(center({outer, hole}) == 0.0F);
  BOOST_TEST(center({outer, hole, inner}) == 0.3F);
}

/// A row of boxes on one ray, more than fit into what a kernel keeps of it at a time.
BOOST_AUTO_TEST_CASE(many_overwriting_bodies_on_a_ray) {
  for (int const count : {15, 16, 17, 33, 100, 127}) {
    Phantom row{Body::box({0, 0, 0}, {400, 1, 1}, 0.01).overwriting()};
    double expected = 0.01 * 800;
    for (int n = 0; n < count; ++n) {
      // In no order along the ray.
      double const x = 5.0 * (n * 37 % 128) - 320;
      double const attenuation = 0.001 * (n % 7);
      row.push_back(Body::box({x, 0, 0}, {1, 1, 1}, attenuation).overwriting());
      expected += 2 * (attenuation - 0.01);
    }
    BOOST_TEST(static_cast<double>(project(row, AlongX{})[0]) == expected,
               boost::test_tools::tolerance(1e-7));
  }
}

BOOST_AUTO_TEST_CASE(overwriting_too_late_is_refused) {
  Phantom phantom(128, Body::ball({0, 0, 0}, 1, 1));
  phantom.push_back(Body::ball({0, 0, 0}, 1, 1).overwriting());
  test::Array<float, 3> volume{{2, 2, 2}, 7.0F};
  auto const grid = Grid::centered({2, 2, 2}, {1, 1, 1});
  BOOST_CHECK_EXCEPTION(pyronn::voxelise(test::executor(), phantom, grid, volume.view()),
                        InvalidArgument,
                        says("pyronn::Phantom: body 128 overwrites; only among the first 128"));
  BOOST_CHECK_EXCEPTION(
      project({20, Body::ball({0, 0, 0}, 1, 1)
                       .cut({1, 0, 0}, 0)
                       .cut({1, 0, 0}, 0)
                       .cut({0, 1, 0}, 0)
                       .cut({1, 0, 0}, 0)
                       .cut({1, 0, 0}, 0)
                       .cut({0, 1, 0}, 0)
                       .overwriting()},
              small_scan()),
      InvalidArgument,
      says("Phantom: body 16 overwrites; only among the first 128 bodies, with 96"));
  BOOST_TEST(volume.values() == Values(8, 7.0F), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()
