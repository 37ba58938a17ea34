// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The element types of arrays: float, Half, BFloat16, double, and any type for which a program
/// specialises StorageTraits:
///
/// @code
///   template <>
///   struct pyronn::StorageTraits<MyNumber> {      // MyNumber is trivially copyable
///     using Arithmetic = float;                   // the type in which kernels compute, or double
///     static PYRONN_HOST_DEVICE float widen(MyNumber number);
///     static PYRONN_HOST_DEVICE MyNumber round(float value);
///     // These may be left out:
///     using Texel = float;                        // the type of texels: float or Half
///     static PYRONN_HOST_DEVICE float load(MyNumber const* address);
///   };
/// @endcode
///
/// `widen` converts an element that was read, `round` is called once for each element that a launch
/// writes; where Arithmetic is double, both are of double. `load` reads memory that is not written
/// while a kernel runs, which may be faster; without it elements are read like any other and
/// widened. The price of storing fewer bits is the rounding of what is stored and, in kernels for
/// Half that say so, the rounding of interpolation weights.
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

/// Elements of type double are computed with as such, by interpolation policies of double.
template <>
struct StorageTraits<double> {
  /// @{
  /// A member of StorageTraits, as said at the beginning of this file.
  using Arithmetic = double;
  static PYRONN_HOST_DEVICE double widen(double value) { return value; }
  static PYRONN_HOST_DEVICE double round(double value) { return value; }
  static PYRONN_HOST_DEVICE double load(double const* address) {
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

/// The type in which kernels compute with elements of type T.
template <class T>
using arithmetic_t = typename StorageTraits<T>::Arithmetic;

template <class T>
using Widened = decltype(StorageTraits<T>::widen(std::declval<T>()));
template <class T>
using Rounded = decltype(StorageTraits<T>::round(arithmetic_t<T>{}));
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

/// Whether kernels can compute in a type.
template <class Number>
inline constexpr bool is_arithmetic_v =
    std::is_same_v<Number, float> || std::is_same_v<Number, double>;

template <class T>
constexpr bool has_arithmetic() {
  if constexpr (is_detected_v<arithmetic_t, T>) {
    return is_arithmetic_v<arithmetic_t<T>>;
  } else {
    return false;
  }
}

/// The arithmetic of T; float where it has none, so that functions can say so in one sentence.
template <class T, class = void>
struct ElementNumber {
  using type = float;
};
template <class T>
struct ElementNumber<T, std::enable_if_t<has_arithmetic<T>()>> {
  using type = arithmetic_t<T>;
};
template <class T>
using element_number_t = typename ElementNumber<std::remove_const_t<T>>::type;

template <class T>
constexpr bool is_read_and_written() {
  if constexpr (has_arithmetic<T>()) {
    return std::is_trivially_copyable_v<T> && storage_gives<T, Widened, arithmetic_t<T>>() &&
           storage_gives<T, Rounded, T>();
  } else {
    return false;
  }
}

}  // namespace detail

/// True for the element types that the operators' arrays may have.
template <class T>
inline constexpr bool is_storage_v = detail::is_read_and_written<T>();

/// Fails to compile, with one sentence, unless arrays of T can be read and written.
template <class T>
constexpr void check_storage() {
  constexpr bool is_named = detail::is_detected_v<detail::arithmetic_t, T>;
  static_assert(is_named,
                "Arrays of operators hold float, pyronn::Half, pyronn::BFloat16, double or a type "
                "for which the program specialises pyronn::StorageTraits (core/storage.hpp).");
  if constexpr (is_named) {
    static_assert(detail::has_arithmetic<T>(),
                  "A pyronn::StorageTraits must have 'using Arithmetic = float', or double: "
                  "kernels compute in no other type.");
    static_assert(!detail::has_arithmetic<T>() || detail::is_read_and_written<T>(),
                  "A pyronn::StorageTraits<T> must have 'static float widen(T number)' and 'static "
                  "T round(float value)', of double where that is its Arithmetic, and T must be "
                  "trivially copyable.");
  }
}

namespace detail {

/// An element as kernels compute with it.
template <class T>
PYRONN_HOST_DEVICE arithmetic_t<T> widen(T const& number) {
  return user::widen<StorageTraits<T>>(number);
}

/// The element at an offset, widened; the memory must not be written while the kernel runs.
template <class T, class Offset>
PYRONN_HOST_DEVICE arithmetic_t<T> load_number(T const* base, Offset offset) {
  if constexpr (is_detected_v<Loaded, T>) {
    return user::load<StorageTraits<T>>(base + offset);
  } else {
    return widen(*(base + offset));
  }
}

/// The same for kernels that compute in float alone.
template <class T, class Offset>
PYRONN_HOST_DEVICE float load_float(T const* base, Offset offset) {
  return load_number(base, offset);
}

/// Stores a kernel's result. Where several launches make one result, all but the first add to what
/// is there.
template <class T>
PYRONN_HOST_DEVICE void write_or_add(T& target, arithmetic_t<T> value, bool adds) {
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
