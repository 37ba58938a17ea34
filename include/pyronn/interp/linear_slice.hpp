// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pyronn/core/config.hpp>
#include <pyronn/core/math.hpp>

namespace pyronn {

/// What a sample at position (a, b) takes of the sample at integer index (i, j) under the policy
/// `Interp`; zero for all but the four around the position.
template <class Interp>
PYRONN_HOST_DEVICE float bilinear_weight(float a, float b, int i, int j) {
  if (!(abs(a - static_cast<float>(i)) < 1.0F && abs(b - static_cast<float>(j)) < 1.0F)) {
    return 0.0F;
  }
  int const lower_a = floor_to_int(a);
  int const lower_b = floor_to_int(b);
  auto const is_corner = [=](int da, int db) {
    return i == lower_a + da && j == lower_b + db ? 1.0F : 0.0F;
  };
  return Interp::blend(a - static_cast<float>(lower_a), b - static_cast<float>(lower_b),
                       is_corner(0, 0), is_corner(1, 0), is_corner(0, 1), is_corner(1, 1));
}

/// A plane of samples in memory, read bilinearly under the policy `Interp`; zero outside. Positions
/// are indices, with sample centres at the integers. Axis `a` has stride `stride_a`, axis `b`
/// stride `stride_b`; `Offset` counts elements within the plane.
template <class Interp, class Offset>
struct LinearSlice {
  float const* data;
  int size_a;
  int size_b;
  Offset stride_a;
  Offset stride_b;

  /// The sample at integer indices, zero outside.
  [[nodiscard]] PYRONN_HOST_DEVICE float texel(int a, int b) const {
    if (a < 0 || a >= size_a || b < 0 || b >= size_b) return 0.0F;
    return load_read_only(data, a * stride_a + b * stride_b);
  }

  /// Anywhere; zero from one sample beyond the border on, and where the position is not a number.
  [[nodiscard]] PYRONN_HOST_DEVICE float sample(float a, float b) const {
    if (!(a > -1.0F && a < static_cast<float>(size_a) && b > -1.0F &&
          b < static_cast<float>(size_b))) {
      return 0.0F;
    }
    int const i = floor_to_int(a);
    int const j = floor_to_int(b);
    return Interp::blend(a - static_cast<float>(i), b - static_cast<float>(j), texel(i, j),
                         texel(i + 1, j), texel(i, j + 1), texel(i + 1, j + 1));
  }

  /// Where all four samples exist: 0 <= a < size_a - 1, 0 <= b < size_b - 1.
  [[nodiscard]] PYRONN_HOST_DEVICE float sample_inside(float a, float b) const {
    // Truncation is the floor of what is not negative, and one instruction everywhere.
    int const i = static_cast<int>(a);
    int const j = static_cast<int>(b);
    Offset const corner = i * stride_a + j * stride_b;
    return Interp::blend(a - static_cast<float>(i), b - static_cast<float>(j),
                         load_read_only(data, corner), load_read_only(data, corner + stride_a),
                         load_read_only(data, corner + stride_b),
                         load_read_only(data, corner + stride_a + stride_b));
  }
};

}  // namespace pyronn
