// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

/// Bruker's (SkyScan's) .log files that are refused.
#include <string>

#include <boost/test/unit_test.hpp>

#include <pyronn/scan/skyscan.hpp>

#include "support/skyscan_scan.hpp"

using test::skyscan::files;
using test::skyscan::in_steps;
using test::skyscan::settings;

BOOST_FIXTURE_TEST_SUITE(skyscan_errors, test::skyscan::Folder)

BOOST_AUTO_TEST_CASE(bad_files) {
  refuses("", "Rotation Step: is missing; this is no .log of a scan");
  refuses("Rotation Step (deg)", "", "Rotation Step: is missing");
  refuses("Rotation Step (deg)", "0", "Rotation Step (deg): is 0, and must be positive");
  refuses("Rotation Step (deg)", "-30", "Rotation Step (deg): is -30, and must be positive");
  refuses("Rotation Step (deg)", "1e-300", "Use 360 Rotation: is YES, but 13 images in steps of");
  refuses("Rotation Step (deg)", "33", "is YES, but 13 images in steps of 33 degrees are no turn");
  refuses("Rotation Step (deg)", "0.5235988",
          "Rotation Step (deg): is 0.5235988 of 13 images, which makes a turn, or half of one, in "
          "radians");
  refuses("Rotation Step (deg)", "nan", "Rotation Step: 'nan' is not a finite number");
  refuses(in_steps("31", "NO"), "is NO, but 13 images in steps of 31 degrees are more than a turn");
  refuses(in_steps("40", ""), "is missing, but 13 images in steps of 40 degrees are more than a");
  refuses(in_steps("10", "NO"), "Use 360 Rotation: is NO, but 13 images in steps of 10 degrees");
  refuses("Use 360 Rotation", "MAYBE", "Use 360 Rotation: 'MAYBE' is neither yes nor no");
  refuses("Number Of Files", "14", "Number of Files: is 14, but there are 13 images");
  refuses("Number Of Files", "1e12", "Number of Files: '1e12' is not a whole number");
  refuses("Number Of Rows", "30", "Number of Rows: is 30, but the images have 29 rows");
  refuses("Number Of Columns", "-37", "Number of Columns: '-37' is not a whole number");
  refuses("Scanning Trajectory", "SPIRAL", "Scanning Trajectory: is 'SPIRAL', of which ROUND");
  refuses("Table Feed (micron)", "5", "Table Feed: is 5: a helix");
  refuses("Flat Field Correction", "OFF", "Flat Field Correction: is OFF; divide");
  refuses("Image Format", "BMP", "Image Format: is 'BMP', of which TIFF alone is read");
  refuses("Depth (bits)", "24", "Depth (bits): is 24, but the images are of uint16");
  refuses("Depth (bits)", "16 mm", "Depth: '16 mm' is not a number alone");
  refuses("Optical Axis (line)", "1e300", "Optical Axis (line): is 1e+300 of 29 rows");
  refuses("Image Rotation", "45", "Image Rotation: is 45 degrees; turn the images first");
  refuses("Rotation Direction", "UP", "Rotation Direction: is 'UP', neither CC nor CW");
  refuses("Camera binning", "big", "Camera binning: 'big' is not of a kind like 2x2");
  refuses("Object to Source (mm)", "", "source-isocenter distance: is missing (Object to Source");
  refuses("Object to Source (mm)", "50 cm", "has the unit 'mm', but its value is in 'cm'");
  refuses("Object to Source (mm)", "400", "source_detector_distance 300");
  refuses(test::with_setting(settings, "Camera Pixel Size (um)", "") +
              "[Acquisition]\nCamera Pixel Size (um)=7500\n",
          "Camera Pixel Size (um): makes pixels of 15000 um");
  refuses("Image Pixel Size (um)", "-2", "Image Pixel Size: '-2' must be positive");
  refuses("Camera Pixel Size (um)", "7500",
          "Camera Pixel Size (um): makes pixels of 15000 um, but Image Pixel Size (um), Object to "
          "Source and Camera to Source make them 150 um; is one of them in another unit?");
  refuses("Image Pixel Size (um)", "1e300", "Image Pixel Size: '1e300' is longer than any");
  refuses(settings + "[Acquisition]\nNumber of files=12\n", "Number of Files: comes twice");
  test::tiff::Writing how;
  how.format = SAMPLEFORMAT_IEEEFP;
  how.bits = 32;
  write_images("tooth_~00", files, 0, 8, how);
  refuses(settings, "Depth: the images are of float32, which no view of these scanners is");
}

BOOST_AUTO_TEST_SUITE_END()
