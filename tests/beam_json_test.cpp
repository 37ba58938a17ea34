// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <tuple>
#include <type_traits>

#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>

#include <pyronn/interop/beam_json.hpp>

#include "support/other_scans.hpp"
#include "support/temporary_folder.hpp"

using nlohmann::json;
using pyronn::InvalidArgument;
using test::says;

namespace {

using Geometries = std::tuple<pyronn::ParallelBeam2D, pyronn::ParallelBeam3D, pyronn::FanBeam>;

template <class T>
void refuses(char const* text, char const* what) {
  BOOST_TEST_CONTEXT(text) {
    BOOST_CHECK_EXCEPTION(json::parse(text).get<T>(), InvalidArgument, says(what));
  }
}

void check_close(pyronn::Vec3d const& a, pyronn::Vec3d const& b) {
  BOOST_TEST(length(a - b) <= 1e-12 * (1 + length(b)));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(beam_json)

BOOST_AUTO_TEST_CASE_TEMPLATE(scans_come_back, Geometry, Geometries) {
  for (auto const& scan : test::scans<Geometry>()) {
    Geometry const& before = scan.geometry;
    auto const after = json::parse(json(before).dump()).template get<Geometry>();
    BOOST_TEST_REQUIRE(after.num_views() == before.num_views());
    BOOST_TEST((after.detector_size() == before.detector_size()));
    for (int n = 0; n < after.num_views(); ++n) {
      for (int const u : {0, 3}) {
        auto const expected = before.view(n).ray(u, 0);
        auto const found = after.view(n).ray(u, 0);
        check_close(found.origin, expected.origin);
        check_close(found.direction, expected.direction);
        BOOST_TEST(found.end == expected.end);
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(line_detectors_come_back) {
  pyronn::LineDetector const before{640, 0.1, -1.0 / 3};
  auto const after = json::parse(json(before).dump()).get<pyronn::LineDetector>();
  BOOST_TEST(after.columns == before.columns);
  BOOST_TEST(after.spacing == before.spacing);
  BOOST_TEST(after.offset == before.offset);
}

BOOST_AUTO_TEST_CASE(what_is_wrong_is_named) {
  refuses<pyronn::LineDetector>(R"({"columns": 4, "pixel_mm": 0, "offset_mm": 0})", "spacing 0");
  refuses<pyronn::LineDetector>(R"({"columns": 4, "pixel_mm": 1})", "offset_mm is missing");
  refuses<pyronn::FanBeam>(R"({"columns": 4, "vectors": []})",
                           "FanBeam: vectors: [] must be a list");
  refuses<pyronn::FanBeam>(R"({"columns": 4.5, "vectors": [1]})", "must be a whole number");
  refuses<pyronn::FanBeam>(R"({"columns": 4, "rows": 2, "vectors": [1]})", "unknown field");
  refuses<pyronn::FanBeam>(
      R"({"columns": 4, "vectors": [{"source_mm": [5, 0], "detector_center_mm": [5, 3],
         "u_step_mm": [0, 1]}]})",
      "source off the detector's plane");
  refuses<pyronn::ParallelBeam2D>(
      R"({"columns": 0, "vectors": [{"direction": [1, 0], "detector_center_mm": [0, 0],
         "u_step_mm": [0, 1]}]})",
      "size (0, 1)");
  refuses<pyronn::ParallelBeam2D>("[]", "ParallelBeam2D: [] must be an object");
  refuses<pyronn::FanBeam>(
      R"({"columns": 4, "vectors": [{"source_mm": [5, 0], "detector_center_mm": [-5, 3],
         "u_step_mm": [0, 1]}, {"source_mm": [5]}]})",
      "FanVectors: detector_center_mm is missing (view 1)");
  refuses<pyronn::ParallelBeam3D>(R"({"detector": {"columns": 4, "rows": 1}, "vectors": [7]})",
                                  "ParallelVectors: 7 must be an object { } (view 0)");
  refuses<pyronn::ParallelBeam3D>(R"({"detector": {"columns": 4}, "vectors": [1]})",
                                  "rows is missing");
}

BOOST_AUTO_TEST_SUITE_END()
