// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The kernel that weights and filters detector rows.
#include <pyronn/backend/cuda/require_cuda.cuh>
//
#include <cstddef>

#include <pyronn/backend/cuda/detail/fourier/row_transform.cuh>
#include <pyronn/backend/cuda/detail/fourier/tables.cuh>
#include <pyronn/core/array_view.hpp>
#include <pyronn/core/extents.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/exec/kernel.hpp>
#include <pyronn/recon/filter/detail/butterfly.hpp>
#include <pyronn/recon/filter/detail/fourier_passes.hpp>

namespace pyronn::detail {

/// Scales numbers by a power of two, which is exact: the largest one that is not above the largest
/// of the numbers. Numbers that are all subnormal come back as 0.
class RowScale {
 public:
  /// The bits of a number without its sign. They are ordered as the magnitudes of numbers are;
  /// those of infinity and NaN are the largest.
  static __device__ unsigned magnitude(float number) {
    return __float_as_uint(number) & 0x7fffffffU;
  }

  explicit __device__ RowScale(unsigned largest_magnitude)
      : exponent_{min(largest_magnitude >> 23U, 253U)}, finite_{largest_magnitude < 0x7f800000U} {}

  [[nodiscard]] __device__ float divide(float number) const {
    return finite_ ? __uint_as_float((254U - exponent_) << 23U) * number : 0.0F;
  }
  [[nodiscard]] __device__ float multiply(float number) const {
    return __uint_as_float(finite_ ? exponent_ << 23U : 0x7fffffffU) * number;
  }

 private:
  unsigned exponent_;
  bool finite_;
};

__device__ inline unsigned largest_in_warp(unsigned value) {
  for (int distance = 16; distance > 0; distance /= 2) {
    value = max(value, __shfl_xor_sync(0xffffffffU, value, distance));
  }
  return value;
}

__device__ inline Complex* shared_row() {
  extern __shared__ Complex numbers[];
  return numbers;
}

/// Short rows lie in shared memory: as much of it as every GPU grants without asking. Few threads
/// have many blocks an SM, so that few wait at a barrier. More share the numbers of their views,
/// which for rows of two views take long to come.
template <int Threads>
struct ShortRows {
  static constexpr int threads = Threads;
  static constexpr int min_blocks_per_sm = 1024 / Threads;

  std::size_t row_bytes;

  [[nodiscard]] std::size_t shared_bytes() const { return row_bytes; }
  [[nodiscard]] __device__ Complex* of_block(unsigned) const { return shared_row(); }
};

/// How many threads filter two short rows.
template <class Weights>
inline constexpr int threads_of_short_rows = Weights::of_single_rows ? 256 : 128;

/// Longer rows lie in shared memory, too, where they fit, else one after another in device memory.
struct LongRows {
  static constexpr int threads = 512;
  static constexpr int min_blocks_per_sm = 2;

  std::size_t row_bytes;
  std::byte* memory;  ///< in device memory; null: rows lie in shared memory

  [[nodiscard]] std::size_t shared_bytes() const { return memory == nullptr ? row_bytes : 0; }
  [[nodiscard]] __device__ Complex* of_block(unsigned block) const {
    return memory == nullptr ? shared_row()
                             : reinterpret_cast<Complex*>(memory + block * row_bytes);
  }
};

/// The rows of a launch: groups that follow one another, and as many from where the next period
/// begins. Pairs are those of whole groups, of whose rows some may be left out.
struct RowGroups {
  unsigned rows;         ///< of a group, of which the last is alone where they are odd
  unsigned count;        ///< of groups that follow one another
  unsigned period_rows;  ///< from where they begin to where those of the next period do
  unsigned periods;
  unsigned first_pair = 0;              ///< of a group that is filtered
  unsigned num_pairs = (rows + 1) / 2;  ///< of a group that are filtered

  /// Filters the pairs that have a row of [first, first + wanted) of each group.
  PYRONN_HOST_DEVICE void leave_out_all_but(unsigned first, unsigned wanted) {
    first_pair = first / 2;
    num_pairs = wanted == 0 ? 0 : (first + wanted + 1) / 2 - first_pair;
  }

  [[nodiscard]] PYRONN_HOST_DEVICE unsigned pairs() const { return num_pairs * count * periods; }
  /// Of rows that are left out.
  [[nodiscard]] PYRONN_HOST_DEVICE unsigned other_pairs() const {
    return ((rows + 1) / 2 - num_pairs) * count * periods;
  }
};

/// Weights and filters rows two at a time, as the real and imaginary parts of a complex row: as the
/// response is real, a + i b becomes filtered a + i filtered b. So that the rounding errors of one
/// row do not depend on the other row, each is scaled by a power of two to numbers near 1 before,
/// and back after. A row with a weighted number that is not finite is filtered as zeros, and NaN is
/// written to all of it. A block filters one pair of rows after another. Still the last bits of a
/// row depend on the other one, so that pairs are made within groups of rows, whatever else is
/// filtered with them. Rows that are left out become 0.
template <class Weights, class Rows>
struct FilterRows {
  struct Block : BlockShape<Rows::threads, 1, 1> {
    static constexpr int min_blocks_per_sm = Rows::min_blocks_per_sm;
  };

  Weights weights;
  ProjectionView<float const> projections;
  ProjectionView<float> filtered;
  int columns_before;
  FourierPasses passes;
  FourierTables tables;
  Rows rows;
  RowGroups groups;
  unsigned num_blocks;

  [[nodiscard]] Extents<3> items() const { return {Block::x * static_cast<int>(num_blocks), 1, 1}; }
  [[nodiscard]] std::size_t shared_bytes() const { return rows.shared_bytes(); }

  __device__ void operator()(Vec<int, 3>) const {
    __shared__ unsigned largest[2];
    Transform const transform{rows.of_block(blockIdx.x), passes, tables};
    for (unsigned pair = blockIdx.x; pair < groups.pairs(); pair += num_blocks) {
      unsigned const group = pair / groups.num_pairs;
      PairOfRows const rows_of_pair =
          pair_of_rows(group, groups.first_pair + (pair - group * groups.num_pairs));
      if (threadIdx.x < 2) largest[threadIdx.x] = 0;
      __syncthreads();
      load(transform, rows_of_pair, largest);
      __syncthreads();
      filter(transform, rows_of_pair, largest);
    }
    for (unsigned pair = blockIdx.x; pair < groups.other_pairs(); pair += num_blocks) clear(pair);
  }

 private:
  using Transform = RowTransform<Block::x>;

  /// Two rows that follow one another, or the first alone.
  struct PairOfRows {
    unsigned period_begin;  ///< the first row of the period
    unsigned of_period;     ///< the first row, counted from there through all views
    bool is_pair;

    [[nodiscard]] __device__ unsigned first() const { return period_begin + of_period; }
    [[nodiscard]] __device__ unsigned second() const { return first() + (is_pair ? 1 : 0); }
  };

  [[nodiscard]] __device__ PairOfRows pair_of_rows(unsigned group, unsigned of_group) const {
    unsigned const period = group / groups.count;
    return {period * groups.period_rows,
            (group - period * groups.count) * groups.rows + 2 * of_group,
            2 * of_group + 1 < groups.rows};
  }

  /// Row and view of row `number` of a period.
  struct Row {
    float v;
    int view;
  };
  [[nodiscard]] __device__ Row row(unsigned number) const {
    auto const rows_per_view = static_cast<unsigned>(projections.extents[1]);
    return {static_cast<float>(number % rows_per_view), static_cast<int>(number / rows_per_view)};
  }

  template <class View>
  static __device__ auto* pixels(View const& view, unsigned row) {
    return view.data + std::size_t{row} * static_cast<std::size_t>(view.extents[0]);
  }

  /// Loads a pair of rows, weights them, pads them with zeros, and finds their largest magnitudes.
  __device__ void load(Transform const& transform, PairOfRows const& pair,
                       unsigned (&largest)[2]) const {
    Row const first = row(pair.of_period);
    Row const second = row(pair.of_period + (pair.is_pair ? 1 : 0));
    float const row_weights[2] = {weights.of_row(first.v, first.view),
                                  weights.of_row(second.v, second.view)};
    float const* const first_pixels = pixels(projections, pair.first());
    float const* const second_pixels = pixels(projections, pair.second());
    auto const is_inside = [&](int u) { return u >= 0 && u < projections.extents[0]; };
    // Some are on their way before the first of them is weighted, by the thread that loaded it.
    constexpr int some = 4;
    for (int begin = static_cast<int>(threadIdx.x); begin < passes.half; begin += some * Block::x) {
      Complex values[some];
#pragma unroll
      for (int k = 0; k < some; ++k) {
        int const u = begin + k * Block::x - columns_before;
        values[k] = is_inside(u) ? Complex{first_pixels[u], second_pixels[u]} : Complex{0, 0};
      }
#pragma unroll
      for (int k = 0; k < some; ++k) {
        if (begin + k * Block::x < passes.half) transform.at(begin + k * Block::x) = values[k];
      }
    }
    unsigned own[2] = {0, 0};
#pragma unroll 1
    for (int at = static_cast<int>(threadIdx.x); at < passes.half; at += Block::x) {
      int const u = at - columns_before;
      if (!is_inside(u)) continue;
      Complex& value = transform.at(at);
      auto const weight = of_pixels(static_cast<float>(u), first, second);
      value = {row_weights[0] * weight[0] * value.re, row_weights[1] * weight[1] * value.im};
      own[0] = max(own[0], RowScale::magnitude(value.re));
      own[1] = max(own[1], RowScale::magnitude(value.im));
    }
    for (int n = 0; n < 2; ++n) {
      unsigned const in_warp = largest_in_warp(own[n]);
      if (threadIdx.x % 32 == 0) atomicMax(&largest[n], in_warp);
    }
  }

  [[nodiscard]] __device__ Vec<float, 2> of_pixels(float u, Row const& first,
                                                   Row const& second) const {
    if (second.view == first.view) return weights.of_two_pixels(u, first.v, first.view);
    return {weights.of_two_pixels(u, first.v, first.view)[0],
            weights.of_two_pixels(u, second.v, second.view)[0]};
  }

  /// Writes zeros to a pair of those that are left out.
  __device__ void clear(unsigned other) const {
    unsigned const of_each = (groups.rows + 1) / 2 - groups.num_pairs;
    unsigned const group = other / of_each;
    unsigned const number = other - group * of_each;
    PairOfRows const pair =
        pair_of_rows(group, number < groups.first_pair ? number : number + groups.num_pairs);
    float* const first = pixels(filtered, pair.first());
    int const count = filtered.extents[0] * (pair.is_pair ? 2 : 1);  // one row after the other
    for (int n = static_cast<int>(threadIdx.x); n < count; n += Block::x) first[n] = 0.0F;
  }

  __device__ void filter(Transform const& transform, PairOfRows const& pair,
                         unsigned const (&largest)[2]) const {
    RowScale const scales[2] = {RowScale{largest[0]}, RowScale{largest[1]}};
    float* const first = pixels(filtered, pair.first());
    float* const second = pixels(filtered, pair.second());
    transform.filter(
        [&](Complex value) {
          return Complex{scales[0].divide(value.re), scales[1].divide(value.im)};
        },
        [&](int u, Complex value) {
          if (u >= filtered.extents[0]) return;
          first[u] = scales[0].multiply(value.im);
          if (pair.is_pair) second[u] = scales[1].multiply(value.re);
        });
  }
};

}  // namespace pyronn::detail
