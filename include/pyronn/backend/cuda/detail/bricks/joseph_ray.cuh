// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// How rays of Joseph's model add to a brick.
#include <pyronn/backend/cuda/require_cuda.cuh>
//
#include <pyronn/backend/cuda/detail/bricks/brick.cuh>
#include <pyronn/backend/cuda/detail/bricks/ray_in_brick.cuh>
#include <pyronn/core/math.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/model/detail/joseph/ray.hpp>

namespace pyronn::detail {

/// The rays of a batch lie in a table. A lane has a slice across their main axis and a column of
/// the batch, and visits its rays in the order in which they cross the slice, which is along b, the
/// last of the other two axes, as a rule. Rays that cross the same cell, the square between four
/// voxels, are summed up first.
template <class Interp>
struct RaysInBrick<TraceJoseph, Interp> {
  static constexpr bool lanes_have_rays = false;
  static constexpr int most_rows = 16;
  static __device__ int columns_of_batch(int) { return columns; }

  static constexpr int columns = 4;
  static constexpr int count = columns * most_rows;

  /// Where a ray crosses slice 0 and how far it moves from slice to slice, on the axes a and b; what
  /// a sample counts; the ends of the ray on its main axis.
  struct Entry {
    float4 crossing;
    float units;
    float low;
    float high;
    float unused;
  };
  /// After the last row there is one of rays that cross no brick.
  struct Table {
    Entry entries[count + columns];
  };

  static __device__ float most_weight(TraceJoseph const&, Vec3f const& spacing) {
    return most_share_v<Interp> * length(spacing);
  }

  template <class RayOf>
  static __device__ void add(Table& table, BrickMemory const& brick, int rows,
                             RayOf const& ray_of) {
    int const lane = static_cast<int>(threadIdx.x) % 32;
    float base[rays_of_lane];
    int axis[rays_of_lane];
    for (int n = 0; n < rays_of_lane; ++n) {
      int const place = lane + 32 * n;
      auto const of = ray_of(place % columns, place / columns);
      // A ray with coordinates that are not finite crosses no slice.
      bool const crosses = of.units != 0.0F && is_finite(of.ray);
      axis[n] = crosses ? of.ray.axis : -1;
      base[n] = of.ray.base[0];
      Entry& entry = table.entries[place];
      entry.crossing = {outside, crosses ? of.ray.slope[0] : 0.0F,
                        crosses ? of.ray.base[1] : 0.0F, crosses ? of.ray.slope[1] : 0.0F};
      entry.units = crosses ? of.units * of.ray.step : 0.0F;
      entry.low = of.ray.low;
      entry.high = of.ray.high;
    }
    if (lane < columns) table.entries[count + lane].crossing = {outside, 0.0F, 0.0F, 0.0F};
    add_along<0>(table, brick, base, axis, rows);
    add_along<1>(table, brick, base, axis, rows);
    add_along<2>(table, brick, base, axis, rows);
  }

 private:
  static constexpr int rays_of_lane = count / 32;
  static constexpr int slices = 32 / columns;  ///< that lanes have at a time
  static constexpr float outside = -1e9F;     ///< a base where no ray crosses the brick
  static constexpr unsigned all_lanes = 0xffffffffU;

  static __device__ bool is_finite(JosephRay const& ray) {
    return abs(ray.base[0] + ray.base[1] + ray.slope[0] + ray.slope[1]) < 1e30F;
  }

  /// Adds the rays that have this main axis.
  template <int Axis>
  static __device__ void add_along(Table& table, BrickMemory const& brick,
                                   float const (&base)[rays_of_lane],
                                   int const (&axis)[rays_of_lane], int rows) {
    bool any = false;
    for (int n = 0; n < rays_of_lane; ++n) any = either(any, axis[n] == Axis);
    if (!__any_sync(all_lanes, any)) return;
    VoxelBox const& box = brick.box();
    int const lane = static_cast<int>(threadIdx.x) % 32;
    Reach reach;
    __syncwarp();
    for (int n = 0; n < rays_of_lane; ++n) {
      Entry& entry = table.entries[lane + 32 * n];
      bool const is_chosen = axis[n] == Axis && (lane + 32 * n) / columns < rows;
      entry.crossing.x = is_chosen ? base[n] : outside;
      if (is_chosen) reach.template include<Axis>(entry, box);
    }
    reach.share_with_column();
    bool const are_whole = __all_sync(all_lanes, reach.are_whole ? 1 : 0) != 0;
    __syncwarp();
    for (int first = box.first[Axis]; first < box.end[Axis]; first += slices) {
      int const slice = first + lane / columns;
      bool const is_near = both(slice < box.end[Axis], reach.has(slice));
      if (!__any_sync(all_lanes, is_near)) continue;
      if (!is_near) continue;
      if (are_whole) {
        add_column<Axis>(table, brick, slice, rows, WholeRays{});
      } else {
        add_column<Axis>(table, brick, slice, rows, RaysWithEnds{slice});
      }
    }
  }

  /// The slices in which rays may be near the brick.
  struct Reach {
    float low = anywhere;
    float high = -anywhere;
    bool are_whole = true;  ///< whether no ray ends in the brick

    template <int Axis>
    __device__ void include(Entry const& entry, VoxelBox const& box) {
      auto const first = static_cast<float>(box.first[Axis]);
      auto const last = static_cast<float>(box.end[Axis] - 1);
      are_whole = both(are_whole, both(entry.low <= first - 0.5F, entry.high >= last + 0.5F));
      float from = max(first, entry.low - 0.5F);
      float to = min(last, entry.high + 0.5F);
      narrow(entry.crossing.x, entry.crossing.y, box, Axis == 0 ? 1 : 0, from, to);
      narrow(entry.crossing.z, entry.crossing.w, box, Axis == 2 ? 1 : 2, from, to);
      if (!(from <= to + 1.0F)) return;
      low = min(low, from);
      high = max(high, to);
    }
    [[nodiscard]] __device__ bool has(int slice) const {
      constexpr float margin = 0.25F;  // rounding moves ends by far less
      auto const at = static_cast<float>(slice);
      return both(at >= low - margin, at <= high + margin);
    }
    /// With those of the same column in other lanes.
    __device__ void share_with_column() {
      for (int distance = columns; distance < 32; distance *= 2) {
        low = min(low, of_lane(low, distance));
        high = max(high, of_lane(high, distance));
      }
    }

   private:
    static __device__ float of_lane(float value, int distance) {
      return float_of_bits(__shfl_xor_sync(all_lanes, bits_of_float(value), distance));
    }

    /// To where a ray is near the box on an axis: widened by more than positions are rounded by.
    static __device__ void narrow(float base, float slope, VoxelBox const& box, int axis,
                                  float& from, float& to) {
      float const margin = 0.01F + 1e-6F * abs(base);
      float const low = static_cast<float>(box.first[axis] - 1) - margin - base;
      float const high = static_cast<float>(box.end[axis]) + margin - base;
      if (abs(slope) < 1e-7F) {
        if (!both(low <= 0.0F, high >= 0.0F)) to = -anywhere;
        return;
      }
      float const per_unit = reciprocal(slope);
      from = max(from, min(low * per_unit, high * per_unit));
      to = min(to, max(low * per_unit, high * per_unit));
    }
  };

  /// The part of a slice's depth that rays cover: all of it, or up to their ends.
  struct WholeRays {
    __device__ float operator()(Entry const&) const { return 1.0F; }
  };
  struct RaysWithEnds {
    int slice;

    __device__ float operator()(Entry const& entry) const {
      auto const center = static_cast<float>(slice);
      return clamp(min(center + 0.5F, entry.high) - max(center - 0.5F, entry.low), 0.0F, 1.0F);
    }
  };

  /// Adds the rays of a lane's column where they cross its slice.
  template <int Axis, class Coverage>
  static __device__ void add_column(Table const& table, BrickMemory const& brick, int slice,
                                    int rows, Coverage const& coverage) {
    Cell<Axis> cell{brick, slice};
    float const k = kept(static_cast<float>(slice));
    int place = static_cast<int>(threadIdx.x) % columns;
    int const end = rows * columns;
    float a = 0.0F;
    float b = 0.0F;
    auto const cross_at_place = [&] {
      float4 const at = table.entries[place].crossing;
      a = at.x + k * at.y;
      b = at.z + k * at.w;
    };
    cross_at_place();
    for (;;) {
      for (; place < end && !cell.is_near(a, b); cross_at_place()) place += columns;
      if (place >= end) return;
      cell.enter(a, b);
      for (;;) {
        // The row after the last is in no cell.
        do {
          Entry const& entry = table.entries[place];
          cell.add(a, b, entry.units * coverage(entry));
          place += columns;
          cross_at_place();
        } while (cell.has(a, b));
        if (!cell.is_before(a, b)) break;
        cell.go_on();
      }
      cell.leave();
    }
  }

  /// The cell of a slice in which a lane is.
  template <int Axis>
  class Cell {
   public:
    __device__ Cell(BrickMemory const& brick, int slice) : box_{brick.box()} {
      Vec<int, 3> first = box_.first - Vec<int, 3>{1, 1, 1};
      first[Axis] = slice;
      first_offset_ = brick.offset(first);
    }

    /// Whether a position is in a cell of the brick or beside it.
    [[nodiscard]] __device__ bool is_near(float a, float b) const {
      return both(is_between(a - first_a(), 0.0F, static_cast<float>(size(axis_a) + 1)),
                  is_between(b - first_b(), 0.0F, static_cast<float>(size(axis_b) + 1)));
    }
    /// To the cell of such a position.
    __device__ void enter(float a, float b) {
      GridIndex const at_a = grid_index_of(a - first_a());
      GridIndex const at_b = grid_index_of(b - first_b());
      auto const i = static_cast<int>(at_a.index - grid_index_origin);
      auto const j = static_cast<int>(at_b.index - grid_index_origin);
      offset_ = first_offset_ + (i * stride_a + j * stride_b);
      a_ = kept(static_cast<float>(i + (box_.first[axis_a] - 1)));
      b_ = static_cast<float>(j + (box_.first[axis_b] - 1));
      sums_ = {};
    }

    /// Whether a position is in the cell.
    [[nodiscard]] __device__ bool has(float a, float b) const {
      return both(is_between(a - a_, 0.0F, 1.0F), is_between(b - b_, 0.0F, 1.0F));
    }
    __device__ void add(float a, float b, float weight) {
      sums_.add(CellShares::at<Interp>(a - a_, b - b_), weight);
    }
    __device__ void leave() {
      BrickMemory::add(offset_, sums_.lower_lower());
      BrickMemory::add(offset_ + stride_a, sums_.upper_lower());
      BrickMemory::add(offset_ + stride_b, sums_.lower_upper());
      BrickMemory::add(offset_ + stride_a + stride_b, sums_.upper_upper());
    }

    /// Whether a position is in the next cell along b, if that is in the brick or beside it.
    [[nodiscard]] __device__ bool is_before(float a, float b) const {
      return both(both(is_between(a - a_, 0.0F, 1.0F), is_between(b - b_, 1.0F, 2.0F)),
                  b_ < static_cast<float>(box_.end[axis_b] - 1));
    }
    /// To that cell.
    __device__ void go_on() {
      BrickMemory::add(offset_, sums_.lower_lower());
      BrickMemory::add(offset_ + stride_a, sums_.upper_lower());
      sums_ = sums_.next_along_b();
      b_ += 1.0F;
      offset_ += stride_b;
    }

   private:
    static constexpr int axis_a = Axis == 0 ? 1 : 0;
    static constexpr int axis_b = Axis == 2 ? 1 : 2;
    static constexpr int stride_a = BrickLayout::stride(axis_a);
    static constexpr int stride_b = BrickLayout::stride(axis_b);

    [[nodiscard]] __device__ int size(int axis) const { return box_.end[axis] - box_.first[axis]; }
    /// The first cells, which begin beside the brick.
    [[nodiscard]] __device__ float first_a() const {
      return static_cast<float>(box_.first[axis_a] - 1);
    }
    [[nodiscard]] __device__ float first_b() const {
      return static_cast<float>(box_.first[axis_b] - 1);
    }

    VoxelBox const& box_;
    int first_offset_;
    int offset_ = 0;  ///< of the sum of the voxel that is lower on both axes
    float a_ = 0.0F;  ///< its indices
    float b_ = 0.0F;
    CellSums sums_;
  };
};

}  // namespace pyronn::detail
