// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// BrickMemory: the sums of a brick of voxels in shared memory, as whole numbers and as floats.
#include <pyronn/backend/cuda/require_cuda.cuh>
//
#include <cstddef>
#include <cstdint>

#include <pyronn/core/extents.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/model/ray_driven.hpp>

namespace pyronn::detail {

/// How bricks lie in shared memory. Sums have a border of one voxel around the brick, to which rays
/// add in vain. Neighbouring voxels lie so that any two that share a bank are more than three
/// voxels apart: the lanes of a warp add at places that are compact in space.
struct BrickLayout {
  static constexpr int width = 32;        ///< of a brick along x and y
  static constexpr int most_views = 256;  ///< of a launch, whose shadows a block has
  static constexpr int row = 35;
  static constexpr int slice = 1203;
  static_assert(row >= width + 2 && slice >= row * (width + 2),
                "Rows and slices must hold a brick and its border.");

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
  static __host__ __device__ int num_sums(int height) { return ((height + 2) * slice + 3) / 4 * 4; }
  static __host__ __device__ int num_totals(int height) { return height * width * width; }
};

__device__ inline float4* memory_of_brick() {
  extern __shared__ float4 brick_memory[];
  return brick_memory;
}

/// The sums of a brick. While rays are followed, threads add whole numbers in any order; from time
/// to time these are moved to the totals. What is not finite goes to the totals at once.
class BrickMemory {
 public:
  __device__ BrickMemory(VoxelBox const& box, int height)
      : box_{box}, first_total_{BrickLayout::num_sums(height)} {}

  [[nodiscard]] __device__ VoxelBox const& box() const { return box_; }

  /// Where a voxel's sum lies; the voxel may be one beside the brick.
  [[nodiscard]] __device__ int offset(Vec<int, 3> const& voxel) const {
    return (voxel[0] - box_.first[0] + 1) + ((voxel[1] - box_.first[1] + 1) * BrickLayout::row +
                                             (voxel[2] - box_.first[2] + 1) * BrickLayout::slice);
  }
  [[nodiscard]] static __device__ int& sum(int offset) {
    return reinterpret_cast<int*>(memory_of_brick())[offset];
  }
  [[nodiscard]] __device__ float& total(Vec<int, 3> const& voxel) const {
    return reinterpret_cast<float*>(memory_of_brick())[first_total_ + place(voxel)];
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

  /// Adds a number that is not finite to the total of a voxel, in any order: the total becomes that
  /// number, and not a number where it is another such one already.
  __device__ void spoil(Vec<int, 3> const& voxel, float number) const {
    for (int axis = 0; axis < 3; ++axis) {
      if (voxel[axis] < box_.first[axis] || voxel[axis] >= box_.end[axis]) return;
    }
    auto* const target = reinterpret_cast<unsigned*>(&total(voxel));
    unsigned before = *target;
    for (unsigned expected = before + 1; before != expected;) {
      expected = before;
      float const old = float_of_bits(expected);
      float const now = abs(old) < anywhere ? number : old + number;
      before = atomicCAS(target, expected, bits_of_float(now == now ? now : not_a_number()));
    }
  }

 private:
  static __device__ float not_a_number() { return float_of_bits(0x7fffffffU); }
  [[nodiscard]] __device__ int place(Vec<int, 3> const& voxel) const {
    return ((voxel[2] - box_.first[2]) * BrickLayout::width + voxel[1] - box_.first[1]) *
               BrickLayout::width +
           voxel[0] - box_.first[0];
  }

  VoxelBox box_;
  int first_total_;
};

}  // namespace pyronn::detail
