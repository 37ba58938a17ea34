// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

/// Scans that are described in JSON: every geometry, and what is refused.
#include <cstddef>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>

#include <pyronn/io/npy.hpp>
#include <pyronn/scan/scan_json.hpp>

#include "support/temporary_folder.hpp"

using nlohmann::json;
using pyronn::FileError;
using pyronn::Scan;
using pyronn::Vec3d;
using test::says;

namespace {

struct Files {
  test::TemporaryFolder folder;

  Files() {
    std::vector<float> const lines(24, 0.5F);
    std::vector<std::uint16_t> const counts(24, 7);
    pyronn::write_npy(folder / "lines.npy", lines.data(), {4, 2, 3});
    pyronn::write_npy(folder / "rows.npy", lines.data(), {4, 3});
    pyronn::write_npy(folder / "counts.npy", counts.data(), {4, 2, 3});
    pyronn::write_npy(folder / "flat.npy", counts.data(), {2, 3});
    pyronn::write_npy(folder / "row.npy", counts.data(), {3});
  }

  [[nodiscard]] Scan read(json const& description) const {
    test::write_bytes(folder / "scan.json", description.dump());
    return pyronn::read_scan_json(folder / "scan.json");
  }
  void refuses(json const& description, std::string const& reason) const {
    BOOST_CHECK_EXCEPTION(static_cast<void>(read(description)), FileError,
                          says((folder / "scan.json").string() + ": " + reason));
  }
};

json space(json beam) {
  json result{{"detector", {{"columns", 3}, {"rows", 2}}}, {"projections", "lines.npy"}};
  result.update(beam);
  return result;
}

json plane(json beam) {
  json result{{"detector", {{"columns", 3}}}, {"projections", "rows.npy"}};
  result.update(beam);
  return result;
}

json with_pixel(json description, json pixel) {
  description["detector"]["pixel_mm"] = std::move(pixel);
  return description;
}

json const angles{{"count", 4}};
json const circle{{"source_isocenter_mm", 60}, {"source_detector_mm", 100}, {"angles", angles}};

/// That two geometries have the same rays; numbers need not be the same to the last bit.
template <class Geometry>
void check_same(Scan const& scan, Geometry const& expected) {
  auto const* const found = std::get_if<Geometry>(&scan.geometry);
  BOOST_TEST_REQUIRE((found != nullptr));
  BOOST_TEST_REQUIRE((found->detector_size() == expected.detector_size()));
  BOOST_TEST_REQUIRE(found->num_views() == expected.num_views());
  for (int n = 0; n < expected.num_views(); ++n) {
    for (double const u : {0.0, 2.0}) {
      auto const ray = found->view(n).ray(u, 0.0);
      auto const other = expected.view(n).ray(u, 0.0);
      BOOST_TEST(length(ray.origin - other.origin) < 1e-9);
      BOOST_TEST(length(1 / length(ray.direction) * ray.direction -
                        1 / length(other.direction) * other.direction) < 1e-12);
    }
  }
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(scan_json, Files)

BOOST_AUTO_TEST_CASE(circles_of_every_beam) {
  pyronn::CircularOrbit const orbit{60, 100, pyronn::equal_angles(4)};
  pyronn::ParallelOrbit const parallel{pyronn::equal_angles(4)};
  check_same(read(with_pixel(space({{"circular", circle}}), {2, 3})),
             pyronn::ConeBeam::circular(orbit, {{3, 2}, {2, 3}}));
  check_same(read(with_pixel(plane({{"beam", "fan"}, {"circular", circle}}), 2)),
             pyronn::FanBeam::circular(orbit, {3, 2}));
  check_same(read(with_pixel(plane({{"beam", "arc_fan"}, {"circular", circle}}), 2)),
             pyronn::ArcFanBeam::circular(orbit, {3, 2}));
  json const turn{{"angles", angles}};
  check_same(read(with_pixel(space({{"beam", "parallel"}, {"circular", turn}}), {2, 3})),
             pyronn::ParallelBeam3D::circular(parallel, {{3, 2}, {2, 3}}));
  check_same(read(with_pixel(plane({{"beam", "parallel"}, {"circular", turn}}), 2)),
             pyronn::ParallelBeam2D::circular(parallel, {3, 2}));
}

BOOST_AUTO_TEST_CASE(offsets_senses_and_listed_angles) {
  json clockwise = circle;
  clockwise["rotation"] = "clockwise";
  clockwise["detector_offset_mm"] = 0.5;
  clockwise["angles"] = {{"list_deg", {0, 10, 30, 90}}};
  constexpr double rad = pyronn::pi / 180;
  check_same(
      read(with_pixel(plane({{"beam", "fan"}, {"circular", clockwise}}), 2)),
      pyronn::FanBeam::circular(
          {60, 100, {0, 10 * rad, 30 * rad, 90 * rad}, pyronn::Rotation::clockwise}, {3, 2, 0.5}));
}

/// What a search for the axis starts from has the same rays.
BOOST_AUTO_TEST_CASE(circles_in_space_are_known_as_such) {
  json aside = circle;
  aside["detector_offset_mm"] = {0.75, -1.5};
  aside["rotation"] = "clockwise";
  Scan const cone = read(with_pixel(space({{"circular", aside}}), {2, 3}));
  check_same(cone, std::get<pyronn::ConeBeam>(cone.circle->geometry()));
  BOOST_TEST(cone.circle->column_of_axis() == 1 - 0.375);
  json turn{{"angles", angles}, {"detector_offset_mm", {0.75, -1.5}}};
  Scan const parallel = read(with_pixel(space({{"beam", "parallel"}, {"circular", turn}}), {2, 3}));
  check_same(parallel, std::get<pyronn::ParallelBeam3D>(parallel.circle->geometry()));
  BOOST_TEST(!cone.circle->is_plane());
}

/// The same of one row.
BOOST_AUTO_TEST_CASE(circles_in_the_plane_are_known_as_such) {
  json aside = circle;
  aside["detector_offset_mm"] = 0.75;
  aside["rotation"] = "clockwise";
  Scan const fan = read(with_pixel(plane({{"beam", "fan"}, {"circular", aside}}), 2));
  check_same(fan, std::get<pyronn::FanBeam>(fan.circle->geometry()));
  BOOST_TEST(fan.circle->column_of_axis() == 1 - 0.375);
  Scan const arc = read(with_pixel(plane({{"beam", "arc_fan"}, {"circular", aside}}), 2));
  check_same(arc, std::get<pyronn::ArcFanBeam>(arc.circle->geometry()));
  BOOST_TEST(arc.circle->column_of_axis() == 1 - 0.375);
  json const turn{{"angles", angles}, {"detector_offset_mm", -0.5}};
  Scan const parallel = read(with_pixel(plane({{"beam", "parallel"}, {"circular", turn}}), 2));
  check_same(parallel, std::get<pyronn::ParallelBeam2D>(parallel.circle->geometry()));
  BOOST_TEST(parallel.circle->column_of_axis() == 1.25);
  BOOST_TEST(parallel.circle->is_plane());
}

BOOST_AUTO_TEST_CASE(vectors_in_lists_and_in_files) {
  auto const fan =
      pyronn::FanBeam::from_vectors(3, {4, pyronn::FanVectors{{60, 0}, {-40, 0}, {0, 2}}});
  json const view{{"source_mm", {60, 0}}, {"detector_center_mm", {-40, 0}}, {"u_step_mm", {0, 2}}};
  check_same(read(plane({{"beam", "fan"}, {"vectors", json(4, view)}})), fan);
  json files;
  for (auto const& item : view.items()) {
    std::vector<double> numbers;
    for (int n = 0; n < 4; ++n) {
      for (double const number : item.value()) numbers.push_back(number);
    }
    pyronn::write_npy(folder / (item.key() + ".npy"), numbers.data(), {4, 2});
    files[item.key()] = item.key() + ".npy";
  }
  Scan const scan = read(plane({{"beam", "fan"}, {"vectors", files}}));
  check_same(scan, fan);
  BOOST_TEST(scan.files.size() == 5U);  // with the images and the description

  json const ray{{"direction", {-2, 0, 0}},
                 {"detector_center_mm", {0, 0, 1}},
                 {"u_step_mm", {0, 2, 0}},
                 {"v_step_mm", {0, 0, 2}}};
  check_same(
      read(space({{"beam", "parallel"}, {"vectors", json(4, ray)}})),
      pyronn::ParallelBeam3D::from_vectors(
          {3, 2}, {4, pyronn::ParallelVectors{{-2, 0, 0}, {0, 0, 1}, {0, 2, 0}, {0, 0, 2}}}));
}

BOOST_AUTO_TEST_CASE(images_and_what_they_are) {
  json const description = with_pixel(space({{"circular", circle}}), {2, 2});
  Scan const lines = read(description);
  BOOST_TEST((lines.measured == pyronn::Measured::line_integrals));
  BOOST_TEST((!lines.darks && !lines.flats && !lines.grid));
  json counts = description;
  counts.update({{"projections", "counts.npy"}, {"dark", "flat.npy"}, {"flat", "flat.npy"}});
  Scan const scan = read(counts);
  BOOST_TEST((scan.measured == pyronn::Measured::intensities));
  BOOST_TEST((scan.views->type() == pyronn::NumberType::uint16));
  BOOST_TEST((scan.flats.images->extents() == pyronn::Extents<3>{3, 2, 1}));
  BOOST_TEST(scan.flats.times.size() == 1U);
  json bright = description;
  bright.update({{"projections_are", "transmissions"}});
  BOOST_TEST((read(bright).measured == pyronn::Measured::transmissions));
  json in_plane = with_pixel(plane({{"beam", "parallel"}, {"circular", {{"angles", angles}}}}), 1);
  in_plane.update({{"flat", "row.npy"}});
  in_plane["volume"] = {{"size", {4, 5}}, {"voxel_mm", {1, 2}}, {"center_mm", {3, 4}}};
  Scan const row = read(in_plane);
  BOOST_TEST((row.views->extents() == pyronn::Extents<3>{3, 1, 4}));
  BOOST_TEST((row.grid->size == pyronn::Extents<3>{4, 5, 1}));
  BOOST_TEST(length(row.grid->center() - Vec3d{3, 4, 0}) < 1e-12);
}

BOOST_AUTO_TEST_CASE(what_contradicts_a_beam_is_refused) {
  json const cone = with_pixel(space({{"circular", circle}}), {2, 2});
  auto with = [](json description, json const& more) {
    description.update(more);
    return description;
  };
  json radians = circle;
  radians["angles"] = {{"count", 90}, {"range_deg", 6.283185307}};
  refuses(with_pixel(plane({{"beam", "fan"}, {"circular", radians}}), 2),
          "circular.angles.range_deg: 6.283185307 is half a turn or a whole one in radians; write "
          "degrees");
  radians["angles"] = {{"list_deg", {0, 1.570796, 3.141593, 4.712389}}};
  refuses(with_pixel(plane({{"beam", "fan"}, {"circular", radians}}), 2),
          "circular.angles.list_deg: [0,1.570796,3.141593,4.712389] is half a turn or a whole one "
          "in radians; write degrees");
  refuses(with(cone, {{"beam", "pencil"}}),
          "beam: \"pencil\" must be one of cone, fan, arc_fan, parallel");
  refuses(with(cone, {{"beam", "fan"}}), "detector.rows: 2 contradicts a fan");
  refuses(with(cone, {{"beam", "parallel"}}),
          "circular.\"source_detector_mm\": 100 is an unknown field; known here: angles, rotation");
  refuses(with_pixel(plane({{"circular", circle}}), {2, 2}), "detector.rows is missing");
  refuses(plane({{"beam", "fan"}, {"circular", circle}}), "detector.pixel_mm is missing");
  refuses(with_pixel(plane({{"beam", "fan"}, {"circular", circle}}), {2, 2}),
          "detector.pixel_mm: [2,2] must be a number");
  refuses(plane({{"beam", "parallel"}, {"matrices", "m.npy"}}),
          "matrices: \"m.npy\" are for cones alone; give vectors");
  refuses(with(with_pixel(plane({{"beam", "fan"}, {"circular", circle}}), 2),
               {{"projections", "lines.npy"}}),
          "projections: \"lines.npy\" holds 4 images of 2 rows and 3 columns, but the description "
          "asks for 4 images of 1 row and 3 columns");
  refuses(with(with_pixel(plane({{"beam", "fan"}, {"circular", circle}}), 2),
               {{"volume", {{"size", {4, 4, 4}}, {"voxel_mm", {1, 1, 1}}}}}),
          "volume.size: [4,4,4] must be a list of 2");
  refuses(with(cone, {{"projections", "counts.npy"}}),
          "projections: \"counts.npy\" holds intensities, it seems");
  refuses(with(cone, {{"flat", "flat.npy"}, {"projections_are", "transmissions"}}),
          "flat: \"flat.npy\" contradicts projections_are");
}

BOOST_AUTO_TEST_CASE(a_scan_says_what_does_not_fit_together) {
  Scan scan = read(with_pixel(space({{"circular", circle}}), {2, 2}));
  scan.validate();
  Scan broken = scan;
  broken.views = pyronn::npy_images(folder / "flat.npy");
  BOOST_CHECK_EXCEPTION(broken.validate(), pyronn::InvalidArgument,
                        says("Scan: 1 image of 4 views"));
  broken = scan;
  broken.flats = {scan.views, {0, 1}};
  BOOST_CHECK_EXCEPTION(broken.validate(), pyronn::InvalidArgument,
                        says("Scan: 2 times of 4 flats"));
  broken = scan;
  broken.darks = {pyronn::npy_images(folder / "row.npy"), {0}};
  BOOST_CHECK_EXCEPTION(broken.validate(), pyronn::InvalidArgument, says("Scan: darks of 3"));
  broken = scan;
  broken.measured = pyronn::Measured::intensities;
  BOOST_CHECK_EXCEPTION(broken.validate(), pyronn::InvalidArgument, says("need full_intensity"));
}

BOOST_AUTO_TEST_SUITE_END()
