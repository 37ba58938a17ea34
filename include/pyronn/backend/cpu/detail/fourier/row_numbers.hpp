// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// RowNumbers: numbers of some rows side by side, and the scales of these rows.
#include <cstdint>

#include <pyronn/core/math.hpp>
#include <pyronn/recon/filter/detail/butterfly.hpp>

namespace pyronn::detail {

/// A complex number of each of some rows: what is done to one is done to all of them in loops that
/// vectorise. Its parts, real and imaginary, are samples 2n and 2n + 1 of the rows.
struct alignas(64) RowNumbers {
  static constexpr int rows = 8;

  float part[2][rows];

  [[nodiscard]] Complex of(int row) const { return {part[0][row], part[1][row]}; }
  void set(int row, Complex number) {
    part[0][row] = number.re;
    part[1][row] = number.im;
  }
};

/// Divides rows by powers of two, each by the largest that is not above its largest magnitude, so
/// that transforms neither overflow nor meet the subnormal numbers that cores are slow with. Rows
/// of nothing but subnormal numbers come back as 0.
class RowScales {
  static constexpr int rows = RowNumbers::rows;

 public:
  void include(float const (&samples)[rows]) {
    for (int row = 0; row < rows; ++row) {
      std::uint32_t const magnitude = bits_of_float(samples[row]) & 0x7fffffffU;
      largest_[row] = max(largest_[row], magnitude);
    }
  }

  void divide(RowNumbers& numbers) const {
    for (auto& samples : numbers.part) {
      for (int row = 0; row < rows; ++row) {
        samples[row] *= float_of_bits((254U - exponent(row)) << 23U);
      }
    }
  }
  void multiply(float (&samples)[rows]) const {
    for (int row = 0; row < rows; ++row) samples[row] *= float_of_bits(exponent(row) << 23U);
  }

 private:
  /// That of the scale; those of infinity and NaN have a scale, too.
  [[nodiscard]] std::uint32_t exponent(int row) const { return min(largest_[row] >> 23U, 253U); }

  std::uint32_t largest_[rows] = {};
};

}  // namespace pyronn::detail
