// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

// Where a calibration saw the rotation axis, as a detector's offset.
#include "support/cpu_backend.hpp"
//
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "support/numbers.hpp"
#include "support/reconstruct.hpp"
#include "support/temporary_folder.hpp"

using pyronn::ArcFanBeam;
using pyronn::CircularOrbit;
using pyronn::ConeBeam;
using pyronn::Detector;
using pyronn::FanBeam;
using pyronn::LineDetector;
using pyronn::ParallelBeam2D;
using pyronn::ParallelBeam3D;
using pyronn::Rotation;

namespace {

/// The axis lands in the column, in single precision for arcs, and the column's ray meets it.
template <class Geometry>
void check_axis(Geometry const& scan, double column) {
  using Scalar = pyronn::projection_scalar_t<std::decay_t<decltype(scan.view(0))>>;
  double const precision = std::is_same_v<Scalar, float> ? 1e-4 : 1e-9;
  for (int n = 0; n < scan.num_views(); ++n) {
    auto const landed = scan.view(n).project(pyronn::Vec<Scalar, 3>{0, 0, 0});
    BOOST_TEST(std::abs(static_cast<double>(landed.u) - column) < precision);
    auto const ray = scan.view(n).ray(column, 0);
    pyronn::Vec3d const flat{ray.direction[0], ray.direction[1], 0};
    pyronn::Vec3d const away = cross({ray.origin[0], ray.origin[1], 0}, flat);
    BOOST_TEST(length(away) < 1e-9 * length(flat));
  }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(axis_column)

BOOST_AUTO_TEST_CASE(is_where_the_axis_lands_in_every_view) {
  std::vector<double> const angles = pyronn::equal_angles(7, 0.4, 5);
  for (auto const rotation : {Rotation::counter_clockwise, Rotation::clockwise}) {
    CircularOrbit const orbit{300, 500, angles, rotation};
    for (double const column : {0.0, 17.3, 31.5, 63.0, -4.25, 70.0}) {
      BOOST_TEST_CONTEXT("column " << column) {
        LineDetector const line = LineDetector{64, 1.3, 99}.with_axis_column(column);
        check_axis(ParallelBeam2D::circular({angles, rotation}, line), column);
        check_axis(FanBeam::circular(orbit, line), column);
        check_axis(ArcFanBeam::circular(orbit, line), column);
        Detector const panel = Detector{{64, 5}, {1.3, 2}, {99, 0.7}}.with_axis_column(column);
        BOOST_TEST(panel.offset[1] == 0.7);
        check_axis(ParallelBeam3D::circular({angles, rotation}, panel), column);
        check_axis(ConeBeam::circular(orbit, panel), column);
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(of_the_middle_is_no_offset) {
  BOOST_TEST((LineDetector{64, 1.3}.with_axis_column(31.5).offset) == 0.0);
  BOOST_TEST((Detector{{65, 3}, {1.3, 2}}.with_axis_column(32).offset[0]) == 0.0);
  BOOST_TEST((LineDetector{64, 2}.with_axis_column(30).offset) == 3.0);
}

BOOST_AUTO_TEST_CASE(must_be_finite) {
  for (double const wrong : {test::infinity, test::not_a_number}) {
    BOOST_CHECK_EXCEPTION((static_cast<void>(LineDetector{64, 1}.with_axis_column(wrong))),
                          pyronn::InvalidArgument, test::says("LineDetector: axis column"));
    BOOST_CHECK_EXCEPTION((static_cast<void>(Detector{{64, 1}, {1, 1}}.with_axis_column(wrong))),
                          pyronn::InvalidArgument, test::says("Detector: axis column"));
  }
}

// The sinogram of a small disc on the axis is symmetric about the column, and the disc comes out.
BOOST_AUTO_TEST_CASE(of_a_fan_is_where_a_disc_on_the_axis_is_seen) {
  double const column = 36.4;
  auto const scan = FanBeam::circular({300, 500, pyronn::equal_angles(200)},
                                      LineDetector{81, 0.8}.with_axis_column(column));
  pyronn::Phantom const disc{pyronn::Body::ellipse({0, 0}, {9, 9}, 0.05)};
  auto const lines = test::exact_projections(disc, scan);
  double sum = 0;
  double moment = 0;
  for (std::size_t u = 0; u < 81; ++u) {
    sum += static_cast<double>(lines[u]);
    moment += static_cast<double>(u) * static_cast<double>(lines[u]);
  }
  BOOST_TEST(moment / sum == column, boost::test_tools::tolerance(5e-4));
  auto const image =
      test::reconstruct<pyronn::SoftwareInterp>(scan, pyronn::Grid::flat({11, 11}, {1, 1}), lines);
  BOOST_TEST(test::mean(image) == 0.05, boost::test_tools::tolerance(0.003));
}

BOOST_AUTO_TEST_SUITE_END()
