// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

// Joseph's model in the plane where images are several tiles and rays many: on cores rays of nearly
// one slope are taken together.
#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <pyronn/pyronn.hpp>

#include "support/numbers.hpp"
#include "support/reference.hpp"

using pyronn::ArcFanBeam;
using pyronn::CpuExecutor;
using pyronn::FanBeam;
using pyronn::Grid;
using pyronn::ParallelBeam2D;
using Values = std::vector<float>;

namespace {

template <class Geometry>
using Forward = pyronn::Projector<Geometry, pyronn::SoftwareInterp>;

template <class Geometry>
struct Pair {
  Geometry scan;
  Grid grid;
  Forward<Geometry> forward{scan, grid};
  pyronn::Extents<2> image{grid.size[0], grid.size[1]};
  pyronn::Extents<2> lines{scan.detector_size()[0], scan.num_views()};

  [[nodiscard]] Values project(Values const& x, int threads = 1) const {
    Values y(static_cast<std::size_t>(lines.count()), test::nan);
    forward(CpuExecutor{threads}, pyronn::ArrayView<float const, 2>{x.data(), image},
            pyronn::ArrayView<float, 2>{y.data(), lines});
    return y;
  }
  [[nodiscard]] Values transpose(Values const& y, int threads = 1) const {
    Values x(static_cast<std::size_t>(image.count()), test::nan);
    forward.adjoint()(CpuExecutor{threads}, pyronn::ArrayView<float const, 2>{y.data(), lines},
                      pyronn::ArrayView<float, 2>{x.data(), image});
    return x;
  }
};

/// Random signed numbers there and back, and against the matrix in double precision, from which
/// positions of up to 300 voxels differ by an ulp of 3e-5.
template <class Geometry>
void check(Geometry const& scan, Grid const& grid) {
  Pair<Geometry> const pair{scan, grid};
  BOOST_TEST_CONTEXT(grid.size[0] << " x " << grid.size[1] << " voxels, " << scan.num_views()
                                  << " views of " << pair.lines[0] << " pixels") {
    Values const x = test::random_values(1, pair.image.count());
    Values const y = test::random_values(2, pair.lines.count());
    Values const ax = pair.project(x);
    Values const aty = pair.transpose(y);
    BOOST_TEST(std::abs(test::dot(ax, y) - test::dot(x, aty)) <=
               5e-8 * test::norm(ax) * test::norm(y));
    BOOST_TEST(test::relative_l2(ax, test::reference_projection<pyronn::Joseph>(scan, grid, x)) <=
               3e-5);
    BOOST_TEST(test::relative_l2(
                   aty, test::reference_backprojection<pyronn::Joseph>(scan, grid, y)) <= 3e-5);
  }
}

FanBeam fan(int columns, double spacing, int views) {
  return FanBeam::circular({200, 300, pyronn::equal_angles(views, 0.3)}, {columns, spacing, 0.4});
}

FanBeam dense_fan() { return fan(900, 0.15, 300); }

/// The elements that one unit reaches, and those that a number that is not finite does.
template <class Apply>
void check_spoilt(Apply const& apply, std::size_t count, std::size_t where) {
  Values in(count, 0.0F);
  in[where] = 1.0F;
  Values const of_unit = apply(in);
  for (float const number : {test::nan, std::numeric_limits<float>::infinity()}) {
    in[where] = number;
    Values const found = apply(in);
    int wrong = 0;
    for (std::size_t n = 0; n < found.size(); ++n) {
      wrong += std::isfinite(found[n]) == (of_unit[n] != 0.0F) ? 1 : 0;
    }
    BOOST_TEST(test::norm(of_unit) > 0.0);
    BOOST_TEST(wrong == 0);
  }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(sheared_tiles)

BOOST_AUTO_TEST_CASE(are_exact) {
  Grid const grid = Grid::flat({301, 277}, {0.31, 0.29}, {2.5, -3});
  check(fan(430, 0.31, 64), grid);
  check(fan(90, 1.6, 70), grid);    // rays far apart
  check(fan(2100, 0.07, 9), grid);  // and more than fit at a time
  check(dense_fan(), grid);         // so many that they are taken together on all processors
  check(fan(200, 0.3, 80), Grid::flat({300, 20}, {0.3, 0.4}, {-12, 20}));
  check(fan(200, 0.3, 80), Grid::flat({13, 290}, {0.5, 0.3}, {8, 4}));
  check(ParallelBeam2D::circular({pyronn::equal_angles(61, 0.1)}, {350, 0.31, 1.3}), grid);
  check(ParallelBeam2D::circular({{0, pyronn::pi / 4, pyronn::pi / 2}}, {600, 0.2}), grid);
  check(ArcFanBeam::circular({200, 300, pyronn::equal_angles(60, 0.3)}, {400, 0.31, 0.4}), grid);
}

BOOST_AUTO_TEST_CASE(are_exact_where_rays_begin_or_end_in_them) {
  Grid const grid = Grid::flat({300, 280}, {1.9, 2.1}, {20, -10});
  check(fan(300, 1.1, 33), grid);
  check(ArcFanBeam::circular({200, 300, pyronn::equal_angles(33, 0.3)}, {300, 1.1}), grid);
}

BOOST_AUTO_TEST_CASE(do_not_depend_on_threads) {
  for (FanBeam const& scan : {dense_fan(), fan(430, 0.31, 200), fan(90, 1.6, 70)}) {
    Pair<FanBeam> const pair{scan, Grid::flat({301, 277}, {0.31, 0.29})};
    Values const x = test::random_values(3, pair.image.count());
    Values const y = test::random_values(4, pair.lines.count());
    Values const ax = pair.project(x);
    Values const aty = pair.transpose(y);
    for (int const threads : {2, 5}) {
      BOOST_TEST((pair.project(x, threads) == ax));
      BOOST_TEST((pair.transpose(y, threads) == aty));
    }
  }
}

BOOST_AUTO_TEST_CASE(are_spoilt_where_numbers_are_not_finite_alone) {
  for (FanBeam const& scan : {dense_fan(), fan(430, 0.31, 64)}) {
    Pair<FanBeam> const pair{scan, Grid::flat({301, 277}, {0.31, 0.29})};
    auto const project = [&](Values const& x) { return pair.project(x); };
    auto const transpose = [&](Values const& y) { return pair.transpose(y); };
    for (std::size_t const where : {std::size_t{150 * 301 + 140}, std::size_t{300}}) {
      check_spoilt(project, static_cast<std::size_t>(pair.image.count()), where);
    }
    auto const columns = static_cast<std::size_t>(pair.lines[0]);
    for (std::size_t const where : {20 * columns + columns / 2, 50 * columns + columns / 5}) {
      check_spoilt(transpose, static_cast<std::size_t>(pair.lines.count()), where);
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()
