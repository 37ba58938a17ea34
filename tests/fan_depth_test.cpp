// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include "support/backends.hpp"
//
#include <cmath>
#include <cstddef>
#include <type_traits>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <pyronn/pyronn.hpp>

#include "support/numbers.hpp"
#include "support/operators.hpp"

// How far from the source a pixel of an image is: what fans weight with, and what they do not see.

using pyronn::ArcFanBeam;
using pyronn::FanBeam;
using pyronn::Grid;

namespace {

/// Uniform sinograms, backprojected with 1 / distance^2, against distance(point, outward).
template <class Geometry, class Distance>
void check_weights(pyronn::LineDetector const& detector, Distance const& distance) {
  std::vector<double> const angles = pyronn::equal_angles(11, 0.2);
  Geometry const scan = Geometry::circular({40, 70, angles}, detector);
  Grid const grid = Grid::flat({21, 17}, {1.5, 1}, {2, -1});
  pyronn::Backprojector<Geometry, pyronn::SoftwareInterp, pyronn::DistanceWeighted> const op{scan,
                                                                                             grid};
  auto const sinogram = static_cast<std::size_t>(detector.columns) * angles.size();
  auto const values = test::run(op, std::vector<float>(sinogram, 1.0F));
  std::size_t n = 0;
  for (int y = 0; y < grid.size[1]; ++y) {
    for (int x = 0; x < grid.size[0]; ++x, ++n) {
      double expected = 0;
      for (double const angle : angles) {
        double const away = distance(grid.to_world({double(x), double(y), 0}),
                                     pyronn::Vec3d{std::cos(angle), std::sin(angle), 0});
        expected += 1 / (away * away);
      }
      BOOST_TEST(values[n] == static_cast<float>(expected), boost::test_tools::tolerance(2e-6F));
    }
  }
}

/// The source is at x = 1.3 and looks towards -x; pixels more than one behind it are out of reach.
template <class Case, class Geometry>
void check_behind(Geometry const& scan) {
  Grid const grid = Grid::flat({9, 9}, {1, 1});
  std::size_t const first_behind = 7;
  auto const is_behind = [=](std::size_t pixel) { return pixel % 9 >= first_behind; };
  typename Case::template Projector<Geometry> const op{scan, grid};
  auto behind = test::random_values(16, 81);
  auto before = behind;
  for (std::size_t n = 0; n < behind.size(); ++n) (is_behind(n) ? before : behind)[n] = 0;
  BOOST_TEST(test::norm(test::run(op, behind)) == 0);
  BOOST_TEST(test::norm(test::run(op, before)) > 0);
  auto values = test::run(op.adjoint(), test::random_values(17, 15));
  BOOST_TEST(test::all_finite(values));
  BOOST_TEST(test::norm(values) > 0);
  for (std::size_t n = 0; n < values.size(); ++n) values[n] *= is_behind(n) ? 1.0F : 0.0F;
  BOOST_TEST(test::norm(values) == 0);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(fan_depth, *boost::unit_test::precondition(test::device_present))

/// For a straight detector the distance along its normal counts, not that from the source.
BOOST_AUTO_TEST_CASE(straight_detectors_measure_along_their_normal) {
  check_weights<FanBeam>({301, 1}, [](pyronn::Vec3d const& point, pyronn::Vec3d const& outward) {
    return 40 - dot(point, outward);
  });
}

BOOST_AUTO_TEST_CASE(arcs_measure_from_the_source) {
  check_weights<ArcFanBeam>({201, 1}, [](pyronn::Vec3d const& point, pyronn::Vec3d const& outward) {
    return length(point - 40.0 * outward);
  });
}

BOOST_AUTO_TEST_CASE_TEMPLATE(nothing_behind_the_source_counts, Case, test::AllCases) {
  check_behind<Case>(FanBeam::circular({1.3, 20, {0.0}}, {15, 4}));
  check_behind<Case>(ArcFanBeam::circular({1.3, 20, {0.0}}, {15, 3}));
}

/// Depth 0 has no reciprocal, nor does the source's own place have a direction.
BOOST_AUTO_TEST_CASE_TEMPLATE(stays_finite_at_the_source, Case, test::AllCases) {
  Grid const grid = Grid::flat({5, 5}, {1, 1});  // the source is pixel (4, 2)
  auto const check = [&](auto const& scan) {
    typename Case::template Projector<std::decay_t<decltype(scan)>> const op{scan, grid};
    auto const forward = test::run(op, test::random_values(6, 25));
    auto const back = test::run(op.adjoint(), test::random_values(7, 9));
    BOOST_TEST(test::all_finite(forward));
    BOOST_TEST(test::all_finite(back));
    BOOST_TEST(test::norm(back) > 0);
  };
  check(FanBeam::circular({2, 30, {0.0}}, {9, 3}));
  check(ArcFanBeam::circular({2, 30, {0.0}}, {9, 3}));
}

BOOST_AUTO_TEST_SUITE_END()
