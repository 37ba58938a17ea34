// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

// The kernel that transposes models that follow rays on CUDA devices, on the host, against their
// matrices in double precision. Without a device this is where it runs.
#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <pyronn/model/siddon.hpp>
#include <pyronn/operators/detail/launch_views.hpp>
#include <pyronn/pyronn.hpp>

#include "support/cone_scans.hpp"
#include "support/cuda_on_fibres.hpp"
#include "support/custom_geometries.hpp"
#include "support/numbers.hpp"
#include "support/reference.hpp"
//
#include <pyronn/backend/cuda/detail/bricks/backproject.cuh>

using pyronn::ConeBeam;
using pyronn::Grid;
using pyronn::Joseph;
using pyronn::RayMarch;
using pyronn::Slab;
using pyronn::SoftwareInterp;
using test::FibreOrder;
using Values = std::vector<float>;

namespace pyronn::detail {

/// The shared memory of a block, which its kernels see without a length.
thread_local float4 brick_memory[16384];

}  // namespace pyronn::detail

namespace {

struct OnAnyBackend {};

/// What is run, block after block.
struct Run {
  int height = 4;  ///< of a brick
  FibreOrder order = FibreOrder::ascending;
  bool adds = false;
};

/// What the kernel makes of projections, in a slab of the grid; `result` is what is there before.
template <class Model, class Geometry>
Values transpose(Model const& model, Geometry const& scan, Grid const& grid, Values const& input,
                 Slab const& slab, Values result, Run const& run = {}) {
  using Views = pyronn::detail::LaunchViews<
      Geometry, pyronn::detail::full_view_t<pyronn::view_t<Geometry>>>;
  using Samples = pyronn::detail::LinearSamples<SoftwareInterp, float>;
  using Task = pyronn::detail::BackTask<3, typename Views::Chunk, Samples, float>;
  Views const views{{scan}, grid};
  int const count = scan.num_views();
  auto const detector = scan.detector_size();
  Task const task{views.chunk({{nullptr, 0, 1, count}, 0, 0, 1}),
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
                  run.adds};
  auto const general = model.template back<SoftwareInterp, OnAnyBackend>(task);
  using Trace = decltype(general.trace);
  pyronn::detail::TransposeBricks<Trace, SoftwareInterp, Task> const kernel{task, general.trace,
                                                                            run.height};
  BOOST_TEST_REQUIRE(kernel.shared_bytes() <= sizeof pyronn::detail::brick_memory);
  test::FibreBlock block{kernel.threads, run.order};
  auto const items = kernel.items();
  if (run.height == 0) { auto it = general.items(); for (int z=0;z<it[2];++z) for (int y=0;y<it[1];++y) for (int x=0;x<it[0];++x) general({x,y,z}); return result; }
  for (int z = 0; z < items[2]; ++z) {
    for (int y = 0; y < items[1]; ++y) {
      for (int x = 0; x < items[0]; x += kernel.threads) {
        for (auto& number : pyronn::detail::brick_memory) number = {test::nan, 0, 0, test::nan};
        block.run(0, [&] { kernel({x + static_cast<int>(threadIdx.x), y, z}); });
      }
    }
  }
  return result;
}

template <class Model, class Geometry>
Values transpose(Model const& model, Geometry const& scan, Grid const& grid, Values const& input,
                 Run const& run = {}) {
  Values const nothing(static_cast<std::size_t>(grid.size.count()), test::nan);
  return transpose(model, scan, grid, input, {0, grid.size[2]}, nothing, run);
}

template <class Geometry>
std::int64_t num_pixels(Geometry const& scan) {
  return std::int64_t{scan.num_views()} * scan.detector_size().count();
}

/// Every voxel is compared with the sum in double precision, to `bound` of what the largest of its
/// entries would sum up to.
template <class Model, class Geometry>
void check_matrix(Model const& model, Geometry const& scan, Grid const& grid, double bound) {
  Values const input = test::random_values(3, num_pixels(scan));
  auto const voxels = static_cast<std::size_t>(grid.size.count());
  std::vector<double> expected(voxels);
  std::vector<double> entries(voxels);
  double largest = 0;
  test::for_each_entry(model, scan, grid,
                       [&](std::size_t pixel, std::size_t voxel, double weight) {
                         expected[voxel] += weight * static_cast<double>(input[pixel]);
                         entries[voxel] += 1;
                         largest = std::max(largest, weight);
                       });
  for (int h : {4, 0}) {
  Run r; r.height=h;
  Values const found = transpose(model, scan, grid, input, r);
  double worst = 0;
  for (std::size_t n = 0; n < voxels; ++n) {
    double const error = std::abs(static_cast<double>(found[n]) - expected[n]);
    double const allowed = largest * std::max(entries[n], 1.0);
    worst = std::isfinite(found[n]) ? std::max(worst, error / allowed) : test::infinity;
  }
  std::printf("%d %g\n", h, worst);
  BOOST_TEST(worst < bound);
  }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(bricks_on_fibres)

BOOST_AUTO_TEST_CASE(are_the_matrix_of_every_scan) {
  for (auto const& scan : test::cone_scans()) {
    if (scan.geometry.num_views() > 100) continue;
    BOOST_TEST_CONTEXT(scan.name) {
      check_matrix(Joseph{}, scan.geometry, scan.grid, 2e-6);
      check_matrix(RayMarch{0.4}, scan.geometry, scan.grid, 2e-6);
      check_matrix(RayMarch{1.7}, scan.geometry, scan.grid, 2e-6);
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()
