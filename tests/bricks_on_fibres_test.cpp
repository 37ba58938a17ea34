// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

// The kernel that transposes models that follow rays on CUDA devices, on the host, against their
// matrices in double precision. Without a device this is where it runs.
#include "support/bricks_on_fibres.hpp"

using namespace test::bricks;

BOOST_AUTO_TEST_SUITE(bricks_on_fibres)

BOOST_AUTO_TEST_CASE(are_the_matrix_of_every_scan) {
  for (auto const& scan : test::cone_scans()) {
    if (scan.geometry.num_views() > 256) continue;
    BOOST_TEST_CONTEXT(scan.name) {
      // Positions are rounded to 2^-24 of the grid's size.
      double const bound = scan.grid.size[2] > 60 ? 5e-6 : 2e-6;
      check_matrix(Joseph{}, scan.geometry, scan.grid, bound);
    }
  }
  check_matrix(RayMarch{0.25}, small_scan(), small_grid(), 2e-6);
  check_matrix(RayMarch{1.7}, small_scan(), small_grid(), 2e-6);
}

BOOST_AUTO_TEST_CASE(have_the_weights_of_the_gather) {
  check_gather(pyronn::Siddon{}, small_scan(), small_grid());
  check_gather<TextureInterp>(Joseph{}, small_scan(), small_grid());
  check_gather<Steps>(RayMarch{0.7}, test::Laminography<float>{}, small_grid());
}

// Where a barrier is missing, or sums depend on who comes first, the order of threads shows.
BOOST_AUTO_TEST_CASE(threads_may_run_in_any_order) {
  auto const scan = rolled_scan(0.6, 0.1);
  Values const input = random_pixels(scan);
  auto const is_same = [&](auto const& model) {
    return transpose(model, scan, small_grid(), input) ==
           transpose(model, scan, small_grid(), input, {FibreOrder::descending});
  };
  BOOST_TEST((is_same(Joseph{}) && is_same(RayMarch{0.7})));
}

BOOST_AUTO_TEST_CASE(slabs_have_the_bits_of_the_whole_and_may_be_added) {
  Values const input = random_pixels(small_scan());
  Values const whole = transpose(Joseph{}, small_scan(), small_grid(), input);
  std::size_t const slice = 36 * 7;
  Values const expected(whole.begin() + 2 * slice, whole.begin() + 5 * slice);
  for (BrickLayout const& layout :
       {BrickLayout::of_runs(brick_height), BrickLayout::of_runs(brick_height).without_totals()}) {
    Values slab(3 * slice, 100.0F);
    transpose(Joseph{}, small_scan(), small_grid(), input, {2, 3}, slab,
              {FibreOrder::ascending, true, layout});
    for (float& sum : slab) sum -= 100.0F;
    BOOST_TEST(test::relative_l2(slab, expected) < 1e-5);
    transpose(Joseph{}, small_scan(), small_grid(), input, {2, 3}, slab,
              {FibreOrder::ascending, false, layout});
    BOOST_TEST((slab == expected));
  }
}

// Voxels that more than a thousand rays touch, in each of three views.
BOOST_AUTO_TEST_CASE(sums_do_not_overflow) {
  auto const scan =
      ConeBeam::circular({60, 90, pyronn::equal_angles(3, 0.1)}, {{50, 45}, {0.09, 0.09}});
  Grid const grid = Grid::centered({3, 3, 3}, {1.5, 1.5, 1.5});
  Values const ones(3 * 50 * 45, 1.0F);
  Values const expected = gather(Joseph{}, scan, grid, ones);
  for (float const factor : {-1e33F, 1e-37F, 1e-42F}) {
    Values input = ones;
    for (float& pixel : input) pixel *= factor;
    Values found = transpose(Joseph{}, scan, grid, input);
    for (float& voxel : found) voxel /= factor;
    double const bound = factor == 1e-42F ? 1e-3 : 1e-6;  // of which few bits are left
    BOOST_TEST(test::relative_l2(found, expected) < bound);
  }
}

// Near a source nothing bounds how many rays touch a voxel. Sums have room for any 508.
BOOST_AUTO_TEST_CASE(source_inside_the_volume) {
  auto const scan = ConeBeam::circular({3.3, 30, pyronn::equal_angles(2)}, {{50, 40}, {0.6, 0.7}});
  check_gather(Joseph{}, scan, Grid::centered({10, 11, 9}, {1, 1, 1}));
  Grid const brick = Grid::centered({32, 32, 8}, {1, 1, 1});
  check_gather(pyronn::Siddon{}, test::Cylinder{{0.2F, 0.1F, 0.3F}}, brick);
  check_gather(pyronn::Siddon{}, test::Cylinder{{-30, 0.1F, 0.3F}}, brick);
}

// A pixel that is much larger than others costs these bits in the bricks that its ray meets: what
// is added is rounded to 2^-22 of what that pixel could add.
BOOST_AUTO_TEST_CASE(rounding_is_that_of_the_largest_pixel) {
  Values input = random_pixels(small_scan());
  input[24 * 10 + 12] = 1e5F;
  Values const found = transpose(Joseph{}, small_scan(), small_grid(), input);
  Values const expected = gather(Joseph{}, small_scan(), small_grid(), input);
  for (std::size_t n = 0; n < found.size(); ++n) {
    BOOST_TEST(std::abs(found[n] - expected[n]) < 1e5F * 0x1p-22F * 30);
  }
}

// What is not finite spoils the voxels that its ray touches, and no others.
BOOST_AUTO_TEST_CASE(what_is_not_finite_stays_on_its_ray) {
  std::size_t const pixel = 25 * 23 + 25 * 11 + 12;
  auto const scan = rolled_scan(0.6, 0.01);
  Values const clean = random_pixels(scan);
  Values unit(clean.size());
  unit[pixel] = 1.0F;
  Values const touched = gather(Joseph{}, scan, small_grid(), unit);
  BOOST_TEST(test::norm(touched) > 0);
  for (BrickLayout const& layout :
       {BrickLayout::of_rays(brick_height), BrickLayout::of_runs(brick_height).without_totals()}) {
    Run const run{FibreOrder::ascending, false, layout};
    Values const expected = transpose(Joseph{}, scan, small_grid(), clean, run);
    for (float const number : {test::nan, std::numeric_limits<float>::infinity()}) {
      Values input = clean;
      input[pixel] = number;
      Values const found = transpose(Joseph{}, scan, small_grid(), input, run);
      for (std::size_t n = 0; n < found.size(); ++n) {
        BOOST_TEST(std::isfinite(found[n]) == (touched[n] == 0.0F));
        BOOST_TEST((touched[n] == 0.0F ? std::abs(found[n] - expected[n]) < 1e-5F
                                       : std::isnan(found[n]) == std::isnan(number)));
      }
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()
