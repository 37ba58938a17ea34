// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
// The kernel that transposes models that follow rays on CUDA devices, on the host.
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
using pyronn::detail::BrickLayout;
using test::FibreOrder;
using Values = std::vector<float>;

namespace pyronn::detail {

/// The shared memory of a block, which its kernels see without a length.
inline thread_local float4 brick_memory[16384];

}  // namespace pyronn::detail

namespace test::bricks {

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
  BrickLayout layout = BrickLayout::of_runs(brick_height);
};

/// The fibres of all kernels.
inline test::FibreBlock& block_in(FibreOrder order) {
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
    Views views{1, {scan}, grid};
    views.set_up(0, scan);
    return {views.chunk({{nullptr, 0, 1, count}, 0, 0, 1}),
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
  Kernel const kernel{general.task, general.trace, run.layout};
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

/// Its rays are aslant in (x, y) and lie about half a pixel's width apart in the grid.
inline ConeBeam rolled_scan(double pixel, double roll) {
  pyronn::CircularOrbit const orbit{60, 90, pyronn::equal_angles(3, 0.4)};
  std::vector<pyronn::ConeVectors> vectors;
  for (double const angle : orbit.angles) {
    pyronn::ConeVectors view = orbit.vectors(angle, {{25, 23}, {pixel, pixel}});
    pyronn::Vec3d const u = view.u_step;
    pyronn::Vec3d const v = view.v_step;
    view.u_step = std::cos(roll) * u + std::sin(roll) * v;
    view.v_step = std::cos(roll) * v - std::sin(roll) * u;
    vectors.push_back(view);
  }
  return ConeBeam::from_vectors({25, 23}, vectors);
}

inline ConeBeam small_scan() {
  return ConeBeam::from_vectors({24, 20}, test::tilted_orbit(5, 70, 0.8));
}
inline Grid small_grid() { return Grid::centered({36, 7, 9}, {0.9, 1.2, 1}); }

}  // namespace test::bricks
