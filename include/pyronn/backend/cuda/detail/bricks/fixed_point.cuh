// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// FixedPoint: the unit in which a brick's sums are whole numbers.
#include <pyronn/backend/cuda/require_cuda.cuh>
//
#include <cmath>

#include <pyronn/core/math.hpp>

namespace pyronn::detail {

/// A power of two as unit, as small as overflow allows. The sum of what the rays of a group add to
/// a voxel has an int, with room for the rounding of 2^25 additions, of which one of a run of four
/// or five rays counts as four. Half a unit is less than 2^-22 of the most that one of `most_rays`
/// rays can add, the largest pixel times the largest weight. Where less is known of weights than
/// that each is no larger, rays are counted; else (RayDensity::weights) they count as their
/// weights.
class FixedPoint {
 public:
  /// Of a group.
  static constexpr int most_rays = 508;
  /// The same where additions are converted, for which units may be smaller: half a unit is less
  /// than 2^-24 of the most that one of them can add.
  static constexpr int most_converted_rays = 127;
  /// Up to which BrickMemory::add_few adds.
  static constexpr float few_units = 4194304.0F;

  /// For `rays` rays that touch a voxel, or of weights that sum up to so many, with pixels up to
  /// `largest` and weights up to `most_weight`, of which up to `few_weight` is added by add_few at
  /// a time; 0: none.
  __device__ FixedPoint(float rays, float largest, float most_weight, float few_weight) {
    constexpr float most_units = 2.11e9F;  // 2^31 less 2^25 and more
    float const least_unit = max(most_weight * (rays / most_units), few_weight / few_units);
    int exponent = 0;
    int exponent_of_product = 0;
    float const mantissa = std::frexp(largest, &exponent);
    static_cast<void>(std::frexp(mantissa * least_unit, &exponent_of_product));
    // Within what two floats multiply to.
    int const log2 = clamp(exponent + exponent_of_product, -250, 250);
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
