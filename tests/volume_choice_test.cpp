// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

/// Which volume the example `reconstruct` makes.
#include "../examples/reconstruct/volume_choice.cpp"

#include <string>
#include <utility>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "support/temporary_folder.hpp"

using pyronn::CircularScan;
using pyronn::Extents;
using pyronn::Grid;
using pyronn::Vec3d;
using test::says;

namespace {

/// Of parallel rays on a panel.
pyronn::Scan scan_of(CircularScan circle) {
  pyronn::Scan scan{circle.geometry()};
  scan.circle = std::move(circle);
  return scan;
}
pyronn::Scan scan_in_space() {
  return scan_of({{32, 8}, {0.5, 0.5}, pyronn::equal_angles(12, 0, pyronn::pi)});
}
pyronn::Scan scan_of_plane() {
  CircularScan circle{{32, 1}, {0.5, 0.5}, pyronn::equal_angles(12, 0, pyronn::pi)};
  circle.shape = pyronn::DetectorShape::line;
  return scan_of(circle);
}

void refuses(example::Options const& options, pyronn::Scan const& scan, std::string const& cause) {
  BOOST_CHECK_EXCEPTION(static_cast<void>(example::choose_volume(options, scan)), example::BadInput,
                        says(cause));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(volume_choice)

BOOST_AUTO_TEST_CASE(what_the_scan_sees_in_other_voxels) {
  example::Options options;
  Grid const usual = example::choose_volume(options, scan_in_space());
  BOOST_TEST((usual.size == Extents<3>{32, 32, 8}));
  options.voxel_mm = {0.25};
  Grid const finer = example::choose_volume(options, scan_in_space());
  BOOST_TEST((finer.size == Extents<3>{64, 64, 16}));
  Grid const image = example::choose_volume(options, scan_of_plane());
  BOOST_TEST((image.size == Extents<3>{64, 64, 1}));
  options.size = {10, 20, 1};
  BOOST_TEST((example::choose_volume(options, scan_of_plane()).size == Extents<3>{10, 20, 1}));
  options.size = {10, 20, 2};
  refuses(options, scan_of_plane(), "--size: a scan of the plane has one slice, not 2");
}

BOOST_AUTO_TEST_CASE(regions_are_parts_of_the_volume) {
  example::Options options;
  options.region_voxels = {4, 7, 0, 31, 2, 2};
  Grid const part = example::choose_volume(options, scan_in_space());
  BOOST_TEST((part.size == Extents<3>{4, 32, 1}));
  BOOST_TEST(length(part.origin - Vec3d{-5.75, -7.75, -0.75}) < 1e-12);
  options.region_voxels = {4, 7, 0, 32, 2, 2};
  refuses(options, scan_in_space(), "--region: y from 0 to 32 is no part of the volume, which has");
  options.region_voxels = {};
  options.region_mm = {0.1, 0.3, -1, 1, -1, 1};
  BOOST_TEST((example::choose_volume(options, scan_in_space()).size == Extents<3>{1, 4, 4}));
  options.region_mm = {0.1 + 0.2, 0.4, -1, 1, -1, 1};
  refuses(options, scan_in_space(),
          "--region-mm: x from 0.3 to 0.4 is no part of the volume, which has centres of voxels "
          "from -7.75 to 7.75 mm");
}

/// Of which there would be a picture of nothing.
BOOST_AUTO_TEST_CASE(a_volume_that_no_view_sees_is_refused) {
  example::Options options;
  options.middle_mm = {0, 0, 3.9};
  BOOST_TEST(example::choose_volume(options, scan_in_space()).center()[2] == 3.9);
  options.middle_mm = {0, 0, 4.1};
  refuses(options, scan_in_space(), "--middle: what is seen holds nothing");
  options.middle_mm = {0, 0, 50.1};
  refuses(
      options, scan_in_space(),
      "--middle: what is seen holds nothing of x from -8 to 8, y from -8 to 8, z from 48.1 to 52.1 "
      "mm; the scan sees x from -8 to 8, y from -8 to 8, z from -2 to 2 mm");
  options.middle_mm = {300, 300, 0};
  refuses(options, scan_in_space(), "--middle: what is seen holds nothing of x from 292 to 308");
  refuses(options, scan_of_plane(), "--middle: what is seen holds nothing of x from 292 to 308");
  pyronn::Scan named = scan_in_space();
  named.grid = Grid::centered({4, 4, 4}, {1, 1, 1}, {0, 0, -9});
  options.middle_mm = {};
  options.scan = "scan.json";
  refuses(options, named, "scan.json: volume: what is seen holds nothing of x from -2 to 2");
  // Without a circle what some view sees is made.
  named = pyronn::Scan{CircularScan{{32, 8}, {0.5, 0.5}, {0, 0.001, 0.002}}.geometry()};
  options.size = {4, 4, 4};
  options.voxel_mm = {1};
  options.middle_mm = {300, 0, 0};
  static_cast<void>(example::choose_volume(options, named));
  options.middle_mm = {0, 300, 0};
  refuses(options, named, "--middle: what is seen holds nothing of x from -2 to 2");
}

/// By pixels as they are seen at the axis.
BOOST_AUTO_TEST_CASE(a_volume_beside_a_cone) {
  CircularScan circle{{32, 8}, {0.5, 0.5}, pyronn::equal_angles(12)};
  circle.source_isocenter = 50;
  circle.source_detector = 100;
  circle.axis_column = 20.5;  // 21 columns before it, of 0.25 mm
  example::Options options;
  options.size = {4, 4, 4};
  options.voxel_mm = {1};
  options.middle_mm = {7, 0, 0};
  static_cast<void>(example::choose_volume(options, scan_of(circle)));
  options.middle_mm = {7.5, 0, 0};
  refuses(options, scan_of(circle), "--middle: what is seen holds nothing of x from 5.5 to 9.5");
}

BOOST_AUTO_TEST_SUITE_END()
