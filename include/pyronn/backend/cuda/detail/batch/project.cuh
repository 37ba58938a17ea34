// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The tensor-core kernel of Joseph's forward projection of a batch in the plane.
#include <pyronn/backend/cuda/require_cuda.cuh>
//
#include <cuda_runtime.h>

#include <pyronn/backend/cuda/detail/batch/element_window.cuh>
#include <pyronn/backend/cuda/detail/batch/layout.cuh>
#include <pyronn/backend/cuda/detail/batch/samples.cuh>
#include <pyronn/core/config.hpp>
#include <pyronn/core/extents.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/core/storage.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/exec/kernel.hpp>
#include <pyronn/model/detail/joseph/forward.hpp>
#include <pyronn/model/detail/joseph/ray.hpp>

namespace pyronn::detail {

/// Joseph's forward projection in the plane, from images in BatchLayout, of rays that do not end
/// inside the image. A warp works on 16 or 32 rays of all samples; all its lanes take part in every
/// product. Rays whose main axis is x read the columns of the images, the others the rows.
template <int Tiles, class Views, class In, class Out>
struct ProjectBatch {
  static constexpr int warps = 8;
  struct Block : BlockShape<32 * warps, 1, 1> {
    static constexpr int min_blocks_per_sm = 2;
  };
  static constexpr int terms = half_terms_v<In>;
  using Layout = BatchLayout<Tiles, terms>;

  Views views;
  int num_views;
  uint4 const* slices[2];  ///< columns, rows; null: rays of that main axis are left out
  Extents<2> size;         ///< size of the images
  Vec3f spacing;           ///< distance between voxels [mm]
  SampleScales<In> scale;
  BatchArray<Out> projections;  ///< from the first view on
  bool views_are_close;  ///< true: a warp has 8 rays of each of `rays` views; false: rays of one
                         ///< view
  bool adds;             ///< to what the projections hold

  [[nodiscard]] Extents<3> items() const {
    return {((projections.size.width - 1) / (warps_u() * pixels()) + 1) * Block::x,
            (num_views - 1) / (warps / warps_u() * views_of_warp()) + 1, 1};
  }

  __device__ void operator()(Vec<int, 3> item) const {
    __shared__ int first_slice[2];
    __shared__ int last_slice[2];
    __shared__ float4 lines[warps][row_tiles][8];
    if (item[0] % Block::x < 2) {
      first_slice[item[0] % Block::x] = 1 << 20;
      last_slice[item[0] % Block::x] = -1;
    }
    __syncthreads();
    int const lane = item[0] % 32;
    int const warp = item[0] % Block::x / 32;
    int const warp_u = item[0] / Block::x * warps_u() + warp % warps_u();
    int const warp_view = item[1] * (warps / warps_u()) + warp / warps_u();
    PixelOfView const first{warp_u * pixels() + lane / 4, warp_view * views_of_warp()};
    float sums[row_tiles][Tiles][4] = {};
#pragma unroll 1
    for (int axis = 0; axis < 2; ++axis) {
      if (slices[axis] == nullptr) continue;
      Rays const bundle = rays_of(first, axis, lines[warp], lane);
      if (bundle.last >= 0 && lane == 0) {
        atomicMin(&first_slice[axis], bundle.first);
        atomicMax(&last_slice[axis], bundle.last);
      }
      __syncthreads();
      // All warps of a block go through the same slices together, so that they read the same
      // elements from the L1 cache.
      if (bundle.last < 0) continue;
      integrate({first_slice[axis], last_slice[axis], bundle.own, bundle.mixed}, axis, lines[warp],
                lane, sums);
    }
    write(first, lane, sums);
  }

 private:
  /// Tiles of 16 rays of a warp. More tiles need fewer loads a ray, but more registers.
  static constexpr int row_tiles = Tiles == 4 || terms == 1 ? 2 : 1;
  static constexpr int rays = 2 * row_tiles;  ///< rays of a lane

  /// How the pixels and views of a block are distributed over its warps, such that its rays lie
  /// close together in the image.
  [[nodiscard]] PYRONN_HOST_DEVICE int warps_u() const { return views_are_close ? 2 : warps; }
  [[nodiscard]] PYRONN_HOST_DEVICE int pixels() const { return views_are_close ? 8 : 8 * rays; }
  [[nodiscard]] PYRONN_HOST_DEVICE int views_of_warp() const { return views_are_close ? rays : 1; }

  /// A pixel of a view.
  struct PixelOfView {
    int u;
    int view;
  };

  /// The rays of a warp whose main axis is the given one.
  struct Rays {
    int first, last;  ///< slices that these rays cross; none where last < 0
    unsigned own;     ///< a bit for each of the lane's rays: whether it is one of these rays
    bool mixed;       ///< whether the warp also has other rays
  };

  [[nodiscard]] __device__ PixelOfView pixel_of_ray(PixelOfView const& first, int ray) const {
    return views_are_close ? PixelOfView{first.u, first.view + ray}
                           : PixelOfView{first.u + 8 * ray, first.view};
  }
  [[nodiscard]] __device__ bool exists(PixelOfView const& at) const {
    return at.u < projections.size.width && at.view < num_views;
  }
  [[nodiscard]] __device__ JosephRay joseph(PixelOfView const& at) const {
    return {views.view(at.view, 0).ray(static_cast<float>(at.u), 0.0F), spacing};
  }

  /// Finds the rays of a main axis, and writes (base, slope, base, slope) of rows g and g + 8 of
  /// each tile to `lines`.
  __device__ Rays rays_of(PixelOfView const& first, int axis, float4 (&lines)[row_tiles][8],
                          int lane) const {
    float base[rays];
    float slope[rays];
    float any_base = -1e4F;
    float any_slope = 0.0F;
    int begin = 1 << 20;
    int end = -1;
    unsigned own = 0;
#pragma unroll
    for (int k = 0; k < rays; ++k) {
      base[k] = slope[k] = 0.0F;
      if (!exists(pixel_of_ray(first, k))) continue;
      JosephRay const ray = joseph(pixel_of_ray(first, k));
      if (ray.axis != axis) continue;
      own |= 1U << k;
      float low = 0.0F;
      float high = static_cast<float>(size[axis] - 1);
      clip(ray.base[0], ray.slope[0], -1.0F, static_cast<float>(size[1 - axis]), low, high);
      if (low <= high) {
        // Rounding in `clip` must not lose a slice. A slice too many does no harm: samples beyond
        // the border are zero.
        begin = min(begin, max(static_cast<int>(low) - 1, 0));
        end = max(end, min(static_cast<int>(high) + 2, size[axis] - 1));
      }
      // A ray so far away does not cross the image in any slice; the limit keeps positions small
      // enough for floor_of.
      base[k] = any_base = clamp(ray.base[0], -farthest, farthest);
      slope[k] = any_slope = ray.slope[0];
    }
    // Other rays are given the line of one ray of this axis, so that they do not widen the range
    // that is read; integrate() moves them out of it.
    unsigned const lanes = __ballot_sync(0xffffffffU, own != 0);
    int const leader = lanes == 0 ? 0 : __ffs(static_cast<int>(lanes)) - 1;
    any_base = __shfl_sync(0xffffffffU, any_base, leader);
    any_slope = __shfl_sync(0xffffffffU, any_slope, leader);
#pragma unroll
    for (int k = 0; k < rays; ++k) {
      if ((own >> k & 1U) != 0) continue;
      base[k] = any_base;
      slope[k] = any_slope;
    }
    __syncwarp();
    if (lane % 4 == 0) {
#pragma unroll
      for (int m = 0; m < row_tiles; ++m) {
        lines[m][lane / 4] =
            make_float4(base[2 * m], slope[2 * m], base[2 * m + 1], slope[2 * m + 1]);
      }
    }
    return {warp_min(begin), warp_max(end), own,
            __any_sync(0xffffffffU, static_cast<int>(own != (1U << rays) - 1)) != 0};
  }

  __device__ void integrate(Rays const& bundle, int axis, float4 const (&lines)[row_tiles][8],
                            int lane, float (&sums)[row_tiles][Tiles][4]) const {
    int const width = size[1 - axis];
    auto const groups = static_cast<unsigned>(Layout::groups(width));
    uint4 const* const fragments = slices[axis] + lane;
    float4 const* const line = &lines[0][lane / 4];
#pragma unroll 1
    for (int k = bundle.first; k <= bundle.last; ++k) {
      auto const slice = static_cast<float>(k);
      float at[rays];
#pragma unroll
      for (int m = 0; m < row_tiles; ++m) {
        float4 const pair = line[8 * m];
        at[2 * m] = pair.x + slice * pair.y;
        at[2 * m + 1] = pair.z + slice * pair.w;
      }
      float low = at[0];
      float high = at[0];
#pragma unroll
      for (int n = 1; n < rays; ++n) {
        low = min(low, at[n]);
        high = max(high, at[n]);
      }
      if (bundle.mixed) {
#pragma unroll
        for (int n = 0; n < rays; ++n) {
          if ((bundle.own >> n & 1U) == 0) at[n] = -farthest;
        }
      }
      int const begin = max(warp_min(floor_of(low)), 0) & ~3;
      int const last = min(warp_max(floor_of(high)) + 1, width - 1);
#pragma unroll 1
      for (int first = begin; first <= last; first += 16) {
        add_window<Tiles, terms, row_tiles>(sums, at, UnitFactors{}, first, lane, fragments,
                                            static_cast<unsigned>(k) * groups);
      }
    }
  }

  __device__ void write(PixelOfView const& first, int lane,
                        float const (&sums)[row_tiles][Tiles][4]) const {
#pragma unroll
    for (int k = 0; k < rays; ++k) {
      PixelOfView const at = pixel_of_ray(first, k);
      if (!exists(at)) continue;
      JosephRay const ray = joseph(at);
      if (slices[ray.axis] == nullptr) continue;
#pragma unroll
      for (int i = 0; i < 2 * Tiles; ++i) {
        int const sample = i / 2 * 8 + 2 * (lane % 4) + i % 2;
        if (sample >= projections.size.samples) continue;
        float const unit = 1.0F / scale(sample);
        write_or_add(*projections.at(at.u, at.view, sample),
                     sums[k / 2][i / 2][k % 2 * 2 + i % 2] * ray.step * unit, adds);
      }
    }
  }

  static constexpr float farthest = 2097152.0F;  ///< 2^21 voxels: more than any image has
};

}  // namespace pyronn::detail
