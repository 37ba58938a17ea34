// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

/// Scans of Zeiss microscopes.
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <string>
#include <thread>
#include <variant>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <pyronn/scan/zeiss.hpp>

#include "support/ole2_writer.hpp"
#include "support/temporary_folder.hpp"

using pyronn::FileError;
using pyronn::GivenOfScan;
using pyronn::Measured;
using pyronn::NumberType;
using pyronn::Rotation;
using pyronn::Scan;
using pyronn::ScanFact;
using test::Ole2Order;
using test::Ole2Writer;
using test::says_of;
using Floats = std::vector<float>;
using Integers = std::vector<std::int32_t>;

namespace {

constexpr double rad = pyronn::pi / 180;
constexpr int columns = 8;
constexpr int rows = 6;

/// The number in a view, from 0 on, at a row and a column.
int number(int view, int row, int column) { return (50 * view + 11 * row + 7 * column) % 120; }

template <class T>
std::string image(int view, int width = columns, int height = rows) {
  std::vector<T> numbers;
  for (int row = 0; row < height; ++row) {
    for (int column = 0; column < width; ++column) {
      numbers.push_back(static_cast<T>(number(view, row, column)));
    }
  }
  return test::bytes_of_numbers(numbers);
}

std::string name_of_view(int view) {
  return "ImageData" + std::to_string(view / 100 + 1) + "/Image" + std::to_string(view + 1);
}

struct Files {
  test::TemporaryFolder folder;
  std::filesystem::path path = folder / "scan.txrm";
  Ole2Writer::Streams streams = scan(4);

  void set(std::string const& name, Floats const& values) {
    streams[name] = {test::bytes_of_numbers(values)};
  }
  void set(std::string const& name, Integers const& values) {
    streams[name] = {test::bytes_of_numbers(values)};
  }
  void set_text(std::string const& name, std::string const& text) { streams[name] = {text}; }

  /// A cone-beam scan of uint16, with all that must be there.
  static Ole2Writer::Streams scan(int views) {
    auto const integer = [](int value) {
      return test::Ole2Stream{test::bytes_of_numbers(Integers{value})};
    };
    auto const floats = [](Floats const& values) {
      return test::Ole2Stream{test::bytes_of_numbers(values)};
    };
    Ole2Writer::Streams result{{"ImageInfo/ImageWidth", integer(columns)},
                               {"ImageInfo/ImageHeight", integer(rows)},
                               {"ImageInfo/DataType", integer(5)},
                               {"ImageInfo/NoOfImages", integer(views)},
                               {"ImageInfo/ImagesTaken", integer(views)},
                               {"ImageInfo/XrayGeometry", integer(1)},
                               {"ImageInfo/AcquisitionMode", integer(0)},
                               {"ImageInfo/PixelSize", floats({12.5F})},
                               {"ReferenceData/DataType", integer(5)},
                               {"ReferenceData/Image", {image<std::uint16_t>(9)}}};
    Floats angles;
    for (int view = 0; view < views; ++view) {
      result[name_of_view(view)] = {image<std::uint16_t>(view)};
      angles.push_back(-90.0F + 22.5F * static_cast<float>(view));
    }
    auto const count = static_cast<std::size_t>(views);
    result["ImageInfo/Angles"] = floats(angles);
    result["ImageInfo/StoRADistance"] = floats(Floats(count, -50.0F));
    result["ImageInfo/DtoRADistance"] = floats(Floats(count, 150.0F));
    return result;
  }

  void write(Ole2Order order = Ole2Order::in_a_row, int version = 3) {
    static int files = 0;  // scans keep their files open
    path = folder / ("scan" + std::to_string(++files) + ".txrm");
    Ole2Writer{streams, order, version}.write(path);
  }
  Scan read(GivenOfScan const& given = {}) {
    write();
    return pyronn::read_zeiss(path, given);
  }
  void refuses(std::string const& reason, GivenOfScan const& given = {}) {
    write();
    BOOST_TEST_CONTEXT(reason)
    BOOST_CHECK_EXCEPTION(static_cast<void>(pyronn::read_zeiss(path, given)), FileError,
                          says_of(path, reason));
  }
};

void check_views(pyronn::ImageStack const& stack, int views) {
  BOOST_REQUIRE((stack.extents() == pyronn::Extents<3>{columns, rows, views}));
  std::vector<double> out(static_cast<std::size_t>(stack.extents().count()));
  stack.read(stack.whole(), out.data());
  std::size_t i = 0;
  for (int view = 0; view < views; ++view) {
    for (int row = 0; row < rows; ++row) {
      for (int column = 0; column < columns; ++column) {
        BOOST_REQUIRE(out[i++] == number(view, row, column));
      }
    }
  }
}

double first_number(pyronn::ImageStack const& stack, int view) {
  std::vector<double> out(columns);
  stack.read({view, 1, 1, 1}, out.data());
  return out[2];
}
constexpr double first(int view) { return (50 * view + 25) % 120; }

ScanFact fact(Scan const& scan, std::string const& what) {
  for (ScanFact const& known : scan.facts) {
    if (known.what == what) return known;
  }
  return {what, "is not listed", ScanFact::Origin::given, ""};
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(zeiss, Files)

BOOST_AUTO_TEST_CASE(a_scan_of_a_cone) {
  set("AutoRecon/CenterShift", Floats{0.75F});
  Scan const scan = read();
  check_views(*scan.views, 4);
  BOOST_TEST((scan.views->type() == NumberType::uint16));
  BOOST_TEST((scan.measured == Measured::intensities));
  BOOST_REQUIRE(scan.flats.images->extents()[2] == 1);
  BOOST_TEST(first_number(*scan.flats.images, 0) == first(9));
  BOOST_TEST((scan.flats.images->type() == NumberType::uint16));
  BOOST_TEST(!scan.darks);
  BOOST_TEST((std::holds_alternative<pyronn::ConeBeam>(scan.geometry)));
  auto const& circle = *scan.circle;
  BOOST_TEST(circle.source_isocenter == 50);
  BOOST_TEST(circle.source_detector == 200);
  BOOST_TEST(circle.pixel[0] == 0.05, boost::test_tools::tolerance(1e-12));
  BOOST_TEST(circle.pixel[1] == 0.05, boost::test_tools::tolerance(1e-12));
  BOOST_TEST(circle.axis_column == 3.5 - 0.75);
  BOOST_TEST((circle.rotation == Rotation::clockwise));
  BOOST_TEST(circle.angles == (std::vector<double>{-90 * rad, -67.5 * rad, -45 * rad, -22.5 * rad}),
             boost::test_tools::tolerance(1e-12) << boost::test_tools::per_element());
  BOOST_TEST(scan.files.size() == 1);
  for (char const* const what :
       {"axis column", "rotation", "rows", "roll", "unit of angles", "time of flats", "darks"}) {
    BOOST_TEST((fact(scan, what).origin == ScanFact::Origin::assumed), what);
  }
  for (char const* const what : {"rays", "pixel [mm]", "source-isocenter distance", "flats"}) {
    BOOST_TEST((fact(scan, what).origin == ScanFact::Origin::file), what);
  }
}

/// Where rays go, by hand: at angle 0 the source is on +x and columns grow along +y; it moves along
/// -y as angles grow, and z grows along the rows.
BOOST_AUTO_TEST_CASE(rays_of_a_cone) {
  set("ImageInfo/Angles", Floats{0, 90, 180, 270});
  set("ReconSettings/CenterShift", Floats{0.5F});
  auto const beam = std::get<pyronn::ConeBeam>(read().geometry);
  pyronn::Vec3d const sources[] = {{50, 0, 0}, {0, -50, 0}, {-50, 0, 0}, {0, 50, 0}};
  pyronn::Vec3d const along_u[] = {{0, 0.05, 0}, {0.05, 0, 0}, {0, -0.05, 0}, {-0.05, 0, 0}};
  for (int view = 0; view < 4; ++view) {
    auto const ray = beam.view(view).ray(3, 2.5);  // sees the axis
    BOOST_TEST(length(ray.origin - sources[view]) < 1e-10);
    BOOST_TEST(length(ray.direction + 4.0 * sources[view]) < 1e-10);
    auto const next = beam.view(view).ray(4, 3.5);
    pyronn::Vec3d const step = along_u[view] + pyronn::Vec3d{0, 0, 0.05};
    BOOST_TEST(length(next.direction - ray.direction - step) < 1e-10);
  }
}

BOOST_AUTO_TEST_CASE(parallel_rays) {
  set("ImageInfo/XrayGeometry", Integers{0});
  Scan scan = read();
  BOOST_TEST((std::holds_alternative<pyronn::ParallelBeam3D>(scan.geometry)));
  BOOST_TEST(scan.circle->pixel[0] == 0.0125, boost::test_tools::tolerance(1e-12));
  streams.erase("ImageInfo/XrayGeometry");
  scan = read();  // both distances are there
  BOOST_TEST((std::holds_alternative<pyronn::ConeBeam>(scan.geometry)));
  BOOST_TEST((fact(scan, "rays").origin == ScanFact::Origin::assumed));
  set("ImageInfo/DtoRADistance", Floats{0, 0, 0, 0});
  scan = read();
  BOOST_TEST((std::holds_alternative<pyronn::ParallelBeam3D>(scan.geometry)));
  BOOST_TEST((fact(scan, "rays").origin == ScanFact::Origin::assumed));
  set("ImageInfo/XrayGeometry", Integers{1});
  refuses("source-detector distance: is missing (ImageInfo/DtoRADistance)");
}

BOOST_AUTO_TEST_CASE(all_types_of_numbers) {
  auto const holds = [this](int code, NumberType type, auto zero) {
    set("ImageInfo/DataType", Integers{code});
    for (int view = 0; view < 4; ++view) {
      streams[name_of_view(view)] = {image<decltype(zero)>(view)};
    }
    Scan const scan = read();
    BOOST_TEST((scan.views->type() == type));
    check_views(*scan.views, 4);
  };
  holds(2, NumberType::int8, std::int8_t{});
  holds(3, NumberType::uint8, std::uint8_t{});
  holds(4, NumberType::int16, std::int16_t{});
  holds(5, NumberType::uint16, std::uint16_t{});
  holds(6, NumberType::int32, std::int32_t{});
  holds(7, NumberType::uint32, std::uint32_t{});
  holds(8, NumberType::int64, std::int64_t{});
  holds(9, NumberType::uint64, std::uint64_t{});
  holds(10, NumberType::float32, float{});
  holds(11, NumberType::float64, double{});
  for (int const code : {-1, 0, 1, 12, 13, 1 << 30}) {
    set("ImageInfo/DataType", Integers{code});
    refuses("ImageInfo/DataType: is " + std::to_string(code) + ", where 2 to 11 are numbers");
  }
}

BOOST_AUTO_TEST_CASE(more_views_than_a_storage_holds_in_all_layouts) {
  streams = scan(203);
  for (int const version : {3, 4}) {
    for (auto const order : {Ole2Order::in_a_row, Ole2Order::tables_between, Ole2Order::shuffled}) {
      write(order, version);
      check_views(*pyronn::read_zeiss(path).views, 203);
    }
  }
}

/// Views of 4096 bytes and more are in sectors; where those are neighbours, so are views.
BOOST_AUTO_TEST_CASE(views_in_memory) {
  constexpr int width = 64;
  constexpr int height = 40;
  set("ImageInfo/ImageWidth", Integers{width});
  set("ImageInfo/ImageHeight", Integers{height});
  for (int view = 0; view < 4; ++view) {
    streams[name_of_view(view)] = {image<std::uint16_t>(view, width, height)};
  }
  streams["ReferenceData/Image"] = {image<std::uint16_t>(9, width, height)};
  for (auto const order : {Ole2Order::in_a_row, Ole2Order::shuffled}) {
    write(order);
    Scan const scan = pyronn::read_zeiss(path);
    auto const memory = scan.views->in_memory<std::uint16_t>();
    BOOST_TEST((memory.data != nullptr) == (order == Ole2Order::in_a_row));
    if (memory.data != nullptr) BOOST_TEST(memory(5, 4, 3) == number(3, 4, 5));
    auto const band = [&](int first_row) {
      std::vector<std::uint16_t> out(width * 7 * 3);
      scan.views->read({1, 3, first_row, 7}, out.data());
      bool is_right = true;
      for (int view = 0; view < 3; ++view) {
        for (int i = 0; i < width * 7; ++i) {
          is_right = is_right && out[static_cast<std::size_t>(view * width * 7 + i)] ==
                                     number(view + 1, first_row + i / width, i % width);
        }
      }
      return is_right;
    };
    std::vector<int> right(34);
    std::vector<std::thread> threads;
    for (int t = 0; t < 2; ++t) {
      threads.emplace_back([&, t] {
        for (int row = t; row <= height - 7; row += 2)
          right[static_cast<std::size_t>(row)] = band(row);
      });
    }
    for (auto& thread : threads) thread.join();
    BOOST_TEST(right == std::vector<int>(34, 1), boost::test_tools::per_element());
  }
}

BOOST_AUTO_TEST_CASE(names_without_case) {
  auto const renamed = [this](std::string const& from, std::string const& to) {
    streams[to] = streams.at(from);
    streams.erase(from);
  };
  renamed("ImageInfo/PixelSize", "ImageInfo/pixelsize");
  renamed("ReferenceData/Image", "referencedata/image");
  renamed("ReferenceData/DataType", "referencedata/DATATYPE");
  Scan const scan = read();
  BOOST_TEST(scan.circle->pixel[0] == 0.05, boost::test_tools::tolerance(1e-12));
  BOOST_TEST(first_number(*scan.flats.images, 0) == first(9));
}

BOOST_AUTO_TEST_CASE(scans_that_were_stopped) {
  set("ImageInfo/NoOfImages", Integers{1601});
  Scan scan = read();  // lists of as many views as were taken
  check_views(*scan.views, 4);
  BOOST_TEST(fact(scan, "views").value == "4");
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
  BOOST_TEST(fact(scan, "views").value == "3");
  set("ImageInfo/ImagesTaken", Integers{0});
  refuses("ImageInfo/NoOfImages: there are 0 views");
  streams.erase("ImageInfo/ImagesTaken");
  set("ImageInfo/NoOfImages", Integers{4});
  check_views(*read().views, 4);
}

/// A view that is moved by (x, y) pixels sees in column u what column u + x sees in the others.
BOOST_AUTO_TEST_CASE(views_that_are_moved) {
  for (int const geometry : {0, 1}) {
    set("ImageInfo/XrayGeometry", Integers{geometry});
    streams.erase("Alignment/X-Shifts");
    streams.erase("Alignment/Y-Shifts");
    GivenOfScan given;
    given.roll = 0.1;
    Scan const still = read(given);
    BOOST_TEST(still.circle->shifts.empty());
    set("Alignment/X-Shifts", Floats{0, 1.25F, -2, 0, 99});
    set("Alignment/Y-Shifts", Floats{0, 0.5F, 0, 3, 99});
    Scan const moved = read(given);
    BOOST_REQUIRE(moved.circle->shifts.size() == 4);
    BOOST_TEST((moved.circle->shifts[1] == pyronn::Vec2d{1.25, 0.5}));
    BOOST_TEST(fact(moved, "views are moved, by at most [pixels]").value == "(2, 3)");
    BOOST_REQUIRE(moved.geometry.index() == still.geometry.index());
    double const x[] = {0, 1.25, -2, 0};
    double const y[] = {0, 0.5, 0, 3};
    std::visit(
        [&](auto const& beam) {
          using Beam = std::decay_t<decltype(beam)>;
          if constexpr (!pyronn::is_plane_geometry_v<Beam>) {
            auto const& reference = std::get<Beam>(still.geometry);
            for (int view = 0; view < 4; ++view) {
              for (double const u : {0.0, 3.0, 7.0}) {
                auto const ray = beam.view(view).ray(u, 2);
                auto const same = reference.view(view).ray(u + x[view], 2 + y[view]);
                BOOST_TEST(length(ray.origin - same.origin) < 1e-10);
                BOOST_TEST(length(ray.direction - same.direction) < 1e-10);
              }
            }
          }
        },
        moved.geometry);
    set("Alignment/X-Shifts", Floats{0, 0, 0, 0});
    set("Alignment/Y-Shifts", Floats{0, 0, 0, 0});
    BOOST_TEST(read().circle->shifts.empty());
  }
  set("Alignment/X-Shifts", Floats{0, 0, 9, 0});
  refuses("Alignment/X-Shifts: moves view 2 by 9 pixels of 8");
  set("Alignment/X-Shifts", Floats{0, 0, 1e30F, 0});
  refuses("Alignment/X-Shifts: moves view 2 by");
  set("Alignment/X-Shifts", Floats{0, 0, 1});
  refuses("Alignment/X-Shifts: holds 3 numbers of 4 views");
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
  BOOST_TEST((fact(scan, "type of flats").origin == ScanFact::Origin::assumed));
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
  BOOST_TEST((fact(scan, "exposure of flats").origin == ScanFact::Origin::assumed));
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
  BOOST_TEST((fact(scan, "full intensity").origin == ScanFact::Origin::given));
}

BOOST_AUTO_TEST_CASE(what_is_given_counts_first) {
  GivenOfScan given;
  given.axis_column = 1.75;
  given.pixel = pyronn::Vec2d{0.5, 0.25};
  given.rotation = Rotation::counter_clockwise;
  given.source_isocenter = 100;
  given.source_detector = 300;
  Scan const scan = read(given);
  BOOST_TEST(scan.circle->axis_column == 1.75);
  BOOST_TEST(scan.circle->pixel[1] == 0.25);
  BOOST_TEST(scan.circle->source_isocenter == 100);
  BOOST_TEST(scan.circle->source_detector == 300);
  BOOST_TEST((scan.circle->rotation == Rotation::counter_clockwise));
  for (char const* const what : {"axis column", "pixel [mm]", "rotation"}) {
    BOOST_TEST((fact(scan, what).origin == ScanFact::Origin::given), what);
  }
}

BOOST_AUTO_TEST_CASE(units_of_angles) {
  set_text("PositionInfo/AxisNames", std::string{"Sample X\0Sample Theta\0\0Source Z\0", 33});
  set_text("PositionInfo/AxisUnits", std::string{"um\0deg\0mm\0", 10});
  Scan scan = read();
  BOOST_TEST((fact(scan, "unit of angles").origin == ScanFact::Origin::file));
  BOOST_TEST(scan.circle->angles[0] == -90 * rad, boost::test_tools::tolerance(1e-12));
  set_text("PositionInfo/AxisUnits", std::string{"um\0rad\0mm\0", 10});
  set("ImageInfo/Angles", Floats{0, 1, 2, 3});
  BOOST_TEST(read().circle->angles[3] == 3, boost::test_tools::tolerance(1e-12));
  set_text("PositionInfo/AxisUnits", std::string{"um\0mm\0mm\0", 9});
  refuses("PositionInfo/AxisUnits: has 'mm' for Sample Theta, a length");
  set_text("PositionInfo/AxisUnits", std::string{"um\0", 3});  // of which axis?
  BOOST_TEST(read().circle->angles[3] == 3 * rad, boost::test_tools::tolerance(1e-12));
}

BOOST_AUTO_TEST_CASE(stages_that_move_are_listed) {
  set("ImageInfo/XPosition", Floats{0, 5, 10, 12});
  set("ImageInfo/YPosition", Floats{0, 50, 100, 120.5F});
  Scan const scan = read();
  BOOST_TEST(fact(scan, "XPosition changes by [um]").value == "is not listed");
  BOOST_TEST(fact(scan, "YPosition changes by [um]").value == "120.5");
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
    with("ImageInfo/ImageWidth", Integers{size}, "pyronn::Detector: size");
  }
  with("ImageInfo/ImageWidth", Integers{columns + 1}, "ImageData1/Image1: holds 96 bytes, where");
  with("ImageInfo/ImageWidth", Integers{1 << 28}, "ImageInfo/NoOfImages: 4 views of");
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
