// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The sums of the rays of one lane of ProjectColumns.
#include <pyronn/backend/cuda/require_cuda.cuh>
//
#include <cstring>
#include <type_traits>

#include <cuda_fp16.h>

#include <pyronn/backend/cuda/detail/cells/sample_and_slope.cuh>
#include <pyronn/backend/cuda/detail/columns/copy.cuh>
#include <pyronn/backend/cuda/detail/launch/run_kernel.cuh>
#include <pyronn/core/math.hpp>
#include <pyronn/core/storage.hpp>

namespace pyronn::detail {

/// Whether ColumnSums adds up by tensor cores.
template <class Cell, class Architectures>
inline constexpr bool adds_in_tensor_cores_v =
    std::is_same_v<Cell, SampleAndSlope<Half>>&& has_tensor_cores_v<Architectures>;

/// The sums of `Count` rays of a lane, an even number, over the columns of cells that they cross,
/// in single precision.
template <class Cell, int Count, bool InTensorCores>
class ColumnSums {
 public:
  static constexpr int slices = 2;  ///< how many slices should be loaded at a time
  /// Whether it has `add_close`, which loads half as much.
  static constexpr bool knows_close_rays =
      std::is_same_v<Cell, SampleAndSlope<float>> && Count % 3 == 0;

  /// Adds `weight` times the samples at the positions `at(0)`, ..., `at(Count - 1)` along `column`,
  /// the fraction `across` of the way to the next column. `column` is its cell 0, less
  /// grid_index_origin, and `next` that of the next column.
  template <class At>
  __device__ void add(Cell const* column, Cell const*, float across, float weight, At const& at) {
    for (int i = 0; i < Count; ++i) {
      GridIndex const node = grid_index_of(at(i));
      Cell const* const lower = column + static_cast<int>(node.index);
      sums_[i] += weight * Cell::sample(lower, lower + 1, across, node.fraction);
    }
  }

  /// The same for rays in threes of which each rise along z by less than a cell.
  template <class At>
  __device__ void add_close(Cell const* column, float across, At const& at) {
    for (int i = 0; i < Count; i += 3) {
      GridIndex const lowest = grid_index_of(at(i));
      Cell const* const cells = column + static_cast<int>(lowest.index);
      float const values[3] = {Cell::sample(cells, across), Cell::sample(cells + 1, across),
                               Cell::sample(cells + 2, across)};
      float const rises[2] = {values[1] - values[0], values[2] - values[1]};
      sums_[i] += values[0] + lowest.fraction * rises[0];
      for (int j = 1; j < 3; ++j) {
        GridIndex const node = grid_index_of(at(i + j));
        bool const is_next = node.index != lowest.index;
        sums_[i + j] +=
            (is_next ? values[1] : values[0]) + node.fraction * (is_next ? rises[1] : rises[0]);
      }
    }
  }

  __device__ float operator[](int i) const { return sums_[i]; }

 private:
  float sums_[Count] = {};
};

/// The same where both columns must be read: where rows are too far apart for StagedRays.
template <int Count>
class ColumnSums<BareSample, Count, false> {
 public:
  static constexpr int slices = 1;
  static constexpr bool knows_close_rays = false;

  template <class At>
  __device__ void add(BareSample const* column, BareSample const* next, float across, float weight,
                      At const& at) {
    float const weight_of_next = weight * across;
    float const weight_of_column = weight - weight_of_next;
    for (int i = 0; i < Count; ++i) {
      GridIndex const node = grid_index_of(at(i));
      auto const offset = static_cast<int>(node.index);
      sums_[i] += weight_of_column * between(column + offset, node.fraction);
      sums_[i] += weight_of_next * between(next + offset, node.fraction);
    }
  }

  __device__ float operator[](int i) const { return sums_[i]; }

 private:
  static __device__ float between(BareSample const* lower, float fraction) {
    float const below = __ldg(&lower[0].value);
    float const above = __ldg(&lower[1].value);
    return below + fraction * (above - below);
  }

  float sums_[Count] = {};
};

/// The same for samples in half precision. Tensor cores add them up in single precision, as a
/// product with a matrix of ones and zeros: converting the samples would take longer. All lanes of
/// a warp must call `add` together. A sample that is not finite spoils the sums of three other
/// lanes and of the next ray, too, as it is multiplied with the zeros.
template <int Count>
class ColumnSums<SampleAndSlope<Half>, Count, true> {
  using Cell = SampleAndSlope<Half>;
  static constexpr int step = 4;

 public:
  static constexpr int slices = 1;
  static constexpr bool knows_close_rays = false;

  __device__ ColumnSums() {
    // With j = lane % 4, a lane holds four pairs of the first matrix, which begin at (row, 2j),
    // (row + 8, 2j), (row, 2j + 8) and (row + 8, 2j + 8), and columns 2j and 2j + 1 of both rows of
    // the result. The pairs are samples, whose first numbers the second matrix adds to the four
    // numbers that the same lane has of the result.
    unsigned const lane = threadIdx.x % 32;
    constexpr unsigned one = 0x3c00U;
    first_half_ = lane / 4 == 2 * (lane % 4) ? one : 0U;
    second_half_ = lane / 4 == 2 * (lane % 4) + 1 ? one : 0U;
  }

  template <class At>
  __device__ void add(Cell const* column, Cell const*, float across, float weight, At const& at) {
    __half2 const across2 = __float2half2_rn(across);
    for (int i = 0; i < Count; i += step) {
      unsigned samples[step] = {};
      for (int j = 0; j < min(step, Count - i); j += 2) {
        GridIndex const nodes[2] = {grid_index_of(at(i + j)), grid_index_of(at(i + j + 1))};
        __half2 const along = __floats2half2_rn(nodes[0].fraction, nodes[1].fraction);
        samples[j] = sample(column, nodes[0], across2, __low2half2(along), weight);
        samples[j + 1] = sample(column, nodes[1], across2, __high2half2(along), weight);
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
  /// A sample, as both halves of a pair.
  static __device__ unsigned sample(Cell const* column, GridIndex const& node, __half2 across,
                                    __half2 along, float weight) {
    __half2 const line = Cell::line(column + static_cast<int>(node.index), across);
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
