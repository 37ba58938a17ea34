// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

/// RTK's geometry files.
#include <array>
#include <cstddef>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <pyronn/interop/rtk_xml.hpp>

#include "support/rtk_texts.hpp"
#include "support/rtk_writer.hpp"
#include "support/temporary_folder.hpp"

using pyronn::FileError;
using test::cone_of_rtk;
using test::parallel_of_rtk;
using test::says_of;
namespace rtk = pyronn::rtk;

namespace {

double const deg = pyronn::pi / 180;

/// All nine numbers: RTK's AddProjection(500, 900, 30, 1, -2, 4, 5, 6, 7).
rtk::Projection const general{500, 900, 30 * deg, 4 * deg, 5 * deg, 6, 7, 1, -2};
rtk::Projection const plain{600, 1000, -75.5 * deg};

std::string replaced(std::string const& what, std::string const& by,
                     std::string result = cone_of_rtk) {
  std::size_t const at = result.find(what);
  BOOST_TEST_REQUIRE(at != std::string::npos);
  return result.replace(at, what.size(), by);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(rtk_files)

BOOST_AUTO_TEST_CASE(files) {
  test::TemporaryFolder const folder;
  auto const path = folder / "geometry.xml";
  for (char const* const version : {"\"3\"", "\"2\""}) {
    test::write_bytes(path, replaced("\"3\"", version));
    auto const projections = rtk::read_geometry(path);
    BOOST_TEST_REQUIRE(projections.size() == 2);
    BOOST_TEST(projections[0].gantry_angle == 30 * deg);
    BOOST_TEST(projections[0].projection_offset_x == 1);
    BOOST_TEST(projections[0].source_offset_x == 0);
    rtk::Projection const& read = projections[1];
    BOOST_TEST(read.source_to_isocenter_distance == 500);
    BOOST_TEST(read.source_to_detector_distance == 900);
    BOOST_TEST(read.out_of_plane_angle == 4 * deg);
    BOOST_TEST(read.in_plane_angle == 5 * deg);
    BOOST_TEST(read.source_offset_x == 6);
    BOOST_TEST(read.source_offset_y == 7);
    BOOST_TEST(read.projection_offset_y == -2);
  }
}

/// Parallel rays have no distance to the detector; jaws hold until others take their place.
BOOST_AUTO_TEST_CASE(files_of_parallel_rays_and_of_jaws) {
  test::TemporaryFolder const folder;
  auto const path = folder / "geometry.xml";
  test::write_bytes(path, parallel_of_rtk);
  auto const rays = rtk::read_collimated_geometry(path);
  BOOST_TEST_REQUIRE(rays.size() == 1U);
  BOOST_TEST(rays[0].projection.is_parallel());
  BOOST_TEST(rays[0].projection.projection_offset_y == -2);
  BOOST_TEST(rays[0].jaws.places[3] == rtk::Jaws::open);
  test::write_bytes(path, replaced("0.8657", "0.8757", parallel_of_rtk));
  BOOST_CHECK_EXCEPTION(rtk::read_collimated_geometry(path), FileError,
                        says_of(path, "projection 0: row 0, column 0 of Matrix is"));

  std::string jaws = replaced("<ProjectionOffsetX>1<",
                              "<CollimationVSup>40</CollimationVSup><ProjectionOffsetX>1<");
  jaws = replaced("<CollimationUInf>1.79769313486232e+308", "<CollimationUInf>-12", jaws);
  std::size_t const projection = jaws.rfind("<Projection>");
  std::string const last = jaws.substr(projection, jaws.rfind("</RTK") - projection);
  std::string third = replaced("<CollimationUInf>-12</CollimationUInf>", "", last);
  test::write_bytes(path, replaced("</RTKThree", third + "</RTKThree", jaws));
  auto const views = rtk::read_collimated_geometry(path);
  BOOST_TEST_REQUIRE(views.size() == 3U);
  auto const open = rtk::Jaws::open;
  std::array<double, 4> const places[] = {
      {open, open, open, 40}, {-12, open, open, 40}, {-12, open, open, 40}};
  for (std::size_t view = 0; view < 3; ++view) {
    BOOST_TEST(views[view].jaws.places == places[view], boost::test_tools::per_element());
  }
  BOOST_CHECK_EXCEPTION(rtk::read_geometry(path), FileError,
                        says_of(path, "projection 0: CollimationVSup is 40, but jaws cannot be"));
}

/// Matrix and numbers, rounded one by one, contradict each other by no more than their digits say;
/// what is wrong by more is found.
BOOST_AUTO_TEST_CASE(files_of_few_digits) {
  test::TemporaryFolder const folder;
  auto const path = folder / "geometry.xml";
  std::vector<rtk::Projection> far;
  for (int n = 0; n < 50; ++n) {
    double const x = n + 1.0 / 3;
    far.push_back({90000 + x, 1e5 + x / 7, x * 7 * deg, x / 70 * deg, -x / 90 * deg, x / 3, -x / 7,
                   x * 1.1, x / 11});
  }
  for (int const digits : {6, 7, 9, 15}) {
    BOOST_TEST_CONTEXT(digits << " digits") {
      test::write_bytes(path, test::rtk_geometry(far, "", digits));
      BOOST_TEST(rtk::read_geometry(path).size() == 50U);
      test::write_bytes(path, test::rtk_geometry({general, plain}, "", digits));
      BOOST_TEST(rtk::read_geometry(path).size() == 2U);
      test::write_bytes(path,
                        replaced(">30<", ">30.01<", test::rtk_geometry({general}, "", digits)));
      BOOST_CHECK_EXCEPTION(rtk::read_geometry(path), FileError, says_of(path, "of Matrix is"));
      test::write_bytes(path,
                        replaced("X>1<", "X>1.1<", test::rtk_geometry({general}, "", digits)));
      BOOST_CHECK_EXCEPTION(rtk::read_geometry(path), FileError, says_of(path, "of Matrix is"));
    }
  }
}

/// Older files say Angle, programs add elements of their own, jaws are printed in many ways.
BOOST_AUTO_TEST_CASE(files_as_others_write_and_edit_them) {
  test::TemporaryFolder const folder;
  auto const path = folder / "geometry.xml";
  std::vector<std::string> notes;
  auto const read = [&](std::string const& bytes) {
    test::write_bytes(path, bytes);
    return rtk::read_geometry(path, [&](std::string const& note) { notes.push_back(note); });
  };
  std::string angle = cone_of_rtk;
  for (int n = 0; n < 2; ++n) {
    angle = replaced("<GantryAngle>30</GantryAngle>", "<Angle>30</Angle>", angle);
  }
  BOOST_TEST(read(angle).at(1).gantry_angle == 30 * deg);
  BOOST_TEST(read(replaced("\"3\"", "\"3.0\"")).size() == 2U);
  for (char const* const open :
       {"1.79769313486232e+308", "1.7976931348623157e+308", "1.797693e+308", "1.8e+308", "1e307"}) {
    std::string jaws = replaced("1.79769313486232e+308", open);
    jaws = replaced(
        "<ProjectionOffsetX>",
        "<CollimationVSup>" + std::string{open} + "</CollimationVSup><ProjectionOffsetX>", jaws);
    BOOST_TEST(read(jaws).size() == 2U);
    BOOST_TEST(read(replaced("\"3\"", "\"2\"", jaws)).size() == 2U);
  }
  BOOST_TEST(read("\xef\xbb\xbf" + cone_of_rtk).size() == 2U);  // with a byte order mark
  BOOST_TEST(notes.empty());
  std::string more = replaced("<ProjectionOffsetX>", "<Couch>7</Couch><ProjectionOffsetX>");
  more = replaced("<GantryAngle>", "<Time unit=\"s\">now</Time><Couch/><GantryAngle>", more);
  BOOST_TEST(read(more).size() == 2U);
  BOOST_TEST_REQUIRE(notes.size() == 2U);
  BOOST_TEST(notes[0] == path.string() + ": 'Couch' is skipped: it is not known");
  BOOST_TEST(notes[1] == path.string() + ": 'Time' is skipped: it is not known");
}

/// What a projection lacks is as in the projection before.
BOOST_AUTO_TEST_CASE(numbers_hold_until_others_come) {
  test::TemporaryFolder const folder;
  auto const path = folder / "geometry.xml";
  auto const view = [](std::string const& numbers, rtk::Projection const& of) {
    std::ostringstream out;
    out.precision(15);
    out << "<Projection>" << numbers << "<Matrix>";
    auto const matrix = rtk::matrix(of);
    for (int i = 0; i < 12; ++i) out << ' ' << matrix.row[i / 4][i % 4];
    out << "</Matrix></Projection>";
    return out.str();
  };
  std::string const begin =
      "<RTKThreeDCircularGeometry version=\"3\"><SourceToIsocenterDistance>500"
      "</SourceToIsocenterDistance><SourceToDetectorDistance>900</SourceToDetectorDistance>";
  test::write_bytes(path, begin +
                              view("<GantryAngle>20</GantryAngle><SourceOffsetX>3</SourceOffsetX>",
                                   {500, 900, 20 * deg, 0, 0, 3}) +
                              view("<GantryAngle>40</GantryAngle>", {500, 900, 40 * deg, 0, 0, 3}) +
                              view("<SourceOffsetX>0</SourceOffsetX>", {500, 900, 40 * deg}) +
                              view("", {500, 900, 40 * deg}) + "</RTKThreeDCircularGeometry>");
  auto const projections = rtk::read_geometry(path);
  BOOST_TEST_REQUIRE(projections.size() == 4U);
  BOOST_TEST(projections[1].source_offset_x == 3);
  BOOST_TEST(projections[1].gantry_angle == 40 * deg);
  BOOST_TEST(projections[2].source_offset_x == 0);
  BOOST_TEST(projections[3].gantry_angle == 40 * deg);
}

/// A number of the projection goes before the common one, and holds for the next.
BOOST_AUTO_TEST_CASE(own_numbers_first) {
  test::TemporaryFolder const folder;
  auto const path = folder / "geometry.xml";
  test::write_bytes(path, replaced("<ProjectionOffsetX>1</ProjectionOffsetX>",
                                   "<ProjectionOffsetX>8</ProjectionOffsetX>",
                                   replaced("<Projection>\n    <GantryAngle>",
                                            "<Projection><ProjectionOffsetX>1</ProjectionOffsetX>"
                                            "<GantryAngle>")));
  BOOST_TEST(rtk::read_geometry(path).at(1).projection_offset_x == 1);
}

BOOST_AUTO_TEST_CASE(bad_files) {
  test::TemporaryFolder const folder;
  auto const path = folder / "geometry.xml";
  auto const refuses = [&path](std::string const& bytes, char const* what) {
    BOOST_TEST_CONTEXT(what) {
      test::write_bytes(path, bytes);
      BOOST_CHECK_EXCEPTION(rtk::read_geometry(path), FileError, says_of(path, what));
    }
  };
  refuses("", "is not XML");
  refuses("no XML at all", "is not XML");
  refuses(cone_of_rtk.substr(0, 700), "is not XML");
  refuses("<other/>", "holds 'other', not RTKThreeDCircularGeometry");
  refuses("<RTKThreeDCircularGeometry version=\"3\"/>", "has no Projection");
  refuses("<RTKThreeDCircularGeometry/>", "has the version ''");
  refuses(replaced("\"3\"", "\"1\""), "has the version '1'; pyronn reads 2 and 3");
  refuses(replaced("SourceToIsocenterDistance>500</SourceToIsocenterDistance",
                   "SourceOffsetX>0</SourceOffsetX"),
          "projection 0 has no SourceToIsocenterDistance");
  refuses(replaced("<SourceToDetectorDistance>900<", "<SourceToDetectorDistance>0<"),
          "projection 0 has no SourceToDetectorDistance, or 0: RTK's parallel rays");
  refuses(replaced("<SourceToDetectorDistance>900<", "<SourceToDetectorDistance>-9<"),
          "SourceToDetectorDistance -9 must be positive");
  refuses(replaced("<SourceToDetectorDistance>900</SourceToDetectorDistance>", ""),
          "projection 0 has no SourceToDetectorDistance, or 0: RTK's parallel rays, but its Matrix "
          "is that of a cone beam");
  refuses(parallel_of_rtk,
          "projection 0 has no SourceToDetectorDistance, or 0: RTK's parallel rays, which this "
          "function does not read; see ParallelBeam3D");
  refuses(replaced(">900<", ">900 mm<"), "SourceToDetectorDistance is '900 mm'");
  refuses(replaced(">900<", "><"), "SourceToDetectorDistance is ''");
  refuses(replaced(">30<", ">nan<"), "projection 0: GantryAngle is 'nan', not a finite number");
  refuses(replaced(">30<", ">31<"), "projection 0: row 0, column 0 of Matrix is '-779.9228");
  refuses(replaced("2900", "2900.01"), "projection 1: row 0, column 3 of Matrix is '2900.01'");
  refuses(replaced("2900", "inf"), "of Matrix is 'inf'");
  refuses(replaced("2900", ""), "projection 1: Matrix holds 11 numbers, not 12");
  refuses(replaced("<ProjectionOffsetX>1</ProjectionOffsetX>", "<OffsetX>1</OffsetX>"),
          "projection 0: row 0, column 0 of Matrix is");
  refuses(replaced("<SourceOffsetX>6<", "<SourceOffsetY>6</SourceOffsetY><SourceOffsetX>6<"),
          "projection 1 has SourceOffsetY twice");
  refuses(replaced("<GantryAngle>",
                   "<RadiusCylindricalDetector>200</RadiusCylindricalDetector><GantryAngle>"),
          "RadiusCylindricalDetector is 200, but only flat detectors");
  refuses(replaced("<CollimationUInf>1.79769313486232e+308", "<CollimationUInf>12"),
          "projection 1: CollimationUInf is 12");
  std::string const matrix = "<Matrix>1 0 0 0 0 1 0 0 0 0 1 0</Matrix>";
  refuses(replaced("</Projection>", matrix + "</Projection>"), "projection 0 has Matrix twice");
  refuses(replaced("Matrix>\n  </Projection", "Matrix></Projection><Projection></Projection"),
          "projection 1 has no Matrix");
  BOOST_CHECK_EXCEPTION(rtk::read_geometry(folder / "none.xml"), FileError,
                        says_of(folder / "none.xml", "cannot be opened"));
}

BOOST_AUTO_TEST_SUITE_END()
