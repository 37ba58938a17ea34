// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include <vector>

#include <boost/test/unit_test.hpp>

#include <pyronn/geometry/cone_beam.hpp>

#include "support/numbers.hpp"
#include "support/temporary_folder.hpp"

using pyronn::CircularOrbit;
using pyronn::ConeBeam;
using pyronn::ConeVectors;
using pyronn::Detector;
using pyronn::InvalidArgument;
using pyronn::ProjectionMatrix;
using test::infinity;
using test::not_a_number;
using test::says;

namespace {

CircularOrbit const orbit{500, 800, {0.0, 1.0}};
Detector const panel{{4, 3}, {0.8, 1.2}};
ConeVectors const good{{-100, 0, 0}, {50, 0, 0}, {0, 1, 0}, {0, 0, 1}};
ProjectionMatrix const good_matrix{{{0, 1200, 0, 0}, {0, 0, 1200, 0}, {-1, 0, 0, 750}}};

void refuses(CircularOrbit const& circle, Detector const& detector, char const* what) {
  BOOST_CHECK_EXCEPTION(ConeBeam::circular(circle, detector), InvalidArgument, says(what));
}

/// As the second of two views.
void refuses(ConeVectors const& view, char const* what) {
  BOOST_CHECK_EXCEPTION(ConeBeam::from_vectors({4, 3}, {good, view}), InvalidArgument, says(what));
  BOOST_CHECK_EXCEPTION(ConeBeam::from_vectors({4, 3}, {good, view}), InvalidArgument,
                        says("(view 1)"));
}
void refuses(ProjectionMatrix const& view, char const* what) {
  auto const make = [&view] { return ConeBeam::from_matrices({4, 3}, {good_matrix, view}); };
  BOOST_CHECK_EXCEPTION(make(), InvalidArgument, says(what));
  BOOST_CHECK_EXCEPTION(make(), InvalidArgument, says("(view 1)"));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(cone_beam_errors)

BOOST_AUTO_TEST_CASE(distances) {
  for (double const wrong : {0.0, -5.0, infinity, not_a_number}) {
    BOOST_TEST_CONTEXT(wrong) {
      CircularOrbit circle = orbit;
      circle.source_isocenter_distance = wrong;
      refuses(circle, panel, "source_isocenter_distance");
      circle = orbit;
      circle.source_detector_distance = wrong;
      refuses(circle, panel, "source_detector_distance");
    }
  }
  CircularOrbit circle = orbit;
  circle.source_detector_distance = -5;
  refuses(circle, panel, "source_detector_distance -5 must be positive");
}

BOOST_AUTO_TEST_CASE(angles) {
  CircularOrbit circle = orbit;
  circle.angles = {};
  refuses(circle, panel, "at least one angle");
  circle.angles = {0.0, not_a_number};
  refuses(circle, panel, "angle nan must be finite");
  circle.angles = {infinity};
  refuses(circle, panel, "angle inf must be finite");
}

BOOST_AUTO_TEST_CASE(detectors) {
  Detector detector = panel;
  detector.spacing = {0, 1.2};
  refuses(orbit, detector, "spacing (0, 1.2) must be positive");
  detector.spacing = {0.8, not_a_number};
  refuses(orbit, detector, "spacing (0.8, nan)");
  detector = panel;
  detector.offset = {0, infinity};
  refuses(orbit, detector, "offset (0, inf)");
  detector = panel;
  detector.size = {0, 3};
  refuses(orbit, detector, "size (0, 3) must be at least 1");
  detector.size = {1 << 16, 1 << 15};
  refuses(orbit, detector, "more than 2^31 - 1 pixels");
}

BOOST_AUTO_TEST_CASE(no_views) {
  BOOST_CHECK_EXCEPTION(ConeBeam::from_vectors({4, 3}, {}), InvalidArgument,
                        says("at least one view"));
  BOOST_CHECK_EXCEPTION(ConeBeam::from_matrices({4, 3}, {}), InvalidArgument,
                        says("at least one view"));
  BOOST_CHECK_EXCEPTION(ConeBeam::from_vectors({4, -3}, {good}), InvalidArgument,
                        says("size (4, -3)"));
}

BOOST_AUTO_TEST_CASE(vectors) {
  ConeVectors view = good;
  view.source = {50, 7, 7};
  refuses(view, "source (50, 7, 7)");
  refuses(view, "source off the detector's plane");
  view = good;
  view.detector_center = {not_a_number, 0, 0};
  refuses(view, "detector centre (nan, 0, 0)");
  view = good;
  view.v_step = {0, 2, 0};
  refuses(view, "v step (0, 2, 0)");
  view.v_step = {0, 0, 0};
  refuses(view, "v step (0, 0, 0)");
  view = good;
  view.u_step = {0, infinity, 0};
  refuses(view, "u step (0, inf, 0)");
}

BOOST_AUTO_TEST_CASE(matrices) {
  ProjectionMatrix view = good_matrix;
  for (int c = 0; c < 4; ++c) view.row[1][c] = 2 * view.row[0][c];
  refuses(view, "must have an inverse; its determinant is 0 with rows (0, 1200, 0)");
  refuses(ProjectionMatrix{}, "must have an inverse");
  view = good_matrix;
  view.row[2][1] = not_a_number;
  refuses(view, "(-1, nan, 0)");
  view = good_matrix;
  view.row[0][3] = not_a_number;
  refuses(view, "nan");
  view = good_matrix;
  view.row[1][3] = infinity;
  refuses(view, "inf");
  view = good_matrix;
  view.row[2][3] = 0;
  refuses(view, "the point (0, 0, 0) has depth 0 mm");
}

BOOST_AUTO_TEST_SUITE_END()
