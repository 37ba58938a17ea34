// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

/// Nikon's .xtekct files, with images in memory, and the tables of angles beside them.
#include <cmath>
#include <string>

#include <pyronn/interop/detail/text_file.hpp>
#include <pyronn/scan/detail/nikon_file.hpp>

#include "fuzz.hpp"
#include "settings.hpp"

namespace fuzz {
namespace {

constexpr int views = 4;

char const* const newer =
    "[XTekCT]\r\nName=a b\r\nInputSeparator=_\r\nInputFolderName=\r\nSrcToObject=33.97571\r\n"
    "SrcToDetector=679.5143\r\nDetectorPixelsX=3\r\nDetectorPixelSizeX=0.4\r\n"
    "DetectorOffsetX=0.0\r\nDetectorPixelsY=2\r\nDetectorPixelSizeY=0.4\r\nUnits=mm\r\n"
    "Projections=4\r\nInitialAngle=40.20631\r\nAngularStep=90\r\nWhiteLevel=58500\r\n"
    "CoefX4=0.0\r\nCoefX3=0.0\r\nCoefX2=0.25\r\nCoefX1=0.75\r\nCoefX0=0.0\r\nInputDigits=4\r\n"
    "AutomaticCentreOfRotation=0\r\nObjectOffsetX=-0.0277442\r\nObjectTilt=0.5\r\n"
    "ObjectRoll=-0.07657059\r\n[Xrays]\r\nXraykV=90\r\n[CTPro]\r\nShuttling=False\r\n"
    "AngleFile_Use=False\r\nAngleFile_IgnoreErrors=True\r\n";

char const* const older =
    "[XTekCT]\nName=brick\nSrcToObject=50,5\nSrcToDetector=30 cm\nDetectorPixelSizeX=200 um\n"
    "CentreOfRotationTop=0.1\nCentreOfRotationBottom=-0.1\nAutomaticCentreOfRotation=1\n"
    "WhiteLevel=60000\nInitialAngle=0\nAngularStep=-45\n[CTPro]\nAngleFile_Use=True\n";

void check_scan(pyronn::Scan const& scan) {
  promises(scan.num_views() == views, "there is a view for each image");
  promises(*scan.full_intensity > 0, "there is light");
  promises(scan.circle.has_value() || scan.grid.has_value(), "a volume can be made");
  check_rays(scan, views - 1);
}

}  // namespace

Reader nikon() {
  auto const images = small_images(views);
  pyronn::detail::NikonAngleTables const tables{{{"a.ang", {0, 40, 41, 300}}},
                                                {{"_ctdata.txt", {0.1, 90.2, 180.1, 270, 360}}}};
  return {"nikon",
          {newer, older},
          words_of_settings({"[XTekCT]\n", "[CTPro]\n", "[XTekHelixCT]\n", "True", "False",
                             "SrcToObject=", "SrcToDetector=", "ObjectOffsetX=", "ObjectTilt=",
                             "ObjectRoll=", "AngularStep=", "DetectorOffsetX=1\n",
                             "CentreOfRotationTop=", "AngleFile_Use=True\n",
                             "BeamHardeningLUTFile=", "Shuttling=", "Projections="}),
          [images, tables](std::filesystem::path const& path) {
            return returns<pyronn::FileError>([&] {
              pyronn::detail::NikonFile const file{path, pyronn::detail::read_text_file(path)};
              static_cast<void>(file.image_prefix() + file.image_folder() + file.name());
              check_scan(file.scan(images, {}, tables));
              check_scan(file.scan(images, {}, {}));
            });
          }};
}

Reader angle_table() {
  return {"angle_table",
          {"Proj\tAngle(deg)\r\n1\t0.0342\r\n2\t0.2617\r\n3\t0.4932\r\n",
           "Projections\tFrames\tExposure(ms)\n1570\t1\t708.00\nProjection\tAngle(deg)\tTime(s)\n"
           "1\t000.0342\t002.8319\n2\t000.2617\t003.5397\n3\t000.4932\t004.2479\n",
           "0: 0,5\n1: 1,5\n", "1,0.5\n2,1.5\n3,2.5"},
          {"\n", "\r\n", "\t", " ", ":", ";", ",", "4\t1\n", "words\n", "1e308", "-1 0\n", "0 0\n",
           std::string(1, '\0')},
          [](std::filesystem::path const& path) {
            return returns<pyronn::FileError>([&] {
              auto const angles =
                  pyronn::detail::parse_angle_table(path, pyronn::detail::read_text_file(path));
              for (double const angle : angles) {
                promises(std::abs(angle) <= 1e6, "angles are finite");
              }
            });
          }};
}

}  // namespace fuzz
