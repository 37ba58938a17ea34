// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// What an interpolation policy is.
///
/// @code
///   struct MyInterp {
///     static PYRONN_HOST_DEVICE float blend(float a, float b,  // fractions of the way, in [0, 1)
///                                           float s00, float s10, float s01, float s11);
///     // The same on a line, where b is 0 and both rows are equal; may be left out.
///     static PYRONN_HOST_DEVICE float blend(float a, float s0, float s1);
///     // What a blend of texels (float or Half) is rounded to; may be left out.
///     template <class Texel> static PYRONN_HOST_DEVICE float round_sample(float blend);
///     // In what kernels compute, positions and sums included: float, where it is left out, or
///     // double. Then all of the above is of double, and so are all arrays.
///     using Arithmetic = float;
///   };
/// @endcode
///
/// Positions are indices with sample centres at the integers, and samples outside are zero, for
/// every policy. `blend` mixes the four samples around a position and must be linear in them. With
/// it alone a policy reads the caller's memory in place on every executor, and forward and
/// backprojection of every model are exact transposes. A policy that reads otherwise on some
/// backend specialises the sources of interp/sample_source.hpp for it.
#include <type_traits>

#include <pyronn/core/detail/detected.hpp>
#include <pyronn/core/storage.hpp>

namespace pyronn {

namespace detail {

/// The number type in which kernels compute under a policy.
template <class Interp, class = void>
struct InterpNumber {
  using type = float;
};
template <class Interp>
struct InterpNumber<Interp, std::void_t<typename Interp::Arithmetic>> {
  using type = typename Interp::Arithmetic;
};
template <class Interp>
using interp_number_t = typename InterpNumber<Interp>::type;

template <class I, class Number>
using BlendOf = decltype(I::blend(Number{}, Number{}, Number{}, Number{}, Number{}, Number{}));

template <class I>
constexpr bool is_interp() {
  using Number = interp_number_t<I>;
  if constexpr (is_arithmetic_v<Number> && is_detected_v<BlendOf, I, Number>) {
    return std::is_same_v<BlendOf<I, Number>, Number>;
  } else {
    return false;
  }
}

}  // namespace detail

/// True for types that have the member `blend` of an interpolation policy.
template <class Interp>
inline constexpr bool is_interp_v = detail::is_interp<Interp>();

/// Fails to compile, with one sentence, unless Interp is an interpolation policy.
template <class Interp>
constexpr void check_interp() {
  static_assert(
      is_interp_v<Interp>,
      "An interpolation policy must have 'static float blend(float a, float b, float s00, "
      "float s10, float s01, float s11)': the mix of four neighbouring samples; all of double "
      "where it has 'using Arithmetic = double'.");
}

namespace detail {

/// Whether kernels compute with elements of T as they do under a policy.
template <class Interp, class T>
constexpr bool is_element_of() {
  if constexpr (is_storage_v<T>) {
    return std::is_same_v<arithmetic_t<T>, interp_number_t<Interp>>;
  } else {
    return false;
  }
}

}  // namespace detail

/// Fails to compile, with one sentence, unless an operator with this policy may have arrays of T.
template <class Interp, class T>
constexpr void check_element() {
  check_storage<T>();
  if constexpr (is_storage_v<T>) {
    constexpr bool is_double = std::is_same_v<detail::interp_number_t<Interp>, double>;
    static_assert(is_double || detail::is_element_of<Interp, T>(),
                  "Arrays of double need an interpolation policy that computes in double, as "
                  "pyronn::DoubleInterp does.");
    static_assert(!is_double || detail::is_element_of<Interp, T>(),
                  "An interpolation policy that computes in double, as pyronn::DoubleInterp does, "
                  "needs arrays of double for input and output.");
  }
}

}  // namespace pyronn
