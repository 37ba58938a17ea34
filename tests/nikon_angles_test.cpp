// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

/// Angles of Nikon's scans: of steps, of the stage, and of files that list them.
#include <cstdio>
#include <filesystem>
#include <functional>
#include <string>

#include <boost/test/unit_test.hpp>

#include <pyronn/scan/nikon.hpp>

#include "support/nikon_scan.hpp"

using pyronn::FileError;
using pyronn::Scan;
using pyronn::ScanFact;
using test::fact_of;
using test::says_of;
using test::with_setting;
using test::nikon::settings;
using test::nikon::views;

namespace {

constexpr double rad = pyronn::pi / 180;

/// A table as the stage writes it: the scanner goes on by a view.
std::string ctdata(std::function<double(int)> const& angle, int count = views + 1) {
  std::string text =
      "Projections\tFrames\tExposure(ms)\r\n12\t1\t708.00\r\n"
      "Projection\tAngle(deg)\tTime(s)\r\n";
  for (int n = 0; n < count; ++n) {
    char line[80];
    std::snprintf(line, sizeof line, "%d\t%08.4f\t%.4f\r\n", n + 1, angle(n), 2.8 + 0.7 * n);
    text += line;
  }
  return text;
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(nikon_angles, test::nikon::Folder)

BOOST_AUTO_TEST_CASE(angles_of_the_stage_are_said_and_not_used) {
  write("_ctdata.txt", ctdata([](int n) { return 0.0342 + 30 * n + (n == 7 ? 0.5 : 0); }));
  Scan const scan = read(settings);
  BOOST_TEST(scan.circle->angles[7] == rad * 250.5, boost::test_tools::tolerance(1e-14));
  BOOST_TEST(fact_of(scan, "_ctdata.txt").value == "0.25");
  BOOST_TEST(scan.files.size() == views + 2);
  BOOST_TEST(scan.files[1].filename() == "_ctdata.txt");
  // Without steps they are what there is.
  Scan const stage = read(with_setting(settings, "AngularStep", ""));
  BOOST_TEST(stage.circle->angles[7] == rad * 210.5342, boost::test_tools::tolerance(1e-12));
  BOOST_TEST((fact_of(stage, "angles").origin == ScanFact::Origin::assumed));
  write("_ctdata.txt", ctdata([](int n) { return 30.0 * n; }, 3));
  BOOST_TEST(fact_of(read(settings), "_ctdata.txt").value == "3");
  auto const path = write("brick.xtekct", with_setting(settings, "AngularStep", ""));
  BOOST_CHECK_EXCEPTION(static_cast<void>(pyronn::read_nikon(path)), FileError,
                        says_of(folder / "_ctdata.txt", "has 3 angles of 12 views"));
}

BOOST_AUTO_TEST_CASE(an_angle_file_is_used_where_the_file_says_so) {
  std::string table = "Proj\tAngle(deg)\n";
  for (int n = 0; n < views; ++n) {
    table += std::to_string(n + 1) + ":\t" + std::to_string(-(30 * n + n % 2)) + "\n";
  }
  write("brick.ang", table);
  std::string const used = with_setting(settings, "AngleFile_Use", "True");
  Scan const scan = read(used);
  BOOST_TEST((fact_of(scan, "angles").origin == ScanFact::Origin::file));
  BOOST_TEST(fact_of(scan, "angles").value == "brick.ang");
  // It counts down, while steps count up.
  BOOST_TEST(scan.circle->angles[3] == rad * 91, boost::test_tools::tolerance(1e-14));
  BOOST_TEST((fact_of(scan, "sense of brick.ang").origin == ScanFact::Origin::assumed));
  BOOST_TEST(fact_of(read(settings), "angles").value == "InitialAngle and AngularStep");
  // Older files do not say whether; one of no equal steps is then meant.
  std::string const silent = with_setting(settings, "AngleFile_Use", "");
  BOOST_TEST(fact_of(read(silent), "angles").value == "InitialAngle and AngularStep");
  write("brick.ang",
        "Proj\tAngle\n1 0\n2 40\n3 41\n4 90\n5 100\n6 200\n7 201\n8 202\n9 203\n"
        "10 280\n11 300\n12 330\n");
  BOOST_TEST(fact_of(read(silent), "angles").value == "brick.ang");
  BOOST_TEST(read(silent).circle->angles[2] == rad * 41, boost::test_tools::tolerance(1e-14));
  BOOST_TEST(read(settings).circle->angles[2] == rad * 100.5, boost::test_tools::tolerance(1e-14));
  std::filesystem::remove(folder / "brick.ang");
  BOOST_TEST(fact_of(read(used), "angles").value == "InitialAngle and AngularStep");
  refuses(with_setting(used, "AngleFile_IgnoreErrors", "False"),
          "AngleFile_Use: is True, but there is no .ang file");
}

BOOST_AUTO_TEST_SUITE_END()
