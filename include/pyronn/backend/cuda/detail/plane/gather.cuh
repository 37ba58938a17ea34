// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The kernels of Joseph's transpose of few samples in the plane.
#include <pyronn/backend/cuda/require_cuda.cuh>
//
#include <cstddef>
#include <cstdint>
#include <type_traits>

#include <cuda_runtime.h>

#include <pyronn/backend/cuda/detail/batch/layout.cuh>
#include <pyronn/backend/cuda/detail/plane/axis_view.cuh>
#include <pyronn/backend/cuda/detail/plane/ray_table.cuh>
#include <pyronn/core/array_view.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/core/storage.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/exec/kernel.hpp>
#include <pyronn/model/detail/footprint.hpp>

namespace pyronn::detail {

/// Writes samples times the steps of their rays: `Samples` numbers a ray, in the rows of a
/// RayTable. What has no sample is zero.
template <int Samples, class T>
struct ScaleByStep {
  struct Block : BlockShape<256, 1, 1> {};

  ArrayView<T const, 4> projections;  ///< (u, 1, view, sample), from the first of both on
  int num_views;
  int num_samples;
  float const* steps;
  int pitch;
  float* products;

  [[nodiscard]] Extents<3> items() const { return {pitch, num_views, 1}; }

  __device__ void operator()(Vec<int, 3> item) const {
    std::size_t const at = static_cast<std::size_t>(item[1]) * static_cast<std::size_t>(pitch) +
                           static_cast<std::size_t>(item[0]);
    float const step = steps[at];
#pragma unroll
    for (int s = 0; s < Samples; ++s) {
      bool const exists = item[0] < projections.extents[0] && s < num_samples;
      products[at * Samples + static_cast<std::size_t>(s)] =
          exists ? load_float(&projections(item[0], 0, item[1], s), 0) * step : 0.0F;
    }
  }
};

/// Joseph's transpose of some views for `Samples` samples. A warp has 8 slices of a main axis x 16
/// voxels across it, and a lane 4 of the latter. The warps of a block share the views of the same
/// voxels, each rays of its own, and their sums are added up in their order.
///
/// The weight of voxel b is the hat 1 - |d|, not below 0, of the distance d = x - b at which a ray
/// crosses the slice at x. It is the difference of the ramps of b - 1 and b, where the ramp of b is
/// x - b, cut to [0, 1]. What is added up are ramps, one more than there are voxels, and their sums
/// are subtracted at the end.
template <int Samples, bool HasEnds, class AxisView>
struct GatherRays {
  struct Block : BlockShape<256, 1, 1> {
    static constexpr int min_blocks_per_sm = Samples == 1 ? 6 : 3;
  };

  RayTable<AxisView> table;
  int num_views;
  float const* products;  ///< of ScaleByStep
  Extents<2> size;        ///< size of the images
  float* sums;            ///< (x, y, sample, main axis)

  [[nodiscard]] Extents<3> items() const {
    int const longest = max(size[0], size[1]);
    return {((longest - 1) / slices + 1) * Block::x, (longest - 1) / width + 1, 2};
  }

  __device__ void operator()(Vec<int, 3> item) const {
    int const axis = item[2];
    Tile const tile{item[0] / Block::x * slices, item[1] * width, axis};
    if (tile.along >= size[axis] || tile.across >= size[1 - axis]) return;
    int const lane = item[0] % 32;
    int const warp = item[0] % Block::x / 32;
    float ramps[ramps_of_lane][Samples] = {};
    gather(tile, warp, lane, ramps);
    __shared__ float of_warps[warps][Samples][voxels];
#pragma unroll
    for (int k = 0; k < run; ++k) {
#pragma unroll
      for (int s = 0; s < Samples; ++s) {
        of_warps[warp][s][(lane / slices * run + k) * slices + lane % slices] =
            ramps[k][s] - ramps[k + 1][s];
      }
    }
    __syncthreads();
    for (int n = item[0] % Block::x; n < voxels * Samples; n += Block::x) {
      float sum = 0.0F;
      int const s = n / voxels;
      // Neighbours along x are written together.
      int const along = axis == 0 ? n % slices : n % voxels / width;
      int const across = axis == 0 ? n % voxels / slices : n % width;
      for (int w = 0; w < warps; ++w) sum += of_warps[w][s][across * slices + along];
      write(tile.along + along, tile.across + across, axis, s, sum);
    }
  }

 private:
  static constexpr int warps = 8;
  static constexpr int run = 4;  ///< voxels of a lane
  static constexpr int ramps_of_lane = run + 1;
  static constexpr int slices = 8;                 ///< of a tile
  static constexpr int width = 32 / slices * run;  ///< of a tile
  static constexpr int voxels = slices * width;
  static constexpr int unrolled = 4;  ///< rays that are loaded at a time; 16 is the most

  struct Tile {
    int along;
    int across;
    int axis;
  };

  struct alignas(4 * Samples) Products {
    float of_sample[Samples];
  };

  __device__ void gather(Tile const& tile, int warp, int lane,
                         float (&ramps)[ramps_of_lane][Samples]) const {
    auto const along = static_cast<float>(tile.along + lane % slices);
    auto const across = static_cast<float>(tile.across + lane / slices * run);
    AxisView const* const views = table.views[tile.axis];
    if constexpr (AxisView::is_projective) {
      // Beyond the image a point may lie behind the source.
      auto const inside = min(along, static_cast<float>(size[tile.axis] - 1));
      auto const end = static_cast<float>(size[1 - tile.axis]);
      float const low = min(across, end) - 1.0F;
      float const high = min(across + static_cast<float>(run), end);
#pragma unroll 1
      for (int n = warp; n < num_views; n += warps) {
        AxisView const view = views[n];
        if (view.last < view.first) continue;
        IndexRange const pixels = view.pixels(inside, low, high);
        int const count = warp_max(pixels.last - pixels.first + 1);
        add_rays(tile.axis, n, pixels.first, count, along, across, ramps);
      }
    } else {
      AxisBox const box = box_of(tile);
#pragma unroll 1
      for (int first = warp; first < num_views; first += 32 * warps) {
        int const own = first + lane * warps;
        IndexRange pixels{0, -1};
        if (own < num_views && views[own].first <= views[own].last) pixels = views[own].pixels(box);
#pragma unroll 1
        for (int k = 0; k < 32; ++k) {
          int const begin = __shfl_sync(0xffffffffU, pixels.first, k);
          int const last = __shfl_sync(0xffffffffU, pixels.last, k);
          add_rays(tile.axis, first + k * warps, begin, last - begin + 1, along, across, ramps);
        }
      }
    }
  }

  /// The voxels of a tile, and one to either side across.
  [[nodiscard]] __device__ AxisBox box_of(Tile const& tile) const {
    int const end_along = min(tile.along + slices, size[tile.axis]);
    int const end_across = min(tile.across + width, size[1 - tile.axis]);
    return {{static_cast<float>(tile.along), static_cast<float>(end_along - 1)},
            {static_cast<float>(tile.across - 1), static_cast<float>(end_across)}};
  }

  /// Adds rays of a view, from a lane's own pixel on. Rays beyond those that meet its voxels add to
  /// all of its ramps, or to none.
  __device__ void add_rays(int axis, int view, int first, int count, float along, float across,
                           float (&ramps)[ramps_of_lane][Samples]) const {
    if (count <= 0) return;
    int const begin =
        max(min(first, table.pitch - (count + unrolled - 1) / unrolled * unrolled), 0);
    std::size_t const at = table.row(view) + static_cast<std::size_t>(begin);
    float2 const* line = table.lines[axis] + at;
    float2 const* end = HasEnds ? table.ends + at : nullptr;
    auto const* product = reinterpret_cast<Products const*>(products) + at;
#pragma unroll 1
    for (int k = 0; k < count; k += unrolled) {
#pragma unroll
      for (int n = 0; n < unrolled; ++n) {
        float2 const of_ray = __ldg(line + n);
        float weights[Samples];
        load(product + n, weights);
        if constexpr (HasEnds) {
          float2 const ends = __ldg(end + n);
          float const covered = __saturatef(min(along + 0.5F, ends.y) - max(along - 0.5F, ends.x));
          for (float& weight : weights) weight *= covered;
        }
        float const at_ray = of_ray.x + along * of_ray.y;
#pragma unroll
        for (int r = 0; r < ramps_of_lane; ++r) {
          float const ramp = __saturatef(at_ray - (across + static_cast<float>(r - 1)));
#pragma unroll
          for (int s = 0; s < Samples; ++s) ramps[r][s] += ramp * weights[s];
        }
      }
      line += unrolled;
      if constexpr (HasEnds) end += unrolled;
      product += unrolled;
    }
  }

  static __device__ void load(Products const* from, float (&weights)[Samples]) {
    if constexpr (Samples == 4) {
      float4 const four = __ldg(reinterpret_cast<float4 const*>(from));
      weights[0] = four.x;
      weights[1] = four.y;
      weights[2] = four.z;
      weights[3] = four.w;
    } else {
      static_assert(Samples == 1, "One sample or four.");
      weights[0] = __ldg(from->of_sample);
    }
  }

  __device__ void write(int along, int across, int axis, int sample, float sum) const {
    if (along >= size[axis] || across >= size[1 - axis]) return;
    int const x = axis == 0 ? along : across;
    int const y = axis == 0 ? across : along;
    sums[(std::int64_t{axis * Samples + sample} * size[1] + y) * size[0] + x] = sum;
  }
};

/// Writes the sums of both main axes to images.
template <int Samples, class T>
struct WriteSums {
  struct Block : BlockShape<256, 1, 1> {};

  float const* sums;  ///< of GatherRays
  int num_samples;
  ArrayView<T, 4> images;  ///< (x, y, 1, sample), from the first sample on
  bool adds;

  [[nodiscard]] Extents<3> items() const {
    return {images.extents[0], images.extents[1], num_samples};
  }

  __device__ void operator()(Vec<int, 3> item) const {
    std::int64_t const image = std::int64_t{images.extents[0]} * images.extents[1];
    std::int64_t const at = std::int64_t{item[1]} * images.extents[0] + item[0];
    float const sum = sums[item[2] * image + at] + sums[(Samples + item[2]) * image + at];
    write_or_add(images(item[0], item[1], 0, item[2]), sum, adds);
  }
};

}  // namespace pyronn::detail
