// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// SeenColumn: what a column of voxels along z brings to the rows of a detector column.
#include <pyronn/backend/cuda/require_cuda.cuh>
//
#include <cmath>

#include <pyronn/backend/cuda/detail/voxels/copy.cuh>
#include <pyronn/core/extents.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/model/detail/footprint.hpp>

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
    return weight != 0.0F || std::fabs(value) < anywhere ? added : sum;
  }
};

/// The first voxel that a row sees.
struct FirstVoxel {
  unsigned bits;   ///< its number, counted from an origin
  float distance;  ///< from where the row begins to see [rows]

  /// Added to a number in (-2^22, 2^22) and rounded down, it leaves the integer part in the last
  /// bits. What larger numbers leave lies beyond that.
  static constexpr float shift = 12582912.0F;  // 1.5 * 2^23
  static constexpr unsigned origin = 0x4b400000U - 1U;

  /// For a row that sees voxels above `z`, which are `step` rows apart.
  __device__ FirstVoxel(float z, float step) {
    float const shifted = __fadd_rd(z, shift);
    bits = __float_as_uint(shifted);
    distance = std::fma(step, (shifted - shift) - z, step);
  }
};

/// From the bits of a voxel to its index in a column of the copy. Voxels that are not there have
/// the index `top`: from those below it follows by unsigned numbers being counted around. It is
/// made on the host, as compilers load constants anew for every use.
struct IndexInCopy {
  unsigned of_zero;
  unsigned top;

  explicit IndexInCopy(Extents<3> const& size)
      : of_zero{VoxelColumns::below - FirstVoxel::origin},
        top{static_cast<unsigned>(VoxelColumns::top(size))} {}

  __device__ unsigned operator()(unsigned bits) const { return min(bits + of_zero, top); }
};

/// A column of voxels as a view sees it. Row v sees those above z = first + v per_row, at distances
/// of less than 2 rows, with the weights 1 - |distance - 1|.
struct alignas(16) SeenColumn {
  float first;      ///< counted in the slab
  float per_row;    ///< voxels, negative where rows count against z
  float step;       ///< rows from voxel to voxel, positive
  unsigned offset;  ///< of the column in the copy
  float lower;      ///< weights of the detector columns to both sides
  float upper;
  int interval;  ///< between which of a group's columns it lies, counted from that before the first
  int most;      ///< voxels that a row sees, at most

  /// Whether rows may see any of its `count` voxels.
  [[nodiscard]] __device__ bool meets(IndexRange const& rows, int count) const {
    float const a = std::fma(static_cast<float>(rows.first), per_row, first);
    float const b = std::fma(static_cast<float>(rows.last), per_row, first);
    return max(a, b) + 2.0F * std::fabs(per_row) > -projective_margin &&
           min(a, b) < static_cast<float>(count - 1) + projective_margin;
  }

  /// Sets `values` to what rows bring that begin with `row` and are `Stride` apart.
  template <class Sum, int Stride, int Count>
  __device__ void sample(float row, float const* voxels, IndexInCopy const& index,
                         float (&values)[Count]) const {
    float const z = std::fma(row, per_row, first);
    if (most == 3) {
      sample_few<Sum, Stride, 3>(z, voxels, index, values);
    } else if (most == 1) {
      sample_few<Sum, Stride, 1>(z, voxels, index, values);
    } else if (most == 2) {
      sample_few<Sum, Stride, 2>(z, voxels, index, values);
    } else if (most == 4) {
      sample_few<Sum, Stride, 4>(z, voxels, index, values);
    } else {
      sample_many<Sum, Stride>(z, voxels, index, values);
    }
  }

 private:
  template <class Sum, int Stride, int Most, int Count>
  __device__ void sample_few(float z, float const* voxels, IndexInCopy const& index,
                             float (&values)[Count]) const {
    static_assert(Most <= VoxelColumns::most_read);
#pragma unroll
    for (int i = 0; i < Count; ++i) {
      FirstVoxel const voxel{std::fma(static_cast<float>(i * Stride), per_row, z), step};
      float const* const seen = voxels + index(voxel.bits);
      values[i] = 0.0F;
#pragma unroll
      for (int n = 0; n < Most; ++n) {
        values[i] = Sum::add(weight<Most>(voxel.distance, n), __ldg(seen + n), values[i]);
      }
    }
  }

  /// The weight of voxel n where the first has a distance. Of `Most` voxels each has a step of at
  /// least 2 / Most rows and, but if there is one alone, at most 2 / (Most - 1).
  template <int Most>
  [[nodiscard]] __device__ float weight(float distance, int n) const {
    if (n == 0 && Most >= 3) return distance;
    auto const steps = static_cast<float>(n);
    if (2 * n >= Most) return __saturatef((2.0F - steps * step) - distance);
    return __saturatef(1.0F - std::fabs(distance + (steps * step - 1.0F)));
  }

  template <class Sum, int Stride, int Count>
  __device__ void sample_many(float z, float const* voxels, IndexInCopy const& index,
                              float (&values)[Count]) const {
    for (float& value : values) value = 0.0F;
#pragma unroll 1
    for (int n = 0; n < most; ++n) {
#pragma unroll
      for (int i = 0; i < Count; ++i) {
        FirstVoxel const voxel{std::fma(static_cast<float>(i * Stride), per_row, z), step};
        float const distance = std::fma(static_cast<float>(n), step, voxel.distance);
        float const value = __ldg(voxels + index(voxel.bits + static_cast<unsigned>(n)));
        values[i] = Sum::add(__saturatef(1.0F - std::fabs(distance - 1.0F)), value, values[i]);
      }
    }
  }
};

}  // namespace pyronn::detail
