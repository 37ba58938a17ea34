// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// LinearSlice: bilinear interpolation of samples in memory.
#include <cstddef>
#include <type_traits>

#include <pyronn/core/config.hpp>
#include <pyronn/core/detail/detected.hpp>
#include <pyronn/core/detail/user_calls.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/core/storage.hpp>

namespace pyronn::detail {

/// The weight of the sample at the integer index (i, j) in the interpolated value at position (a,
/// b) under the policy `Interp`; zero for all but the four samples around the position.
template <class Interp, class Number>
PYRONN_HOST_DEVICE Number bilinear_weight(Number a, Number b, int i, int j) {
  if (!(abs(a - static_cast<Number>(i)) < 1 && abs(b - static_cast<Number>(j)) < 1)) {
    return 0;
  }
  int const lower_a = floor_to_int(a);
  int const lower_b = floor_to_int(b);
  auto const is_corner = [=](int da, int db) {
    return i == lower_a + da && j == lower_b + db ? Number{1} : Number{0};
  };
  return user::blend<Interp>(a - static_cast<Number>(lower_a), b - static_cast<Number>(lower_b),
                             is_corner(0, 0), is_corner(1, 0), is_corner(0, 1), is_corner(1, 1));
}

template <class Interp, class Number>
using LineBlend = decltype(Interp::blend(Number{}, Number{}, Number{}));

/// The interpolated value between two samples of a line, `a` of the way from s0 to s1. A policy
/// without a blend of its own for lines blends in a plane of two such lines.
template <class Interp, class Number>
PYRONN_HOST_DEVICE Number blend_line(Number a, Number s0, Number s1) {
  if constexpr (is_detected_v<LineBlend, Interp, Number>) {
    return user::blend<Interp>(a, s0, s1);
  } else {
    return user::blend<Interp>(a, Number{0}, s0, s1, s0, s1);
  }
}

template <class Interp>
using RoundSample = decltype(Interp::template round_sample<float>(0.0F));

/// A blend of elements of T as a sample, which a policy may round.
template <class Interp, class T>
PYRONN_HOST_DEVICE arithmetic_t<T> sample_of_blend(arithmetic_t<T> blend) {
  if constexpr (is_detected_v<RoundSample, Interp>) {
    return Interp::template round_sample<texel_t<T>>(blend);
  } else {
    return blend;
  }
}

/// A rectangle of positions: `low` belongs to it, `high` does not.
template <class Number>
struct BasicSampleBounds {
  Number a_low;
  Number a_high;
  Number b_low;
  Number b_high;

  [[nodiscard]] PYRONN_HOST_DEVICE bool contain(Number a, Number b) const {
    return both(is_between(a, a_low, a_high), is_between(b, b_low, b_high));
  }
};
using SampleBounds = BasicSampleBounds<float>;

/// The stride 1 as a constant of its type.
struct UnitStride {
  PYRONN_HOST_DEVICE constexpr operator int() const { return 1; }
};

/// A plane of samples of `T` in memory, read bilinearly under the policy `Interp`; samples outside
/// are zero. Positions are indices, with sample centres at the integers. Strides count elements;
/// all elements together are fewer than 2^31. Where the plane belongs to a stack, `plane` is the
/// offset of its first element. With `Axes` 1 it is a line along a, and b is ignored.
template <class Interp, class T, class StrideA = int, int Axes = 2>
class LinearSlice {
 public:
  using Number = arithmetic_t<T>;

  PYRONN_HOST_DEVICE LinearSlice(T const* data, int size_a, int size_b, StrideA stride_a,
                                 int stride_b)
      : data00_{hide_from_optimizer(data - first_index)},
        data01_{Axes == 1 ? data00_ : hide_from_optimizer(data + stride_b)},
        data10_{neighbour(data00_, stride_a)},
        data11_{neighbour(data01_, stride_a)},
        size_a_{size_a},
        size_b_{size_b},
        stride_a_{stride_a},
        stride_b_{stride_b},
        origin_{hide_from_optimizer(grid_index_origin *
                                    (static_cast<unsigned>(stride_a) +
                                     (Axes == 1 ? 0U : static_cast<unsigned>(stride_b))))} {}

  /// The sample at integer indices; zero outside.
  [[nodiscard]] PYRONN_HOST_DEVICE Number texel(int a, int b, int plane = 0) const {
    if (a < 0 || a >= size_a_ || b < 0 || b >= size_b_) return 0;
    return texel_inside(a, b, plane);
  }

  /// The sample at integer indices, which must exist.
  [[nodiscard]] PYRONN_HOST_DEVICE Number texel_inside(int a, int b, int plane = 0) const {
    return load_number(data00_ + first_index, plane + a * stride_a_ + b * stride_b_);
  }

  /// Where such a sample lies.
  [[nodiscard]] PYRONN_HOST_DEVICE T const* address(int a, int b) const {
    return data00_ + first_index +
           (static_cast<std::ptrdiff_t>(a) * stride_a_ +
            static_cast<std::ptrdiff_t>(b) * stride_b_);
  }

  /// The interpolated value at any position; zero where the position is one sample or more beyond
  /// the border, or NaN.
  [[nodiscard]] PYRONN_HOST_DEVICE Number sample(Number a, Number b, int plane = 0) const {
    if constexpr (Axes == 1) b = 0;
    if (a >= 0 && a < static_cast<Number>(size_a_ - 1) &&
        (Axes == 1 || (b >= 0 && b < static_cast<Number>(size_b_ - 1)))) {
      return sample_inside(a, b, plane);
    }
    if (!(a > -1 && a < static_cast<Number>(size_a_) && b > -1 &&
          b < static_cast<Number>(size_b_))) {
      return 0;
    }
    int const i = floor_to_int(a);
    if constexpr (Axes == 1) {
      return sample_of_blend<Interp, T>(blend_line<Interp>(
          a - static_cast<Number>(i), texel(i, 0, plane), texel(i + 1, 0, plane)));
    }
    int const j = floor_to_int(b);
    return sample_of_blend<Interp, T>(user::blend<Interp>(
        a - static_cast<Number>(i), b - static_cast<Number>(j), texel(i, j, plane),
        texel(i + 1, j, plane), texel(i, j + 1, plane), texel(i + 1, j + 1, plane)));
  }

  /// The positions at which sample_inside may be called.
  [[nodiscard]] PYRONN_HOST_DEVICE BasicSampleBounds<Number> inside() const {
    auto const a_high = static_cast<Number>(size_a_ - 1);
    if constexpr (Axes == 1) return {0, a_high, -anywhere_of<Number>, anywhere_of<Number>};
    return {0, a_high, 0, static_cast<Number>(size_b_ - 1)};
  }

  /// The interpolated value at a position whose four samples exist: 0 <= a < size_a - 1 and
  /// 0 <= b < size_b - 1.
  [[nodiscard]] PYRONN_HOST_DEVICE Number sample_inside(Number a, Number b, int plane = 0) const {
    BasicGridIndex<Number> const node_a = grid_index_of(a);
    if constexpr (Axes == 1) {
      unsigned lower = node_a.index + static_cast<unsigned>(plane);
      if constexpr (first_index == 0) {
        lower = node_a.index * static_cast<unsigned>(stride_a_) +
                (static_cast<unsigned>(plane) - origin_);
      }
      return sample_of_blend<Interp, T>(blend_line<Interp>(
          node_a.fraction, load_number(data00_, lower), load_number(data10_, lower)));
    }
    BasicGridIndex<Number> const node_b = grid_index_of(b);
    auto const corner = static_cast<int>(node_b.index * static_cast<unsigned>(stride_b_) +
                                         (node_a.index * static_cast<unsigned>(stride_a_) +
                                          (static_cast<unsigned>(plane) - origin_)));
    return sample_of_blend<Interp, T>(user::blend<Interp>(
        node_a.fraction, node_b.fraction, load_number(data00_, corner),
        load_number(data10_, corner), load_number(data01_, corner), load_number(data11_, corner)));
  }

 private:
  /// Pointers into a line of stride 1 are moved back by grid_index_origin, so that the index of a
  /// GridIndex is the offset itself, which saves an addition for each sample.
  static constexpr std::ptrdiff_t first_index =
      Axes == 1 && std::is_same_v<StrideA, UnitStride> ? grid_index_origin : 0;

  /// The address one step along a. Where that is the next element the compiler sees the constant
  /// offset, and needs no register for this address.
  static PYRONN_HOST_DEVICE T const* neighbour(T const* data, StrideA stride_a) {
    if constexpr (std::is_same_v<StrideA, UnitStride>) {
      return data + 1;
    } else {
      return hide_from_optimizer(data + stride_a);
    }
  }

  T const* data00_;
  T const* data01_;
  T const* data10_;
  T const* data11_;
  int size_a_;
  int size_b_;
  StrideA stride_a_;
  int stride_b_;
  unsigned origin_;
};

}  // namespace pyronn::detail
