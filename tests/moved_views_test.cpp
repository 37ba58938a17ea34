// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

/// The axis of a scan whose panel stands elsewhere in each view.
#include <cmath>
#include <cstddef>
#include <random>
#include <variant>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <pyronn/backend/cpu/executor.hpp>
#include <pyronn/scan/detail/moved_views.hpp>
#include <pyronn/scan/rotation_axis.hpp>

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

/// Rows are moved back, and the axis is found where it is without movements.
BOOST_AUTO_TEST_CASE(axis_of_moved_views) {
  constexpr int columns = 128;
  constexpr int views = 180;
  pyronn::CircularScan scan{{columns, 1}, {1, 1}, pyronn::equal_angles(views, 0, pyronn::pi)};
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
