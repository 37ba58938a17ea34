// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include "support/backends.hpp"
//
// Solves from coarse to fine.
#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <pyronn/exec/vector_operations.hpp>
#include <pyronn/geometry/cone_beam.hpp>
#include <pyronn/geometry/fan_beam.hpp>
#include <pyronn/interp/software_interp.hpp>
#include <pyronn/operators/algebra/system_matrix.hpp>
#include <pyronn/recon/solver/cgls.hpp>
#include <pyronn/recon/solver/coarse_to_fine.hpp>
#include <pyronn/recon/solver/run_solver.hpp>

#include "support/numbers.hpp"
#include "support/temporary_folder.hpp"

using pyronn::Extents;
using pyronn::FanBeam;
using pyronn::Grid;
using Values = std::vector<float>;
using Arrays = pyronn::LevelArrays<float, 2>;

namespace {

FanBeam scan() { return FanBeam::circular({100, 150, pyronn::equal_angles(20)}, {49, 1}); }
Grid grid() { return Grid::flat({30, 25}, {1, 1.5}); }

/// The arrays of scan() and grid().
struct Scan {
  test::Array<float, 2> data{Extents<2>{49, 20}, test::random_values(3, std::int64_t{49} * 20)};
  test::Array<float, 2> weights{Extents<2>{49, 20}, 1.0F};
  test::Array<float, 2> image{Extents<2>{30, 25}, 0.0F};

  [[nodiscard]] Arrays arrays() { return {data.view(), {}, image.view()}; }
  [[nodiscard]] Arrays weighted() { return {data.view(), weights.view(), image.view()}; }
};

/// What lies in a view of the executor's memory.
Values values_of(pyronn::ArrayView<float const, 2> view) {
  test::Array<float, 2> copy{view.extents};
  pyronn::copy(test::executor(), view, copy.view());
  return copy.values();
}

void set(Values const& values, pyronn::ArrayView<float, 2> view) {
  test::Array<float, 2> source{view.extents, values};
  pyronn::copy(test::executor(), source.view(), view);
  static_cast<void>(source.values());  // waits
}

/// At pixel (x, y) of a grid, linear in the world.
Values plane_on(Grid const& on) {
  Values result;
  for (int y = 0; y < on.size[1]; ++y) {
    for (int x = 0; x < on.size[0]; ++x) {
      auto const at = on.to_world({1.0 * x, 1.0 * y, 0});
      result.push_back(static_cast<float>(2 + 0.1 * at[0] - 0.2 * at[1]));
    }
  }
  return result;
}

template <class Solve>
void solve_levels(Arrays const& arrays, int coarsest, Solve const& solve) {
  pyronn::coarse_to_fine(test::executor(), scan(), grid(), arrays, coarsest, solve);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(coarse_to_fine, *boost::unit_test::precondition(test::device_present))

BOOST_AUTO_TEST_CASE(levels_cover_the_same_volume) {
  auto const level = pyronn::resolution_level(scan(), grid(), 4);
  BOOST_TEST(level.grid.size == (Extents<3>{8, 7, 1}));
  BOOST_TEST(level.grid.spacing[0] == 4);
  BOOST_TEST(level.grid.spacing[1] == 6);
  // The lower corner of the first pixel stays where it is.
  BOOST_TEST(level.grid.origin[0] - 2 == grid().origin[0] - 0.5);
  BOOST_TEST(level.grid.origin[1] - 3 == grid().origin[1] - 0.75);
  BOOST_TEST(level.geometry.detector_size() == (Extents<2>{12, 1}));
  // 16 pixels in one, of a quarter of the rays.
  BOOST_TEST(level.strength_of(3) == 12);
}

BOOST_AUTO_TEST_CASE(axes_of_few_pixels_stay) {
  auto const cone = pyronn::ConeBeam::circular({100, 150, {0, 1}}, {{16, 3}, {1, 1}});
  auto const thin = Grid::centered({16, 16, 2}, {1, 1, 1});
  auto const level = pyronn::resolution_level(cone, thin, 4);
  BOOST_TEST(level.geometry.detector_size() == (Extents<2>{4, 1}));
  BOOST_TEST(level.grid.size == (Extents<3>{4, 4, 1}));
  BOOST_TEST(level.strength_of(1) == 4 * 4 * 2 / (4.0 * 2));
}

BOOST_AUTO_TEST_CASE(factors_make_grids_narrow) {
  auto const on = [](int x, int y, int z) { return Grid::centered({x, y, z}, {1, 1, 1}); };
  BOOST_TEST(pyronn::resolution_factor<pyronn::ConeBeam>(on(256, 9, 9), 256) == 1);
  BOOST_TEST(pyronn::resolution_factor<pyronn::ConeBeam>(on(9, 257, 9), 256) == 2);
  BOOST_TEST(pyronn::resolution_factor<pyronn::ConeBeam>(on(9, 9, 1025), 256) == 8);
  BOOST_TEST(pyronn::resolution_factor<FanBeam>(on(9, 9, 1025), 256) == 1);
  BOOST_TEST(pyronn::resolution_factor<FanBeam>(on(9000, 9, 1), 1) == 1024);
  BOOST_CHECK_THROW(static_cast<void>(pyronn::resolution_factor<FanBeam>(grid(), 0)),
                    pyronn::InvalidArgument);
}

// Rows and slices are binned, too.
BOOST_AUTO_TEST_CASE(space_has_levels) {
  auto const cone = pyronn::ConeBeam::circular({100, 150, {0, 1}}, {{6, 4}, {1, 1}});
  auto const cube = Grid::centered({4, 4, 4}, {1, 1, 1});
  Values lines;
  for (int n = 0; n < 6 * 4 * 2; ++n) lines.push_back(static_cast<float>(n));
  test::Array<float, 3> data{Extents<3>{6, 4, 2}, lines};
  test::Array<float, 3> image{Extents<3>{4, 4, 4}, 5.0F};
  pyronn::LevelArrays<float, 3> const full{data.view(), {}, image.view()};
  std::vector<Extents<3>> sizes;
  auto const solve = [&](auto const&, pyronn::LevelArrays<float, 3> const& arrays) {
    sizes.push_back(arrays.image.extents);
    if (sizes.size() > 1) return;
    test::Array<float, 3> means{Extents<3>{3, 2, 2}};
    pyronn::copy(test::executor(), arrays.data, means.view());
    Values const expected{3.5F,  5.5F,  7.5F,  15.5F, 17.5F, 19.5F,
                          27.5F, 29.5F, 31.5F, 39.5F, 41.5F, 43.5F};
    BOOST_TEST(means.values() == expected, boost::test_tools::per_element());
  };
  pyronn::coarse_to_fine(test::executor(), cone, cube, full, 2, solve);
  BOOST_TEST(sizes.size() == 2U);
  BOOST_TEST(sizes[0] == (Extents<3>{2, 2, 2}));
  BOOST_TEST(image.values() == Values(64, 5.0F), boost::test_tools::per_element());
}

// A pixel is sought where some of its own are; the others keep the means of the start.
BOOST_AUTO_TEST_CASE(masks_have_levels) {
  Scan of;
  Values start;
  Values sought;
  for (int n = 0; n < 30 * 25; ++n) {
    start.push_back(static_cast<float>(n));
    sought.push_back(n % 30 < 13 ? 0.0F : -2.0F);
  }
  set(start, of.image.view());
  test::Array<float, 2> mask{Extents<2>{30, 25}, sought};
  Arrays arrays = of.arrays();
  arrays.mask = mask.view();
  int levels = 0;
  solve_levels(arrays, 4, [&](auto const& level, Arrays const& at) {
    ++levels;
    int const first = 13 / level.factor;  // column that is sought
    Values const is_sought = values_of(at.mask);
    Values const image = values_of(pyronn::detail::read_only(at.image));
    int const columns = level.grid.size[0];
    int wrong = 0;
    for (int n = 0; n < static_cast<int>(image.size()); ++n) {
      auto const i = static_cast<std::size_t>(n);
      bool const is_known = n % columns < first;
      if ((is_sought[i] == 0.0F) != is_known) ++wrong;
      // The mean of a block that is whole.
      int const row = n / columns;
      if (!is_known || (row + 1) * level.factor > 25) continue;
      double const middle = 0.5 * (level.factor - 1);
      double const mean =
          level.factor * (n % columns) + middle + 30 * (level.factor * row + middle);
      if (std::abs(static_cast<double>(image[i]) - mean) > 1e-3) ++wrong;
    }
    BOOST_TEST(wrong == 0);
    set(Values(image.size(), -5.0F), at.image);  // reaches no known pixel of the next level
  });
  BOOST_TEST(levels == 3);
}

BOOST_AUTO_TEST_CASE(factors_are_powers_of_2) {
  for (int const factor : {0, -2, 3, 2048}) {
    BOOST_CHECK_EXCEPTION(static_cast<void>(pyronn::resolution_level(scan(), grid(), factor)),
                          pyronn::InvalidArgument, test::says("must be a power of 2"));
  }
}

BOOST_AUTO_TEST_CASE(data_and_weights_are_means) {
  Scan of;
  float const nan = std::numeric_limits<float>::quiet_NaN();
  Values data = of.data.values();
  data[0] = nan;
  set(data, of.data.view());
  Values weights(data.size(), 1.0F);
  weights[0] = 0;
  weights[2] = 3;
  set(weights, of.weights.view());
  int calls = 0;
  solve_levels(of.weighted(), 2, [&](auto const& level, Arrays const& arrays) {
    if (level.factor == 1) return;
    ++calls;
    Values const found = values_of(arrays.data);
    BOOST_TEST(found.size() == 24U * 20);
    BOOST_TEST(found[0] == data[1]);
    BOOST_TEST(found[1] == (3 * data[2] + data[3]) / 4, boost::test_tools::tolerance(1e-6F));
    BOOST_TEST(found[24 * 7 + 5] == (data[49 * 7 + 10] + data[49 * 7 + 11]) / 2,
               boost::test_tools::tolerance(1e-5F));
    BOOST_TEST(values_of(arrays.weights)[0] == 0.5F);
    BOOST_TEST(values_of(arrays.weights)[1] == 2.0F);
  });
  BOOST_TEST(calls == 1);
}

// From the middle of pixels to the middle of others; at the border pixels are repeated.
BOOST_AUTO_TEST_CASE(images_start_the_next_level) {
  Scan of;
  std::vector<int> factors;
  solve_levels(of.arrays(), 4, [&](auto const& level, Arrays const& arrays) {
    factors.push_back(level.factor);
    Values const plane = plane_on(level.grid);
    if (level.factor < 4) {
      Values const found = values_of(arrays.image);
      int const width = level.grid.size[0];
      for (int y = 1; y + 2 < level.grid.size[1]; ++y) {
        for (int x = 1; x + 2 < width; ++x) {
          auto const n = static_cast<std::size_t>(y * width + x);
          BOOST_TEST(found[n] == plane[n], boost::test_tools::tolerance(1e-5F));
        }
      }
    }
    set(plane, arrays.image);
  });
  BOOST_TEST(factors == (std::vector<int>{4, 2, 1}), boost::test_tools::per_element());
  BOOST_TEST(of.image.values() == plane_on(grid()), boost::test_tools::per_element());
}

// The last column and row of 30 x 25 pixels in blocks of 4 are of 2 and of 1.
BOOST_AUTO_TEST_CASE(the_start_is_a_mean_of_what_there_is) {
  Scan of;
  set(Values(of.image.values().size(), 3.0F), of.image.view());
  solve_levels(of.arrays(), 4, [&](auto const&, Arrays const& arrays) {
    for (float const value : values_of(arrays.image)) BOOST_TEST(value == 3.0F);
  });
}

// Beside as many iterations on all data from zeros.
BOOST_AUTO_TEST_CASE(a_last_solve_on_all_data_is_nearer) {
  using Map = pyronn::SystemMatrix<FanBeam, pyronn::SoftwareInterp>;
  using Solver = pyronn::Cgls<Map, test::Executor>;
  Scan of;
  Map const map{scan(), grid()};
  pyronn::Workspace<test::Executor> workspace{
      test::executor(), map.workspace_bytes(test::executor(), pyronn::default_workspace_limit)};
  set(plane_on(grid()), of.image.view());
  map.apply(test::executor(), of.image.view(), of.data.view(), workspace);
  auto const residual_after = [&](int coarsest) {
    set(Values(of.image.values().size(), 0.0F), of.image.view());
    double residual = 0;
    solve_levels(of.arrays(), coarsest, [&](auto const& level, Arrays const& arrays) {
      pyronn::ReconstructionProblem<Map> const problem{Map{level.geometry, level.grid},
                                                       arrays.data};
      Solver solver{test::executor(), problem};
      solver.start(arrays.image);
      pyronn::iterate(solver, 3);
      residual = solver.measure().residual;
    });
    return residual;
  };
  BOOST_TEST(residual_after(4) < 0.5 * residual_after(1));
}

BOOST_AUTO_TEST_SUITE_END()
