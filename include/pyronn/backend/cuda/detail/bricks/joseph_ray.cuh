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
  static constexpr int across = 4;
  static constexpr int along = 16;
  static constexpr int count = across * along;

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
    Entry entries[count + across];
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
      auto const of = ray_of(place % across, place / across);
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
    if (lane < across) table.entries[count + lane].crossing = {outside, 0.0F, 0.0F, 0.0F};
    if (choose<0>(table, base, axis, rows)) add_along<0>(table, brick, rows);
    if (choose<1>(table, base, axis, rows)) add_along<1>(table, brick, rows);
    if (choose<2>(table, base, axis, rows)) add_along<2>(table, brick, rows);
  }

 private:
  static constexpr int rays_of_lane = count / 32;
  static constexpr int slices = 32 / across;  ///< that lanes have at a time
  static constexpr float outside = -1e9F;     ///< a base where no ray crosses the brick
  static constexpr unsigned all_lanes = 0xffffffffU;

  template <int Axis>
  struct Axes {
    static constexpr int a = Axis == 0 ? 1 : 0;
    static constexpr int b = Axis == 2 ? 1 : 2;
    static constexpr int stride = BrickLayout::stride(Axis);
    static constexpr int stride_a = BrickLayout::stride(a);
    static constexpr int stride_b = BrickLayout::stride(b);
  };

  static __device__ bool is_finite(JosephRay const& ray) {
    return abs(ray.base[0] + ray.base[1] + ray.slope[0] + ray.slope[1]) < 1e30F;
  }

  /// Leaves those rays in the table that have this main axis. Whether there are any.
  template <int Axis>
  static __device__ bool choose(Table& table, float const (&base)[rays_of_lane],
                                int const (&axis)[rays_of_lane], int rows) {
    bool any = false;
    for (int n = 0; n < rays_of_lane; ++n) any = any || axis[n] == Axis;
    if (!__any_sync(all_lanes, any)) return false;
    __syncwarp();
    int const lane = static_cast<int>(threadIdx.x) % 32;
    for (int n = 0; n < rays_of_lane; ++n) {
      bool const is_chosen = axis[n] == Axis && (lane + 32 * n) / across < rows;
      table.entries[lane + 32 * n].crossing.x = is_chosen ? base[n] : outside;
    }
    __syncwarp();
    return true;
  }

  template <int Axis>
  static __device__ void add_along(Table const& table, BrickMemory const& brick, int rows) {
    VoxelBox const& box = brick.box();
    int const lane = static_cast<int>(threadIdx.x) % 32;
    for (int first = box.first[Axis]; first < box.end[Axis]; first += slices) {
      int const end = min(first + slices, box.end[Axis]);
      bool meets = false;
      bool is_whole = true;
      for (int n = 0; n < rays_of_lane; ++n) {
        Entry const& entry = table.entries[lane + 32 * n];
        float4 const at = entry.crossing;
        bool const one_meets =
            both(crosses(at.x, at.y, first, end, box, Axes<Axis>::a),
                 crosses(at.z, at.w, first, end, box, Axes<Axis>::b));
        meets = either(meets, one_meets);
        bool const covers = both(entry.low <= static_cast<float>(first) - 0.5F,
                                 entry.high >= static_cast<float>(end - 1) + 0.5F);
        is_whole = both(is_whole, either(covers, !one_meets));
      }
      if (!__any_sync(all_lanes, meets)) continue;
      int const slice = first + lane / across;
      if (__all_sync(all_lanes, is_whole)) {
        if (slice < end) add_column<Axis>(table, brick, slice, rows, WholeRays{});
      } else if (slice < end) {
        add_column<Axis>(table, brick, slice, rows, RaysWithEnds{slice});
      }
    }
  }

  /// Whether a ray may be near the voxels of a box on one of the other axes, between two slices.
  static __device__ bool crosses(float base, float slope, int first, int end, VoxelBox const& box,
                                 int axis) {
    float const from = base + static_cast<float>(first) * slope;
    float const to = base + static_cast<float>(end - 1) * slope;
    return both(max(from, to) > static_cast<float>(box.first[axis]) - 1.01F,
                min(from, to) < static_cast<float>(box.end[axis]) + 0.01F);
  }

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
    auto const k = static_cast<float>(slice);
    Entry const* entry = table.entries + static_cast<int>(threadIdx.x) % across;
    Entry const* const end = entry + rows * across;
    float a = entry->crossing.x + k * entry->crossing.y;
    float b = entry->crossing.z + k * entry->crossing.w;
    auto const next = [&] {
      entry += across;
      a = entry->crossing.x + k * entry->crossing.y;
      b = entry->crossing.z + k * entry->crossing.w;
    };
    while (entry < end) {
      if (cell.move_to(a, b)) {
        // The row after the last ends this, too.
        do {
          cell.add(a, b, entry->units * coverage(*entry));
          next();
        } while (cell.has(a, b));
      } else {
        do next();
        while (entry < end && !cell.is_near(a, b));
      }
    }
    cell.leave();
  }

  /// The cell of a slice in which a lane is.
  template <int Axis>
  class Cell {
   public:
    __device__ Cell(BrickMemory const& brick, int slice) : brick_{brick} {
      Vec<int, 3> first = brick.box().first - Vec<int, 3>{1, 1, 1};
      first[Axis] = slice;
      first_offset_ = brick.offset(first);
    }

    [[nodiscard]] __device__ bool has(float a, float b) const {
      return both(is_between(a - a_, 0.0F, 1.0F), is_between(b - b_, 0.0F, 1.0F));
    }

    /// A sample in the cell.
    __device__ void add(float a, float b, float weight) {
      sums_.add(CellShares::at<Interp>(a - a_, b - b_), weight);
    }

    /// Whether a position is in the brick or beside it.
    [[nodiscard]] __device__ bool is_near(float a, float b) const {
      Vec<int, 3> const& first = brick_.box().first;
      Vec<int, 3> const& end = brick_.box().end;
      constexpr int axis_a = Axes<Axis>::a;
      constexpr int axis_b = Axes<Axis>::b;
      auto const width_a = static_cast<float>(end[axis_a] - first[axis_a] + 1);
      auto const width_b = static_cast<float>(end[axis_b] - first[axis_b] + 1);
      return both(is_between(a - static_cast<float>(first[axis_a] - 1), 0.0F, width_a),
                  is_between(b - static_cast<float>(first[axis_b] - 1), 0.0F, width_b));
    }

    /// To the cell of a position. False where that is neither in the brick nor beside it.
    __device__ bool move_to(float a, float b) {
      if (both(is_between(a - a_, 0.0F, 1.0F),
               both(is_between(b - b_, 1.0F, 2.0F), b_ < last_b()))) {
        go_on();
        return true;
      }
      leave();
      return enter(a, b);
    }

    __device__ void leave() {
      if (offset_ < 0) return;
      brick_.add(offset_, sums_.lower_lower());
      brick_.add(offset_ + Axes<Axis>::stride_a, sums_.upper_lower());
      brick_.add(offset_ + Axes<Axis>::stride_b, sums_.lower_upper());
      brick_.add(offset_ + Axes<Axis>::stride_a + Axes<Axis>::stride_b, sums_.upper_upper());
      sums_ = {};
      offset_ = -1;
      a_ = nowhere;
    }

   private:
    /// The last cell along b that is in the brick or beside it.
    [[nodiscard]] __device__ float last_b() const {
      return static_cast<float>(brick_.box().end[Axes<Axis>::b] - 1);
    }

    /// To the next cell along b.
    __device__ void go_on() {
      brick_.add(offset_, sums_.lower_lower());
      brick_.add(offset_ + Axes<Axis>::stride_a, sums_.upper_lower());
      sums_ = sums_.next_along_b();
      b_ += 1.0F;
      offset_ += Axes<Axis>::stride_b;
    }

    __device__ bool enter(float a, float b) {
      constexpr int axis_a = Axes<Axis>::a;
      constexpr int axis_b = Axes<Axis>::b;
      if (!is_near(a, b)) return false;
      VoxelBox const& box = brick_.box();
      // Counted from beside the brick.
      float const from_a = a - static_cast<float>(box.first[axis_a] - 1);
      float const from_b = b - static_cast<float>(box.first[axis_b] - 1);
      GridIndex const at_a = grid_index_of(from_a);
      GridIndex const at_b = grid_index_of(from_b);
      auto const i = static_cast<int>(at_a.index - grid_index_origin);
      auto const j = static_cast<int>(at_b.index - grid_index_origin);
      offset_ = first_offset_ + (i * Axes<Axis>::stride_a + j * Axes<Axis>::stride_b);
      a_ = static_cast<float>(i + (box.first[axis_a] - 1));
      b_ = static_cast<float>(j + (box.first[axis_b] - 1));
      return true;
    }

    static constexpr float nowhere = 1e9F;

    BrickMemory const& brick_;
    int first_offset_;
    int offset_ = -1;  ///< of the lower voxel's sum; negative: in no cell
    float a_ = nowhere;
    float b_ = 0.0F;
    CellSums sums_;
  };
};

}  // namespace pyronn::detail
