// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

// The same kernel with runs of pixels, which a lane adds together.
#include "support/bricks_on_fibres.hpp"

using namespace test::bricks;

BOOST_AUTO_TEST_SUITE(brick_runs_on_fibres)

// Pixels are near to one another, so that a lane takes a few, and lie along z in either sense, or
// aslant, so that some touch a third column of voxels.
BOOST_AUTO_TEST_CASE(runs_of_rays_are_the_matrix) {
  Grid const grid = Grid::centered({37, 35, 9}, {1, 1.1, 0.9});
  for (double const pixel : {0.3, 0.6, 0.9}) {
    for (double const roll : {0.0, 0.01, 0.5, 1.6, 3.1}) {
      BOOST_TEST_CONTEXT(pixel << " mm, rolled by " << roll) {
        check_matrix(Joseph{}, rolled_scan(pixel, roll), grid, 2e-6);
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(runs_are_as_long_as_rays_are_near) {
  Grid const grid = Grid::centered({37, 35, 9}, {1, 1, 1});
  auto const length = [&](double pixel, double roll, Vec<int, 2> const& step) {
    auto const scan = rolled_scan(pixel, roll);
    using View = pyronn::detail::full_view_t<pyronn::view_t<ConeBeam>>;
    View const view = View::make(scan.view(0), grid);
    auto const traced = [&](int u, int v) {
      return pyronn::detail::JosephRay{view.ray(static_cast<float>(u), static_cast<float>(v)),
                                       {1, 1, 1}};
    };
    return pyronn::detail::JosephRun::along(traced(12, 10), traced(12 + step[0], 10 + step[1]),
                                            {{0, 0, 0}, {32, 32, 8}});
  };
  BOOST_TEST(length(0.6, 0.0, {0, 1}) == 5);
  BOOST_TEST(length(0.8, 0.1, {0, 1}) == 4);
  BOOST_TEST(length(0.6, 3.1, {0, 1}) == -5);
  BOOST_TEST(length(0.6, -1.6, {1, 0}) == -5);
  BOOST_TEST(length(0.6, 0.0, {1, 0}) == 1);
  BOOST_TEST(length(1.2, 0.0, {0, 1}) == 1);
}

// They differ in where totals are, and in the order of additions of whole numbers.
BOOST_AUTO_TEST_CASE(all_layouts_have_the_same_sums) {
  auto const scan = rolled_scan(0.6, 0.01);
  Values const input = random_pixels(scan);
  Values const expected = transpose(Joseph{}, scan, small_grid(), input);
  for (BrickLayout const& layout :
       {BrickLayout::of_rays(brick_height), BrickLayout::of_runs(4).without_totals(),
        BrickLayout::of_runs(16).without_totals()}) {
    Values const found =
        transpose(Joseph{}, scan, small_grid(), input, {FibreOrder::ascending, false, layout});
    BOOST_TEST(test::relative_l2(found, expected) < 3e-6);
  }
}

BOOST_AUTO_TEST_SUITE_END()
