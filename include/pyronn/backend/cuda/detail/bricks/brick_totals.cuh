// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// BrickTotals: what the sums of a brick are moved to from time to time, as floats.
#include <pyronn/backend/cuda/require_cuda.cuh>
//
#include <cstdint>

#include <pyronn/core/math.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/model/ray_driven.hpp>

namespace pyronn::detail {

/// The totals of a brick, in shared memory or in the output. What is not finite goes to them at
/// once.
class BrickTotals {
 public:
  /// Of the voxels of a box, of which the first one's is given, and how many numbers there are from
  /// a row and from a slice to the next.
  __device__ BrickTotals(VoxelBox const& box, float* first, std::int64_t row, std::int64_t slice)
      : box_{box}, first_{first}, row_{row}, slice_{slice} {}

  [[nodiscard]] __device__ VoxelBox const& box() const { return box_; }

  [[nodiscard]] __device__ bool have(Vec<int, 3> const& voxel) const {
    bool result = true;
    for (int axis = 0; axis < 3; ++axis) {
      result = both(result, both(voxel[axis] >= box_.first[axis], voxel[axis] < box_.end[axis]));
    }
    return result;
  }
  [[nodiscard]] __device__ float& of(Vec<int, 3> const& voxel) const {
    Vec<int, 3> const at = voxel - box_.first;
    return first_[at[2] * slice_ + at[1] * row_ + at[0]];
  }

  /// Adds a number that is not finite to the total of a voxel, if there is one, in any order: the
  /// total becomes that number, and not a number where it is another such one already.
  __device__ void spoil(Vec<int, 3> const& voxel, float number) const {
    if (!have(voxel)) return;
    auto* const target = reinterpret_cast<unsigned*>(&of(voxel));
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

  VoxelBox box_;
  float* first_;
  std::int64_t row_;
  std::int64_t slice_;
};

/// Adds a pixel that is not finite to the voxels that its ray touches.
template <class Interp, class Ray>
__device__ __noinline__ void spoil(BrickTotals totals, Ray ray, float value) {
  ray.template for_each_weight<Interp, 3>(totals.box(),
                                          [&](Vec<int, 3> const& voxel, float weight) {
                                            // Infinity times a weight of zero is not a number, and
                                            // says nothing of the voxel.
                                            if (weight != 0.0F) totals.spoil(voxel, weight * value);
                                          });
}

}  // namespace pyronn::detail
