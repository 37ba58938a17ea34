// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The structures of DLPack 1.x, by which array libraries hand arrays to one another.
#include <cstdint>
#include <string>
#include <type_traits>

#include <pyronn/core/error.hpp>
#include <pyronn/core/half.hpp>

namespace pyronn::dlpack {

/// Where a tensor's memory lies.
struct Device {
  std::int32_t type;  ///< one of the numbers below, or another of DLPack's
  std::int32_t id;    ///< which of several such devices

  static constexpr std::int32_t cpu = 1;            ///< host memory
  static constexpr std::int32_t cuda = 2;           ///< memory of a CUDA device
  static constexpr std::int32_t cuda_host = 3;      ///< host memory that was registered with CUDA
  static constexpr std::int32_t cuda_managed = 13;  ///< memory that CUDA moves

  /// Whether the host can read and write it.
  [[nodiscard]] constexpr bool is_host() const {
    return type == cpu || type == cuda_host || type == cuda_managed;
  }
  /// Whether kernels of CUDA can.
  [[nodiscard]] constexpr bool is_cuda() const {
    return type == cuda || type == cuda_host || type == cuda_managed;
  }
};

/// The type of a tensor's elements.
struct DataType {
  std::uint8_t code;    ///< the kind of number, one of those below or another of DLPack's
  std::uint8_t bits;    ///< of one number
  std::uint16_t lanes;  ///< numbers in an element

  static constexpr std::uint8_t signed_integer = 0;    ///< two's complement
  static constexpr std::uint8_t unsigned_integer = 1;  ///< without a sign
  static constexpr std::uint8_t ieee_float = 2;        ///< of 16, 32 or 64 bits
  static constexpr std::uint8_t brain_float = 4;       ///< bfloat16

  /// @{
  /// Types are equal where all their numbers are.
  friend constexpr bool operator==(DataType const& a, DataType const& b) {
    return a.code == b.code && a.bits == b.bits && a.lanes == b.lanes;
  }
  friend constexpr bool operator!=(DataType const& a, DataType const& b) { return !(a == b); }
  /// @}
};

/// A tensor that somebody owns.
struct Tensor {
  void* data;                   ///< may be null where there are no elements
  Device device;                ///< where data lies
  std::int32_t ndim;            ///< number of axes
  DataType dtype;               ///< of the elements
  std::int64_t const* shape;    ///< elements along each axis, slowest first
  std::int64_t const* strides;  ///< elements from one index to the next; null: C order without gaps
  std::uint64_t byte_offset;    ///< from data to the first element
};

/// A tensor with the function that gives it back, as libraries before DLPack 1.0 hand it over, in a
/// Python capsule of the name "dltensor".
struct ManagedTensor {
  Tensor dl_tensor;                 ///< what is lent
  void* manager_ctx;                ///< belongs to the lender
  void (*deleter)(ManagedTensor*);  ///< gives it back; null: nothing to do
};

/// The same as of DLPack 1.0, in a capsule of the name "dltensor_versioned".
struct ManagedTensorVersioned {
  std::uint32_t major;                       ///< of DLPack; others than 1 have another layout
  std::uint32_t minor;                       ///< of DLPack
  void* manager_ctx;                         ///< belongs to the lender
  void (*deleter)(ManagedTensorVersioned*);  ///< gives it back; null: nothing to do
  std::uint64_t flags;                       ///< a sum of the numbers below
  Tensor dl_tensor;                          ///< what is lent

  static constexpr std::uint64_t read_only = 1;  ///< flag: must not be written
  static constexpr std::uint64_t is_copied = 2;  ///< flag: the lender keeps no other reference
};

/// The DataType of arrays of T.
template <class T>
constexpr DataType data_type_of() {
  using Number = std::remove_const_t<T>;
  if constexpr (std::is_same_v<Number, Half>) {
    return {DataType::ieee_float, 16, 1};
  } else if constexpr (std::is_same_v<Number, BFloat16>) {
    return {DataType::brain_float, 16, 1};
  } else if constexpr (std::is_floating_point_v<Number>) {
    return {DataType::ieee_float, static_cast<std::uint8_t>(8 * sizeof(Number)), 1};
  } else {
    static_assert(
        std::is_integral_v<Number> && !std::is_same_v<Number, bool>,
        "DLPack has arrays of float, double, pyronn::Half, pyronn::BFloat16 and integers.");
    return {std::is_signed_v<Number> ? DataType::signed_integer : DataType::unsigned_integer,
            static_cast<std::uint8_t>(8 * sizeof(Number)), 1};
  }
}

/// A type's name as NumPy spells it: "float32", "bfloat16".
inline std::string name_of(DataType type) {
  std::string name;
  switch (type.code) {
    case DataType::signed_integer:
      name = "int";
      break;
    case DataType::unsigned_integer:
      name = "uint";
      break;
    case DataType::ieee_float:
      name = "float";
      break;
    case DataType::brain_float:
      name = "bfloat";
      break;
    default:
      name = detail::message("type ", static_cast<int>(type.code), " of bits ");
  }
  name += std::to_string(type.bits);
  if (type.lanes != 1) name += " x " + std::to_string(type.lanes);
  return name;
}

}  // namespace pyronn::dlpack
