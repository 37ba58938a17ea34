// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

/// Scans in NXtomo files.
#include <filesystem>
#include <limits>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <pyronn/scan/nxtomo.hpp>

#include "support/nxtomo_scan.hpp"
#include "support/scan_facts.hpp"

using pyronn::FileError;
using pyronn::GivenOfScan;
using pyronn::Measured;
using pyronn::Scan;
using pyronn::ScanFact;
using test::fact_of;
using test::says;
using test::nxtomo::columns;
using test::nxtomo::detector;
using test::nxtomo::entry;
using test::nxtomo::first_number;
using test::nxtomo::keys;
using test::nxtomo::length;
using test::nxtomo::Numbers;
using test::nxtomo::rows;

namespace {

constexpr double rad = pyronn::pi / 180;

}  // namespace

BOOST_FIXTURE_TEST_SUITE(nxtomo, test::nxtomo::Files)

BOOST_AUTO_TEST_CASE(frames_are_sorted_by_their_keys) {
  write();
  Scan const scan = pyronn::read_nxtomo(path);
  BOOST_TEST((scan.views->extents() == pyronn::Extents<3>{columns, rows, 4}));
  BOOST_TEST(first_number(*scan.views, 0) == 200);
  BOOST_TEST(first_number(*scan.views, 3) == 600);
  BOOST_TEST(first_number(*scan.darks.images, 0) == 0);
  BOOST_TEST(first_number(*scan.flats.images, 1) == 400);
  BOOST_TEST(scan.flats.times == (std::vector<double>{0, 2}), boost::test_tools::per_element());
  BOOST_TEST(scan.darks.times == std::vector<double>{0}, boost::test_tools::per_element());
  BOOST_TEST((scan.measured == Measured::intensities));
  auto const& angles = scan.circle->angles;
  BOOST_TEST(angles == (Numbers{20 * rad, 30 * rad, 50 * rad, 60 * rad}),
             boost::test_tools::tolerance(1e-14) << boost::test_tools::per_element());
  BOOST_TEST((std::holds_alternative<pyronn::ParallelBeam3D>(scan.geometry)));
  BOOST_TEST((fact_of(scan, "pixel [mm]").origin == ScanFact::Origin::assumed));
  BOOST_TEST((fact_of(scan, "axis column").origin == ScanFact::Origin::assumed));
}

BOOST_AUTO_TEST_CASE(lengths_have_units_and_metres_without) {
  for (auto const& [unit, value] : {std::pair{"um", 6.5},
                                    {"\xc2\xb5m", 6.5},
                                    {"mm", 6.5e-3},
                                    {"nm", 6500.0},
                                    {static_cast<char const*>(nullptr), 6.5e-6}}) {
    write([&, unit = unit, value = value](test::Hdf5Writer& file) {
      length(file, detector + "x_pixel_size", value, unit);
      length(file, detector + "y_pixel_size", 2 * value, unit);
      file.write(detector + "x_rotation_axis_pixel_position", {}, {1.25});
    });
    Scan const scan = pyronn::read_nxtomo(path);
    BOOST_TEST(scan.circle->pixel[0] == 6.5e-3, boost::test_tools::tolerance(1e-12));
    BOOST_TEST(scan.circle->pixel[1] == 13e-3, boost::test_tools::tolerance(1e-12));
    BOOST_TEST(scan.circle->column_of_axis() == 1.25);
    BOOST_TEST((fact_of(scan, "axis column").origin == ScanFact::Origin::file));
    BOOST_TEST((fact_of(scan, "unit of instrument/detector/x_pixel_size").value == "m") ==
               (unit == nullptr));
  }
  write([](test::Hdf5Writer& file) {  // of the first column, or of the middle?
    file.write(detector + "x_rotation_axis_pixel_position", {}, {0.05});
  });
  BOOST_TEST(
      (fact_of(pyronn::read_nxtomo(path), "axis column").origin == ScanFact::Origin::assumed));
  write([](test::Hdf5Writer& file) {
    length(file, detector + "x_pixel_size", 1, "parsec");
    length(file, detector + "y_pixel_size", 1, "parsec");
  });
  refuses("entry0000/instrument/detector/x_pixel_size: has the unit 'parsec'");
}

/// The sample's own pixel counts where rays are parallel; the detector's behind a tube.
BOOST_AUTO_TEST_CASE(magnification_and_point_sources) {
  auto const both = [](test::Hdf5Writer& file, char const* type) {
    for (std::string const axis : {"x", "y"}) {
      length(file, detector + axis + "_pixel_size", 10, "um");
      length(file, entry + "sample/" + axis + "_pixel_size", 5, "um");
    }
    length(file, entry + "instrument/source/distance", -50, "mm");
    length(file, detector + "distance", 150, "mm");
    file.write_text(entry + "instrument/source/type", type);
  };
  write([&](test::Hdf5Writer& file) { both(file, "Synchrotron X-ray Source"); });
  Scan const parallel = pyronn::read_nxtomo(path);
  BOOST_TEST(parallel.circle->is_parallel());
  BOOST_TEST(parallel.circle->pixel[0] == 5e-3, boost::test_tools::tolerance(1e-12));
  write([&](test::Hdf5Writer& file) { both(file, "Fixed Tube X-ray"); });
  Scan const cone = pyronn::read_nxtomo(path);
  BOOST_TEST(cone.circle->source_isocenter == 50, boost::test_tools::tolerance(1e-12));
  BOOST_TEST(cone.circle->source_detector == 200, boost::test_tools::tolerance(1e-12));
  BOOST_TEST(cone.circle->pixel[0] == 10e-3, boost::test_tools::tolerance(1e-12));
  BOOST_TEST((std::holds_alternative<pyronn::ConeBeam>(cone.geometry)));
}

BOOST_AUTO_TEST_CASE(what_is_given_counts_first) {
  write();
  GivenOfScan given;
  given.axis_column = 1.75;
  given.pixel = pyronn::Vec2d{0.5, 0.5};
  given.rotation = pyronn::Rotation::clockwise;
  given.source_isocenter = 100;
  given.source_detector = 300;
  Scan const scan = pyronn::read_nxtomo(path, given);
  BOOST_TEST(scan.circle->column_of_axis() == 1.75);
  BOOST_TEST((scan.circle->rotation == pyronn::Rotation::clockwise));
  BOOST_TEST((std::holds_alternative<pyronn::ConeBeam>(scan.geometry)));
  BOOST_TEST((fact_of(scan, "axis column").origin == ScanFact::Origin::given));
}

BOOST_AUTO_TEST_CASE(mirrored_images_and_alignment_views) {
  Numbers const control{2, 1, 0, 0, 1, 0, -1, 3};
  write([&](test::Hdf5Writer& file) {
    file.write(detector + "x_flipped", {}, {1}, H5T_STD_I8LE);
    file.write(detector + "image_key_control", {control.size()}, control, H5T_STD_I8LE);
  });
  Scan const scan = pyronn::read_nxtomo(path);
  BOOST_TEST(scan.views->extents()[2] == 3);
  BOOST_TEST(first_number(*scan.views, 0) == 203);
  BOOST_TEST(fact_of(scan, "alignment views").value == "1");
}

BOOST_AUTO_TEST_CASE(several_entries_and_one_deeper) {
  write([](test::Hdf5Writer& file) {
    file.write("other/instrument/detector/data", {1, 3, 4}, frames(1));
  });
  refuses("holds 2 scans, entry0000, other: name one");
  BOOST_TEST((pyronn::nxtomo_entries(path) == std::vector<std::string>{"entry0000", "other"}));
  BOOST_TEST(pyronn::read_nxtomo(path, {}, "entry0000").num_views() == 4);
  BOOST_CHECK_EXCEPTION(static_cast<void>(pyronn::read_nxtomo(path, {}, "none")), FileError,
                        says("none: is no entry with instrument/detector/data"));
  write([](test::Hdf5Writer& file) {
    file.write("other/instrument/detector/data", {1, 3, 4}, frames(1));
    file.attribute("/", "default", "entry0000");
  });
  BOOST_TEST(pyronn::read_nxtomo(path).num_views() == 4);
}

BOOST_AUTO_TEST_CASE(what_does_not_fit_together_is_refused) {
  { test::Hdf5Writer{path}.write("data", {1, 3, 4}, frames(1)); }
  refuses("has no entry with instrument/detector/data: it is no NXtomo file");
  write([](test::Hdf5Writer&) {}, {0, 0, 7});
  refuses("entry0000/instrument/detector/image_key: is 7 of frame 2");
  write([](test::Hdf5Writer&) {}, {1, 2});
  refuses("entry0000/instrument/detector/image_key: has no view among 2");
  write([](test::Hdf5Writer& file) {
    file.attribute(entry + "sample/rotation_angle", "units", "m");
  });
  refuses("entry0000/sample/rotation_angle: has the unit 'm', which is no angle");
  write([](test::Hdf5Writer& file) {
    length(file, detector + "x_pixel_size", 1e300, "mm");
    length(file, detector + "y_pixel_size", 1, "mm");
  });
  refuses("entry0000/instrument/detector/x_pixel_size: is 1e+300 mm, longer than any scanner");
  auto const write_pixels = [&](char const* unit) {
    write([&](test::Hdf5Writer& file) {
      length(file, detector + "x_pixel_size", 3, unit);
      length(file, detector + "y_pixel_size", 3, unit);
    });
  };
  write_pixels("m");
  refuses(
      "pyronn::a panel of 12000 mm, 4 pixels of 3000 mm, is too wide for any beam; are they in "
      "another unit?");
  write_pixels(nullptr);
  refuses(
      "entry0000/instrument/detector/x_pixel_size: is 3 without a unit, which NeXus has in "
      "metres; write its unit");
  write([](test::Hdf5Writer& file) {
    file.write(entry + "sample/z_translation", {8}, {0, 0, 0, 0.1, 0.2, 0.3, 0.4, 0});
    length(file, detector + "x_pixel_size", 1, "mm");
  });
  refuses("entry0000/sample/z_translation: moves by 400 mm during the scan");
  write([](test::Hdf5Writer& file) {
    file.write(entry + "sample/y_translation", {4}, {0, 0, 7, 0});
  });
  refuses("entry0000/sample/y_translation: moves by 7000 mm");
  write([](test::Hdf5Writer& file) {
    file.write(entry + "sample/y_translation", {7}, {0, 0, 0, 0, 0, 0, 0});
  });
  refuses("entry0000/sample/y_translation: holds 7 lengths of 8 frames");
  write([](test::Hdf5Writer&) {}, {2, 0, 0, 0});
  refuses("entry0000/instrument/detector/image_key: has no flat field, which counts want");
  write([](test::Hdf5Writer& file) { length(file, detector + "x_pixel_size", 1, "mm"); });
  refuses("entry0000/instrument/detector/y_pixel_size: is missing beside x_pixel_size");
  write([](test::Hdf5Writer& file) {
    file.write_text(entry + "instrument/source/type", "Fixed Tube X-ray");
    length(file, entry + "instrument/source/distance", -50, "mm");
  });
  refuses("source-detector distance: is missing (instrument/detector/distance)");
  {
    renew();
    test::Hdf5Writer file{path};
    file.write(detector + "data", {3, rows, columns}, frames(3));
    file.write(entry + "sample/rotation_angle", {2}, {0, 1});
  }
  refuses("entry0000/sample/rotation_angle: holds 2 angles of 3 frames");
}

/// The axis of a half acquisition is at the border on purpose.
BOOST_AUTO_TEST_CASE(half_acquisitions) {
  auto const column = [&](auto const& more) {
    write([&](test::Hdf5Writer& file) {
      file.write(detector + "x_rotation_axis_pixel_position", {}, {0.05});
      more(file);
    });
    return pyronn::read_nxtomo(path).circle->column_of_axis();
  };
  BOOST_TEST(column([](test::Hdf5Writer&) {}) == 1.5);
  BOOST_TEST(column([](test::Hdf5Writer& file) {
               file.write_text(detector + "field_of_view", "Half");
             }) == 0.05);
  BOOST_TEST(column([](test::Hdf5Writer& file) {
               file.write_text(detector + "field_of_view", "Full");
             }) == 1.5);
  BOOST_TEST(column([](test::Hdf5Writer& file) {
               file.write(detector + "half_acquisition", {}, {1}, H5T_STD_I8LE);
             }) == 0.05);
}

/// Half a turn in radians is a small part of one in degrees.
BOOST_AUTO_TEST_CASE(angles_without_a_unit_that_may_be_radians) {
  auto const write_angles = [&](Numbers const& angles, char const* unit) {
    renew();
    test::Hdf5Writer file{path};
    file.write(detector + "data", {angles.size(), rows, columns}, frames(angles.size()));
    file.write(entry + "sample/rotation_angle", {angles.size()}, angles);
    if (unit != nullptr) file.attribute(entry + "sample/rotation_angle", "units", unit);
  };
  constexpr double pi = pyronn::pi;
  for (Numbers const& angles :
       {Numbers{0, pi / 3, 2 * pi / 3}, {0, pi / 2, pi}, {pi, pi / 2, 0, -pi / 2}}) {
    write_angles(angles, nullptr);
    refuses("entry0000/sample/rotation_angle: goes from ");
    write_angles(angles, "rad");
    BOOST_TEST(pyronn::read_nxtomo(path).circle->angles[1] == angles[1]);
  }
  for (Numbers const& angles : {Numbers{0, 1, 2, 3, 4}, {0, 1, 2, 3}, {0, 3.1}, {0, 60, 120}}) {
    write_angles(angles, nullptr);
    BOOST_TEST(pyronn::read_nxtomo(path).circle->angles[1] == angles[1] * rad);
  }
  write_angles({0, std::numeric_limits<double>::quiet_NaN(), 2}, "deg");
  refuses("entry0000/sample/rotation_angle: is nan of view 1");
}

/// Nobody may overwrite them.
BOOST_AUTO_TEST_CASE(files_behind_links_are_listed) {
  auto const target = folder / "frames.h5";
  { test::Hdf5Writer{target}.write("data", {8, rows, columns}, frames(8), H5T_STD_U16LE); }
  renew();
  {
    test::Hdf5Writer file{path};
    file.write(detector + "image_key", {8}, keys, H5T_STD_U8LE);
    BOOST_REQUIRE(H5Lcreate_external("frames.h5", "/data", file.get(), (detector + "data").c_str(),
                                     H5P_DEFAULT, H5P_DEFAULT) >= 0);
    file.write(entry + "sample/rotation_angle", {8}, {0, 10, 20, 30, 40, 50, 60, 70});
  }
  Scan const scan = pyronn::read_nxtomo(path);
  BOOST_TEST(first_number(*scan.views, 3) == 600);
  BOOST_TEST_REQUIRE(scan.files.size() == 2U);
  BOOST_TEST(scan.files[0] == path);
  BOOST_TEST(std::filesystem::equivalent(scan.files[1], target));
}

BOOST_AUTO_TEST_SUITE_END()
