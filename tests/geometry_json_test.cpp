// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <cstddef>
#include <limits>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <pyronn/interop/geometry_json.hpp>

#include "support/cone_scans.hpp"
#include "support/temporary_folder.hpp"

using nlohmann::json;
using pyronn::CircularOrbit;
using pyronn::ConeBeam;
using pyronn::ConeVectors;
using pyronn::Detector;
using pyronn::Grid;
using pyronn::InvalidArgument;
using pyronn::Vec3d;
using test::says;

namespace {

double const not_a_number = std::numeric_limits<double>::quiet_NaN();

/// By way of text, as a file would hold it.
template <class T>
T there_and_back(T const& value) {
  return json::parse(json(value).dump()).template get<T>();
}

/// Numbers that need all their digits.
double const third = 1.0 / 3;
double const tenth = 0.1;
Vec3d const odd{third, -1e-300, 12345.67891234576789};

template <class T>
void refuses(std::string const& text, char const* what) {
  BOOST_TEST_CONTEXT(text.substr(0, 200)) {
    BOOST_CHECK_EXCEPTION(json::parse(text).get<T>(), InvalidArgument, says(what));
  }
}

void check_same(ConeBeam const& a, ConeBeam const& b) {
  BOOST_TEST_REQUIRE(a.num_views() == b.num_views());
  BOOST_TEST((a.detector_size() == b.detector_size()));
  for (int n = 0; n < a.num_views(); ++n) {
    BOOST_TEST(length(a.view(n).source() - b.view(n).source()) <= 1e-12 * 400);
    BOOST_TEST(a.view(n).ray(0, 0).end == b.view(n).ray(0, 0).end);
    for (int r = 0; r < 3; ++r) {
      for (int c = 0; c < 4; ++c) {
        double const expected = b.view(n).projection_matrix().row[r][c];
        BOOST_TEST(std::abs(a.view(n).projection_matrix().row[r][c] - expected) <=
                   1e-12 * (1 + std::abs(b.view(n).projection_matrix().row[r][3])));
      }
    }
    Vec3d const ray = b.view(n).ray(63, -2).direction;
    BOOST_TEST(length(a.view(n).ray(63, -2).direction - ray) <= 1e-12 * length(ray));
  }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(geometry_json)

BOOST_AUTO_TEST_CASE(grids) {
  Grid const grid = Grid::from_origin({5, 6, 7}, {third, tenth, 1e-3}, odd);
  BOOST_TEST((there_and_back(grid) == grid));
  BOOST_TEST(json(Grid::from_origin({1, 2, 3}, {1, 1, 2}, {0, 0, 0.5})).dump() ==
             R"({"origin_mm":[0.0,0.0,0.5],"size":[1,2,3],"voxel_mm":[1.0,1.0,2.0]})");
}

BOOST_AUTO_TEST_CASE(bad_grids) {
  std::string const rest = R"("voxel_mm": [1, 1, 1], "origin_mm": [0, 0, 0]})";
  refuses<Grid>(R"({"size": [1, 2, 3], "voxel_mm": [1, 1, 1]})", "Grid: origin_mm is missing");
  refuses<Grid>(R"({"size": [1, 2], )" + rest, "Grid: size: [1,2] must be a list of 3");
  refuses<Grid>(R"({"size": [1, 2, 3.5], )" + rest, "Grid: size[2]: 3.5 must be a whole number");
  refuses<Grid>(R"({"size": [1, 2, 4294967297], )" + rest, "4294967297 is more than an int holds");
  refuses<Grid>(R"({"size": [1, 2, -4294967297], )" + rest, "is more than an int holds");
  refuses<Grid>(R"({"size": [1, 0, 3], )" + rest, "size (1, 0, 3) must be at least 1");
  refuses<Grid>(R"({"size": [1, 1, 3], "scale": 2, )" + rest, "\"scale\": 2 is an unknown field");
  refuses<Grid>(R"({"size": [1, 1, 3], "voxel_mm": [1, "1", 1], "origin_mm": [0, 0, 0]})",
                "Grid: voxel_mm[1]: \"1\" must be a number");
  refuses<Grid>(R"({"size": [1, 1, 3], "voxel_mm": [1, null, 1], "origin_mm": [0, 0, 0]})",
                "null must be a number");
  refuses<Grid>("[1, 2]", "Grid: [1,2] must be an object");
  Grid grid = Grid::centered({2, 2, 2}, {1, 1, 1});
  grid.origin[1] = not_a_number;
  BOOST_CHECK_EXCEPTION(json{grid}, InvalidArgument, says("origin (-0.5, nan, -0.5)"));
}

/// Of which no message can be made by recursion.
BOOST_AUTO_TEST_CASE(bottomless_lists_are_refused) {
  constexpr std::size_t depth = 100000;
  std::string const lists = std::string(depth, '[') + std::string(depth, ']');
  refuses<Grid>(lists, "Grid: [...] must be an object");
  refuses<pyronn::ProjectionMatrix>(lists, "[...] must be a list of 3");
  refuses<Grid>(R"({"size": )" + lists + R"(, "voxel_mm": [1, 1, 1], "origin_mm": [0, 0, 0]})",
                "Grid: size: [...] must be a list of 3");
  refuses<Grid>(R"({"inside": )" + lists + "}", "\"inside\": [...] is an unknown field");
}

BOOST_AUTO_TEST_CASE(detectors) {
  Detector const detector{{640, 480}, {third, tenth}, {-1e-17, 12.3}};
  Detector const read = there_and_back(detector);
  BOOST_TEST((read.size == detector.size));
  BOOST_TEST((read.spacing == detector.spacing));
  BOOST_TEST((read.offset == detector.offset));
  refuses<Detector>(R"({"columns": 4, "rows": 3, "pixel_mm": [1, 0], "offset_mm": [0, 0]})",
                    "spacing (1, 0) must be positive");
  refuses<Detector>(R"({"columns": 4, "rows": 3, "pixel_mm": [1, 1]})", "offset_mm is missing");
  refuses<Detector>(R"({"columns": true, "rows": 3, "pixel_mm": [1, 1], "offset_mm": [0, 0]})",
                    "columns: true must be a whole number");
}

BOOST_AUTO_TEST_CASE(circular_orbit) {
  for (auto const rotation : {pyronn::Rotation::clockwise, pyronn::Rotation::counter_clockwise}) {
    CircularOrbit const orbit{third, 1000.1, {tenth, -7, 1e-300}, rotation};
    CircularOrbit const read = there_and_back(orbit);
    BOOST_TEST(read.source_isocenter_distance == orbit.source_isocenter_distance);
    BOOST_TEST(read.source_detector_distance == orbit.source_detector_distance);
    BOOST_TEST(read.angles == orbit.angles, boost::test_tools::per_element());
    BOOST_TEST((read.rotation == rotation));
  }
  std::string const start = R"({"source_isocenter_mm": 5, "source_detector_mm": 9, )";
  refuses<CircularOrbit>(start + R"("angles_rad": [0], "rotation": "left"})",
                         "rotation: \"left\" must be");
  refuses<CircularOrbit>(start + R"("angles_rad": [0], "rotation": 1})", "1 must be a text");
  refuses<CircularOrbit>(start + R"("angles_rad": [], "rotation": "clockwise"})",
                         "angles_rad: [] must be a list [ ] that is not empty");
  refuses<CircularOrbit>(start + R"("angles_rad": [0]})", "rotation is missing");
}

BOOST_AUTO_TEST_CASE(vectors) {
  ConeVectors const cone = there_and_back(ConeVectors{odd, {1, 2, 3}, third * odd, {4, 5, tenth}});
  BOOST_TEST((cone.source == odd));
  BOOST_TEST((cone.detector_center == Vec3d{1, 2, 3}));
  BOOST_TEST((cone.u_step == third * odd));
  BOOST_TEST((cone.v_step == Vec3d{4, 5, tenth}));
  auto const parallel =
      there_and_back(pyronn::ParallelVectors{odd, {1, 2, 3}, third * odd, {4, 5, tenth}});
  BOOST_TEST((parallel.direction == odd));
  BOOST_TEST((parallel.detector_center == Vec3d{1, 2, 3}));
  BOOST_TEST((parallel.u_step == third * odd));
  BOOST_TEST((parallel.v_step == Vec3d{4, 5, tenth}));
  auto const fan = there_and_back(pyronn::FanVectors{{third, 1}, {tenth, 2}, {3, -tenth}});
  BOOST_TEST((fan.source == pyronn::Vec2d{third, 1}));
  BOOST_TEST((fan.detector_center == pyronn::Vec2d{tenth, 2}));
  BOOST_TEST((fan.u_step == pyronn::Vec2d{3, -tenth}));
  auto const flat = there_and_back(pyronn::ParallelVectors2D{{third, 1}, {tenth, 2}, {3, -tenth}});
  BOOST_TEST((flat.direction == pyronn::Vec2d{third, 1}));
  BOOST_TEST((flat.detector_center == pyronn::Vec2d{tenth, 2}));
  BOOST_TEST((flat.u_step == pyronn::Vec2d{3, -tenth}));
}

BOOST_AUTO_TEST_CASE(bad_vectors) {
  refuses<ConeVectors>(R"({"source_mm": [0, 0, 0]})", "detector_center_mm is missing");
  refuses<pyronn::FanVectors>(
      R"({"source_mm": [0, 0, 0], "detector_center_mm": [0, 0], "u_step_mm": [0, 0]})",
      "FanVectors: source_mm: [0,0,0] must be a list of 2");
  refuses<pyronn::ParallelVectors2D>(R"({"source_mm": [0, 0]})", "\"source_mm\": [0,0] is an");
  BOOST_CHECK_EXCEPTION(json(ConeVectors{{1, not_a_number, 0}, odd, odd, odd}), InvalidArgument,
                        says("ConeVectors: (1, nan, 0) must be finite"));
}

BOOST_AUTO_TEST_CASE(cone_beam_of_vectors) {
  ConeBeam const scan = ConeBeam::from_vectors({64, 48}, test::tilted_orbit(10, 400, 0.7));
  BOOST_TEST(json(scan).contains("vectors"));
  check_same(there_and_back(scan), scan);
}

/// With objects on any side of the origin: the sign is the matrix's own.
BOOST_AUTO_TEST_CASE(cone_beam_of_matrices) {
  ConeBeam const vectors = ConeBeam::from_vectors({64, 48}, test::tilted_orbit(10, 400, 0.7));
  ConeBeam const scan = ConeBeam::from_matrices({64, 48}, test::matrices_of(vectors, -3));
  BOOST_TEST(json(scan).contains("matrices"));
  check_same(there_and_back(scan), scan);
  pyronn::ProjectionMatrix const matrix{{{0, 1200, 0, 0}, {0, 0, 1200, 0}, {-1, 0, 0, 750}}};
  ConeBeam const turned = ConeBeam::from_matrices({64, 48}, {matrix}, {1000, 0, 0});
  BOOST_TEST(there_and_back(turned).view(0).project({1000, 0, 0}).depth == 250);
}

/// The sign of a matrix is found where the origin is very far from the source.
BOOST_AUTO_TEST_CASE(cone_beam_of_far_matrices) {
  for (double const distance : {1.0, 1e9, 1e18, 1e25}) {
    for (double const scale : {1.0, 1e-9, 1e9}) {
      pyronn::ProjectionMatrix matrix{
          {{1559, -898, 0, 650}, {1.5, 2.6, 900, 1500}, {0.5, 0.866, 0, distance}}};
      for (auto& row : matrix.row) {
        for (double& number : row) number *= scale;
      }
      json const text = {{"detector", {{"columns", 4}, {"rows", 3}}}, {"matrices", {matrix}}};
      auto const scan = text.get<ConeBeam>();
      auto const again = json(scan).get<ConeBeam>();
      auto const first = scan.view(0).projection_matrix();
      auto const second = again.view(0).projection_matrix();
      double const expected = distance / std::hypot(0.5, 0.866);
      BOOST_TEST(first.row[2][3] == expected, boost::test_tools::tolerance(1e-12));
      BOOST_TEST(second.row[2][3] == expected, boost::test_tools::tolerance(1e-12));
    }
  }
}

BOOST_AUTO_TEST_CASE(bad_cone_beams) {
  std::string const start = R"({"detector": {"columns": 4, "rows": 3}, )";
  std::string const good = "[[0, 1200, 0, 0], [0, 0, 1200, 0], [-1, 0, 0, 750]]";
  refuses<ConeBeam>(start + R"("vectors": []})", "ConeBeam: vectors: [] must be a list");
  refuses<ConeBeam>(start + R"("matrices": 5})", "ConeBeam: matrices: 5 must be a list");
  refuses<ConeBeam>(start + R"("circular": {}})", "is an unknown field");
  refuses<ConeBeam>(R"({"detector": {"columns": 4, "rows": 3}})", "vectors is missing");
  refuses<ConeBeam>(start + R"("vectors": [1], "matrices": [)" + good + "]}", "\"vectors\": [1]");
  refuses<ConeBeam>(R"({"detector": {"columns": 0, "rows": 3}, "matrices": [)" + good + "]}",
                    "size (0, 3)");
  refuses<ConeBeam>(start + R"("matrices": [)" + good + ", [[1, 2, 3, 4]]]}",
                    "[[1,2,3,4]] must be a list of 3 (view 1)");
  refuses<ConeBeam>(start + R"("matrices": [[[1,0,0,0], [0,1,0,0], [0,0,0,1]]]})",
                    "the third row of a projection matrix, (0, 0, 0), must");
  refuses<ConeBeam>(start + R"("matrices": [[[1,0,0,0], [2,0,0,0], [0,0,1,1]]]})",
                    "must have an inverse");
  refuses<ConeBeam>(start + R"("vectors": [{"source_mm": [0, 0, 0], "detector_center_mm": [1, 0, 0],
                    "u_step_mm": [0, 1, 0], "v_step_mm": [0, 2, 0]}]})",
                    "v step (0, 2, 0)");
}

BOOST_AUTO_TEST_CASE(views_that_stand_ready) {
  pyronn::ProjectionMatrix const matrix{{{0, 1200, 0, 0}, {0, 0, 1200, 0}, {-1, 0, 0, 750}}};
  auto const endless = pyronn::ConeView::from_matrix(matrix, {0, 0, 0});
  auto const known =
      pyronn::ConeView::from_vectors({{-100, 0, 0}, {50, 0, 0}, {0, 1, 0}, {0, 0, 1}}, {4, 3});
  BOOST_TEST(ConeBeam::from_views({4, 3}, {known, endless}).num_views() == 2);
  BOOST_CHECK_EXCEPTION(json(ConeBeam::from_views({4, 3}, {known, endless})), InvalidArgument,
                        says("view 1 differs from view 0"));
  BOOST_CHECK_EXCEPTION(ConeBeam::from_views({4, 3}, {}), InvalidArgument,
                        says("at least one view"));
  BOOST_CHECK_EXCEPTION(ConeBeam::from_views({4, 0}, {known}), InvalidArgument, says("(4, 0)"));
}

BOOST_AUTO_TEST_SUITE_END()
