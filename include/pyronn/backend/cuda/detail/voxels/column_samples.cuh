// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// ColumnSamples: what a column of voxels along z brings to the rows of a detector column.
#include <pyronn/backend/cuda/require_cuda.cuh>
//
#include <cmath>

#include <cuda_runtime.h>

#include <pyronn/backend/cuda/detail/voxels/copy.cuh>
#include <pyronn/core/math.hpp>

namespace pyronn::detail {

/// Adds all products, as they are.
struct AddAll {
  static __device__ float add(float weight, float value, float sum) {
    return std::fma(weight, value, sum);
  }
};
/// Leaves out numbers that are not finite where their weight is zero; all else is the same.
struct AddWeighted {
  static __device__ float add(float weight, float value, float sum) {
    float const added = std::fma(weight, value, sum);
    return weight != 0.0F || abs(value) < anywhere ? added : sum;
  }
};

/// A column of voxels as a view sees it: row v sees those above z(v), at distances of `step` rows
/// as far as 2 rows, with the weights 1 - |distance - 1|.
struct ColumnSamples {
  float const* voxels;  ///< of the copy
  float per_row;        ///< by how many voxels z(v) changes from row to row
  float first;          ///< z(0), counted in the slab
  float step;           ///< rows from voxel to voxel, positive

  /// How many voxels a row sees at most.
  [[nodiscard]] __device__ int most_seen() const {
    return static_cast<int>(min(2.0F * abs(per_row), 1e9F)) + 1;
  }

  /// Sets `values` to what rows bring that begin with `row` and are `stride` apart.
  template <class Sum, int Count>
  __device__ void sample(float row, float stride, unsigned top, float (&values)[Count]) const {
    float const at = std::fma(row, per_row, first);
    switch (most_seen()) {
      case 1:
        return sample_seen<Sum, 1>(at, stride, top, values);
      case 2:
        return sample_seen<Sum, 2>(at, stride, top, values);
      case 3:
        return sample_seen<Sum, 3>(at, stride, top, values);
      case 4:
        return sample_seen<Sum, 4>(at, stride, top, values);
      default:
        return sample_many<Sum>(at, stride, top, values);
    }
  }

 private:
  /// The first voxel that a row sees.
  struct FirstVoxel {
    unsigned index;  ///< in the copy; indices below its columns are very large numbers
    float distance;  ///< from z(v) [rows]

    /// Added to a number in (-2^22, 2^22) and rounded down, it leaves the integer part in the last
    /// bits. Larger numbers become indices beyond all columns.
    static constexpr float shift = 12582912.0F;  // 1.5 * 2^23
    static constexpr unsigned origin = 0x4b400000U;

    __device__ FirstVoxel(float at, float step) {
      float const shifted = __fadd_rd(at, shift);
      float const lower = shifted - shift;
      index = __float_as_uint(shifted) - (origin - 1U - VoxelColumnCopy::below);
      distance = std::fma(step, lower - at, step);
    }
  };

  template <class Sum, int Seen, int Count>
  __device__ void sample_seen(float at, float stride, unsigned top, float (&values)[Count]) const {
    static_assert(Seen <= VoxelColumnCopy::most_read);
#pragma unroll
    for (int i = 0; i < Count; ++i) {
      FirstVoxel const voxel{std::fma(static_cast<float>(i) * stride, per_row, at), step};
      float const* const seen = voxels + min(voxel.index, top);
      float sum = 0.0F;
#pragma unroll
      for (int n = 0; n < Seen; ++n) {
        sum = Sum::add(weight<Seen>(voxel.distance, n), __ldg(seen + n), sum);
      }
      values[i] = sum;
    }
  }

  /// The weight of voxel n at a distance of voxel 0. Of `Seen` voxels each has a step of at least
  /// 2 / Seen and, but if there is one alone, at most 2 / (Seen - 1).
  template <int Seen>
  [[nodiscard]] __device__ float weight(float distance, int n) const {
    if (n == 0 && Seen >= 3) return distance;
    auto const steps = static_cast<float>(n);
    if (2 * n >= Seen) return __saturatef((2.0F - steps * step) - distance);
    return __saturatef(1.0F - abs(distance + (steps * step - 1.0F)));
  }

  template <class Sum, int Count>
  __device__ void sample_many(float at, float stride, unsigned top, float (&values)[Count]) const {
    int const seen = most_seen();
#pragma unroll
    for (int i = 0; i < Count; ++i) {
      FirstVoxel const voxel{std::fma(static_cast<float>(i) * stride, per_row, at), step};
      float sum = 0.0F;
      for (int n = 0; n < seen; ++n) {
        float const distance = std::fma(static_cast<float>(n), step, voxel.distance);
        float const value = __ldg(voxels + min(voxel.index + static_cast<unsigned>(n), top));
        sum = Sum::add(__saturatef(1.0F - abs(distance - 1.0F)), value, sum);
      }
      values[i] = sum;
    }
  }
};

}  // namespace pyronn::detail
