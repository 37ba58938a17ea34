// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The tensor-core kernel of voxel-driven backprojection of a batch in the plane.
#include <pyronn/backend/cuda/require_cuda.cuh>
//
#include <cuda_runtime.h>

#include <pyronn/backend/cuda/detail/batch/element_window.cuh>
#include <pyronn/backend/cuda/detail/batch/lane_runs.cuh>
#include <pyronn/backend/cuda/detail/batch/layout.cuh>
#include <pyronn/core/array_view.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/core/storage.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/exec/kernel.hpp>
#include <pyronn/model/detail/views/index_view.hpp>

namespace pyronn::detail {

/// 1 / depth^2 in units in which it is at most 1, so that it can go into the weights of elements.
struct InverseSquareInWeights {
  float per_unit;  ///< a power of two [mm^2]

  __device__ float operator()(float inverse_depth) const {
    return inverse_depth * inverse_depth * per_unit;
  }
};

/// What sums are multiples of: they are of samples times `scale(sample)`.
template <class Scale, class DepthWeight>
__device__ Scale const& scale_of_sums(Scale const& scale, DepthWeight const&) {
  return scale;
}
template <class Scale>
struct ScalePerUnit {
  Scale const& scale;
  float per_unit;

  __device__ float operator()(int sample) const { return scale(sample) * per_unit; }
};
template <class Scale>
__device__ ScalePerUnit<Scale> scale_of_sums(Scale const& scale,
                                             InverseSquareInWeights const& weight) {
  return {scale, weight.per_unit};
}

/// The weights of voxels as factors of rows.
template <class DepthWeight, int Rows>
__device__ auto const& factors_of(DepthWeight const&, float const (&weights)[Rows]) {
  return weights;
}
template <int Rows>
__device__ FactorsInWeights<Rows> factors_of(InverseSquareInWeights const&,
                                             float const (&weights)[Rows]) {
  return {weights};
}

/// Voxel-driven backprojection in the plane, from projections in BatchLayout. In every view all
/// voxels must lie in front of the source. A warp works on 8 x 4 voxels of all samples; all its
/// lanes take part in every product, also those whose voxels lie outside the image.
template <int Tiles, class DepthWeight, class Views, class In, class Out>
struct BackprojectBatch {
  static constexpr int warps_x = 2;
  static constexpr int warps_y = 4;
  struct Block : BlockShape<32 * warps_x * warps_y, 1, 1> {
    static constexpr int min_blocks_per_sm = 2;
  };
  static constexpr int terms = half_terms_v<In>;
  using Layout = BatchLayout<Tiles, terms>;

  Views views;
  int num_views;
  uint4 const* rows;  ///< rows of pixels in BatchLayout, view after view
  int width;          ///< length of the rows [pixels]
  SampleScales<In> scale;
  ArrayView<Out, 4> volumes;  ///< (x, y, 1, sample)
  bool adds;
  DepthWeight weight;

  [[nodiscard]] Extents<3> items() const {
    return {((volumes.extents[0] - 1) / (warps_x * 8) + 1) * Block::x,
            (volumes.extents[1] - 1) / (warps_y * run) + 1, 1};
  }

  __device__ void operator()(Vec<int, 3> item) const {
    int const lane = item[0] % 32;
    int const warp = item[0] % Block::x / 32;
    int const first_x = (item[0] / Block::x * warps_x + warp % warps_x) * 8;
    int const y = (item[1] * warps_y + warp / warps_x) * run;
    if (first_x >= volumes.extents[0] || y >= volumes.extents[1]) return;
    int const x = first_x + lane / 4;
    float sums[row_tiles][Tiles][4] = {};
    LaneRun const along_y{x, y, 1};
    auto const of_sums = scale_of_sums(scale, weight);
    bool const is_begun = !adds || begin_sums(volumes, along_y, lane, of_sums, sums);
    gather(x, y, lane, sums);
    write_sums(volumes, along_y, lane, of_sums, !is_begun, sums);
  }

 private:
  static constexpr int row_tiles = 2;
  static constexpr int run = 2 * row_tiles;  ///< voxels along y that one lane works on

  __device__ void gather(int x, int y, int lane, float (&sums)[row_tiles][Tiles][4]) const {
    // Voxels outside the image are replaced by the last one inside: they may lie behind the source.
    auto const at_x = static_cast<float>(min(x, volumes.extents[0] - 1));
    auto const at_y = static_cast<float>(y);
    auto const room = static_cast<float>(volumes.extents[1] - 1 - y);
    auto const beyond = static_cast<float>(width) + 2.0F;
    int const groups = Layout::groups(width);
    uint4 const* const fragments = rows + lane;
    // Positions and weights are found anew for each window: kept, they would take registers in
    // which values of pixels can be on their way.
    int next = 0;
#pragma unroll 1
    for (int n = 0; n < num_views;) {
      PlaneMap const& map = views.view(n, 0);
      auto const start = [&](float const(&row)[3]) {
        return row[0] * at_x + (row[1] * at_y + row[2]);
      };
      float const along = start(map.u);
      float const depth = start(map.w);
      float u[run];
      float weights[run];
#pragma unroll
      for (int k = 0; k < run; ++k) {
        float const step = min(static_cast<float>(k), room);
        float const inverse_depth = reciprocal(depth + step * map.w[1]);
        u[k] = (along + step * map.u[1]) * inverse_depth;
        weights[k] = weight(inverse_depth);
      }
      // u is monotone along a run, so that its ends bound it.
      float const low = clamp(min(u[0], u[run - 1]), -4.0F, beyond);
      float const high = clamp(max(u[0], u[run - 1]), -4.0F, beyond);
      int const first = max(max(warp_min(floor_of(low)), 0) & ~3, next);
      int const last = min(warp_max(floor_of(high)) + 1, width - 1);
      if (first <= last) {
        add_window<Tiles, terms, row_tiles>(sums, u, factors_of(weight, weights), first, lane,
                                            fragments, static_cast<unsigned>(n * groups));
      }
      bool const is_last = first + 16 > last;
      next = is_last ? 0 : first + 16;
      if (is_last) ++n;
    }
  }
};

}  // namespace pyronn::detail
