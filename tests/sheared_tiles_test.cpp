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

/// Where a ray may be taken alone on one way only, positions differ by an ulp.
constexpr double some_alone = 5e-7;

/// Random signed numbers there and back, and against the matrix in double precision, from which
/// positions of up to 300 voxels differ by an ulp of 3e-5.
template <class Geometry>
void check(Geometry const& scan, Grid const& grid, double adjoint_bound = 5e-8) {
  Pair<Geometry> const pair{scan, grid};
  BOOST_TEST_CONTEXT(grid.size[0] << " x " << grid.size[1] << " voxels, " << scan.num_views()
                                  << " views of " << pair.lines[0] << " pixels") {
    Values const x = test::random_values(1, pair.image.count());
    Values const y = test::random_values(2, pair.lines.count());
    Values const ax = pair.project(x);
    Values const aty = pair.transpose(y);
    BOOST_TEST(std::abs(test::dot(ax, y) - test::dot(x, aty)) <=
               adjoint_bound * test::norm(ax) * test::norm(y));
    std::vector<double> projected(y.size());
    std::vector<double> transposed(x.size());
    test::for_each_entry(pyronn::Joseph{}, scan, grid,
                         [&](std::size_t pixel, std::size_t voxel, double weight) {
                           projected[pixel] += weight * static_cast<double>(x[voxel]);
                           transposed[voxel] += weight * static_cast<double>(y[pixel]);
                         });
    BOOST_TEST(test::relative_l2(ax, projected) <= 3e-5);
    BOOST_TEST(test::relative_l2(aty, transposed) <= 3e-5);
  }
}

// Seven views of a circle have rays of all octants.
FanBeam fan(int columns, double spacing, int views = 7) {
  return FanBeam::circular({200, 300, pyronn::equal_angles(views, 0.3)}, {columns, spacing, 0.4});
}

/// Whole tiles and what is left of others beside them.
Grid square() { return Grid::flat({267, 261}, {0.31, 0.29}, {2.5, -3}); }
/// @{
/// As long, but with few voxels, so that few rays are many for each voxel across.
Grid wide() { return Grid::flat({290, 24}, {0.3, 0.4}, {-12, 5}); }
Grid tall() { return Grid::flat({29, 270}, {0.35, 0.3}, {3, 4}); }
/// @}

/// So many rays that they are taken together on all processors.
FanBeam dense_fan(int views = 7) { return fan(2000, 0.06, views); }

/// The elements that one unit reaches, and those that a number that is not finite does among
/// others.
template <class Apply>
void check_spoilt(Apply const& apply, std::size_t count, std::size_t where) {
  Values in(count, 0.0F);
  in[where] = 1.0F;
  Values const of_unit = apply(in);
  for (float const number : {test::nan, std::numeric_limits<float>::infinity()}) {
    Values others(count, 0.5F);
    others[where] = number;
    Values const found = apply(others);
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
  check(fan(330, 0.4), square());
  check(fan(90, 1.6), square(), some_alone);  // rays far apart
  check(dense_fan(), wide(), some_alone);
  check(fan(2500, 0.03, 5), Grid::flat({60, 45}, {0.4, 0.6}));  // more than fit at a time
  check(ParallelBeam2D::circular({pyronn::equal_angles(7, 0.1)}, {1700, 0.05, 1.3}), tall());
  check(ParallelBeam2D::circular({{0, pyronn::pi / 4, pyronn::pi / 2}}, {330, 0.28}), square());
  check(ArcFanBeam::circular({200, 300, pyronn::equal_angles(3, 0.3)}, {330, 0.4, 0.4}), square());
}

BOOST_AUTO_TEST_CASE(are_exact_where_rays_begin_or_end_in_them) {
  // In long tiles, some of them in the last slice of a tile.
  auto const dense = [](double source) {
    return FanBeam::circular({source, 300, pyronn::equal_angles(4, 0.05)}, {800, 0.12, 0.4});
  };
  check(dense(200), Grid::flat({290, 33}, {1.05, 1.1}, {-16.6, 0}), some_alone);
  check(dense(120), Grid::flat({36, 290}, {1.1, 1.05}, {0, 4}), some_alone);
  Grid const all = Grid::flat({280, 265}, {1.9, 2.1}, {20, -10});
  check(fan(300, 1.1), all);
  check(ArcFanBeam::circular({200, 300, pyronn::equal_angles(3, 0.3)}, {300, 1.1}), all);
}

BOOST_AUTO_TEST_CASE(do_not_depend_on_threads) {
  auto const check_threads = [](FanBeam const& scan, Grid const& grid) {
    Pair<FanBeam> const pair{scan, grid};
    Values const x = test::random_values(3, pair.image.count());
    Values const y = test::random_values(4, pair.lines.count());
    Values const ax = pair.project(x);
    Values const aty = pair.transpose(y);
    for (int const threads : {2, 5}) {
      BOOST_TEST((pair.project(x, threads) == ax));
      BOOST_TEST((pair.transpose(y, threads) == aty));
    }
  };
  check_threads(dense_fan(), tall());
  check_threads(fan(330, 0.4, 3), square());
  check_threads(fan(90, 1.6, 3), square());
}

BOOST_AUTO_TEST_CASE(are_spoilt_where_numbers_are_not_finite_alone) {
  for (FanBeam const& scan : {dense_fan(3), fan(330, 0.4, 3)}) {
    Pair<FanBeam> const pair{scan, wide()};
    auto const project = [&](Values const& x) { return pair.project(x); };
    auto const transpose = [&](Values const& y) { return pair.transpose(y); };
    auto const width = static_cast<std::size_t>(pair.image[0]);
    for (std::size_t const where : {11 * width + 140, width - 1}) {
      check_spoilt(project, static_cast<std::size_t>(pair.image.count()), where);
    }
    auto const columns = static_cast<std::size_t>(pair.lines[0]);
    for (std::size_t const where : {columns / 2, columns + columns / 3}) {
      check_spoilt(transpose, static_cast<std::size_t>(pair.lines.count()), where);
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()
