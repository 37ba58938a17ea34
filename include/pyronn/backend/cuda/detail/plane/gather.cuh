// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The kernels of Joseph's transpose of few samples in the plane.
#include <pyronn/backend/cuda/require_cuda.cuh>
//
#include <cstdint>

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

/// Writes the samples of four of a batch times the steps of their rays, in the rows of a RayTable.
/// What has no sample is zero.
template <class T>
struct ScaleByStep {
  struct Block : BlockShape<256, 1, 1> {};

  ArrayView<T const, 4> projections;  ///< (u, 1, view, sample), from the first of both on
  int num_views;
  float const* steps;
  int pitch;
  float4* products;

  [[nodiscard]] Extents<3> items() const { return {pitch, num_views, 1}; }

  __device__ void operator()(Vec<int, 3> item) const {
    int const at = item[1] * pitch + item[0];
    float const step = steps[at];
    auto const product = [&](int sample) {
      bool const exists = item[0] < projections.extents[0] && sample < projections.extents[3];
      return exists ? load_float(&projections(item[0], 0, item[1], sample), 0) * step : 0.0F;
    };
    products[at] = make_float4(product(0), product(1), product(2), product(3));
  }
};

/// A ray as GatherRays reads it: its line, and its samples times its step.
template <int Samples>
struct WeightedRay {
  float base;
  float slope;
  float products[Samples];
};

/// Where GatherRays reads rays of one sample.
template <class AxisView>
struct OneSample {
  using View = AxisView;
  static constexpr int samples = 1;

  float2 const* lines[2];  ///< of SampledRays
  float const* products;
  AxisView const* views[2];
  int pitch;

  template <class T>
  explicit OneSample(SampledRays<AxisView, T> const& rays)
      : lines{rays.lines[0], rays.lines[1]},
        products{rays.products},
        views{rays.views[0], rays.views[1]},
        pitch{rays.pitch} {}

  [[nodiscard]] __device__ WeightedRay<1> ray(int axis, int at) const {
    float2 const line = __ldg(lines[axis] + at);
    return {line.x, line.y, {__ldg(products + at)}};
  }
};

/// Where it reads rays of four.
template <class AxisView>
struct FourSamples {
  using View = AxisView;
  static constexpr int samples = 4;

  float2 const* lines[2];  ///< of a RayTable
  float4 const* products;  ///< of ScaleByStep
  AxisView const* views[2];
  int pitch;

  FourSamples(RayTable<AxisView> const& rays, float4 const* products_)
      : lines{rays.lines[0], rays.lines[1]},
        products{products_},
        views{rays.views[0], rays.views[1]},
        pitch{rays.pitch} {}

  [[nodiscard]] __device__ WeightedRay<4> ray(int axis, int at) const {
    float2 const line = __ldg(lines[axis] + at);
    float4 const four = __ldg(products + at);
    return {line.x, line.y, {four.x, four.y, four.z, four.w}};
  }
};

/// Joseph's transpose of some views, of the samples of `Rays`. A warp has 8 slices of a main axis x
/// 16 voxels across it, and a lane 4 of the latter. The warps of a block share the views of the
/// same voxels, each rays of its own, and their sums are added up in their order.
///
/// The weight of voxel b is the hat 1 - |d|, not below 0, of the distance d = x - b at which a ray
/// crosses the slice at x. It is the difference of the ramps of b - 1 and b, where the ramp of b is
/// x - b, cut to [0, 1]. What is added up are ramps, one more than there are voxels, and their sums
/// are subtracted at the end.
template <class Rays, bool HasEnds>
struct GatherRays {
  static constexpr int samples = Rays::samples;
  struct Block : BlockShape<256, 1, 1> {
    static constexpr int min_blocks_per_sm = samples == 1 ? 6 : 3;
  };

  Rays rays;
  float2 const* ends;  ///< where rays begin and end on their main axes
  int num_views;
  Extents<2> size;  ///< size of the images
  float* sums;      ///< (x, y, sample, main axis)

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
    float ramps[ramps_of_lane][samples] = {};
    gather(tile, warp, lane, ramps);
    __shared__ float of_warps[warps][samples][voxels];
#pragma unroll
    for (int k = 0; k < run; ++k) {
#pragma unroll
      for (int s = 0; s < samples; ++s) {
        of_warps[warp][s][(lane / slices * run + k) * slices + lane % slices] =
            ramps[k][s] - ramps[k + 1][s];
      }
    }
    __syncthreads();
    for (int n = item[0] % Block::x; n < voxels * samples; n += Block::x) {
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
  using AxisView = typename Rays::View;

  static constexpr int warps = 8;
  static constexpr int run = 4;  ///< voxels of a lane
  static constexpr int ramps_of_lane = run + 1;
  static constexpr int slices = 8;                 ///< of a tile
  static constexpr int width = 32 / slices * run;  ///< of a tile
  static constexpr int voxels = slices * width;
  static constexpr int unrolled = 2;  ///< rays that are loaded at a time; 16 is the most

  struct Tile {
    int along;
    int across;
    int axis;
  };

  __device__ void gather(Tile const& tile, int warp, int lane,
                         float (&ramps)[ramps_of_lane][samples]) const {
    auto const along = static_cast<float>(tile.along + lane % slices);
    auto const across = static_cast<float>(tile.across + lane / slices * run);
    AxisView const* const views = rays.views[tile.axis];
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
        add_rays(tile.axis, n, view.pixels(inside, low, high), along, across, ramps);
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
          IndexRange const of_view{__shfl_sync(0xffffffffU, pixels.first, k),
                                   __shfl_sync(0xffffffffU, pixels.last, k)};
          add_rays(tile.axis, first + k * warps, of_view, along, across, ramps);
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

  /// Adds rays of a view, and a few more, as rows are long enough. Rays beyond those that meet the
  /// voxels of a lane add to all of its ramps, or to none.
  __device__ void add_rays(int axis, int view, IndexRange pixels, float along, float across,
                           float (&ramps)[ramps_of_lane][samples]) const {
    int const row = view * rays.pitch;
#pragma unroll 1
    for (int u = row + pixels.first; u <= row + pixels.last; u += unrolled) {
#pragma unroll
      for (int n = 0; n < unrolled; ++n) {
        WeightedRay<samples> ray = rays.ray(axis, u + n);
        if constexpr (HasEnds) {
          float2 const of_ray = __ldg(ends + u + n);
          float const covered =
              __saturatef(min(along + 0.5F, of_ray.y) - max(along - 0.5F, of_ray.x));
          for (float& product : ray.products) product *= covered;
        }
        float const at = ray.base + along * ray.slope;
#pragma unroll
        for (int r = 0; r < ramps_of_lane; ++r) {
          float const ramp = __saturatef(at - (across + static_cast<float>(r - 1)));
#pragma unroll
          for (int s = 0; s < samples; ++s) ramps[r][s] += ramp * ray.products[s];
        }
      }
    }
  }

  __device__ void write(int along, int across, int axis, int sample, float sum) const {
    if (along >= size[axis] || across >= size[1 - axis]) return;
    int const x = axis == 0 ? along : across;
    int const y = axis == 0 ? across : along;
    sums[(std::int64_t{axis * samples + sample} * size[1] + y) * size[0] + x] = sum;
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
