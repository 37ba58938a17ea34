// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

/// Values of scans of Zeiss microscopes: references, exposures, units, and those that are refused.
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <pyronn/scan/zeiss.hpp>

#include "support/scan_facts.hpp"
#include "support/zeiss_scan.hpp"

using pyronn::GivenOfScan;
using pyronn::NumberType;
using pyronn::Scan;
using pyronn::ScanFact;
using test::fact_of;
using test::zeiss::check_views;
using test::zeiss::columns;
using test::zeiss::first;
using test::zeiss::first_number;
using test::zeiss::Floats;
using test::zeiss::image;
using test::zeiss::Integers;

namespace {

constexpr double rad = pyronn::pi / 180;

}  // namespace

BOOST_FIXTURE_TEST_SUITE(zeiss_values, test::zeiss::Files)

BOOST_AUTO_TEST_CASE(scans_that_were_stopped) {
  set("ImageInfo/NoOfImages", Integers{1601});
  Scan scan = read();  // lists of as many views as were taken
  check_views(*scan.views, 4);
  BOOST_TEST(fact_of(scan, "views").value == "4");
  Floats angles(1601, std::numeric_limits<float>::quiet_NaN());
  for (std::size_t view = 0; view < 4; ++view) angles[view] = 10;
  set("ImageInfo/Angles", angles);  // or of as many as were meant
  scan = read();
  BOOST_TEST(scan.circle->angles.size() == 4);
  BOOST_TEST(scan.circle->angles[3] == 10 * rad, boost::test_tools::tolerance(1e-12));
  set("ImageInfo/ImagesTaken", Integers{2000});
  refuses("ImageInfo/NoOfImages: 1601 views of (8, 6) uint16 do not fit into a file of");
  set("ImageInfo/NoOfImages", Integers{3});
  scan = read();
  check_views(*scan.views, 3);
  BOOST_TEST(fact_of(scan, "views").value == "3");
  set("ImageInfo/ImagesTaken", Integers{0});
  refuses("ImageInfo/NoOfImages: there are 0 views");
  streams.erase("ImageInfo/ImagesTaken");
  set("ImageInfo/NoOfImages", Integers{4});
  check_views(*read().views, 4);
}

BOOST_AUTO_TEST_CASE(several_references) {
  streams.erase("ReferenceData/Image");
  streams.erase("ReferenceData/DataType");
  set("MultiReferenceData/DataType", Integers{10});
  for (int i = 0; i < 3; ++i) {
    streams["MultiReferenceData/Image" + std::to_string(i + 1)] = {image<float>(20 + i)};
  }
  Scan const scan = read();
  BOOST_REQUIRE(scan.flats.images->extents()[2] == 3);
  BOOST_TEST((scan.flats.images->type() == NumberType::float32));
  for (int i = 0; i < 3; ++i) BOOST_TEST(first_number(*scan.flats.images, i) == first(20 + i));
  BOOST_TEST(scan.flats.times == std::vector<double>(3), boost::test_tools::per_element());
  set("MultiReferenceData/ImageInfo/ImageWidth", Integers{columns + 1});
  refuses("MultiReferenceData/ImageInfo: has images of (9, 6), where views are of (8, 6)");
  set("MultiReferenceData/ImageInfo/ImageWidth", Integers{columns});
  streams["MultiReferenceData/Image2"] = {image<std::uint16_t>(20)};
  refuses(
      "MultiReferenceData/Image2: holds 96 bytes, where an image of that size and type has 192");
}

BOOST_AUTO_TEST_CASE(types_of_references) {
  streams.erase("ReferenceData/DataType");
  Scan scan = read();
  BOOST_TEST((scan.flats.images->type() == NumberType::uint16));
  BOOST_TEST((fact_of(scan, "type of flats").origin == ScanFact::Origin::assumed));
  streams["ReferenceData/Image"] = {image<float>(9)};
  BOOST_TEST((read().flats.images->type() == NumberType::float32));
  streams["ReferenceData/Image"] = {image<std::uint8_t>(9)};
  refuses("ReferenceData/DataType: is missing, and 48 bytes of ReferenceData/Image are neither");
  set("ReferenceData/DataType", Integers{3});
  BOOST_TEST((read().flats.images->type() == NumberType::uint8));
  set("ReferenceData/DataType", Integers{1});
  refuses("ReferenceData/DataType: is 1, where 2 to 11 are numbers");
}

/// (view / its exposure) / (flat / its exposure) is what counts.
BOOST_AUTO_TEST_CASE(exposures) {
  set("ImageInfo/ExpTimes", Floats{2, 2, 2, 2});
  Scan scan = read();  // that of the flat is unknown
  BOOST_TEST((fact_of(scan, "exposure of flats").origin == ScanFact::Origin::assumed));
  BOOST_TEST(first_number(*scan.flats.images, 0) == first(9));
  set("ReferenceData/ExpTime", Floats{0.5F});
  scan = read();
  check_views(*scan.views, 4);
  BOOST_TEST((scan.views->type() == NumberType::uint16));  // as they are
  BOOST_TEST((scan.flats.images->type() == NumberType::float32));
  BOOST_TEST(first_number(*scan.flats.images, 0) == 4 * first(9));
  set("ReferenceData/ImageInfo/ExpTimes", Floats{1});  // newer files
  BOOST_TEST(first_number(*read().flats.images, 0) == 2 * first(9));
  set("ImageInfo/ExpTimes", Floats{2, 4, 1, 2, 7});
  scan = read();
  BOOST_TEST((scan.views->type() == NumberType::float32));
  BOOST_TEST(first_number(*scan.views, 0) == first(0));
  BOOST_TEST(first_number(*scan.views, 1) == first(1) / 2);
  BOOST_TEST(first_number(*scan.views, 2) == first(2) * 2);
  BOOST_TEST(first_number(*scan.flats.images, 0) == 2 * first(9));
  set("ImageInfo/ExpTimes", Floats{2, 0, 1, 2});  // no exposure
  scan = read();
  check_views(*scan.views, 4);
  BOOST_TEST(first_number(*scan.flats.images, 0) == first(9));
  set("ImageInfo/ExpTime", Floats{3});
  BOOST_TEST(first_number(*read().flats.images, 0) == 3 * first(9));
}

BOOST_AUTO_TEST_CASE(counts_want_a_reference) {
  streams.erase("ReferenceData/Image");
  refuses(
      "ReferenceData/Image: is missing, and MultiReferenceData/Image1: counts want a reference");
  GivenOfScan given;
  given.full_intensity = 1000;
  Scan const scan = read(given);
  BOOST_TEST(scan.full_intensity.value() == 1000);
  BOOST_TEST(!scan.flats);
  BOOST_TEST((fact_of(scan, "full intensity").origin == ScanFact::Origin::given));
}

BOOST_AUTO_TEST_CASE(units_of_angles) {
  set_text("PositionInfo/AxisNames", std::string{"Sample X\0Sample Theta\0\0Source Z\0", 33});
  set_text("PositionInfo/AxisUnits", std::string{"um\0deg\0mm\0", 10});
  Scan scan = read();
  BOOST_TEST((fact_of(scan, "unit of angles").origin == ScanFact::Origin::file));
  BOOST_TEST(scan.circle->angles[0] == -90 * rad, boost::test_tools::tolerance(1e-12));
  set_text("PositionInfo/AxisUnits", std::string{"um\0rad\0mm\0", 10});
  set("ImageInfo/Angles", Floats{0, 1, 2, 3});
  BOOST_TEST(read().circle->angles[3] == 3, boost::test_tools::tolerance(1e-12));
  set_text("PositionInfo/AxisUnits", std::string{"um\0mm\0mm\0", 9});
  refuses("PositionInfo/AxisUnits: has 'mm' for Sample Theta, a length");
  set_text("PositionInfo/AxisUnits", std::string{"um\0", 3});  // of which axis?
  BOOST_TEST(read().circle->angles[3] == 3 * rad, boost::test_tools::tolerance(1e-12));
}

BOOST_AUTO_TEST_CASE(what_is_missing_or_contradictory) {
  auto const without = [this](std::string const& name, std::string const& reason) {
    auto const kept = streams;
    streams.erase(name);
    refuses(reason);
    streams = kept;
  };
  for (std::string const name : {"ImageWidth", "ImageHeight", "DataType", "NoOfImages"}) {
    without("ImageInfo/" + name, "ImageInfo/" + name + ": is missing; is it a scan");
  }
  without("ImageInfo/Angles", "ImageInfo/Angles: is missing; angles are not guessed");
  without("ImageInfo/PixelSize", "pixel [mm]: is missing (ImageInfo/PixelSize)");
  without("ImageInfo/StoRADistance", "source-isocenter distance: is missing");
  without("ImageData1/Image3", "ImageData1/Image3: is missing, image 3 of 4");

  auto const with = [this](std::string const& name, auto const& values, std::string const& reason) {
    auto const kept = streams;
    set(name, values);
    refuses(reason);
    streams = kept;
  };
  float const nan = std::numeric_limits<float>::quiet_NaN();
  float const infinity = std::numeric_limits<float>::infinity();
  for (int const size : {0, -1, 1 << 30, std::numeric_limits<int>::min()}) {
    with("ImageInfo/ImageWidth", Integers{size},
         "ImageInfo/ImageWidth: is " + std::to_string(size) + ", which no panel has");
  }
  with("ImageInfo/ImageWidth", Integers{columns + 1}, "ImageData1/Image1: holds 96 bytes, where");
  with("ImageInfo/ImageWidth", Integers{1 << 20}, "ImageInfo/NoOfImages: 4 views of");
  with("ImageInfo/ImageWidth", Integers{}, "ImageInfo/ImageWidth: holds 0 bytes, where");
  with("ImageInfo/NoOfImages", Integers{-5}, "ImageInfo/NoOfImages: there are -5 views");
  streams.erase("ImageInfo/ImagesTaken");
  with("ImageInfo/NoOfImages", Integers{2147483647}, "ImageInfo/NoOfImages: 2147483647 views of");
  with("ImageInfo/NoOfImages", Integers{5}, "ImageData1/Image5: is missing");
  with("ImageInfo/Angles", Floats{1, 2, 3}, "ImageInfo/Angles: holds 3 numbers of 4 views");
  with("ImageInfo/Angles", Floats{0, 1, 2, 3e38F}, "degrees, more turns than any scan");
  with("ImageInfo/Angles", Floats{0, 1.5708F, 3.1416F, 4.7124F},
       "ImageInfo/Angles: goes from 0 to 4.712");
  with("ImageInfo/Angles", Floats{1, 2, nan, 3}, "ImageInfo/Angles: number 2 is nan");
  with("ImageInfo/Angles", Floats{1, 2, 1e30F, 3}, "degrees, more turns than any scan");
  with("ImageInfo/PixelSize", Floats{-1}, "ImageInfo/PixelSize: is -1, where micrometres");
  with("ImageInfo/PixelSize", Floats{infinity}, "ImageInfo/PixelSize: number 0 is inf");
  for (float const size : {0.0F, -1.0F, 1e-30F, 1e30F}) {
    with("ImageInfo/PixelSize", Floats{size}, "ImageInfo/PixelSize: is ");
  }
  with("ImageInfo/StoRADistance", Floats{-50, -50, -51, -50},
       "ImageInfo/StoRADistance: changes from -50 to -51 during the scan");
  with("ImageInfo/StoRADistance", Floats{1e30F},
       "ImageInfo/StoRADistance: is 1.00000001504747e+30, where millimetres are meant");
  with("ImageInfo/StoRADistance", Floats{300000},
       "ImageInfo/StoRADistance: is 300000, where millimetres are meant; is it in another unit?");
  with("ImageInfo/DtoRADistance", Floats{1e10F}, "ImageInfo/DtoRADistance: is 10000000000, where");
  with("AutoRecon/CenterShift", Floats{9}, "AutoRecon/CenterShift: is 9 pixels on a panel of 8");
  with("AutoRecon/CenterShift", Floats{nan}, "AutoRecon/CenterShift: number 0 is nan");
  with("ImageInfo/AcquisitionMode", Integers{1}, "ImageInfo/AcquisitionMode: is 1, where 0 is");
  with("ImageInfo/MosiacMode", Integers{1}, "ImageInfo/MosiacMode: it is a mosaic");
  set("ImageInfo/MosiacRows", Integers{2});
  with("ImageInfo/MosiacColumns", Integers{3}, "ImageInfo/MosiacMode: it is a mosaic");
  set_text("ImageInfo/PixelSize", "12345");
  refuses("ImageInfo/PixelSize: holds 5 bytes, where numbers of 4 bytes are meant");
}

/// A list of streams that are all the same one must not be as long as it likes.
BOOST_AUTO_TEST_CASE(more_images_than_the_file_has_bytes_for) {
  streams = scan(150);
  set("ImageInfo/ImageWidth", Integers{64});
  set("ImageInfo/ImageHeight", Integers{64});
  refuses("ImageInfo/NoOfImages: 150 views of (64, 64) uint16 do not fit into a file of");
}

BOOST_AUTO_TEST_SUITE_END()
