// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

/// Scans in .xim, .hnd and .hnc files.
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <string>
#include <variant>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <pyronn/interop/rtk_parameters.hpp>
#include <pyronn/scan/varian.hpp>

#include "support/scan_facts.hpp"
#include "support/varian_scan.hpp"

using pyronn::Extents;
using pyronn::FileError;
using pyronn::GivenOfScan;
using pyronn::ImageStack;
using pyronn::NumberType;
using pyronn::Scan;
using pyronn::ScanFact;
using test::fact_of;
using test::says;
using test::says_of;
using test::varian::columns;
using test::varian::Numbers;
using test::varian::numbers;
using test::varian::Pixels;
using test::varian::rows;
using test::varian::some_pixels;
using test::varian::with;

namespace {

template <class T>
void check_parts(ImageStack const& stack, std::vector<std::vector<T>> const& images, int width) {
  int const height = static_cast<int>(images[0].size()) / width;
  auto const count = static_cast<int>(images.size());
  BOOST_TEST_REQUIRE((stack.extents() == Extents<3>{width, height, count}));
  for (int first = 0; first < count; ++first) {
    for (int row = 0; row < height; ++row) {
      int const part = height - row > 2 ? 2 : height - row;
      std::vector<double> found(static_cast<std::size_t>(width * part * (count - first)));
      stack.read({first, count - first, row, part}, found.data());
      std::size_t at = 0;
      for (int i = first; i < count; ++i) {
        for (int p = row * width; p < (row + part) * width; ++p) {
          auto const& image = images[static_cast<std::size_t>(i)];
          BOOST_REQUIRE(found[at++] == static_cast<double>(image[static_cast<std::size_t>(p)]));
        }
      }
    }
  }
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(varian, test::varian::Folder)

BOOST_AUTO_TEST_CASE(compressed_images) {
  for (std::string const kind : {"xim", "hnd"}) {
    std::vector<Pixels> images;
    for (int view = 0; view < 12; ++view) {
      images.push_back(some_pixels(view));
      write("view_" + std::to_string(view) + "." + kind,
            kind == "xim" ? test::varian::xim(images.back(), columns, numbers)
                          : test::varian::hnd(images.back(), columns, 10, 0.5));
    }
    auto const stack = pyronn::varian_images(path);
    BOOST_TEST((stack->type() == NumberType::int32));
    check_parts(*stack, images, columns);
    for (int view = 0; view < 12; ++view) {
      std::filesystem::remove(folder / ("view_" + std::to_string(view) + "." + kind));
    }
  }
}

BOOST_AUTO_TEST_CASE(compressed_images_of_every_shape) {
  for (int width = 1; width < 10; ++width) {
    for (int height = 1; height < 10; ++height) {
      Pixels const pixels = some_pixels(width, width * height);
      auto const size = static_cast<std::size_t>(width);
      write("a.xim", test::varian::xim(pixels, size, numbers));
      check_parts<std::int32_t>(*pyronn::varian_images(folder / "a.xim"), {pixels}, width);
      write("a.hnd", test::varian::hnd(pixels, size, 10, 0.5));
      check_parts<std::int32_t>(*pyronn::varian_images(folder / "a.hnd"), {pixels}, width);
    }
  }
}

BOOST_AUTO_TEST_CASE(plain_images) {
  std::vector<std::uint16_t> shorts;
  std::vector<std::uint8_t> bytes;
  for (int i = 0; i < columns * rows; ++i) {
    shorts.push_back(static_cast<std::uint16_t>(65535 - 77 * i));
    bytes.push_back(static_cast<std::uint8_t>(255 - i));
  }
  write("a.hnc", test::varian::hnc(shorts, columns, 10, 0.5));
  auto const stack = pyronn::varian_images(folder / "a.hnc");
  BOOST_TEST((stack->type() == NumberType::uint16));
  check_parts<std::uint16_t>(*stack, {shorts}, columns);
  write("b.hnc", test::varian::hnc(shorts, columns, 10, 0.5));
  std::filesystem::rename(folder / "b.hnc", folder / "A2.HNC");
  std::filesystem::rename(folder / "a.hnc", folder / "A1.HNC");
  check_parts<std::uint16_t>(*pyronn::varian_images(path), {shorts, shorts}, columns);
  write("a.xim", test::varian::plain_xim(shorts, columns, numbers));
  check_parts<std::uint16_t>(*pyronn::varian_images(folder / "a.xim"), {shorts}, columns);
  write("b.xim", test::varian::plain_xim(bytes, columns, numbers));
  check_parts<std::uint8_t>(*pyronn::varian_images(folder / "b.xim"), {bytes}, columns);
  write("c.xim", test::varian::plain_xim(some_pixels(1), columns, numbers));
  check_parts<std::int32_t>(*pyronn::varian_images(folder / "c.xim"), {some_pixels(1)}, columns);
}

BOOST_AUTO_TEST_CASE(properties_of_every_type) {
  write("a.xim", test::varian::xim(some_pixels(1), columns, numbers));
  auto const properties = pyronn::xim_properties(folder / "a.xim");
  BOOST_TEST(properties.texts.at("AcquisitionMode") == "Dual");
  BOOST_TEST(properties.number("DataOffset").value() == -100);
  for (auto const& [name, value] : numbers) BOOST_TEST(properties.number(name).value() == value);
  BOOST_TEST(properties.numbers.at("PairOfDoubles") == (std::vector<double>{1.5, -2.5}),
             boost::test_tools::per_element());
  BOOST_TEST(properties.numbers.at("ThreeIntegers") == (std::vector<double>{1, 2, 3}),
             boost::test_tools::per_element());
  BOOST_TEST(!properties.number("PairOfDoubles"));
  BOOST_TEST(!properties.number("Nothing"));
}

BOOST_AUTO_TEST_CASE(a_scan_of_xim_files_is_that_of_rtk) {
  // A view without an image between two others; offsets shake.
  write("view_1.xim", test::varian::xim(some_pixels(1), columns, numbers));
  write("view_2.xim", test::varian::xim_start(0, 0, 4, 1) + std::string(12, '\0') +
                          test::varian::xim_end(numbers));
  Numbers last = with("KVSourceRtn", 33);
  last[5].second = -0.0100;
  write("view_3.xim", test::varian::xim(some_pixels(3), columns, last));
  Scan const scan = pyronn::read_varian(path);
  check_parts<std::int32_t>(*scan.views, {some_pixels(1), some_pixels(3)}, columns);
  BOOST_TEST(scan.files.size() == 2U);
  BOOST_TEST(fact_of(scan, "files without an image").value == "1");
  BOOST_TEST((scan.measured == pyronn::Measured::intensities));
  auto const first = some_pixels(1);
  BOOST_TEST(*scan.full_intensity ==
             static_cast<double>(*std::max_element(first.begin(), first.end())));
  BOOST_TEST((fact_of(scan, "full intensity").origin == ScanFact::Origin::assumed));
  for (char const* const what : {"angles", "rotation", "rows", "roll"}) {
    BOOST_TEST((fact_of(scan, what).origin == ScanFact::Origin::assumed), what);
  }
  for (char const* const what : {"pixel [mm]", "axis column", "central row",
                                 "source-isocenter distance", "source-detector distance"}) {
    BOOST_TEST((fact_of(scan, what).origin == ScanFact::Origin::file), what);
  }
  pyronn::rtk::Projection projection;
  projection.source_to_isocenter_distance = 1000.5;
  projection.source_to_detector_distance = 1500.5;
  projection.projection_offset_x = -0.148;
  projection.projection_offset_y = 0.392;
  pyronn::Detector const detector{{columns, rows}, {0.392, 0.784}};
  double const angles[] = {149.5, 147};
  auto const& beam = std::get<pyronn::ConeBeam>(scan.geometry);
  for (int view = 0; view < 2; ++view) {
    projection.gantry_angle = angles[view] * pyronn::pi / 180;
    auto const expected = pyronn::ConeBeam::from_vectors(
        detector.size, {pyronn::rtk::rotated_to_z_up(pyronn::rtk::vectors(projection, detector))});
    for (int v = 0; v < rows; ++v) {
      for (int u = 0; u < columns; ++u) {
        auto const ray = beam.view(view).ray(u, v);
        auto const other = expected.view(0).ray(u, v);
        for (int axis = 0; axis < 3; ++axis) {
          BOOST_TEST(std::abs(ray.origin[axis] - other.origin[axis]) < 1e-3);
          BOOST_TEST(std::abs(ray.direction[axis] - other.direction[axis]) < 2e-6);
        }
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(a_scan_of_hnd_files_wants_distances) {
  Pixels const pixels(columns * rows, 100);
  for (int view = 0; view < 3; ++view) {
    write("view_" + std::to_string(view) + ".hnd",
          test::varian::hnd(pixels, columns, 20.0 * view, 0.25));
  }
  BOOST_CHECK_EXCEPTION(static_cast<void>(pyronn::read_varian(path)), FileError,
                        says("source-isocenter distance: is missing (SAD, of which no reader knows "
                             "the unit), and was not given either"));
  GivenOfScan given;
  given.source_isocenter = 1000;
  given.source_detector = 1500;
  given.full_intensity = 4000;
  Scan const scan = pyronn::read_varian(path, given);
  BOOST_TEST(scan.circle->pixel[0] == 0.25);
  BOOST_TEST(scan.circle->pixel[1] == 0.5);
  BOOST_TEST(scan.circle->column_of_axis() == 3);
  BOOST_TEST((scan.circle->rotation == pyronn::Rotation::counter_clockwise));
  BOOST_TEST(std::abs(scan.circle->angles[2] - 40 * pyronn::pi / 180) < 1e-15);
  BOOST_TEST(*scan.full_intensity == 4000);
  BOOST_TEST((fact_of(scan, "full intensity").origin == ScanFact::Origin::given));
  BOOST_TEST((fact_of(scan, "axis column").origin == ScanFact::Origin::assumed));
}

BOOST_AUTO_TEST_CASE(says_what_is_wrong_with_a_scan) {
  double const not_a_number = std::numeric_limits<double>::quiet_NaN();
  refuses_scan(with("KVSourceRtn", not_a_number), "view_2.xim: KVSourceRtn: is nan");
  refuses_scan({}, "pixel [mm]: is missing (PixelWidth, PixelHeight in cm), and was not given");
  Numbers without_angle = numbers;
  without_angle.erase(without_angle.begin() + 2);
  refuses_scan(without_angle, "view_2.xim: KVSourceRtn: is missing, or no single number");
  refuses_scan(with("PixelWidth", 0.05), "view_2.xim: PixelWidth and PixelHeight: are (0.5,");
  refuses_scan(with("KVDetectorLat", 1), "view_2.xim: KVDetectorLat: is 10 mm, but -0.196 mm");
  refuses_scan(with("KVSourceVrt", 120), "view_2.xim: KVSourceVrt: is 1200 mm");
  refuses_scan(with("KVSourceRtn", 1e300), "more turns than any scan; is one wrong?");
  refuses_scan(with("PixelWidth", not_a_number),
               "pixel [mm]: is missing (PixelWidth, PixelHeight in cm)");
  write("view_2.xim", test::varian::xim(some_pixels(2, columns), columns, numbers));
  BOOST_CHECK_EXCEPTION(static_cast<void>(pyronn::read_varian(path)), FileError,
                        says("view_2.xim: has an image of (7, 1) int32, compressed, where"));
  write("view_2.xim", test::varian::xim(Pixels(columns * rows), columns, numbers));
  std::filesystem::remove(folder / "view_1.xim");
  BOOST_CHECK_EXCEPTION(static_cast<void>(pyronn::read_varian(path)), FileError,
                        says("full intensity: is 0, where counts are positive"));
  std::filesystem::remove(folder / "view_2.xim");
  BOOST_CHECK_EXCEPTION(static_cast<void>(pyronn::read_varian(path)), FileError,
                        says("holds no .xim, .hnd or .hnc file"));
  write("empty.xim", test::varian::xim_start(0, 0, 4, 1) + std::string(12, '\0') +
                         test::varian::xim_end(numbers));
  BOOST_CHECK_EXCEPTION(static_cast<void>(pyronn::read_varian(path)), FileError,
                        says("there is no file with an image"));
  BOOST_CHECK_EXCEPTION(static_cast<void>(pyronn::varian_images(path)), FileError,
                        says("holds no image"));
}

BOOST_AUTO_TEST_CASE(says_what_is_wrong_with_a_file) {
  using test::varian::integer;
  std::string const xim = test::varian::xim(some_pixels(1), columns, numbers);
  for (std::size_t size = 0; size < xim.size(); ++size) {
    refuses("a.xim", xim.substr(0, size), "");
  }
  std::string const hnd = test::varian::hnd(Pixels(columns * rows, 9), columns, 1, 1);
  for (std::size_t size = 0; size < hnd.size(); ++size) {
    refuses("a.hnd", hnd.substr(0, size), "");
  }
  std::vector<std::uint16_t> const shorts(columns * rows);
  std::string const hnc = test::varian::hnc(shorts, columns, 1, 1);
  refuses("a.hnc", hnc.substr(0, hnc.size() - 1),
          "ends within its image, of which there are 69 of 70 bytes");
  refuses("a.tif", hnc, "is not called .xim, .hnd or .hnc");
  refuses("a.xim", hnc, "does not begin with VMS, as .xim does");
  auto const changed = [](std::string bytes, std::size_t at, std::int64_t value) {
    return bytes.replace(at, 4, integer(value));
  };
  refuses("a.hnc", changed(hnc, 120, 0), "has an image of (0, 5) pixels");
  refuses("a.hnc", changed(hnc, 120, -1), "has -1 columns");
  refuses("a.hnc", changed(hnc, 124, 2147483647), "has 2147483647 rows");
  refuses("a.hnd", changed(hnd, 120, 1 << 20), "ends within the table of its image");
  refuses("a.xim", changed(xim, 12, 1 << 20), "too few for 1048576 x 5 pixels");
  refuses("a.xim", changed(xim, 28, 2), "has the compression 2, where .xim has 0 and 1");
  refuses("a.xim", changed(xim, 32, -5), "its table has -5 bytes");
  refuses("a.xim", changed(xim, 32, 6), "");
  std::string const plain = test::varian::plain_xim(shorts, columns, numbers);
  refuses("a.xim", changed(plain, 24, 3), "has 3 bytes a pixel; .xim has 1, 2 or 4");
  refuses("a.xim", changed(plain, 24, 1), "has an image of 70 bytes, where (7, 5) pixels of uint8");
  std::size_t const name = xim.find("AcquisitionMode");
  refuses("a.xim", changed(xim, name + 15, 3), "property 'AcquisitionMode': has the type 3");
  refuses("a.xim", changed(xim, name - 4, 1 << 30), "ends within its properties");
  refuses("a.xim", changed(xim, name - 4, -1), "a property's name has -1 entries");
  refuses("a.xim", changed(xim, name - 8, 2147483647), "ends within its properties");
  std::size_t const list = xim.find("PairOfDoubles");
  refuses("a.xim", changed(xim, list + 17, 15), "property 'PairOfDoubles': has 15 bytes");
  // The code 3 of the first difference: found when the image is read.
  std::string bad = xim;
  bad[36] = static_cast<char>(bad[36] | 3);
  write("a.xim", bad);
  std::vector<float> image(columns * rows);
  auto const stack = pyronn::varian_images(folder / "a.xim");
  BOOST_CHECK_EXCEPTION(stack->read(stack->whole(), image.data()), FileError,
                        says_of(folder / "a.xim", "the table holds the code 3 of difference 0"));
}

BOOST_AUTO_TEST_SUITE_END()
