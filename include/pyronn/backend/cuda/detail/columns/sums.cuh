// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pyronn/backend/cuda/require_cuda.cuh>
//
#include <cstring>
#include <type_traits>

#include <cuda_fp16.h>

#include <pyronn/backend/cuda/detail/cells/sample_and_slope.cuh>
#include <pyronn/backend/cuda/detail/launch/run_kernel.cuh>
#include <pyronn/core/math.hpp>
#include <pyronn/core/storage.hpp>

namespace pyronn::detail {

/// Whether ColumnSums adds up in the matrix unit.
template <class Cell, class Architectures>
inline constexpr bool adds_in_matrix_unit_v =
    std::is_same_v<Cell, SampleAndSlope<Half>>&& has_tensor_cores_v<Architectures>;

/// What `Count` rays of a lane, an even number, add up where they cross columns of cells, in single
/// precision.
template <class Cell, int Count, bool InMatrixUnit>
class ColumnSums {
 public:
  static constexpr int slices = 2;  ///< whose loads should be under way at a time

  /// Adds `weight` times the samples at the positions `at(0)`, ..., `at(Count - 1)` of `column`,
  /// in which cells are counted as grid_index_of does, `across` of the way to the next column.
  template <class At>
  __device__ void add(Cell const* column, float across, float weight, At const& at) {
    for (int i = 0; i < Count; ++i) {
      GridIndex const cell = grid_index_of(at(i));
      Cell const* const lower = column + static_cast<int>(cell.index);
      sums_[i] += weight * Cell::sample(lower, lower + 1, across, cell.fraction);
    }
  }

  __device__ float operator[](int i) const { return sums_[i]; }

 private:
  float sums_[Count] = {};
};

/// Samples in half precision, added up in single precision by the matrix unit, as a product with
/// ones: conversions cost more. The lanes of a warp must come here together; a sample that is not
/// finite spoils those of the three lanes beside it and of the next ray.
template <int Count>
class ColumnSums<SampleAndSlope<Half>, Count, true> {
  using Cell = SampleAndSlope<Half>;
  static constexpr int step = 4;

 public:
  static constexpr int slices = 1;

  __device__ ColumnSums() {
    // A lane holds four pairs of a matrix, (row, 2j), (row + 8, 2j), (row, 2j + 8) and
    // (row + 8, 2j + 8), j being its place among four, and of the result columns 2j and 2j + 1 of
    // both rows. The first of each pair is a sample; it goes to a number of the same lane.
    unsigned const lane = threadIdx.x % 32;
    constexpr unsigned one = 0x3c00U;
    first_half_ = lane / 4 == 2 * (lane % 4) ? one : 0U;
    second_half_ = lane / 4 == 2 * (lane % 4) + 1 ? one : 0U;
  }

  template <class At>
  __device__ void add(Cell const* column, float across, float weight, At const& at) {
    __half2 const across2 = __float2half2_rn(across);
    for (int i = 0; i < Count; i += step) {
      unsigned samples[step] = {};
      for (int j = 0; j < min(step, Count - i); j += 2) {
        GridIndex const cells[2] = {grid_index_of(at(i + j)), grid_index_of(at(i + j + 1))};
        __half2 const along = __floats2half2_rn(cells[0].fraction, cells[1].fraction);
        samples[j] = sample(column, cells[0], across2, __low2half2(along), weight);
        samples[j + 1] = sample(column, cells[1], across2, __high2half2(along), weight);
      }
      asm volatile(
          "mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32 "
          "{%0, %1, %2, %3}, {%4, %6, %5, %7}, {%8, %9}, {%0, %1, %2, %3};"
          : "+f"(sums_[i]), "+f"(sums_[i + 1]), "+f"(sums_[i + 2]), "+f"(sums_[i + 3])
          : "r"(samples[0]), "r"(samples[1]), "r"(samples[2]), "r"(samples[3]), "r"(first_half_),
            "r"(second_half_));
    }
  }

  __device__ float operator[](int i) const { return sums_[i]; }

 private:
  /// A sample, twice.
  static __device__ unsigned sample(Cell const* column, GridIndex const& cell, __half2 across,
                                    __half2 along, float weight) {
    __half2 const line = Cell::line(column + static_cast<int>(cell.index), across);
    __half2 value = __hfma2(__high2half2(line), along, __low2half2(line));
    if (weight != 1.0F) value = __hmul2(value, __float2half2_rn(weight));
    unsigned bits = 0;
    std::memcpy(&bits, &value, sizeof(value));
    return bits;
  }

  float sums_[(Count + step - 1) / step * step] = {};
  unsigned first_half_;
  unsigned second_half_;
};

}  // namespace pyronn::detail
