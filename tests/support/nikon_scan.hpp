// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// A scan of Nikon's as Inspect-X writes it.
#include <filesystem>
#include <string>

#include <boost/test/unit_test.hpp>

#include <pyronn/scan/nikon.hpp>

#include "scan_folder.hpp"

namespace test::nikon {

inline constexpr int views = 12;

inline std::string const settings =
    "[XTekCT]\nName=brick\nInputSeparator=_\nInputFolderName=\nVoxelsX=37\nOffsetZ=-0.12\n"
    "SrcToObject=50\nSrcToDetector=300.0\nDetectorPixelsX=37\nDetectorPixelSizeX=0.4\n"
    "DetectorOffsetX=0.0\nDetectorPixelsY=29\nDetectorPixelSizeY=0.5\nDetectorOffsetY=0.0\n"
    "Units=mm\nProjections=12\nInitialAngle=40.5\nAngularStep=30\nWhiteLevel=58500\n"
    "CoefX4=0.0\nCoefX3=0.0\nCoefX2=0.25\nCoefX1=0.75\nCoefX0=0.125\nInputDigits=4\n"
    "AutomaticCentreOfRotation=0\nObjectOffsetX=-0.03\nObjectTilt=0.0\nObjectRoll=0\n"
    "[Xrays]\nXraykV=90\n[CTPro]\nVersion=V5.4=a\nShuttling=False\nAngleFile_Use=False\n"
    "AngleFile_IgnoreErrors=True\n";

struct Folder : ScanFolder {
  Folder() { write_images("brick_", views); }

  [[nodiscard]] pyronn::Scan read(std::string const& text,
                                  pyronn::GivenOfScan const& given = {}) const {
    return pyronn::read_nikon(write("brick.xtekct", text), given);
  }
  void refuses(std::string const& text, std::string const& reason) const {
    auto const path = write("brick.xtekct", text);
    BOOST_TEST_CONTEXT(reason) {
      BOOST_CHECK_EXCEPTION(static_cast<void>(pyronn::read_nikon(path)), pyronn::FileError,
                            says_of(path, reason));
    }
  }
  void refuses(std::string const& key, std::string const& value, std::string const& reason) const {
    refuses(with_setting(settings, key, value), key + ": " + reason);
  }
};

}  // namespace test::nikon
