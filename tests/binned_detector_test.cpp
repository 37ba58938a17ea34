// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include <vector>

#include <boost/test/unit_test.hpp>

#include <pyronn/core/error.hpp>
#include <pyronn/geometry/arc_fan_beam.hpp>
#include <pyronn/geometry/binned_detector.hpp>
#include <pyronn/geometry/cone_beam.hpp>
#include <pyronn/geometry/fan_beam.hpp>
#include <pyronn/geometry/parallel_beam_2d.hpp>
#include <pyronn/geometry/parallel_beam_3d.hpp>

using pyronn::Vec3d;

namespace {

std::vector<double> const angles{0.1, 1.3, 2.7};

void check_near(Vec3d const& a, Vec3d const& b) {
  for (int axis = 0; axis < 3; ++axis) {
    BOOST_TEST(a[axis] == b[axis], boost::test_tools::tolerance(1e-12) << " at " << axis);
  }
}

/// Pixels of so many columns and rows look along the ray through their middle, and points are seen
/// where they are.
template <class Geometry>
void check_pixels(Geometry const& whole, int columns, int rows) {
  Geometry const binned = pyronn::binned_detector(whole, columns, rows);
  BOOST_TEST(binned.num_views() == whole.num_views());
  BOOST_TEST(binned.detector_size()[0] == whole.detector_size()[0] / columns);
  BOOST_TEST(binned.detector_size()[1] == whole.detector_size()[1] / rows);
  for (int n = 0; n < whole.num_views(); ++n) {
    for (double const u : {0.0, 1.0, 2.5}) {
      double const v = rows > 1 ? u / 2 : 0;
      auto const large = binned.view(n).ray(u, v);
      double const middle_u = columns * u + (columns - 1) / 2.0;
      double const middle_v = rows * v + (rows - 1) / 2.0;
      auto const small = whole.view(n).ray(middle_u, middle_v);
      check_near(large.origin, small.origin);
      check_near(large.direction, small.direction);
      BOOST_TEST(large.begin == small.begin);
      BOOST_TEST(large.end == small.end);
    }
    Vec3d const point{3, -2, whole.detector_size()[1] > 1 ? 1.5 : 0.0};
    auto const seen = binned.view(n).project(point);
    auto const expected = whole.view(n).project(point);
    BOOST_TEST(seen.u == (expected.u - (columns - 1) / 2.0) / columns,
               boost::test_tools::tolerance(1e-10));
    if (rows > 1) {
      BOOST_TEST(seen.v == (expected.v - (rows - 1) / 2.0) / rows,
                 boost::test_tools::tolerance(1e-10));
    }
    BOOST_TEST(seen.depth == expected.depth);
  }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(binned_detector)

BOOST_AUTO_TEST_CASE(pixels_are_larger) {
  pyronn::CircularOrbit const orbit{100, 150, angles};
  check_pixels(pyronn::ConeBeam::circular(orbit, {{17, 12}, {0.5, 0.7}, {1, 2}}), 2, 3);
  check_pixels(pyronn::FanBeam::circular(orbit, {17, 0.5, 1}), 4, 1);
  check_pixels(pyronn::ArcFanBeam::circular(orbit, {17, 0.5, 1}), 4, 1);
  check_pixels(pyronn::ParallelBeam2D::circular({angles}, {17, 0.5, 1}), 2, 1);
  check_pixels(pyronn::ParallelBeam3D::circular({angles}, {{17, 12}, {0.5, 0.7}, {1, 2}}), 5, 2);
}

BOOST_AUTO_TEST_CASE(refuses_pixels_without_a_size) {
  auto const scan = pyronn::FanBeam::circular({100, 150, angles}, {17, 0.5});
  for (int const columns : {0, -1, 18}) {
    BOOST_CHECK_THROW(static_cast<void>(pyronn::binned_detector(scan, columns, 1)),
                      pyronn::InvalidArgument);
  }
  BOOST_CHECK_THROW(static_cast<void>(pyronn::binned_detector(scan, 2, 2)),
                    pyronn::InvalidArgument);
}

BOOST_AUTO_TEST_CASE(knows_the_geometries_of_the_library) {
  struct Own {};
  static_assert(pyronn::is_binnable_v<pyronn::ConeBeam> &&
                pyronn::is_binnable_v<pyronn::ParallelBeam2D>);
  static_assert(!pyronn::is_binnable_v<Own>);
}

BOOST_AUTO_TEST_SUITE_END()
