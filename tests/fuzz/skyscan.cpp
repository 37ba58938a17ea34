// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

/// Bruker's (SkyScan's) .log files, with images in memory.
#include <string>

#include <pyronn/interop/detail/text_file.hpp>
#include <pyronn/scan/detail/skyscan_file.hpp>

#include "fuzz.hpp"
#include "settings.hpp"

namespace fuzz {
namespace {

char const* const newer =
    "[System]\r\nScanner=SkyScan1275\r\nCamera Pixel Size (um)=75.0\r\n"
    "Camera X/Y Ratio=0.9851\r\n[Acquisition]\r\nData Directory=D:\\a\\b\r\n"
    "Filename Prefix=a~00\r\nNumber Of Files=  9\r\nNumber Of Rows= 2\r\nNumber Of Columns= 3\r\n"
    "Image crop origin Y=0\r\nCamera binning=2x2\r\nImage Rotation=-0.03800\r\n"
    "Optical Axis (line)=  1\r\nObject to Source (mm)=24.755\r\nCamera to Source (mm)=286.0\r\n"
    "Image Pixel Size (um)=7.000817\r\nImage Format=TIFF\r\nDepth (bits)=16\r\n"
    "Reference Intensity=58000\r\nRotation Step (deg)=45.000\r\nUse 360 Rotation=YES\r\n"
    "Random Movement=ON (30)\r\nFlat Field Correction=ON\r\nRotation Direction=CC\r\n"
    "Scanning Start Angle=0.000\r\nScanning Trajectory=ROUND\r\n"
    "Number of connected scans=2\r\n[Reconstruction]\r\nPostalignment=-1.00\r\n";

char const* const older =
    "[Acquisition]\nNumber of Files= 9\nObject to Source (mm)=1000000\n"
    "Scaled Image Pixel Size (um)=11,5\nRotation Step (deg)=22,5\nUse 360 Rotation=NO\n"
    "Rotation Direction=CW\nTable Feed (micron)=0.0\n";

void check_scan(pyronn::Scan const& scan) {
  int const count = scan.views->extents()[2];
  promises(count == 9 || count == 8, "the last image may go");
  promises(*scan.full_intensity > 0, "there is light");
  promises(scan.circle.has_value(), "scans are circles");
  check_rays(scan, count - 1);
}

}  // namespace

Reader skyscan() {
  auto const images = small_images(9);
  return {
      "skyscan",
      {newer, older},
      words_of_settings({"[System]\n", "[Acquisition]\n", "[Reconstruction]\n", "(um)", "YES", "NO",
                         "ON", "OFF", "Object to Source (mm)=", "Camera to Source (mm)=",
                         "Optical Axis (line)=", "Image Rotation=", "Rotation Step=",
                         "Camera binning=", "Depth (bits)=", "Table Feed=", "Number of Files="}),
      [images](std::filesystem::path const& path) {
        return returns<pyronn::FileError>([&] {
          pyronn::detail::SkyscanFile const file{path, pyronn::detail::read_text_file(path)};
          static_cast<void>(file.image_prefix());
          check_scan(file.scan(images, {}));
        });
      }};
}

}  // namespace fuzz
