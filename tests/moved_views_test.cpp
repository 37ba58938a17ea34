// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

/// Scans whose panel stands elsewhere in each view.
#include <cmath>
#include <cstddef>
#include <random>
#include <variant>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <pyronn/backend/cpu/executor.hpp>
#include <pyronn/scan/detail/moved_views.hpp>
#include <pyronn/scan/rotation_axis.hpp>

#include "support/temporary_folder.hpp"

using pyronn::CircularScan;
using pyronn::ParallelBeam3D;
using pyronn::ProjectionView;

namespace {

struct Cylinder {
  double x;
  double y;
  double radius;
};

/// Through cylinders along z.
double chord(pyronn::Ray<double> const& ray) {
  double sum = 0;
  for (Cylinder const& body : {Cylinder{12, 5, 20}, {-18, -9, 7}, {3, -25, 5}}) {
    pyronn::Vec3d const from{ray.origin[0] - body.x, ray.origin[1] - body.y, 0};
    double const along = dot(from, ray.direction);
    double const distance = dot(from, from) - along * along;
    double const square = body.radius * body.radius;
    if (distance < square) sum += 2 * std::sqrt(square - distance);
  }
  return sum;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(moved_views)

/// A view whose panel stands elsewhere sees in column u what u + shift sees in others.
BOOST_AUTO_TEST_CASE(panels_that_stand_elsewhere_in_each_view) {
  for (bool const is_cone : {false, true}) {
    CircularScan still{{8, 6}, {0.5, 0.4}, {0, 1, 2}};
    still.roll = 0.2;
    still.axis_column = 3;
    if (is_cone) {
      still.source_isocenter = 100;
      still.source_detector = 400;
    }
    CircularScan moved = still;
    moved.shifts = {{0, 0}, {1.5, 0}, {-2, 0.25}};
    auto const compare = [&](auto const& a, auto const& b) {
      for (int view = 0; view < 3; ++view) {
        auto const shift = moved.shifts[static_cast<std::size_t>(view)];
        auto const found = b.view(view).ray(5, 2);
        auto const expected = a.view(view).ray(5 + shift[0], 2 + shift[1]);
        BOOST_TEST(length(found.origin - expected.origin) < 1e-10);
        BOOST_TEST(length(found.direction - expected.direction) < 1e-10);
      }
    };
    auto const a = still.geometry();
    auto const b = moved.geometry();
    if (is_cone) {
      compare(std::get<pyronn::ConeBeam>(a), std::get<pyronn::ConeBeam>(b));
    } else {
      compare(std::get<ParallelBeam3D>(a), std::get<ParallelBeam3D>(b));
    }
    moved.shifts.pop_back();
    BOOST_CHECK_EXCEPTION(static_cast<void>(moved.geometry()), pyronn::InvalidArgument,
                          test::says("2 shifts of 3 views"));
  }
}

BOOST_AUTO_TEST_CASE(rows_that_are_moved) {
  auto const moved = [](double shift) {
    std::vector<float> row{0, 1, 4, 9, 16};
    pyronn::detail::move_row(row.data(), 5, shift);
    return row;
  };
  BOOST_TEST(moved(0) == (std::vector<float>{0, 1, 4, 9, 16}), boost::test_tools::per_element());
  BOOST_TEST(moved(2) == (std::vector<float>{0, 0, 0, 1, 4}), boost::test_tools::per_element());
  BOOST_TEST(moved(-1) == (std::vector<float>{1, 4, 9, 16, 16}), boost::test_tools::per_element());
  BOOST_TEST(moved(0.25) == (std::vector<float>{0, 0.75F, 3.25F, 7.75F, 14.25F}),
             boost::test_tools::per_element());
  BOOST_TEST(moved(1e6) == std::vector<float>(5, 0.0F), boost::test_tools::per_element());
}

/// Rows are moved back, and the axis is found where it is without movements.
BOOST_AUTO_TEST_CASE(axis_of_moved_views) {
  constexpr int columns = 128;
  constexpr int views = 180;
  CircularScan scan{{columns, 1}, {1, 1}, pyronn::equal_angles(views, 0, pyronn::pi)};
  scan.axis_column = 70.3;
  std::mt19937 generator{1};
  for (int view = 0; view < views; ++view) {
    scan.shifts.push_back({static_cast<double>(generator() % 1024) / 64 - 8, 0});
  }
  auto const beam = std::get<ParallelBeam3D>(scan.geometry());
  std::vector<float> lines;
  for (int view = 0; view < views; ++view) {
    for (int column = 0; column < columns; ++column) {
      lines.push_back(static_cast<float>(chord(beam.view(view).ray(column, 0))));
    }
  }
  pyronn::CpuExecutor const executor;
  ProjectionView<float const> const all{lines.data(), {columns, 1, views}};
  double const mismatch = pyronn::find_rotation_axis(executor, scan, all).mismatch;
  BOOST_TEST(mismatch > 0.1);
  for (std::size_t view = 0; view < views; ++view) {
    pyronn::detail::move_row(lines.data() + view * columns, columns, scan.shifts[view][0]);
  }
  auto const axis = pyronn::find_rotation_axis(executor, scan, all);
  BOOST_TEST(std::abs(axis.column - 70.3) < 0.05);
  BOOST_TEST(axis.mismatch < 0.001);
}

BOOST_AUTO_TEST_SUITE_END()
