// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// A scan of Bruker's (SkyScan's) as the scanner writes it, and NRecon after it.
#include <filesystem>
#include <string>

#include <boost/test/unit_test.hpp>

#include <pyronn/scan/skyscan.hpp>

#include "scan_folder.hpp"

namespace test::skyscan {

inline constexpr int files = 13;

inline std::string const settings =
    "[Acquisition]\nData Directory=D:\\Results\\a b\\\nFilename Prefix=tooth_~00\n"
    "Filename Index Length=8\nNumber Of Files=  13\nNumber Of Rows=  29\nNumber Of Columns= 37\n"
    "Partial Width=OFF\nImage crop origin X=0\nCamera binning=2x2\nImage Rotation=0\n"
    "Optical Axis (line)=  12\nObject to Source (mm)=50\nCamera to Source (mm)=300.0\n"
    "Image Pixel Size (um)=25\nScaled Image Pixel Size (um)=25\nImage Format=TIFF\n"
    "Depth (bits)=16\nExposure (ms)=57\nRotation Step (deg)=30.000\nUse 360 Rotation=YES\n"
    "Scanning position=13.965 mm\nFrame Averaging=ON (4)\nRandom Movement=OFF (30)\n"
    "Flat Field Correction=ON\nRotation Direction=CC\nScanning Trajectory=ROUND\n"
    "[System]\nScanner=SkyScan1275\nCamera Pixel Size (um)=75.0\nCamera X/Y Ratio=1.0000\n"
    "[Reconstruction]\nDataset Prefix=tooth_~01\n[File name convention]\n"
    "Filename Prefix=tooth__rec\n";

/// With as many files as there are, in these steps.
inline std::string in_steps(std::string const& step, std::string const& full) {
  return with_setting(with_setting(settings, "Rotation Step (deg)", step), "Use 360 Rotation",
                      full);
}

struct Folder : ScanFolder {
  Folder() { write_images("tooth_~00", files, 0, 8); }

  [[nodiscard]] pyronn::Scan read(std::string const& text,
                                  pyronn::GivenOfScan const& given = {}) const {
    return pyronn::read_skyscan(write("tooth_.log", text), given);
  }
  void refuses(std::string const& text, std::string const& reason) const {
    auto const path = write("tooth_.log", text);
    BOOST_TEST_CONTEXT(reason) {
      BOOST_CHECK_EXCEPTION(static_cast<void>(pyronn::read_skyscan(path)), pyronn::FileError,
                            says_of(path, reason));
    }
  }
  void refuses(std::string const& key, std::string const& value, std::string const& reason) const {
    refuses(with_setting(settings, key, value), reason);
  }
};

}  // namespace test::skyscan
