// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

// The kernel that transposes models that follow rays on CUDA devices, on the host, against their
// matrices in double precision. Without a device this is where it runs.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <limits>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <pyronn/geometry/cone_beam.hpp>
#include <pyronn/interp/software_interp.hpp>
#include <pyronn/interp/texture_interp.hpp>
#include <pyronn/model/joseph.hpp>
#include <pyronn/model/ray_march.hpp>
#include <pyronn/model/siddon.hpp>
#include <pyronn/operators/detail/launch_views.hpp>
#include <pyronn/operators/part.hpp>

#include "support/cone_scans.hpp"
#include "support/cuda_on_fibres.hpp"
#include "support/custom_geometries.hpp"
#include "support/numbers.hpp"
#include "support/reference.hpp"
//
#include <pyronn/backend/cuda/detail/bricks/backproject.cuh>

using pyronn::ConeBeam;
using pyronn::Extents;
using pyronn::Grid;
using pyronn::Joseph;
using pyronn::RayMarch;
using pyronn::Slab;
using pyronn::SoftwareInterp;
using pyronn::TextureInterp;
using pyronn::Vec;
using test::FibreOrder;
using Values = std::vector<float>;

namespace pyronn::detail {

/// The shared memory of a block, which its kernels see without a length.
thread_local float4 brick_memory[16384];

}  // namespace pyronn::detail

namespace {

constexpr int brick_height = 8;
struct OnAnyBackend {};
/// A policy of a user's: the nearest sample.
struct Steps {
  static float blend(float a, float b, float s00, float s10, float s01, float s11) {
    return b < 0.5F ? (a < 0.5F ? s00 : s10) : (a < 0.5F ? s01 : s11);
  }
};

struct Run {
  FibreOrder order = FibreOrder::ascending;
  bool adds = false;
};

/// The fibres of all kernels.
test::FibreBlock& block_in(FibreOrder order) {
  static test::FibreBlock ascending{1024, FibreOrder::ascending};
  static test::FibreBlock descending{1024, FibreOrder::descending};
  return order == FibreOrder::ascending ? ascending : descending;
}

/// Projections of one sample, and the scan that made them.
template <class Geometry, class Interp>
struct Problem {
  using Views =
      pyronn::detail::LaunchViews<Geometry, pyronn::detail::full_view_t<pyronn::view_t<Geometry>>>;
  using Samples = pyronn::detail::LinearSamples<Interp, float>;
  using Task = pyronn::detail::BackTask<3, typename Views::Chunk, Samples, float>;

  Geometry const& scan;
  Grid const& grid;
  Values const& input;

  [[nodiscard]] Task task(Slab const& slab, Values& result, bool adds) const {
    int const count = scan.num_views();
    auto const detector = scan.detector_size();
    return {Views{{scan}, grid}.chunk({{nullptr, 0, 1, count}, 0, 0, 1}),
            count,
            1,
            {{input.data(), {detector[0], detector[1], count, 1}}},
            0,
            count,
            detector,
            grid.size,
            slab.first_slice,
            pyronn::vec_cast<float>(grid.spacing),
            {result.data(), {grid.size[0], grid.size[1], slab.num_slices, 1}},
            adds};
  }
};

/// Calls `work(item)` for every `step`-th item along x.
template <class Work>
void for_each_item(Extents<3> const& items, int step, Work const& work) {
  for (int z = 0; z < items[2]; ++z) {
    for (int y = 0; y < items[1]; ++y) {
      for (int x = 0; x < items[0]; x += step) work(Vec<int, 3>{x, y, z});
    }
  }
}

/// Adds what bricks make of projections in a slab of the grid to `result`, or puts it there.
template <class Interp = SoftwareInterp, class Model, class Geometry>
void transpose(Model const& model, Geometry const& scan, Grid const& grid, Values const& input,
               Slab const& slab, Values& result, Run const& run) {
  Problem<Geometry, Interp> const problem{scan, grid, input};
  auto const general =
      model.template back<Interp, OnAnyBackend>(problem.task(slab, result, run.adds));
  using Kernel =
      pyronn::detail::TransposeBricks<decltype(general.trace), Interp, decltype(general.task)>;
  Kernel const kernel{general.task, general.trace, brick_height};
  static_assert(Kernel::threads == 1024);
  BOOST_TEST_REQUIRE(kernel.shared_bytes() <= sizeof pyronn::detail::brick_memory);
  test::FibreBlock& block = block_in(run.order);
  for_each_item(kernel.items(), Kernel::threads, [&](Vec<int, 3> const& first) {
    std::fill(std::begin(pyronn::detail::brick_memory), std::end(pyronn::detail::brick_memory),
              float4{test::nan, 0, 1, test::nan});
    block.run(0, [&] { kernel(first + Vec<int, 3>{static_cast<int>(threadIdx.x), 0, 0}); });
  });
}

template <class Interp = SoftwareInterp, class Model, class Geometry>
Values transpose(Model const& model, Geometry const& scan, Grid const& grid, Values const& input,
                 Run const& run = {}) {
  Values result(static_cast<std::size_t>(grid.size.count()), test::nan);
  transpose<Interp>(model, scan, grid, input, {0, grid.size[2]}, result, run);
  return result;
}

/// The same as a gather, voxel by voxel.
template <class Interp = SoftwareInterp, class Model, class Geometry>
Values gather(Model const& model, Geometry const& scan, Grid const& grid, Values const& input) {
  Values result(static_cast<std::size_t>(grid.size.count()), test::nan);
  Problem<Geometry, Interp> const problem{scan, grid, input};
  auto const kernel =
      model.template back<Interp, OnAnyBackend>(problem.task({0, grid.size[2]}, result, false));
  for_each_item(kernel.items(), 1, kernel);
  return result;
}

template <class Geometry>
Values random_pixels(Geometry const& scan) {
  return test::random_values(3, std::int64_t{scan.num_views()} * scan.detector_size().count());
}

/// Every voxel is compared with the sum in double precision, to `bound` of what as many entries as
/// the largest would sum up to.
template <class Model, class Geometry>
void check_matrix(Model const& model, Geometry const& scan, Grid const& grid, double bound) {
  Values const input = random_pixels(scan);
  auto const voxels = static_cast<std::size_t>(grid.size.count());
  std::vector<double> expected(voxels);
  std::vector<double> entries(voxels);
  double largest = 0;
  test::for_each_entry(model, scan, grid, [&](std::size_t pixel, std::size_t voxel, double weight) {
    expected[voxel] += weight * static_cast<double>(input[pixel]);
    entries[voxel] += 1;
    largest = std::max(largest, weight);
  });
  Values const found = transpose(model, scan, grid, input);
  double worst = 0;
  for (std::size_t n = 0; n < voxels; ++n) {
    double const error = std::abs(static_cast<double>(found[n]) - expected[n]);
    double const allowed = largest * std::max(entries[n], 1.0);
    worst = std::isfinite(found[n]) ? std::max(worst, error / allowed) : test::infinity;
  }
  BOOST_TEST(worst < bound);
}

template <class Interp = SoftwareInterp, class Model, class Geometry>
void check_gather(Model const& model, Geometry const& scan, Grid const& grid) {
  Values const input = random_pixels(scan);
  Values const found = transpose<Interp>(model, scan, grid, input);
  Values const expected = gather<Interp>(model, scan, grid, input);
  BOOST_TEST(test::relative_l2(found, expected) < 3e-6);
}

ConeBeam small_scan() { return ConeBeam::from_vectors({24, 20}, test::tilted_orbit(5, 70, 0.8)); }
Grid small_grid() { return Grid::centered({36, 7, 9}, {0.9, 1.2, 1}); }

}  // namespace

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
  Values const input = random_pixels(small_scan());
  auto const is_same = [&](auto const& model) {
    return transpose(model, small_scan(), small_grid(), input) ==
           transpose(model, small_scan(), small_grid(), input, {FibreOrder::descending});
  };
  BOOST_TEST((is_same(Joseph{}) && is_same(RayMarch{0.7})));
}

BOOST_AUTO_TEST_CASE(slabs_have_the_bits_of_the_whole_and_may_be_added) {
  Values const input = random_pixels(small_scan());
  Values const whole = transpose(Joseph{}, small_scan(), small_grid(), input);
  std::size_t const slice = 36 * 7;
  Values const expected(whole.begin() + 2 * slice, whole.begin() + 5 * slice);
  Values slab(3 * slice, 100.0F);
  transpose(Joseph{}, small_scan(), small_grid(), input, {2, 3}, slab,
            {FibreOrder::ascending, true});
  for (float& sum : slab) sum -= 100.0F;
  BOOST_TEST(test::relative_l2(slab, expected) < 1e-5);
  transpose(Joseph{}, small_scan(), small_grid(), input, {2, 3}, slab, {});
  BOOST_TEST((slab == expected));
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
  Values const clean = random_pixels(small_scan());
  Values const expected = transpose(Joseph{}, small_scan(), small_grid(), clean);
  std::size_t const pixel = 24 * 20 + 24 * 10 + 12;
  Values unit(clean.size());
  unit[pixel] = 1.0F;
  Values const touched = gather(Joseph{}, small_scan(), small_grid(), unit);
  BOOST_TEST(test::norm(touched) > 0);
  for (float const number : {test::nan, std::numeric_limits<float>::infinity()}) {
    Values input = clean;
    input[pixel] = number;
    Values const found = transpose(Joseph{}, small_scan(), small_grid(), input);
    for (std::size_t n = 0; n < found.size(); ++n) {
      BOOST_TEST(std::isfinite(found[n]) == (touched[n] == 0.0F));
      BOOST_TEST((touched[n] == 0.0F ? std::abs(found[n] - expected[n]) < 1e-5F
                                     : std::isnan(found[n]) == std::isnan(number)));
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()
