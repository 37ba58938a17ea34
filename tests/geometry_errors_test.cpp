// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include <limits>
#include <tuple>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <pyronn/core/grid.hpp>
#include <pyronn/geometry/arc_fan_beam.hpp>
#include <pyronn/geometry/fan_beam.hpp>
#include <pyronn/geometry/parallel_beam_2d.hpp>
#include <pyronn/geometry/parallel_beam_3d.hpp>

#include "support/numbers.hpp"
#include "support/temporary_folder.hpp"

using pyronn::ArcFanBeam;
using pyronn::CircularOrbit;
using pyronn::FanBeam;
using pyronn::InvalidArgument;
using pyronn::LineDetector;
using pyronn::ParallelBeam2D;
using pyronn::ParallelBeam3D;
using pyronn::ParallelOrbit;
using test::infinity;
using test::not_a_number;
using test::says;

namespace {

CircularOrbit const orbit{500, 800, {0.0, 1.0}};
LineDetector const line{4, 0.8};

using Fans = std::tuple<FanBeam, ArcFanBeam>;

template <class Geometry, class Orbit, class Detector>
void refuses(Orbit const& turn, Detector const& detector, char const* what) {
  BOOST_TEST_CONTEXT(what) {
    BOOST_CHECK_EXCEPTION(Geometry::circular(turn, detector), InvalidArgument, says(what));
  }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(geometry_errors)

BOOST_AUTO_TEST_CASE_TEMPLATE(orbits_of_fans, Fan, Fans) {
  for (double const wrong : {0.0, -5.0, infinity, not_a_number}) {
    CircularOrbit circle = orbit;
    circle.source_isocenter_distance = wrong;
    refuses<Fan>(circle, line, "source_isocenter_distance");
    circle = orbit;
    circle.source_detector_distance = wrong;
    refuses<Fan>(circle, line, "source_detector_distance");
  }
  CircularOrbit circle = orbit;
  circle.source_detector_distance = -5;  // behind the source
  refuses<Fan>(circle, line, "source_detector_distance -5 must be positive");
  circle = {1000, 500, {0.0}};  // swapped
  refuses<Fan>(circle, line, "500 must be greater than source_isocenter_distance 1000");
  circle = orbit;
  circle.angles = pyronn::equal_angles(180, 0, 180);
  refuses<Fan>(circle, line, "turns; are they degrees? Angles are in rad");
  circle.angles = pyronn::equal_angles(180, 0, 40 * pyronn::pi);
  BOOST_CHECK_NO_THROW(Fan::circular(circle, line));
  circle = orbit;
  circle.angles = {};
  refuses<Fan>(circle, line, "at least one angle");
  circle.angles = {0.0, not_a_number};
  refuses<Fan>(circle, line, "angle nan must be finite");
}

template <class Geometry, class Orbit>
void check_line_detectors(Orbit const& turn) {
  refuses<Geometry>(turn, LineDetector{0, 1}, "size (0, 1) must be at least 1");
  refuses<Geometry>(turn, LineDetector{-7, 1}, "size (-7, 1) must be at least 1");
  refuses<Geometry>(turn, LineDetector{4, 0}, "spacing 0 must be positive");
  refuses<Geometry>(turn, LineDetector{4, -0.5}, "spacing -0.5 must be positive");
  refuses<Geometry>(turn, LineDetector{4, not_a_number}, "spacing nan");
  refuses<Geometry>(turn, LineDetector{4, 1, infinity}, "offset inf must be finite");
}

BOOST_AUTO_TEST_CASE(line_detectors) {
  check_line_detectors<FanBeam>(orbit);
  check_line_detectors<ArcFanBeam>(orbit);
  check_line_detectors<ParallelBeam2D>(ParallelOrbit{{0.0, 1.0}});
}

BOOST_AUTO_TEST_CASE(orbits_of_parallel_rays) {
  pyronn::Detector const panel{{4, 3}, {0.8, 1.2}};
  refuses<ParallelBeam2D>(ParallelOrbit{{}}, line, "ParallelOrbit: angles must hold at least one");
  refuses<ParallelBeam3D>(ParallelOrbit{{}}, panel, "ParallelOrbit: angles must hold at least one");
  refuses<ParallelBeam3D>(ParallelOrbit{{infinity}}, panel, "angle inf must be finite");
  refuses<ParallelBeam3D>(ParallelOrbit{{0.0}}, pyronn::Detector{{4, 3}, {0.8, not_a_number}},
                          "spacing (0.8, nan)");
  refuses<ParallelBeam3D>(ParallelOrbit{{0.0}}, pyronn::Detector{{1 << 16, 1 << 15}, {1, 1}},
                          "more than 2^31 - 1 pixels");
}

BOOST_AUTO_TEST_CASE(arcs_that_reach_round) {
  refuses<ArcFanBeam>(CircularOrbit{90, 100, {0.0}}, LineDetector{100, 4},
                      "the outermost pixel is 113.4");
}

BOOST_AUTO_TEST_CASE(parallel_vectors) {
  pyronn::ParallelVectors const good{{0, 1, 0}, {0, 0, 0}, {1, 0, 0}, {0, 0, 1}};
  auto const check = [&](pyronn::ParallelVectors const& wrong, char const* what) {
    auto const make = [&] { return ParallelBeam3D::from_vectors({4, 3}, {good, wrong}); };
    BOOST_CHECK_EXCEPTION(make(), InvalidArgument, says(what));
    BOOST_CHECK_EXCEPTION(make(), InvalidArgument, says("(view 1)"));
  };
  auto wrong = good;
  wrong.direction = {0, 0, 0};
  check(wrong, "direction (0, 0, 0)");
  wrong.direction = {1, 0, 3};
  check(wrong, "rays that cross the detector's plane");
  wrong.direction = {not_a_number, 0, 1};
  check(wrong, "direction (nan, 0, 1)");
  wrong = good;
  wrong.detector_center = {0, infinity, 0};
  check(wrong, "detector centre (0, inf, 0)");
  wrong = good;
  wrong.v_step = {2, 0, 0};
  check(wrong, "v step (2, 0, 0)");
  BOOST_CHECK_EXCEPTION(ParallelBeam3D::from_vectors({4, 3}, {}), InvalidArgument,
                        says("at least one view"));
  BOOST_CHECK_EXCEPTION(ParallelBeam3D::from_vectors({4, 0}, {good}), InvalidArgument,
                        says("size (4, 0)"));
}

BOOST_AUTO_TEST_CASE(vectors_of_the_plane) {
  BOOST_CHECK_EXCEPTION(ParallelBeam2D::from_vectors(4, {{{1, 0}, {0, 0}, {3, 0}}}),
                        InvalidArgument, says("u step (3, 0, 0)"));
  BOOST_CHECK_EXCEPTION(ParallelBeam2D::from_vectors(0, {{{1, 0}, {0, 0}, {0, 1}}}),
                        InvalidArgument, says("size (0, 1)"));
  BOOST_CHECK_EXCEPTION(FanBeam::from_vectors(4, {{{5, 0}, {5, 3}, {0, 1}}}), InvalidArgument,
                        says("source off the detector's plane"));
  BOOST_CHECK_EXCEPTION(FanBeam::from_vectors(4, {{{5, not_a_number}, {-5, 0}, {0, 1}}}),
                        InvalidArgument, says("source (5, nan, 0)"));
  BOOST_CHECK_EXCEPTION(FanBeam::from_vectors(4, {}), InvalidArgument, says("at least one view"));
}

BOOST_AUTO_TEST_CASE(grids) {
  constexpr int most = std::numeric_limits<int>::max();
  auto const refuses = [](pyronn::Extents<3> size, pyronn::Vec3d const& spacing,
                          pyronn::Vec3d const& position, char const* what) {
    BOOST_CHECK_EXCEPTION(pyronn::Grid::centered(size, spacing, position), InvalidArgument,
                          says(what));
    BOOST_CHECK_EXCEPTION(pyronn::Grid::from_origin(size, spacing, position), InvalidArgument,
                          says(what));
  };
  refuses({4, 0, 4}, {1, 1, 1}, {0, 0, 0}, "Grid: size (4, 0, 4) must be at least 1");
  refuses({4, 4, -most - 1}, {1, 1, 1}, {0, 0, 0}, "size (4, 4, -2147483648) must be at least 1");
  refuses({1 << 16, 1 << 15, 1}, {1, 1, 1}, {0, 0, 0}, "(65536, 32768, 1) has more than 2^31 - 1");
  refuses({most, most, most}, {1, 1, 1}, {0, 0, 0}, "has more than 2^31 - 1 voxels in one z slice");
  refuses({4, 4, 4}, {0, 1, 1}, {0, 0, 0}, "spacing (0, 1, 1) must be positive");
  refuses({4, 4, 4}, {1, -1, 1}, {0, 0, 0}, "spacing (1, -1, 1)");
  refuses({4, 4, 4}, {1, 1, not_a_number}, {0, 0, 0}, "spacing (1, 1, nan)");
  refuses({4, 4, 4}, {1, infinity, 1}, {0, 0, 0}, "spacing (1, inf, 1)");
  refuses({1, 1, 1}, {1, 1, 1}, {0, not_a_number, 0}, "origin (0, nan, 0) must be finite");
  refuses({1, 1, 1}, {1, 1, 1}, {-infinity, 0, 0}, "origin (-inf, 0, 0)");
}

BOOST_AUTO_TEST_CASE(grids_of_the_plane) {
  BOOST_CHECK_EXCEPTION(pyronn::Grid::flat({0, 4}, {1, 1}), InvalidArgument, says("(0, 4, 1)"));
  BOOST_CHECK_EXCEPTION(pyronn::Grid::flat({4, 4}, {1, 0}), InvalidArgument,
                        says("spacing (1, 0, 1)"));
  BOOST_CHECK_EXCEPTION(pyronn::Grid::flat({4, 4}, {1, 1}, {0, not_a_number}), InvalidArgument,
                        says("origin (-1.5, nan, 0)"));
}

BOOST_AUTO_TEST_SUITE_END()
