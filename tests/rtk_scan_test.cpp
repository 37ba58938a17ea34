// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

/// Scans of RTK's geometry files and projections.
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <tuple>
#include <type_traits>
#include <variant>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <pyronn/scan/images_in_memory.hpp>
#include <pyronn/scan/rtk_scan.hpp>

#include "support/rtk_scan_files.hpp"

using pyronn::ConeBeam;
using pyronn::FileError;
using pyronn::GivenOfScan;
using pyronn::Measured;
using pyronn::ParallelBeam3D;
using pyronn::read_rtk_scan;
using pyronn::Scan;
using pyronn::ScanFact;
using pyronn::Vec3d;
using test::says_of;
using test::rtk_scan::columns;
using test::rtk_scan::cone_matrix;
using test::rtk_scan::deg;
using test::rtk_scan::Files;
using test::rtk_scan::general;
using test::rtk_scan::parallel_matrix;
using test::rtk_scan::place;
using test::rtk_scan::rows;

namespace {

std::vector<Vec3d> const points{{0, 0, 0}, {10, -20, 5}, {-40, 7, 60}, {3, 80, -30}};

/// RTK's z, x, y are our x, y, z.
Vec3d ours(Vec3d const& point) { return {point[2], point[0], point[1]}; }

template <class Geometry>
Geometry const& geometry_of(Scan const& scan) {
  return std::get<Geometry>(scan.geometry);
}

/// A matrix of RTK's gives mm of the images; pixel (0, 0) is at -4, -1.
template <class View>
void lands_as_with(View const& view, double const (&matrix)[3][4]) {
  for (Vec3d const& point : points) {
    double sums[3];
    for (int r = 0; r < 3; ++r) {
      sums[r] = matrix[r][3];
      for (int c = 0; c < 3; ++c) sums[r] += matrix[r][c] * point[c];
    }
    auto const landed = view.project(ours(point));
    BOOST_TEST(landed.u == (sums[0] / sums[2] + 4) / 2, boost::test_tools::tolerance(1e-10));
    BOOST_TEST(landed.v == (sums[1] / sums[2] + 1) / 0.5, boost::test_tools::tolerance(1e-10));
  }
}

bool has_fact(Scan const& scan, std::string const& what, std::string const& value,
              ScanFact::Origin origin) {
  for (ScanFact const& fact : scan.facts) {
    if (fact.what == what && fact.value == value && fact.origin == origin) return true;
  }
  return false;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(rtk_scan)

/// u = SDD / SID * (x - SourceOffsetX) + SourceOffsetX - ProjectionOffsetX at gantry 0.
BOOST_AUTO_TEST_CASE(offsets_of_each_view) {
  Files files;
  files.write_images<float>(3, "MET_FLOAT");
  files.write_geometry({{500, 1000, 0, 0, 0, 0, 0, 4, 0}, {500, 1000, 0, 0, 0, 4}, general});
  Scan const scan = files.read();
  auto const& beam = geometry_of<ConeBeam>(scan);
  Vec3d const point{3.5, 0.25, 0};
  BOOST_TEST(beam.view(0).project(ours(point)).u == (3 + 4) / 2.0);
  BOOST_TEST(beam.view(0).project(ours(point)).v == (0.5 + 1) / 0.5);
  BOOST_TEST(beam.view(1).project(ours(point)).u == (3 + 4) / 2.0);
  BOOST_TEST(beam.view(1).source() == (Vec3d{500, 4, 0}));
  lands_as_with(beam.view(2), cone_matrix);
  BOOST_TEST(!scan.circle);
  BOOST_TEST((scan.axes == pyronn::WorldAxes::zxy));
  BOOST_TEST((scan.measured == Measured::line_integrals));
  BOOST_TEST(has_fact(scan, "images", "line integrals", ScanFact::Origin::assumed));
  BOOST_TEST(has_fact(scan, "pixel [mm]", "(2, 0.5)", ScanFact::Origin::file));
  BOOST_TEST((scan.files == std::vector<std::filesystem::path>{files.geometry, files.projections}));
  std::vector<float> row(columns);
  scan.views->read({2, 1, 1, 1}, row.data());
  BOOST_TEST(row[3] == static_cast<float>((2 * rows + 1) * columns + 3));
}

/// What is on a circle is one, with the same rays.
BOOST_AUTO_TEST_CASE(circles) {
  Files files;
  files.write_images<float>(3, "MET_FLOAT");
  for (double const sdd : {900.0, 0.0}) {
    std::vector<pyronn::rtk::Projection> views;
    for (double const angle : {0.0, 100.0, 250.0}) {
      views.push_back({500, sdd, angle * deg, 0, 3 * deg, 0, 0, 1.5, -2});
    }
    files.write_geometry(views);
    Scan const scan = files.read();
    BOOST_TEST_REQUIRE(scan.circle.has_value());
    BOOST_TEST(scan.circle->column_of_axis() == (4 - 1.5) / 2);
    BOOST_TEST(scan.circle->row_of_isocenter() == (1 + 2) / 0.5);
    BOOST_TEST(scan.circle->is_parallel() == (sdd == 0));
    BOOST_TEST(has_fact(scan, "roll", "0.05235988", ScanFact::Origin::file));
    for (std::size_t n = 0; n < 3; ++n) {
      auto const matrix =
          sdd == 0 ? pyronn::rtk::parallel_matrix(views[n]) : pyronn::rtk::matrix(views[n]);
      std::visit(
          [&](auto const& beam) {
            if constexpr (!pyronn::is_plane_geometry_v<std::decay_t<decltype(beam)>>) {
              lands_as_with(beam.view(static_cast<int>(n)), matrix.row);
            }
          },
          scan.geometry);
    }
    GivenOfScan given;
    given.axis_column = 2.0;
    BOOST_TEST(files.read(given).circle->column_of_axis() == 2.0);
    BOOST_TEST(has_fact(files.read(given), "axis column", "2", ScanFact::Origin::given));
  }
}

BOOST_AUTO_TEST_CASE(parallel_rays) {
  Files files;
  files.write_images<float>(1, "MET_FLOAT");
  auto view = general;
  view.source_to_detector_distance = 0;
  files.write_geometry({view});
  Scan const scan = files.read();
  lands_as_with(geometry_of<ParallelBeam3D>(scan).view(0), parallel_matrix);
  GivenOfScan given;
  given.axis_column = 1;
  files.refuses(files.geometry, "has views that are on no circle", given);
  view.out_of_plane_angle = 0;
  files.write_geometry({view});
  given = {};
  given.source_isocenter = 500;
  files.refuses(files.geometry, "has parallel rays; distances were given", given);
}

/// Columns that run the other way, and images that are turned by 90 degrees.
BOOST_AUTO_TEST_CASE(directions_of_images) {
  Files files;
  files.write_geometry({{500, 1000}});
  Vec3d const point{1, 2, 0};  // u = 2, v = 4 mm
  for (auto const& [matrix, u, v] :
       {std::tuple{"-1 0 0 0 1 0 0 0 1", (-4 - 2) / 2.0, (4 + 1) / 0.5},
        std::tuple{"0 1 0 -1 0 0 0 0 1", (4 + 1) / 2.0, (-4 - 2) / 0.5}}) {
    files.write_images<float>(1, "MET_FLOAT",
                              place + "TransformMatrix = " + std::string{matrix} + "\n");
    Scan const scan = files.read();
    auto const landed = geometry_of<ConeBeam>(scan).view(0).project(ours(point));
    BOOST_TEST(landed.u == u, boost::test_tools::tolerance(1e-12));
    BOOST_TEST(landed.v == v, boost::test_tools::tolerance(1e-12));
    BOOST_TEST(!scan.circle);
  }
  files.write_images<float>(1, "MET_FLOAT", "TransformMatrix = 0 0 1 0 1 0 1 0 0\n");
  files.refuses(files.projections, "TransformMatrix turns images out of their plane");
}

BOOST_AUTO_TEST_CASE(counts_and_other_numbers) {
  Files files;
  files.write_geometry({{500, 1000}, {500, 1000, 1}});
  files.write_images<std::uint16_t>(2, "MET_USHORT");
  Scan const counts = files.read();
  BOOST_TEST((counts.measured == Measured::intensities));
  BOOST_TEST(counts.full_intensity.value() == 65535);
  BOOST_TEST(has_fact(counts, "images", "counts of 65535 in air", ScanFact::Origin::assumed));
  files.write_images<std::int16_t>(2, "MET_SHORT");
  BOOST_TEST((files.read().measured == Measured::line_integrals));
}

/// The jaw at u = -1.2 mm of the plane of the isocentre is at -2.4 mm on the detector, where pixels
/// are at -4, -2, 0, 2, 4 mm; the one at v = 0.2 mm is at 0.4 mm, rows at -1, -0.5, 0, 0.5 mm.
BOOST_AUTO_TEST_CASE(jaws) {
  Files files;
  std::string const elements =
      "<CollimationUInf>1.2</CollimationUInf><CollimationVSup>0.2"
      "</CollimationVSup>";
  files.write_geometry({{500, 1000}, {500, 1000, 1}}, elements);
  auto const check = [&](auto zero, std::string const& type, double air) {
    using T = decltype(zero);
    files.write_images<T>(2, type);
    Scan const scan = files.read();
    BOOST_TEST(has_fact(scan, "pixels behind jaws", "air", ScanFact::Origin::assumed));
    std::vector<T> numbers(2 * rows * columns);
    scan.views->read(scan.views->whole(), numbers.data());
    std::vector<T> last(columns);  // the same row in a part
    scan.views->read({1, 1, 2, 1}, last.data());
    for (int i = 0; i < 2 * rows * columns; ++i) {
      bool const is_hidden = i % columns == 0 || i / columns % rows == 3;
      BOOST_TEST(static_cast<double>(numbers[static_cast<std::size_t>(i)]) ==
                 (is_hidden ? air : i));
    }
    for (int u = 0; u < columns; ++u) {
      BOOST_TEST(last[static_cast<std::size_t>(u)] ==
                 numbers[static_cast<std::size_t>((rows + 2) * columns + u)]);
    }
  };
  check(float{}, "MET_FLOAT", 0);
  check(std::uint16_t{}, "MET_USHORT", 65535);
  files.write_geometry(
      {{500, 1000}, {500, 1000, 1}},
      "<CollimationUInf>2.1</CollimationUInf><CollimationVSup>9</CollimationVSup>");
  BOOST_TEST(!has_fact(files.read(), "pixels behind jaws", "air", ScanFact::Origin::assumed));
  files.write_geometry({{500, 0}, {500, 0, 1}}, elements);
  files.refuses(files.geometry, "projection 0 has jaws of collimation, which are known for cone");
  for (pyronn::rtk::Projection const& view : {pyronn::rtk::Projection{500, 1000, 1, 0.1},
                                              {500, 1000, 1, 0, 0.1},
                                              {500, 1000, 1, 0, 0, 0, 2}}) {
    files.write_geometry({{500, 1000}, view}, elements);
    files.refuses(files.geometry, "projection 1 has jaws of collimation and InPlaneAngle, Out");
    files.write_geometry({{500, 1000}, view});
    BOOST_TEST(files.read().num_views() == 2);
  }
}

/// Images of another kind have no place of their own.
BOOST_AUTO_TEST_CASE(images_that_are_no_metaimage) {
  Files files;
  files.write_geometry({{500, 1000}, {500, 1000, 1}});
  files.projections = files.folder / "stack.tif";
  files.refuses(files.projections, "is no MetaImage by its name (.mha, .mhd)");
  auto const open = [](std::filesystem::path const& path) {
    BOOST_TEST(path.filename() == "stack.tif");
    return std::make_shared<pyronn::ImagesInMemory<float>>(pyronn::Extents<3>{5, 4, 2},
                                                           std::vector<float>(40));
  };
  GivenOfScan given;
  BOOST_CHECK_EXCEPTION(
      static_cast<void>(read_rtk_scan(files.geometry, files.projections, given, open)), FileError,
      says_of(files.geometry, "pixel [mm]: is missing"));
  given.pixel = {2, 0.5};
  Scan const scan = read_rtk_scan(files.geometry, files.projections, given, open);
  auto const landed = geometry_of<ConeBeam>(scan).view(0).project({0, 1, 0.25});
  BOOST_TEST(landed.u == 2 + 1);
  BOOST_TEST(landed.v == 1.5 + 1);
  BOOST_TEST(has_fact(scan, "middle of images", "(0, 0) mm", ScanFact::Origin::assumed));
}

/// A given pixel leaves the central ray in its pixel.
BOOST_AUTO_TEST_CASE(a_given_pixel) {
  Files files;
  files.write_geometry({{500, 1000}});
  files.write_images<float>(1, "MET_FLOAT");
  GivenOfScan given;
  given.pixel = {1, 1};
  Scan const scan = files.read(given);
  BOOST_TEST(scan.circle->column_of_axis() == 2);
  BOOST_TEST(scan.circle->row_of_isocenter() == 2);
  BOOST_TEST(geometry_of<ConeBeam>(scan).view(0).project({0, 1, 0}).u == 2 + 2);
}

BOOST_AUTO_TEST_CASE(what_does_not_fit) {
  Files files;
  files.write_images<float>(2, "MET_FLOAT");
  files.write_geometry({{500, 1000}});
  files.refuses(files.projections,
                "holds 2 images, but " + files.geometry.string() + " has 1 projection");
  files.write_geometry({{500, 1000}, {500, 0}});
  files.refuses(files.geometry, "projection 1: SourceToDetectorDistance is 0, but 0 means");
  files.write_geometry({{500, 1000}, {500, 1000}},
                       "<RadiusCylindricalDetector>200</RadiusCylindricalDetector>");
  files.refuses(files.geometry, "RadiusCylindricalDetector is 200, but only flat detectors");
  files.write_geometry({{500, 1000}, {500, 1000, 1}}, "<Other>1</Other>");
  Scan const scan = files.read();
  BOOST_TEST(has_fact(scan, "geometry", "read in part", ScanFact::Origin::assumed));
  files.write_images<float>(2, "MET_FLOAT", "ElementSpacing = 1e-300 1 1\n");
  files.refuses(files.geometry, "too far away for pixels");
  files.write_images<float>(2, "MET_FLOAT", "Offset = 1e300 0 0\n");
  files.refuses(files.geometry, "must be finite");
  files.projections = files.folder / "none.mha";
  files.refuses(files.projections, "cannot be read: No such file");
}

BOOST_AUTO_TEST_SUITE_END()
