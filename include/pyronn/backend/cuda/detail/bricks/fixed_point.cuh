// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// FixedPoint: the unit in which a brick's sums are whole numbers.
#include <pyronn/backend/cuda/require_cuda.cuh>
//
#include <cmath>

#include <pyronn/core/math.hpp>

namespace pyronn::detail {

/// A power of two as unit. It is so small that what one ray can add to a voxel is between 2^21 and
/// 2^22 units where the greatest pixel meets the greatest weight: each addition is rounded to less
/// than 2^-22 of that product, half a unit. And it is so large that the sum of what `most_rays`
/// rays add has an int, with room for the rounding of 2^24 additions.
class FixedPoint {
 public:
  static constexpr int most_rays = 508;

  /// For `rays` rays that touch a voxel, with pixels up to `largest` and weights up to
  /// `most_weight`. For more than most_rays rays the unit is larger.
  __device__ FixedPoint(float rays, float largest, float most_weight) {
    int exponent = 0;
    int exponent_of_product = 0;
    float const mantissa = std::frexp(largest, &exponent);
    float const more = max(rays / static_cast<float>(most_rays), 1.0F);
    static_cast<void>(std::frexp(mantissa * (more * most_weight), &exponent_of_product));
    // Within what two floats multiply to.
    int const log2 = clamp(exponent + exponent_of_product - 22, -250, 250);
    int const half = log2 / 2;
    unit_[0] = power_of_two(half);
    unit_[1] = power_of_two(log2 - half);
    per_unit_[0] = power_of_two(-half);
    per_unit_[1] = power_of_two(half - log2);
  }

  [[nodiscard]] __device__ float in_units(float value) const {
    return value * per_unit_[0] * per_unit_[1];
  }
  [[nodiscard]] __device__ float from_units(int units) const {
    return static_cast<float>(units) * unit_[0] * unit_[1];
  }

 private:
  static __device__ float power_of_two(int log2) {
    return float_of_bits(static_cast<unsigned>(log2 + 127) << 23);
  }

  float unit_[2];
  float per_unit_[2];
};

}  // namespace pyronn::detail
