// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

/// Phantoms that reach beyond the detector, reconstructed from rows that were extended.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <iostream>
#include <string>
#include <type_traits>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <pyronn/cpu.hpp>
#include <pyronn/geometry/detector_part.hpp>
#include <pyronn/pyronn.hpp>
#include <pyronn/recon/preprocess/extend_rows.hpp>
#include <pyronn/scan/row_extension.hpp>

using pyronn::Body;
using pyronn::columns_of;
using pyronn::CpuExecutor;
using pyronn::equal_angles;
using pyronn::Grid;
using pyronn::Phantom;
using pyronn::RowExtension;
using Values = std::vector<float>;

namespace {

constexpr double pi = pyronn::pi;
CpuExecutor const executor{2};

/// A trunk, 180 mm wide, with a spine and organs, the lower end of which is never seen.
Phantom trunk() {
  auto const rod = [](double x, double y, double a, double b, double mu) {
    return Body::cylinder({x, y, 0}, {a, b, 1000}, mu);
  };
  return {rod(3, -4, 90, 62, 0.02),      rod(-30, 0, 25, 18, 0.004), rod(25, 10, 18, 25, -0.012),
          rod(10, -30, 8, 8, 0.02),      rod(-5, 20, 3, 3, 0.01),    rod(40, -20, 6, 9, -0.01),
          Body::ball({0, 5, 6}, 5, 0.01)};
}

template <class Geometry>
Values lines_of(Geometry const& geometry, Phantom const& phantom) {
  auto const extents = geometry.extents();
  Values lines(static_cast<std::size_t>(extents.count()));
  pyronn::project(executor, phantom, geometry,
                  pyronn::ArrayView<float, pyronn::dimension_v<Geometry>>{lines.data(), extents});
  return lines;
}

template <class Geometry>
Values extended(Geometry const& geometry, Values const& lines, RowExtension const& extension) {
  auto const size = geometry.detector_size();
  int const columns = size[0] + extension.before + extension.after;
  Values result(static_cast<std::size_t>(columns) * static_cast<std::size_t>(size[1]) *
                static_cast<std::size_t>(geometry.num_views()));
  pyronn::extend_rows(
      executor,
      pyronn::ProjectionView<float const>{lines.data(), {size[0], size[1], geometry.num_views()}},
      {result.data(), {columns, size[1], geometry.num_views()}}, extension);
  return result;
}

/// The root of the mean square of what a reconstruction has too much or too little, within a radius
/// of the axis.
double error_within(Values const& volume, Values const& truth, Grid const& grid, double radius) {
  double squares = 0;
  double count = 0;
  std::size_t i = 0;
  for (int z = 0; z < grid.size[2]; ++z) {
    for (int y = 0; y < grid.size[1]; ++y) {
      for (int x = 0; x < grid.size[0]; ++x, ++i) {
        double const at_x = (x - 0.5 * (grid.size[0] - 1)) * grid.spacing[0];
        double const at_y = (y - 0.5 * (grid.size[1] - 1)) * grid.spacing[1];
        if (std::hypot(at_x, at_y) > radius) continue;
        double const off = static_cast<double>(volume[i]) - static_cast<double>(truth[i]);
        squares += off * off;
        count += 1;
      }
    }
  }
  return std::sqrt(squares / count);
}

struct Errors {
  double whole, truncated, extended;
};

/// Errors inside what a detector of `columns` sees, and of one that sees all.
template <class Geometry>
Errors errors_of(Geometry const& whole, int columns, RowExtension const& extension,
                 Phantom const& phantom, Grid const& grid, double radius) {
  Values truth(static_cast<std::size_t>(grid.size.count()));
  if constexpr (pyronn::dimension_v<Geometry> == 2) {
    pyronn::voxelise(executor, phantom, grid,
                     pyronn::ImageView<float>{truth.data(), {grid.size[0], grid.size[1]}}, 4);
  } else {
    pyronn::voxelise(executor, phantom, grid, pyronn::VolumeView<float>{truth.data(), grid.size},
                     4);
  }
  auto const reconstruct = [&](Geometry const& geometry, Values const& lines) {
    auto const volume =
        pyronn::reconstruct<pyronn::SoftwareInterp>(executor, geometry, grid, lines);
    return error_within(volume, truth, grid, radius);
  };
  auto const cut = columns_of(whole, (whole.detector_size()[0] - columns) / 2, columns);
  Values const lines = lines_of(cut, phantom);
  auto const widened =
      columns_of(cut, -extension.before, columns + extension.before + extension.after);
  return {reconstruct(whole, lines_of(whole, phantom)), reconstruct(cut, lines),
          reconstruct(widened, extended(cut, lines, extension))};
}

void check_gain(std::string const& name, Errors const& errors) {
  std::cout << name << ": whole " << errors.whole << ", truncated " << errors.truncated
            << ", extended " << errors.extended << ", gain " << errors.truncated / errors.extended
            << '\n';
  BOOST_TEST(errors.truncated > 3 * errors.extended);
}

pyronn::Grid image(double radius) {
  int const size = 2 * static_cast<int>(radius) + 1;
  return Grid::flat({size, size}, {1, 1});
}

}  // namespace

BOOST_AUTO_TEST_SUITE(truncation)

BOOST_AUTO_TEST_CASE(of_parallel_rays) {
  auto const whole = pyronn::ParallelBeam2D::circular({equal_angles(240, 0, pi)}, {220, 1});
  for (int const columns : {70, 90, 120}) {
    check_gain("parallel, " + std::to_string(columns) + " columns",
               errors_of(whole, columns, RowExtension::of(columns), trunk(), image(columns / 2.0),
                         columns / 2.0 - 1));
  }
}

BOOST_AUTO_TEST_CASE(of_heads) {
  auto const whole = pyronn::ParallelBeam2D::circular({equal_angles(240, 0, pi)}, {220, 1});
  auto const check = [&](std::string const& name, Phantom const& phantom, int columns) {
    check_gain(name, errors_of(whole, columns, RowExtension::of(columns), phantom,
                               image(columns / 2.0), columns / 2.0 - 1));
  };
  using pyronn::SheppLoganContrast;
  for (int const columns : {90, 120}) {
    check("Shepp and Logan", pyronn::shepp_logan_2d(100, 0.02), columns);
    check("of high contrast", pyronn::shepp_logan_2d(100, 0.02, SheppLoganContrast::high), columns);
    check("FORBILD", pyronn::forbild_head_2d(), columns);
  }
}

BOOST_AUTO_TEST_CASE(of_a_fan) {
  auto const whole = pyronn::FanBeam::circular({400, 600, equal_angles(360)}, {250, 1.5});
  auto const of_arc = pyronn::ArcFanBeam::circular({400, 600, equal_angles(360)}, {250, 1.5});
  for (int const columns : {80, 110}) {
    double const radius = columns / 2.0 - 2;
    check_gain(
        "fan, " + std::to_string(columns) + " columns",
        errors_of(whole, columns, RowExtension::of(columns), trunk(), image(radius), radius));
    check_gain(
        "arc, " + std::to_string(columns) + " columns",
        errors_of(of_arc, columns, RowExtension::of(columns), trunk(), image(radius), radius));
  }
  auto const short_scan =
      pyronn::FanBeam::circular({400, 600, equal_angles(260, 0.2, 1.35 * pi)}, {250, 1.5});
  check_gain("short fan", errors_of(short_scan, 90, RowExtension::of(90), trunk(), image(42), 42));
}

BOOST_AUTO_TEST_CASE(of_a_cone) {
  auto const whole =
      pyronn::ConeBeam::circular({400, 600, equal_angles(200)}, {{170, 12}, {2.25, 2.25}});
  check_gain("cone", errors_of(whole, 64, RowExtension::of(64), trunk(),
                               Grid::centered({64, 64, 5}, {1.5, 1.5, 1.5}), 46));
}

/// Of a detector that sees one side of the axis, the other edge is left as it is.
BOOST_AUTO_TEST_CASE(of_an_offset_detector) {
  pyronn::CircularScan scan{{60, 4}, {2.25, 2.25}, equal_angles(240)};
  scan.source_isocenter = 400;
  scan.source_detector = 600;
  scan.axis_column = 10;
  auto const extension = pyronn::row_extension(scan, 40);
  BOOST_TEST(extension.before == 0);
  BOOST_TEST(extension.after == 40);
  auto const cut = std::get<pyronn::ConeBeam>(scan.geometry());
  auto const whole = columns_of(cut, 0, 120);
  Grid const grid = Grid::centered({100, 100, 1}, {1.5, 1.5, 1.5});
  Values truth(static_cast<std::size_t>(grid.size.count()));
  pyronn::voxelise(executor, trunk(), grid, pyronn::VolumeView<float>{truth.data(), grid.size}, 4);
  auto const error = [&](pyronn::ConeBeam const& geometry, Values const& lines) {
    return error_within(
        pyronn::reconstruct<pyronn::SoftwareInterp>(executor, geometry, grid, lines), truth, grid,
        70);
  };
  Values const lines = lines_of(cut, trunk());
  check_gain("offset cone", {error(whole, lines_of(whole, trunk())), error(cut, lines),
                             error(columns_of(cut, 0, 100), extended(cut, lines, extension))});
  scan.angles = equal_angles(120, 0, pi);
  BOOST_TEST(pyronn::row_extension(scan, 40).before == 40);
}

BOOST_AUTO_TEST_CASE(of_none_changes_nothing) {
  auto const check = [](auto const& whole, Grid const& grid) {
    Phantom const small{Body::ellipsoid({6, -9, 0}, {62, 45, 400}, 0.02),
                        Body::ellipsoid({10, -6, 3}, {15, 14, 300}, 0.015)};
    int const columns = whole.detector_size()[0];
    Errors const errors = errors_of(whole, columns, RowExtension::of(columns), small, grid, 80);
    std::cout << "clean: " << errors.whole << ", extended " << errors.extended << '\n';
    BOOST_TEST(errors.extended < 1.001 * errors.whole);
  };
  check(pyronn::ParallelBeam2D::circular({equal_angles(240, 0, pi)}, {220, 1}), image(80));
  check(pyronn::FanBeam::circular({400, 600, equal_angles(360)}, {160, 2}), image(80));
  check(pyronn::ConeBeam::circular({400, 600, equal_angles(200)}, {{160, 6}, {2, 2}}),
        Grid::centered({80, 80, 2}, {2, 2, 2}));
}

BOOST_AUTO_TEST_SUITE_END()
