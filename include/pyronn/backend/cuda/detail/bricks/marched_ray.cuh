// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// How marched rays add to a brick.
#include <pyronn/backend/cuda/require_cuda.cuh>
//
#include <pyronn/backend/cuda/detail/bricks/brick.cuh>
#include <pyronn/backend/cuda/detail/bricks/ray_in_brick.cuh>
#include <pyronn/core/math.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/model/detail/clip.hpp>
#include <pyronn/model/detail/ray_march/ray.hpp>

namespace pyronn::detail {

/// A lane follows a ray from cell to cell, a cell being the cube between eight voxels. The samples
/// in a cell are summed up first, so that the lanes add to shared memory once a cell.
template <class Interp>
struct RaysInBrick<TraceAtSteps, Interp> {
  static constexpr int across = 8;
  static constexpr int along = 4;
  struct Table {};

  /// Samples are at most the step apart, and along the axis on which a ray advances most they have
  /// the weights of a hat: these sum to no more than its area over their distance and one sample.
  static __device__ float most_weight(TraceAtSteps const& trace, Vec3f const& spacing) {
    float const longest = max(spacing[0], max(spacing[1], spacing[2]));
    return most_share_v<Interp> * (length(spacing) + trace.step * longest);
  }

  template <class RayOf>
  static __device__ void add(Table&, BrickMemory const& brick, int, RayOf const& ray_of) {
    int const lane = static_cast<int>(threadIdx.x) % 32;
    auto const of = ray_of(lane % across, lane / across);
    MarchedRay const& ray = of.ray;
    if (of.units == 0.0F || ray.count <= 0) return;
    VoxelBox const& box = brick.box();
    float low = 0.0F;
    auto high = static_cast<float>(ray.count - 1);
    for (int axis = 0; axis < 3; ++axis) {
      detail::clip(ray.first[axis], ray.stride[axis], static_cast<float>(box.first[axis] - 1),
                   static_cast<float>(box.end[axis]), low, high);
    }
    if (!(low <= high + 1.0F)) return;
    // Rounding in `clip` must not lose a sample.
    auto const last = static_cast<float>(min(ray.count - 1, static_cast<int>(high) + 2));
    auto n = static_cast<float>(max(0, static_cast<int>(low) - 1));
    while (n <= last && !is_near(box, ray.at(n))) n += 1.0F;
    add_samples(brick, ray, of.units * ray.length, n, last);
  }

 private:
  /// Adds samples from n on while they are near the brick.
  static __device__ void add_samples(BrickMemory const& brick, MarchedRay const& ray, float weight,
                                     float n, float last) {
    while (n <= last) {
      Vec3f at = ray.at(n);
      if (!is_near(brick.box(), at)) return;
      Cell const cell{brick.box(), at};
      Vec3f const& corner = cell.corner;
      CellSums in_slice;  // as if all samples were in the lower slice
      CellSums above;     // what of that is in the upper one
      Vec3f part = at - corner;
      do {
        auto const shares = CellShares::at<Interp>(part[0], part[1]);
        in_slice.add(shares, 1.0F);
        above.add(shares, part[2]);
        n += 1.0F;
        part = ray.at(n) - corner;
      } while (n <= last && is_in_cell(part));
      add_cell(brick, cell.offset, in_slice, above, weight);
    }
  }

  /// The cell of a position in the brick or beside it.
  struct Cell {
    Vec3f corner;
    int offset;  ///< of the corner's sum

    __device__ Cell(VoxelBox const& box, Vec3f const& at) {
      unsigned from_first = 0;  // in the order of sums, beginning beside the brick
      for (int axis = 0; axis < 3; ++axis) {
        GridIndex const index = grid_index_of(at[axis] - static_cast<float>(box.first[axis] - 1));
        from_first += (index.index - grid_index_origin) *
                      static_cast<unsigned>(BrickLayout::stride(axis));
        corner[axis] = at[axis] - index.fraction;
      }
      offset = static_cast<int>(hide_from_optimizer(from_first));
    }
  };

  static __device__ bool is_in_cell(Vec3f const& part) {
    return both(is_between(part[0], 0.0F, 1.0F),
                both(is_between(part[1], 0.0F, 1.0F), is_between(part[2], 0.0F, 1.0F)));
  }

  static __device__ void add_cell(BrickMemory const& brick, int offset, CellSums const& in_slice,
                                  CellSums const& above, float weight) {
    CellSums const below{in_slice.one - above.one, in_slice.a - above.a, in_slice.b - above.b,
                         in_slice.ab - above.ab};
    add_corners(brick, offset, below, weight);
    add_corners(brick, offset + BrickLayout::stride(2), above, weight);
  }
  static __device__ void add_corners(BrickMemory const& brick, int offset, CellSums const& sums,
                                     float weight) {
    constexpr int row = BrickLayout::stride(1);
    brick.add_few(offset, weight * sums.lower_lower());
    brick.add_few(offset + 1, weight * sums.upper_lower());
    brick.add_few(offset + row, weight * sums.lower_upper());
    brick.add_few(offset + row + 1, weight * sums.upper_upper());
  }

  /// Whether a sample lies in a cell of the brick or beside it.
  static __device__ bool is_near(VoxelBox const& box, Vec3f const& at) {
    bool result = true;
    for (int axis = 0; axis < 3; ++axis) {
      result = both(result, both(at[axis] >= static_cast<float>(box.first[axis] - 1),
                                 at[axis] < static_cast<float>(box.end[axis])));
    }
    return result;
  }
};

}  // namespace pyronn::detail
