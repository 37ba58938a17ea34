// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// BrickMemory: the sums of a brick of voxels in shared memory, as whole numbers.
#include <pyronn/backend/cuda/require_cuda.cuh>
//
#include <cstdint>

#include <pyronn/core/extents.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/model/ray_driven.hpp>

namespace pyronn::detail {

/// How bricks lie in shared memory. Sums have a border around the brick, to which rays add in vain:
/// of one voxel, or below and above of four for runs of rays (JosephRun), which on the other axes
/// may go on to the border of the row or slice beside theirs. Neighbouring voxels lie so that any
/// two that share a bank are more than three voxels apart: the lanes of a warp add at places that
/// are compact in space.
struct BrickLayout {
  static constexpr int width = 32;        ///< of a brick along x and y
  static constexpr int most_views = 248;  ///< of a launch, whose shadows a block has
  static constexpr int row = 35;
  static constexpr int slice = 1235;
  static constexpr int border_of_runs = 4;
  static constexpr int margin = 80;  ///< before the first slice and after the last one
  static_assert(row >= width + 3 && slice >= row * (width + 3) && margin >= 2 * row + 2,
                "Rows and slices must hold a brick and its border.");

  int height;       ///< slices of a brick
  int border;       ///< slices of the border, below and above
  bool has_totals;  ///< shared memory has totals, too; or the output is where they are

  static constexpr BrickLayout of_rays(int height) { return {height, 1, true}; }
  static constexpr BrickLayout of_runs(int height) { return {height, border_of_runs, true}; }
  [[nodiscard]] constexpr BrickLayout without_totals() const { return {height, border, false}; }
  [[nodiscard]] __host__ __device__ constexpr bool has_room_for_runs() const { return border > 1; }

  static __host__ __device__ constexpr int stride(int axis) {
    return axis == 0 ? 1 : (axis == 1 ? row : slice);
  }

  /// The size of a brick with so many slices.
  static __host__ __device__ int size(int axis, int height) { return axis == 2 ? height : width; }
  /// How many of them a volume has.
  static std::int64_t num_bricks(Extents<3> const& volume, int height) {
    std::int64_t count = 1;
    for (int axis = 0; axis < 3; ++axis) count *= (volume[axis] - 1) / size(axis, height) + 1;
    return count;
  }
  [[nodiscard]] __host__ __device__ constexpr int num_sums() const {
    return (2 * margin + (height + 2 * border) * slice + 3) / 4 * 4;
  }
  [[nodiscard]] __host__ __device__ constexpr int num_totals() const {
    return has_totals ? height * width * width : 0;
  }
  /// Where the sum of the brick's first voxel lies.
  [[nodiscard]] __host__ __device__ constexpr int first_sum() const {
    return margin + border * slice + row + 1;
  }
};

__device__ inline float4* memory_of_brick() {
  extern __shared__ float4 brick_memory[];
  return brick_memory;
}

/// The sums of a brick. While rays are followed, threads add whole numbers in any order; from time
/// to time these are moved to the totals.
class BrickMemory {
 public:
  __device__ BrickMemory(VoxelBox const& box, BrickLayout const& layout)
      : box_{box}, first_sum_{layout.first_sum()} {}

  [[nodiscard]] __device__ VoxelBox const& box() const { return box_; }

  /// Where a voxel's sum lies; the voxel may be one beside the brick.
  [[nodiscard]] __device__ int offset(Vec<int, 3> const& voxel) const {
    return first_sum_ + (voxel[0] - box_.first[0]) +
           ((voxel[1] - box_.first[1]) * BrickLayout::row +
            (voxel[2] - box_.first[2]) * BrickLayout::slice);
  }
  /// The same of the voxel beside the first one on all axes.
  [[nodiscard]] __device__ int offset_beside() const {
    return first_sum_ - (1 + BrickLayout::row + BrickLayout::slice);
  }
  [[nodiscard]] static __device__ int& sum(int offset) {
    return reinterpret_cast<int*>(memory_of_brick())[offset];
  }

  /// Adds a number of units, which is rounded to a whole one.
  static __device__ void add(int offset, float units) {
    atomicAdd(&sum(offset), __float2int_rn(units));
  }

  /// The same for less than 2^22 units: added to 1.5 * 2^23 they are rounded, and the sum's last
  /// bits are the whole number. Conversions take longer.
  static __device__ void add_few(int offset, float units) {
    constexpr float shift = 12582912.0F;
    atomicAdd(&sum(offset), static_cast<int>(bits_of_float(units + shift) - bits_of_float(shift)));
  }

 private:
  VoxelBox box_;
  int first_sum_;
};

}  // namespace pyronn::detail
