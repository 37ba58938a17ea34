// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

/// Nikon's .xtekct files that are spelled otherwise, and those that are refused.
#include <cmath>
#include <filesystem>
#include <string>

#include <boost/test/unit_test.hpp>

#include <pyronn/scan/nikon.hpp>

#include "support/nikon_scan.hpp"

using pyronn::FileError;
using pyronn::Scan;
using test::says_of;
using test::with_setting;
using test::nikon::settings;
using test::nikon::views;

namespace {

constexpr double rad = pyronn::pi / 180;

}  // namespace

BOOST_FIXTURE_TEST_SUITE(nikon_errors, test::nikon::Folder)

BOOST_AUTO_TEST_CASE(other_spellings) {
  std::string text = with_setting(settings, "SrcToObject", " 50,0 ");
  text = with_setting(text, "SrcToDetector", "30 cm");
  text = with_setting(text, "AngularStep", "3,0E+1 deg");
  text = with_setting(text, "DetectorPixelSizeY", "500 um");
  std::string crlf = "\xef\xbb\xbf";
  for (char const letter : text) crlf += letter == '\n' ? "\r\n" : std::string(1, letter);
  crlf.replace(crlf.find("WhiteLevel"), 10, "whitelevel ");
  Scan const scan = read(crlf);
  BOOST_TEST(scan.circle->source_detector == std::hypot(50, 0.03) * 6,
             boost::test_tools::tolerance(1e-14));
  BOOST_TEST(scan.circle->pixel[1] == 0.5, boost::test_tools::tolerance(1e-14));
  BOOST_TEST(scan.circle->angles[1] == rad * 70.5, boost::test_tools::tolerance(1e-14));
  BOOST_TEST(*scan.full_intensity == 58500);
  // Without a section, and with a key that comes twice.
  BOOST_TEST(read(settings.substr(9) + "[XTekCT]\nWhiteLevel=58500\n").num_views() == views);
}

BOOST_AUTO_TEST_CASE(bad_files) {
  refuses("", "XTekCT: has neither SrcToObject nor DetectorPixelsX");
  refuses("\xff\xfe[\1", "is text in UTF-16");
  refuses(std::string("SrcToObject=\0", 13), "is no text");
  refuses("[XTekHelixCT]\nSrcToObject=3\n", "XTekHelixCT: is a scan on a helix");
  refuses(with_setting(settings, "SrcToObject", ""),
          "source-isocenter distance: is missing (SrcToObject)");
  refuses("SrcToObject", "abc", "'abc' is not a finite number");
  refuses("SrcToObject", "1e300", "'1e300' is longer than any scanner");
  refuses("SrcToObject", "1e999", "'1e999' is not a finite number");
  refuses("SrcToObject", "nan", "'nan' is not a finite number");
  refuses("SrcToObject", "-50", "'-50' must be positive");
  refuses("SrcToObject", "50 deg", "has the unit 'deg', which is no length");
  refuses("SrcToObject", "1.050,5", "'1.050,5' is not a finite number");
  refuses(with_setting(settings, "SrcToObject", "400"), "source_detector_distance 300");
  refuses(with_setting(settings, "DetectorPixelSizeX", ""), "pixel [mm]: is missing");
  refuses("DetectorPixelSizeX", "0", "'0' must be positive");
  refuses("DetectorPixelsX", "38", "is 38, but the images have 37 columns");
  refuses("DetectorPixelsY", "2.5", "'2.5' is not a whole number from 1 on");
  refuses("Projections", "13", "is 13, but there are 12 images");
  refuses("Projections", "-1", "'-1' is not a whole number");
  refuses("Units", "cm", "is 'cm', where mm is read");
  refuses("WhiteLevel", "", "is missing");
  refuses("WhiteLevel", "0", "0 must be positive");
  refuses("WhiteLevel", "70000", "70000 is more than the images of uint16 can hold");
  refuses("AngularStep", "", "is missing, and no file beside this one has angles");
  refuses("AngularStep", "0", "all views are at the same angle");
  refuses("AngularStep", "0.5235988", "views turn by 5.759587 degrees, which is a turn");
  refuses("AngularStep", "-0.26", "views turn by 2.86 degrees, which is a turn");
  refuses("AngularStep", "1718", "views turn by 18898 degrees, more than any scan");
  refuses("AngularStep", "1e5", "'1e5' is more turns than any scan has");
  refuses("AngularStep", "30 mm", "has the unit 'mm', which is no angle");
  refuses("AngleFile_Use", "perhaps", "'perhaps' is neither yes nor no");
  refuses(settings + "[XTekCT]\nWhiteLevel=3\n", "WhiteLevel: comes twice, with different values");
  std::filesystem::remove(folder / "brick_0007.tif");
  auto const path = write("brick.xtekct", settings);
  BOOST_CHECK_EXCEPTION(static_cast<void>(pyronn::read_nikon(path)), FileError,
                        test::says("holds no image between \"brick_0006.tif\""));
  BOOST_CHECK_THROW(static_cast<void>(pyronn::read_nikon(folder / "none.xtekct")), FileError);
}

BOOST_AUTO_TEST_CASE(bad_tables_of_angles) {
  auto const refuses_table = [this](std::string const& text, std::string const& reason) {
    auto const path = write("brick.ang", text);
    BOOST_CHECK_EXCEPTION(static_cast<void>(read(settings)), FileError, says_of(path, reason));
  };
  refuses_table("1 0\n3 30\n", "line 2: is of view 3, where 2 is next");
  refuses_table("5 0\n6 30\n", "begins with view 5, where 0 or 1 is first");
  refuses_table("1 0\n2\n", "line 2: has no angle");
  refuses_table("1 0\n2 30\nwords\n", "line 3: has words among the angles");
  refuses_table("1 0\n2 1e300\n", "line 2: 1e+300 is no angle");
  refuses_table("1 0\n2 nan\n3 4\n4 5\n", "begins with view 3");
}

BOOST_AUTO_TEST_SUITE_END()
