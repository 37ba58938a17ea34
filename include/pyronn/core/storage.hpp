// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The element types of arrays: float, Half, BFloat16, and any type for which a program specialises
/// StorageTraits:
///
/// @code
///   template <>
///   struct pyronn::StorageTraits<MyNumber> {      // MyNumber is trivially copyable
///     using Arithmetic = float;                   // the type in which kernels compute
///     static PYRONN_HOST_DEVICE float widen(MyNumber number);
///     static PYRONN_HOST_DEVICE MyNumber round(float value);
///     // These may be left out:
///     using Texel = float;                        // the type of texels: float or Half
///     static PYRONN_HOST_DEVICE float load(MyNumber const* address);
///   };
/// @endcode
///
/// `widen` converts an element that was read, `round` is called once for each element that a launch
/// writes. `load` reads memory that is not written while a kernel runs, which may be faster;
/// without it elements are read like any other and widened. The price of storing fewer bits is the
/// rounding of what is stored and, in kernels for Half that say so, the rounding of interpolation
/// weights.
#include <type_traits>
#include <utility>

#include <pyronn/core/config.hpp>
#include <pyronn/core/detail/detected.hpp>
#include <pyronn/core/detail/user_calls.hpp>
#include <pyronn/core/half.hpp>
#include <pyronn/core/math.hpp>

namespace pyronn {

/// How arrays store numbers as `T`, as said at the beginning of this file. It is defined only for
/// types that arrays may have.
template <class T>
struct StorageTraits;

/// Elements of type float are stored as they are.
template <>
struct StorageTraits<float> {
  /// @{
  /// A member of StorageTraits, as said at the beginning of this file.
  using Arithmetic = float;
  using Texel = float;
  static PYRONN_HOST_DEVICE float widen(float value) { return value; }
  static PYRONN_HOST_DEVICE float round(float value) { return value; }
  static PYRONN_HOST_DEVICE float load(float const* address) {
    return detail::load_read_only(address);
  }
  /// @}
};

namespace detail {

/// What Half and BFloat16 have in common.
template <class Number>
struct RoundedTo16Bits {
  using Arithmetic = float;
  static PYRONN_HOST_DEVICE float widen(Number number) { return number; }
  static PYRONN_HOST_DEVICE Number round(float value) { return Number{value}; }
  static PYRONN_HOST_DEVICE float load(Number const* address) {
    Number number;
    number.bits = load_read_only(&address->bits);
    return number;
  }
};

}  // namespace detail

/// Elements of type Half are rounded; textures hold them, too.
template <>
struct StorageTraits<Half> : detail::RoundedTo16Bits<Half> {
  using Texel = Half;  ///< A member of StorageTraits, as said at the beginning of this file.
};

/// Elements of type BFloat16 are rounded; textures hold float instead, as the texture unit does not
/// know the type.
template <>
struct StorageTraits<BFloat16> : detail::RoundedTo16Bits<BFloat16> {};

namespace detail {

template <class T>
using ArithmeticOf = typename StorageTraits<T>::Arithmetic;
template <class T>
using Widened = decltype(StorageTraits<T>::widen(std::declval<T>()));
template <class T>
using Rounded = decltype(StorageTraits<T>::round(0.0F));
template <class T>
using Loaded = decltype(StorageTraits<T>::load(std::declval<T const*>()));
template <class T>
using TexelOf = typename StorageTraits<T>::Texel;

template <class T, template <class> class Operation, class Result>
constexpr bool storage_gives() {
  if constexpr (is_detected_v<Operation, T>) {
    return std::is_same_v<Operation<T>, Result>;
  } else {
    return false;
  }
}

template <class T>
inline constexpr bool is_read_and_written_v =
    std::is_trivially_copyable_v<T>&& storage_gives<T, Widened, float>() &&
    storage_gives<T, Rounded, T>();

}  // namespace detail

/// True for the element types that the operators' arrays may have.
template <class T>
inline constexpr bool is_storage_v =
    detail::storage_gives<T, detail::ArithmeticOf, float>() && detail::is_read_and_written_v<T>;

/// Fails to compile, with one sentence, unless arrays of T can be read and written.
template <class T>
constexpr void check_storage() {
  constexpr bool is_named = detail::is_detected_v<detail::ArithmeticOf, T>;
  static_assert(is_named,
                "Arrays of operators hold float, pyronn::Half, pyronn::BFloat16 or a type for "
                "which the program specialises pyronn::StorageTraits (core/storage.hpp).");
  if constexpr (is_named) {
    static_assert(std::is_same_v<detail::ArithmeticOf<T>, float>,
                  "A pyronn::StorageTraits must have 'using Arithmetic = float': kernels compute "
                  "in no other type.");
    static_assert(detail::is_read_and_written_v<T>,
                  "A pyronn::StorageTraits<T> must have 'static float widen(T number)' and 'static "
                  "T round(float value)', and T must be trivially copyable.");
  }
}

namespace detail {

/// An element as a float.
template <class T>
PYRONN_HOST_DEVICE float widen(T const& number) {
  return user::widen<StorageTraits<T>>(number);
}

/// The element at an offset, as a float; the memory must not be written while the kernel runs.
template <class T, class Offset>
PYRONN_HOST_DEVICE float load_float(T const* base, Offset offset) {
  if constexpr (is_detected_v<Loaded, T>) {
    return user::load<StorageTraits<T>>(base + offset);
  } else {
    return widen(*(base + offset));
  }
}

/// Stores a kernel's result. Where several launches make one result, all but the first add to what
/// is there.
template <class T>
PYRONN_HOST_DEVICE void write_or_add(T& target, float value, bool adds) {
  target = user::round<StorageTraits<T>>(adds ? widen(target) + value : value);
}

template <class T, class Void = void>
struct TexelOrFloat {
  using type = float;
};
template <class T>
struct TexelOrFloat<T, std::void_t<TexelOf<T>>> {
  using type = TexelOf<T>;
};

/// The type of the texels for an array of `T`.
template <class T>
using texel_t = typename TexelOrFloat<T>::type;

/// An element as a texel.
template <class T>
PYRONN_HOST_DEVICE texel_t<T> texel_of(T number) {
  static_assert(std::is_same_v<texel_t<T>, float> || std::is_same_v<texel_t<T>, Half>,
                "The texel of a pyronn::StorageTraits is float or pyronn::Half.");
  if constexpr (std::is_same_v<texel_t<T>, T>) {
    return number;
  } else {
    return user::round<StorageTraits<texel_t<T>>>(user::widen<StorageTraits<T>>(number));
  }
}

}  // namespace detail

}  // namespace pyronn
