// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The kernel of the transpose of voxel-driven backprojection of z-aligned views.
#include <pyronn/backend/cuda/require_cuda.cuh>
//
#include <cmath>

#include <pyronn/backend/cuda/detail/voxels/column_group.cuh>
#include <pyronn/backend/cuda/detail/voxels/copy.cuh>
#include <pyronn/backend/cuda/detail/voxels/pixel_rows.cuh>
#include <pyronn/backend/cuda/detail/voxels/seen_column.cuh>
#include <pyronn/core/array_view.hpp>
#include <pyronn/core/extents.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/exec/kernel.hpp>
#include <pyronn/model/detail/footprint.hpp>
#include <pyronn/model/detail/views/projective_views.hpp>

namespace pyronn::detail {

/// Which groups of detector columns a launch projects: those with one main axis, or all.
enum class MainAxes { x, y, both };

/// The transpose of VoxelDrivenBack as a gather, through slices that CopyVoxelColumns made. A warp
/// has a group of detector columns and goes slice by slice across its main axis through the columns
/// of voxels between its outer rays. Its lanes first find out how each of them sees one of the next
/// columns. Then they lie along v: all voxels of a column project onto one position along u, so
/// that the samples along v are taken once, and are shared by the two detector columns beside it.
/// An item is up to `rows` rows of a group, 32 apart, counted from where the footprint of the
/// volume begins; pixels outside it are zero. Sums begin with what earlier slices have written, so
/// that they do not depend on how many slices there are at a time.
template <class DepthWeight, class Views, class Out>
struct ProjectVoxelColumns {
  /// Neighbouring views see much the same voxels through the same columns, so that caches serve all
  /// of them. Blocks are small, as each lasts as long as its longest warp.
  struct Block : BlockShape<32, 1, 4> {
    static constexpr int z_swizzle = 6;
    static constexpr int min_blocks_per_sm = 5;
  };
  static constexpr int columns = 4;  ///< of a group
  static constexpr int rows = 8;     ///< of a lane
  static constexpr int warp = 32;
  static constexpr unsigned all_lanes = 0xffffffffU;
  using Pixels = PixelRows<Out, columns, rows>;

  Views views;
  int num_views;
  VoxelColumns copy;
  IndexInCopy index;
  MainAxes axes;
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
    int const lane = item[0] % warp;
    int const first_row = item[0] / warp * (warp * rows);
    int const first_u = item[1] * columns;
    auto const low_u = static_cast<float>(first_u - 1);
    auto const high_u = static_cast<float>(first_u + columns);
    int const axis = LineOfPosition{map, 0.5F * (low_u + high_u)}.main_axis();
    if (axes == MainAxes::x && axis != 0) return;
    if (axes == MainAxes::y && axis != 1) return;
    IndexRange const footprint = footprint_of(map, low_u, high_u);
    if (!adds) {
      Pixels{projections, first_u, first_row + lane, item[2], projections.extents[1]}.clear_outside(
          footprint);
    }
    if (footprint.first + first_row > footprint.last) return;
    Warp& own = warp_memory();
    if (lane == 0) {
      own.group = ColumnGroup::of(map, low_u, high_u, axis, size);
      own.axis = axis;
      own.view = item[2];
      own.first_u = first_u;
      own.first_v = footprint.first + first_row;
      own.end_v = footprint.last + 1;
    }
    __syncwarp();
    float sums[columns][rows];
    add_slices<AddAll>(own, lane, sums);
    // A number that is not finite, times a weight of zero, must not spoil a sum.
    if (!__all_sync(all_lanes, are_finite(sums))) add_slices<AddWeighted>(own, lane, sums);
    pixels_of(own, lane).write(sums);
  }

 private:
  using Sums = float[columns][rows];

  /// What a warp keeps in shared memory, where it takes no registers from the samples.
  struct Warp {
    SeenColumn seen[warp];
    ColumnGroup group;
    int axis;
    int view;
    int first_u;
    int first_v;  ///< of its first lane
    int end_v;
  };
  static __device__ Warp& warp_memory() {
    __shared__ Warp warps[Block::x * Block::y * Block::z / warp];
    return warps[threadIdx.x / warp];
  }

  [[nodiscard]] __device__ Pixels pixels_of(Warp const& own, int lane) const {
    return {projections, own.first_u, own.first_v + lane, own.view, own.end_v};
  }

  /// The rows of a group onto which voxels may project.
  [[nodiscard]] __device__ IndexRange footprint_of(ZAlignedMap const& map, float low_u,
                                                   float high_u) const {
    Bounds bounds;
    for (int corner = 0; corner < 8; ++corner) {
      auto const at = [&](int axis) {
        return static_cast<float>((corner >> axis & 1) == 0 ? 0 : size[axis] - 1);
      };
      Vec3f const point = map.homogeneous({at(0), at(1), at(2) + static_cast<float>(first_z)});
      float const inverse = reciprocal(point[2]);
      bounds.include(point[0] * inverse, point[1] * inverse);
    }
    if (bounds.high(0) < low_u - projective_margin || bounds.low(0) > high_u + projective_margin) {
      return {0, -1};
    }
    return bounds.indices(1, projections.extents[1], 1.0F + projective_margin);
  }

  static __device__ bool are_finite(Sums const& sums) {
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
  __device__ void add_slices(Warp& own, int lane, Sums& sums) const {
    if (adds) {
      pixels_of(own, lane).read(sums);
    } else {
#pragma unroll
      for (int i = 0; i < columns * rows; ++i) sums[i / rows][i % rows] = 0.0F;
    }
    int const lanes_of_slice = min(own.group.longest, warp);
    int const slices = warp / lanes_of_slice;
    int const slice = lane / lanes_of_slice;
    int const end = own.axis == 0 ? copy.end[0] : copy.end[1];
    for (int first = own.axis == 0 ? copy.first[0] : copy.first[1]; first < end; first += slices) {
      int const k = first + slice;
      IndexRange const range = slice < slices && k < end ? own.group.range(k) : IndexRange{0, -1};
      int a = range.first + (lane - slice * lanes_of_slice);
      do {
        SeenColumn column;
        bool const is_seen = a <= range.last && sees(own, k, a, column);
        unsigned const lanes = __ballot_sync(all_lanes, is_seen);
        if (is_seen) own.seen[__popc(lanes & ((1U << lane) - 1U))] = column;
        __syncwarp();
        SeenColumn const* const last = own.seen + __popc(lanes);
        auto const first_v = static_cast<float>(own.first_v + lane);
        for (SeenColumn const* next = own.seen; next != last; ++next) {
          add_column<Sum>(*next, first_v, sums);
        }
        __syncwarp();
        a += lanes_of_slice;
      } while (__any_sync(all_lanes, a <= range.last));
    }
  }

  /// Whether a column of voxels, the one at `a` in slice k, may project onto pixels of a warp; and
  /// how it is seen. Its position along u is rounded as in the backprojection.
  __device__ bool sees(Warp const& own, int k, int a, SeenColumn& column) const {
    auto const& map = views.view(own.view, 0);
    int const x = own.axis == 0 ? k : a;
    int const y = own.axis == 0 ? a : k;
    auto const linear = [at_x = static_cast<float>(x), at_y = static_cast<float>(y)](
                            float of_x, float of_y, float of_1) {
      return of_x * at_x + (of_y * at_y + of_1);
    };
    float const depth = linear(map.w[0], map.w[1], map.w[2]);
    float const inverse_depth = reciprocal(depth);
    float const u = linear(map.u[0], map.u[1], map.u[2]) * inverse_depth;
    int const lower_u = floor_to_int(u);
    unsigned const interval =
        static_cast<unsigned>(lower_u) - static_cast<unsigned>(own.first_u - 1);
    if (interval > columns) return false;
    column.interval = static_cast<int>(interval);
    column.offset = copy.offset(x, y);
    // What projects onto row 0 lies where v w = 0.
    float const per_unit = reciprocal(map.v[2]);
    column.per_row = depth * per_unit;
    float const reach = std::fabs(column.per_row);
    column.first = -linear(map.v[0] * per_unit, map.v[1] * per_unit,
                           map.v[3] * per_unit + static_cast<float>(first_z)) -
                   reach;
    if (!column.meets({own.first_v, own.first_v + warp * rows - 1}, size[2])) return false;
    column.step = std::fabs(map.v[2]) * inverse_depth;
    column.most = static_cast<int>(2.0F * reach) + 1;
    float const weight = DepthWeight{}(inverse_depth);
    float const fraction = u - static_cast<float>(lower_u);
    column.upper = fraction * weight;
    column.lower = (1.0F - fraction) * weight;
    return true;
  }

  template <class Sum>
  __device__ void add_column(SeenColumn column, float first_v, Sums& sums) const {
    float values[rows];
    column.template sample<Sum, warp>(first_v, hide_from_optimizer(copy.data + column.offset),
                                      index, values);
    add_between<Sum, 0>(column, values, sums);
  }

  /// Adds to the columns to both sides of an interval. The intervals are told apart one by one, so
  /// that sums stay in registers.
  template <class Sum, int Interval>
  static __device__ void add_between(SeenColumn const& column, float const (&values)[rows],
                                     Sums& sums) {
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
