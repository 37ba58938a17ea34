// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include "support/backends.hpp"
//
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <type_traits>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <pyronn/pyronn.hpp>

#include "support/numbers.hpp"
#include "support/operators.hpp"

// Line integrals in the plane have closed forms where the image is uniform or a single pixel.

using pyronn::ArcFanBeam;
using pyronn::FanBeam;
using pyronn::Grid;
using pyronn::ParallelBeam2D;

namespace {

/// How long the side of the uniform square is [mm].
constexpr double side = 24;

/// What a slanted ray of a model may be off a chord by: RayMarch samples an edge at discrete
/// points.
template <class Case>
constexpr double slant_error = std::is_same_v<typename Case::Model, pyronn::RayMarch> ? 2e-3 : 1e-5;

std::vector<float> ones(Grid const& grid) {
  return std::vector<float>(static_cast<std::size_t>(grid.size.count()), 1.0F);
}

/// All rays of the scan enter and leave the square through opposite sides, and run through the
/// `share` of it that lies between source and detector.
template <class Case, class Geometry>
void check_chords(Geometry const& scan, Grid const& grid, double share = 1) {
  typename Case::template Projector<Geometry> const op{scan, grid};
  auto const values = test::run(op, ones(grid));
  std::size_t n = 0;
  for (int view = 0; view < scan.num_views(); ++view) {
    for (int u = 0; u < scan.detector_size()[0]; ++u, ++n) {
      auto const way = scan.view(view).ray(u, 0).direction;
      double const slant = length(way) / std::max(std::abs(way[0]), std::abs(way[1]));
      double const chord = share * side * slant;
      BOOST_TEST(std::abs(static_cast<double>(values[n]) - chord) <= slant_error<Case> * side,
                 "view " << view << ", column " << u << ", " << grid.spacing << " mm: " << values[n]
                         << " instead of " << chord);
    }
  }
}

constexpr double quarter = 0.5 * pyronn::pi;
std::vector<double> const along_axes{0, quarter, 2 * quarter, -quarter};
std::vector<double> const slanted{0.3, 0.3 + quarter, 0.3 + 2 * quarter, -1.4};

/// `make(angles)` is a scan.
template <class Case, class Make>
void check_chords_at_any_spacing(Make const& make) {
  for (double const spacing : {2.0, 1.0, 0.5, 0.25}) {
    int const count = static_cast<int>(side / spacing);
    Grid const grid = Grid::flat({count, count}, {spacing, spacing});
    check_chords<Case>(make(along_axes), grid);
    check_chords<Case>(make(slanted), grid);
    check_chords<Case>(make(along_axes), Grid::flat({count, 12}, {spacing, 2}));
    check_chords<Case>(make(along_axes), Grid::flat({12, count}, {2, spacing}));
  }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(plane_chords, *boost::unit_test::precondition(test::device_present))

BOOST_AUTO_TEST_CASE_TEMPLATE(spacing_changes_no_amplitude, Case, test::RayDrivenCases) {
  using Angles = std::vector<double>;
  check_chords_at_any_spacing<Case>([](Angles const& angles) {
    return ParallelBeam2D::circular({angles}, {5, 1.5});
  });
  check_chords_at_any_spacing<Case>([](Angles const& angles) {
    return FanBeam::circular({100, 200, angles}, {5, 3});
  });
  check_chords_at_any_spacing<Case>([](Angles const& angles) {
    return ArcFanBeam::circular({100, 200, angles}, {5, 3});
  });
}

/// A pixel at the border as much as one in the middle, whichever way the ray runs.
BOOST_AUTO_TEST_CASE_TEMPLATE(every_pixel_on_the_ray_counts_its_side, Case, test::RayDrivenCases) {
  // A texture unit rounds where RayMarch samples.
  bool const is_rounded = test::on_device && std::is_same_v<Case, test::RayMarchTexture>;
  for (double const spacing : {2.0, 1.0, 0.5, 0.25}) {
    Grid const row = Grid::flat({7, 3}, {spacing, 1});
    Grid const column = Grid::flat({3, 7}, {1, spacing});
    auto const check = [&](auto const& scan, Grid const& grid) {
      typename Case::template Projector<std::decay_t<decltype(scan)>> const op{scan, grid};
      for (int n = 0; n < 7; ++n) {
        std::vector<float> image(21);
        int const pixel = grid.size[0] == 7 ? 7 + n : 3 * n + 1;
        image[static_cast<std::size_t>(pixel)] = 1;
        for (float const value : test::run(op, image)) {
          BOOST_TEST(value == static_cast<float>(spacing),
                     boost::test_tools::tolerance(is_rounded ? 1e-2F : 1e-5F));
        }
      }
    };
    check(ParallelBeam2D::circular({{0, 2 * quarter}}, {1, 1}), row);
    check(ParallelBeam2D::circular({{quarter, -quarter}}, {1, 1}), column);
    check(FanBeam::circular({100, 200, {0, 2 * quarter}}, {1, 1}), row);
    check(FanBeam::circular({100, 200, {quarter, -quarter}}, {1, 1}), column);
    check(ArcFanBeam::circular({100, 200, {0, 2 * quarter}}, {1, 1}), row);
    check(ArcFanBeam::circular({100, 200, {quarter, -quarter}}, {1, 1}), column);
  }
}

/// Nothing behind the source counts, and nothing beyond the detector.
BOOST_AUTO_TEST_CASE_TEMPLATE(sources_and_detectors_inside_the_square, Case, test::RayDrivenCases) {
  for (double const spacing : {2.0, 1.0, 0.25}) {
    int const count = static_cast<int>(side / spacing);
    Grid const grid = Grid::flat({count, count}, {spacing, spacing});
    check_chords<Case>(FanBeam::circular({6, 60, along_axes}, {5, 2}), grid, 0.75);
    check_chords<Case>(ArcFanBeam::circular({6, 60, along_axes}, {5, 2}), grid, 0.75);
    check_chords<Case>(FanBeam::circular({60, 66, along_axes}, {5, 1}), grid, 0.75);
    check_chords<Case>(FanBeam::circular({3, 9, along_axes}, {1, 1}), grid, 0.375);
  }
}

/// Whose x neither grows nor falls by as much as a rounding.
BOOST_AUTO_TEST_CASE_TEMPLATE(rays_straight_along_y, Case, test::RayDrivenCases) {
  Grid const grid = Grid::flat({24, 48}, {1, 0.5});
  for (double const sense : {1.0, -1.0}) {
    auto const parallel = ParallelBeam2D::from_vectors(3, {{{0, sense}, {0.2, 0}, {4, 0}}});
    BOOST_TEST_REQUIRE(parallel.view(0).ray(2, 0).direction[0] == 0.0);
    check_chords<Case>(parallel, grid);
    auto const fan = [sense](double source, double detector) {
      return FanBeam::from_vectors(1, {{{0.2, -sense * source}, {0.2, sense * detector}, {1, 0}}});
    };
    BOOST_TEST_REQUIRE(fan(50, 70).view(0).ray(0, 0).direction[0] == 0.0);
    check_chords<Case>(fan(50, 70), grid);
    check_chords<Case>(fan(0, 70), grid, 0.5);
    check_chords<Case>(fan(50, -6), grid, 0.25);
    // Away from the square, and beside it.
    check_chords<Case>(fan(-20, 70), grid, 0);
    check_chords<Case>(ParallelBeam2D::from_vectors(1, {{{0, sense}, {13.5, 0}, {1, 0}}}), grid, 0);
  }
}

/// Along borders, too, where rays run beside the outermost pixels' centres, on either side.
BOOST_AUTO_TEST_CASE_TEMPLATE(copies_in_a_workspace_change_nothing, Interp, test::Interps) {
  auto const scan =
      ParallelBeam2D::circular({{0, 1e-3, 0.4, quarter - 2e-3, quarter, 2.0}}, {120, 0.3});
  for (auto const& size : {pyronn::Extents<2>{1, 1}, pyronn::Extents<2>{1, 19},
                           pyronn::Extents<2>{33, 1}, pyronn::Extents<2>{33, 20}}) {
    pyronn::Projector<ParallelBeam2D, Interp> const op{scan, Grid::flat(size, {1, 1})};
    auto const image = test::random_values(41, size.count());
    test::Array<float, 2> source{size, image};
    test::Array<float, 2> target{test::projection_extents(scan), test::nan};
    op(test::executor(), source.view(), target.view());
    BOOST_TEST(test::relative_l2(test::run(op, image), target.values()) <=
               (test::bound<Interp>(1e-6, 1e-2)));
  }
}

BOOST_AUTO_TEST_SUITE_END()
