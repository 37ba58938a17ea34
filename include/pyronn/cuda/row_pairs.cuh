// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pyronn/cuda/require_cuda.cuh>
//
/// Rows that are filtered two at a time, as real and imaginary parts of complex rows: as the
/// response is real, a + i b comes back as filtered a + i filtered b. So that neither row knows of
/// the other, each is brought near 1 for the time being, by a power of two, which is exact; one
/// with a number that is not finite is left out, and comes back without any that is.
#include <cstddef>

#include <pyronn/core/array_view.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/model/tiling.hpp>

namespace pyronn::detail {

/// Rows in pairs, in memory of the device.
struct RowPairs {
  float2* values;  ///< one complex row after another
  float* scales;   ///< what to multiply each row with when it is taken out
  int length;      ///< of a row, padded

  [[nodiscard]] __device__ float2* pair(int number) const {
    return values + static_cast<std::size_t>(number) * static_cast<std::size_t>(length);
  }
};

/// The power of two that is next below the largest of some numbers; 0 below all normal ones.
class RowScale {
 public:
  /// The bits of a number without its sign increase with it, to infinity and what is not a number.
  static __device__ unsigned magnitude(float number) {
    return __float_as_uint(number) & 0x7fffffffU;
  }

  explicit __device__ RowScale(unsigned largest_magnitude)
      : exponent_{min(largest_magnitude >> 23U, 253U)}, finite_{largest_magnitude < 0x7f800000U} {}

  [[nodiscard]] __device__ float divide(float number) const {
    return finite_ ? __uint_as_float((254U - exponent_) << 23U) * number : 0.0F;
  }
  [[nodiscard]] __device__ float factor() const {
    return __uint_as_float(finite_ ? exponent_ << 23U : 0x7fffffffU);
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

/// Makes pairs of weighted rows, padded with zeros: a block each, which looks for the largest
/// numbers first. What is beyond the last row is zero.
template <class Weights>
struct PairRows {
  using Block = BlockShape<256, 1, 1>;

  Weights weights;
  ProjectionView<float const> projections;
  RowPairs pairs;
  int columns_before;

  [[nodiscard]] Extents<3> items(int num_pairs) const { return {Block::x, num_pairs, 1}; }

  __device__ void operator()(Vec<int, 3> item) const {
    __shared__ unsigned largest[2];
    if (item[0] < 2) largest[item[0]] = 0;
    __syncthreads();
    Row const first = row(2 * item[1]);
    Row const second = row(2 * item[1] + 1);
    find_largest(first, item[0], largest[0]);
    find_largest(second, item[0], largest[1]);
    __syncthreads();
    RowScale const scales[2] = {RowScale{largest[0]}, RowScale{largest[1]}};
    if (item[0] < 2) pairs.scales[2 * item[1] + item[0]] = RowScale{largest[item[0]]}.factor();
    float2* const pair = pairs.pair(item[1]);
    for (int at = item[0]; at < pairs.length; at += Block::x) {
      int const u = at - columns_before;
      bool const is_pixel = u >= 0 && u < first.columns;
      pair[at] = is_pixel ? weighted(first, second, scales, u) : float2{0.0F, 0.0F};
    }
  }

 private:
  struct Row {
    float const* pixels;
    int columns;  ///< none beyond the last row
    float v;
    int view;
    float weight;  ///< of all its pixels
  };

  [[nodiscard]] __device__ Row row(int number) const {
    Extents<3> const size = projections.extents;
    bool const exists = number < size[1] * size[2];
    auto const v = static_cast<float>(number % size[1]);
    int const view = number / size[1];
    return {projections.data + static_cast<std::size_t>(number) * static_cast<std::size_t>(size[0]),
            exists ? size[0] : 0, v, view, exists ? weights.of_row(v, view) : 0.0F};
  }

  static __device__ void find_largest(Row const& row, int first, unsigned& largest) {
    unsigned own = 0;
    for (int u = first; u < row.columns; u += Block::x) {
      own = max(own, RowScale::magnitude(row.pixels[u]));
    }
    own = largest_in_warp(own);
    if (first % 32 == 0) atomicMax(&largest, own);
  }

  [[nodiscard]] __device__ float2 weighted(Row const& first, Row const& second,
                                           RowScale const (&scales)[2], int u) const {
    auto const at = static_cast<float>(u);
    auto weight = weights.of_two_pixels(at, first.v, first.view);
    float const value = first.weight * weight[0] * scales[0].divide(first.pixels[u]);
    if (second.columns == 0) return {value, 0.0F};
    if (second.view != first.view) {
      weight[1] = weights.of_two_pixels(at, second.v, second.view)[0];
    }
    return {value, second.weight * weight[1] * scales[1].divide(second.pixels[u])};
  }
};

/// Multiplies spectra with a real, even response, two numbers at a time.
struct ApplyResponse {
  using Block = BlockShape<256, 1, 1>;

  RowPairs spectra;
  float const* response;  ///< of the frequencies from 0 to half the length
  float scale;            ///< of an inverse transform

  [[nodiscard]] Extents<3> items(int num_pairs) const { return {spectra.length / 2, num_pairs, 1}; }

  __device__ void operator()(Vec<int, 3> item) const {
    float4& values = reinterpret_cast<float4*>(spectra.pair(item[1]))[item[0]];
    float const first = factor(2 * item[0]);
    float const second = factor(2 * item[0] + 1);
    float4 const old = values;
    values = {first * old.x, first * old.y, second * old.z, second * old.w};
  }

 private:
  [[nodiscard]] __device__ float factor(int frequency) const {
    return scale * response[min(frequency, spectra.length - frequency)];
  }
};

/// Takes rows out of their pairs, and cuts them.
struct PartRows {
  using Block = BlockShape<256, 1, 1>;

  RowPairs pairs;
  ProjectionView<float> filtered;

  [[nodiscard]] Extents<3> items() const { return {filtered.extents[0], (num_rows() + 1) / 2, 1}; }

  __device__ void operator()(Vec<int, 3> item) const {
    float2 const value = pairs.pair(item[1])[item[0]];
    int const row = 2 * item[1];
    write(row, item[0], value.x);
    if (row + 1 < num_rows()) write(row + 1, item[0], value.y);
  }

 private:
  [[nodiscard]] PYRONN_HOST_DEVICE int num_rows() const {
    return filtered.extents[1] * filtered.extents[2];
  }

  __device__ void write(int row, int u, float value) const {
    filtered.data[static_cast<std::size_t>(row) * static_cast<std::size_t>(filtered.extents[0]) +
                  static_cast<std::size_t>(u)] = pairs.scales[row] * value;
  }
};

}  // namespace pyronn::detail
