// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The kernel of the transpose of voxel-driven backprojection of z-aligned views.
#include <pyronn/backend/cuda/require_cuda.cuh>
//
#include <cmath>

#include <pyronn/backend/cuda/detail/voxels/column_group.cuh>
#include <pyronn/backend/cuda/detail/voxels/copy.cuh>
#include <pyronn/backend/cuda/detail/voxels/seen_column.cuh>
#include <pyronn/core/array_view.hpp>
#include <pyronn/core/extents.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/core/storage.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/exec/kernel.hpp>
#include <pyronn/model/detail/footprint.hpp>
#include <pyronn/model/detail/views/projective_views.hpp>

namespace pyronn::detail {

/// The transpose of VoxelDrivenBack as a gather, through slices that CopyVoxelColumns made, for
/// groups of detector columns whose main axis is `Axis`. A warp has one group and goes slice by
/// slice through the columns of voxels between its outer rays. Its lanes first find out how each of
/// them sees one of the next columns. Then they lie along v: all voxels of a column project onto
/// one position along u, so that the samples along v are taken once, and are shared by the two
/// detector columns beside it. An item is up to `rows` rows of a group, 32 apart, counted from
/// where the footprint of the volume begins; pixels outside it are zero. Sums begin with what
/// earlier slices have written, so that they do not depend on how many slices there are at a time.
template <int Axis, class DepthWeight, class Views, class Out>
struct ProjectVoxelColumns {
  /// Neighbouring views follow one another, so that caches serve all of them.
  struct Block : BlockShape<32, 8, 1> {
    static constexpr int z_swizzle = 24;
    static constexpr int min_blocks_per_sm = 3;
  };
  static constexpr int columns = 4;  ///< of a group
  static constexpr int rows = 8;     ///< of a lane
  static constexpr int warp = 32;
  static constexpr unsigned all_lanes = 0xffffffffU;

  Views views;
  int num_views;
  float const* copy;
  IndexInCopy index;
  int first_slice;  ///< across the axis
  int end_slice;
  Extents<3> size;  ///< size of the slab of the volume
  int first_z;      ///< slice of the grid with which it begins
  ArrayView<Out, 4> projections;
  bool adds;

  [[nodiscard]] Extents<3> items() const {
    Extents<4> const& pixels = projections.extents;
    return {((pixels[1] - 1) / (warp * rows) + 1) * warp, (pixels[0] - 1) / columns + 1, num_views};
  }

  __device__ void operator()(Vec<int, 3> item) const {
    auto const& map = views.view(item[2], 0);
    Pixels pixels{item[1] * columns, item[0] / warp * (warp * rows) + item[0] % warp, item[2], 0};
    auto const first_u = static_cast<float>(pixels.first_u);
    if (LineOfPosition{map, first_u + 0.5F * (columns - 1)}.main_axis() != Axis) return;
    IndexRange const footprint = footprint_of(map, first_u);
    if (!adds) clear_outside(pixels, footprint);
    pixels.first_v += footprint.first;
    pixels.end_v = footprint.last + 1;
    if (pixels.first_v - item[0] % warp > footprint.last) return;
    ColumnGroup<Axis> const group{map, first_u - 1.0F, first_u + columns, size};
    float sums[columns][rows];
    add_slices<AddAll>(map, group, pixels, sums);
    // A number that is not finite, times a weight of zero, must not spoil a sum.
    if (!__all_sync(all_lanes, are_finite(sums))) add_slices<AddWeighted>(map, group, pixels, sums);
    for_each_pixel(pixels, [&](Out& pixel, int column, int i) {
      pixel = user::round<StorageTraits<Out>>(sums[column][i]);
    });
  }

 private:
  /// The pixels of an item.
  struct Pixels {
    int first_u;
    int first_v;
    int view;
    int end_v;
  };

  /// The rows of a group onto which voxels may project.
  [[nodiscard]] __device__ IndexRange footprint_of(ZAlignedMap const& map, float first_u) const {
    Bounds bounds;
    for (int corner = 0; corner < 8; ++corner) {
      auto const at = [&](int axis) {
        return static_cast<float>((corner >> axis & 1) == 0 ? 0 : size[axis] - 1);
      };
      Vec3f const point = map.homogeneous({at(0), at(1), at(2) + static_cast<float>(first_z)});
      float const inverse = reciprocal(point[2]);
      bounds.include(point[0] * inverse, point[1] * inverse);
    }
    constexpr float reach = 1.0F + projective_margin;
    if (bounds.high(0) < first_u - reach || bounds.low(0) > first_u + (columns - 1 + reach)) {
      return {0, -1};
    }
    return bounds.indices(1, projections.extents[1], reach);
  }

  __device__ void clear_outside(Pixels const& pixels, IndexRange const& footprint) const {
    for (int i = 0; i < rows; ++i) {
      int const v = pixels.first_v + warp * i;
      if (v >= projections.extents[1]) return;
      if (v >= footprint.first && v <= footprint.last) continue;
      for (int u = pixels.first_u; u < min(pixels.first_u + columns, projections.extents[0]); ++u) {
        projections(u, v, pixels.view, 0) = user::round<StorageTraits<Out>>(0.0F);
      }
    }
  }

  /// Calls `work(pixel, column, i)` for the pixels of an item that exist.
  template <class Work>
  __device__ void for_each_pixel(Pixels const& pixels, Work const& work) const {
#pragma unroll
    for (int i = 0; i < rows; ++i) {
      int const v = pixels.first_v + warp * i;
#pragma unroll
      for (int column = 0; column < columns; ++column) {
        int const u = pixels.first_u + column;
        if (v < pixels.end_v && u < projections.extents[0]) {
          work(projections(u, v, pixels.view, 0), column, i);
        }
      }
    }
  }

  static __device__ bool are_finite(float const (&sums)[columns][rows]) {
    bool result = true;
#pragma unroll
    for (int column = 0; column < columns; ++column) {
#pragma unroll
      for (int i = 0; i < rows; ++i) result = both(result, std::fabs(sums[column][i]) < anywhere);
    }
    return result;
  }

  /// Sets the sums to what is there and what the slices add.
  template <class Sum>
  __device__ void add_slices(ZAlignedMap const& map, ColumnGroup<Axis> const& group,
                             Pixels const& pixels, float (&sums)[columns][rows]) const {
    for (auto& of_column : sums) {
      for (float& sum : of_column) sum = 0.0F;
    }
    if (adds) {
      for_each_pixel(pixels,
                     [&](Out const& pixel, int column, int i) { sums[column][i] = widen(pixel); });
    }
    auto const lane = static_cast<int>(threadIdx.x % warp);
    SeenColumn* const seen = list_of_warp();
    int const per_slice = group.most_voxels();
    auto const first_v = static_cast<float>(pixels.first_v);
    for (int k = first_slice + lane / per_slice; k - lane / per_slice < end_slice;
         k += warp / per_slice) {
      IndexRange const range = k < end_slice ? group.range(k) : IndexRange{0, -1};
      int a = range.first + lane % per_slice;
      do {
        SeenColumn column;
        bool const is_seen = a <= range.last && sees(map, pixels.first_u, k, a, column);
        unsigned const lanes = __ballot_sync(all_lanes, is_seen);
        if (is_seen) seen[__popc(lanes & ((1U << lane) - 1U))] = column;
        __syncwarp();
        int const count = __popc(lanes);
        for (int n = 0; n < count; ++n) add_column<Sum>(seen[n], first_v, sums);
        __syncwarp();
        a += per_slice;
      } while (__any_sync(all_lanes, a <= range.last));
    }
  }

  static __device__ SeenColumn* list_of_warp() {
    __shared__ SeenColumn lists[Block::y][warp];
    return lists[threadIdx.x / warp];
  }

  /// Whether a column of voxels, the one at `a` in slice k, projects beside columns of a group; and
  /// how it is seen. Its position along u is rounded as in the backprojection.
  __device__ bool sees(ZAlignedMap const& map, int first_u, int k, int a,
                       SeenColumn& column) const {
    ColumnView const view{map, first_z};
    auto const linear = [&](float const(&row)[3]) {
      auto const x = static_cast<float>(Axis == 0 ? k : a);
      auto const y = static_cast<float>(Axis == 0 ? a : k);
      return row[0] * x + (row[1] * y + row[2]);
    };
    float const depth = linear(view.w);
    float const inverse_depth = reciprocal(depth);
    float const u = linear(view.u) * inverse_depth;
    int const lower_u = floor_to_int(u);
    unsigned const interval = static_cast<unsigned>(lower_u) - static_cast<unsigned>(first_u - 1);
    if (interval > columns) return false;
    column.interval = static_cast<int>(interval);
    column.per_row = depth * view.depth_per_row;
    float const reach = std::fabs(column.per_row);
    column.first = linear(view.z) - reach;
    column.step = view.rows_per_inverse_depth * inverse_depth;
    column.most = static_cast<int>(min(2.0F * reach, 1e9F)) + 1;
    column.offset = static_cast<unsigned>((k - first_slice) * size[1 - Axis] + a) *
                    static_cast<unsigned>(VoxelColumnCopy::height(size));
    float const weight = DepthWeight{}(inverse_depth);
    float const fraction = u - static_cast<float>(lower_u);
    column.upper = fraction * weight;
    column.lower = (1.0F - fraction) * weight;
    return true;
  }

  template <class Sum>
  __device__ void add_column(SeenColumn const column, float first_v,
                             float (&sums)[columns][rows]) const {
    float values[rows];
    column.template sample<Sum, warp>(first_v, hide_from_optimizer(copy + column.offset), index,
                                      values);
    add_between<Sum, 0>(column, values, sums);
  }

  /// Adds to the columns to both sides of an interval.
  template <class Sum, int Interval>
  static __device__ void add_between(SeenColumn const& column, float const (&values)[rows],
                                     float (&sums)[columns][rows]) {
    if (column.interval == Interval) {
#pragma unroll
      for (int i = 0; i < rows; ++i) {
        if constexpr (Interval > 0) {
          sums[Interval - 1][i] = Sum::add(column.lower, values[i], sums[Interval - 1][i]);
        }
        if constexpr (Interval < columns) {
          sums[Interval][i] = Sum::add(column.upper, values[i], sums[Interval][i]);
        }
      }
    } else if constexpr (Interval < columns) {
      add_between<Sum, Interval + 1>(column, values, sums);
    }
  }
};

}  // namespace pyronn::detail
