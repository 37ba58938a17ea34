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

namespace pyronn {

namespace detail {

template <class I>
using InterpBlend = decltype(I::blend(0.0F, 0.0F, 0.0F, 0.0F, 0.0F, 0.0F));

template <class I>
constexpr bool is_interp() {
  if constexpr (is_detected_v<InterpBlend, I>) {
    return std::is_same_v<InterpBlend<I>, float>;
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
      "float s10, float s01, float s11)': the mix of four neighbouring samples.");
}

}  // namespace pyronn
