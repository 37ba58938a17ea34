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

  struct Table {
    float4 crossings[count];  ///< base and slope on axis a, the same on axis b
    float units[count];       ///< what a sample counts
    float low[count];         ///< the ends of a ray on the main axis
    float high[count];
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
      table.crossings[place] = {outside, crosses ? of.ray.slope[0] : 0.0F,
                                crosses ? of.ray.base[1] : 0.0F,
                                crosses ? of.ray.slope[1] : 0.0F};
      table.units[place] = crosses ? of.units * of.ray.step : 0.0F;
      table.low[place] = of.ray.low;
      table.high[place] = of.ray.high;
    }
    if (choose<0>(table, base, axis)) add_along<0>(table, brick, rows);
    if (choose<1>(table, base, axis)) add_along<1>(table, brick, rows);
    if (choose<2>(table, base, axis)) add_along<2>(table, brick, rows);
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
                                int const (&axis)[rays_of_lane]) {
    bool any = false;
    for (int n = 0; n < rays_of_lane; ++n) any = any || axis[n] == Axis;
    if (!__any_sync(all_lanes, any)) return false;
    __syncwarp();
    int const lane = static_cast<int>(threadIdx.x) % 32;
    for (int n = 0; n < rays_of_lane; ++n) {
      table.crossings[lane + 32 * n].x = axis[n] == Axis ? base[n] : outside;
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
        int const place = lane + 32 * n;
        float4 const at = table.crossings[place];
        bool const one_meets =
            both(crosses(at.x, at.y, first, end, box, Axes<Axis>::a),
                 crosses(at.z, at.w, first, end, box, Axes<Axis>::b));
        meets = either(meets, one_meets);
        bool const covers = both(table.low[place] <= static_cast<float>(first) - 0.5F,
                                 table.high[place] >= static_cast<float>(end - 1) + 0.5F);
        is_whole = both(is_whole, either(covers, !one_meets));
      }
      if (!__any_sync(all_lanes, meets)) continue;
      int const slice = first + lane / across;
      if (__all_sync(all_lanes, is_whole)) {
        if (slice < end) add_column<Axis>(table, brick, slice, rows, WholeRays{});
      } else if (slice < end) {
        add_column<Axis>(table, brick, slice, rows, RaysWithEnds{table, slice});
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
    __device__ float operator()(int) const { return 1.0F; }
  };
  struct RaysWithEnds {
    Table const& table;
    int slice;

    __device__ float operator()(int place) const {
      auto const center = static_cast<float>(slice);
      return clamp(min(center + 0.5F, table.high[place]) - max(center - 0.5F, table.low[place]),
                   0.0F, 1.0F);
    }
  };

  /// Adds the rays of a lane's column where they cross its slice.
  template <int Axis, class Coverage>
  static __device__ void add_column(Table const& table, BrickMemory const& brick, int slice,
                                    int rows, Coverage const& coverage) {
    Cell<Axis> cell{brick, slice};
    int const column = static_cast<int>(threadIdx.x) % across;
    auto const k = static_cast<float>(slice);
    for (int row = 0; row < rows; ++row) {
      int const place = row * across + column;
      float4 const at = table.crossings[place];
      cell.add(at.x + k * at.y, at.z + k * at.w, table.units[place] * coverage(place));
    }
    cell.leave();
  }

  /// The cell of a slice in which a lane is.
  template <int Axis>
  class Cell {
   public:
    __device__ Cell(BrickMemory const& brick, int slice) : brick_{brick} {
      Vec<int, 3> first = brick.box().first;
      first[Axis] = slice;
      first_offset_ = brick.offset(first);
    }

    __device__ void add(float a, float b, float weight) {
      float part_a = a - a_;
      float part_b = b - b_;
      bool const is_here = is_between(part_a, 0.0F, 1.0F);
      if (!both(is_here, is_between(part_b, 0.0F, 1.0F))) {
        if (both(is_here, both(is_between(part_b, 1.0F, 2.0F), b_ < last_b()))) {
          go_on();
        } else {
          leave();
          if (!enter(a, b)) return;
          part_a = a - a_;
        }
        part_b = b - b_;
      }
      sums_.add(CellShares::at<Interp>(part_a, part_b), weight);
    }

    __device__ void leave() {
      if (offset_ < 0) return;
      brick_.add(offset_, sums_.lower_lower());
      brick_.add(offset_ + Axes<Axis>::stride_a, sums_.upper_lower());
      brick_.add(offset_ + Axes<Axis>::stride_b, sums_.lower_upper());
      brick_.add(offset_ + Axes<Axis>::stride_a + Axes<Axis>::stride_b, sums_.upper_upper());
      sums_ = {};
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

    /// Whether a position is in a cell of the brick, or of those beside it.
    __device__ bool enter(float a, float b) {
      constexpr int axis_a = Axes<Axis>::a;
      constexpr int axis_b = Axes<Axis>::b;
      VoxelBox const& box = brick_.box();
      int const i = floor_to_int(a) - box.first[axis_a];
      int const j = floor_to_int(b) - box.first[axis_b];
      bool const is_near = both(both(i >= -1, i < box.end[axis_a] - box.first[axis_a]),
                                both(j >= -1, j < box.end[axis_b] - box.first[axis_b]));
      offset_ = is_near ? first_offset_ + (i * Axes<Axis>::stride_a + j * Axes<Axis>::stride_b)
                        : -1;
      a_ = is_near ? static_cast<float>(i + box.first[axis_a]) : nowhere;
      b_ = static_cast<float>(j + box.first[axis_b]);
      return is_near;
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
