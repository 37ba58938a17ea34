// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

/// Scans of Zeiss microscopes.
#include <cstddef>
#include <cstdint>
#include <string>
#include <thread>
#include <type_traits>
#include <variant>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <pyronn/scan/zeiss.hpp>

#include "support/scan_facts.hpp"
#include "support/zeiss_scan.hpp"

using pyronn::GivenOfScan;
using pyronn::Measured;
using pyronn::NumberType;
using pyronn::Rotation;
using pyronn::Scan;
using pyronn::ScanFact;
using test::fact_of;
using test::Ole2Order;
using test::zeiss::check_views;
using test::zeiss::columns;
using test::zeiss::first;
using test::zeiss::first_number;
using test::zeiss::Floats;
using test::zeiss::image;
using test::zeiss::Integers;
using test::zeiss::name_of_view;
using test::zeiss::number;
using test::zeiss::rows;

namespace {

constexpr double rad = pyronn::pi / 180;

}  // namespace

BOOST_FIXTURE_TEST_SUITE(zeiss, test::zeiss::Files)

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
  BOOST_TEST(circle.column_of_axis() == 3.5 - 0.75);
  BOOST_TEST((circle.rotation == Rotation::clockwise));
  BOOST_TEST(circle.angles == (std::vector<double>{-90 * rad, -67.5 * rad, -45 * rad, -22.5 * rad}),
             boost::test_tools::tolerance(1e-12) << boost::test_tools::per_element());
  BOOST_TEST(scan.files.size() == 1);
  for (char const* const what :
       {"axis column", "rotation", "rows", "roll", "unit of angles", "time of flats", "darks"}) {
    BOOST_TEST((fact_of(scan, what).origin == ScanFact::Origin::assumed), what);
  }
  for (char const* const what : {"rays", "pixel [mm]", "source-isocenter distance", "flats"}) {
    BOOST_TEST((fact_of(scan, what).origin == ScanFact::Origin::file), what);
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
  BOOST_TEST((fact_of(scan, "rays").origin == ScanFact::Origin::assumed));
  set("ImageInfo/DtoRADistance", Floats{0, 0, 0, 0});
  scan = read();
  BOOST_TEST((std::holds_alternative<pyronn::ParallelBeam3D>(scan.geometry)));
  BOOST_TEST((fact_of(scan, "rays").origin == ScanFact::Origin::assumed));
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
    BOOST_TEST(fact_of(moved, "views are moved, by at most [pixels]").value == "(2, 3)");
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

BOOST_AUTO_TEST_CASE(what_is_given_counts_first) {
  GivenOfScan given;
  given.axis_column = 1.75;
  given.pixel = pyronn::Vec2d{0.5, 0.25};
  given.rotation = Rotation::counter_clockwise;
  given.source_isocenter = 100;
  given.source_detector = 300;
  Scan const scan = read(given);
  BOOST_TEST(scan.circle->column_of_axis() == 1.75);
  BOOST_TEST(scan.circle->pixel[1] == 0.25);
  BOOST_TEST(scan.circle->source_isocenter == 100);
  BOOST_TEST(scan.circle->source_detector == 300);
  BOOST_TEST((scan.circle->rotation == Rotation::counter_clockwise));
  for (char const* const what : {"axis column", "pixel [mm]", "rotation"}) {
    BOOST_TEST((fact_of(scan, what).origin == ScanFact::Origin::given), what);
  }
}

BOOST_AUTO_TEST_CASE(stages_that_move_are_listed) {
  set("ImageInfo/XPosition", Floats{0, 5, 10, 12});
  set("ImageInfo/YPosition", Floats{0, 50, 100, 120.5F});
  Scan const scan = read();
  BOOST_TEST(fact_of(scan, "XPosition changes by [um]").what == "");
  BOOST_TEST(fact_of(scan, "YPosition changes by [um]").value == "120.5");
}

BOOST_AUTO_TEST_SUITE_END()
