// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// HDF5's types of numbers.
#include <cstddef>
#include <optional>

#include <hdf5.h>

#include <pyronn/io/number_type.hpp>

namespace pyronn::detail {

/// What a type of numbers of a file is read as; nothing for what are no plain numbers.
inline std::optional<NumberType> hdf5_number_type(hid_t type) {
  auto const kind = H5Tget_class(type);
  std::size_t const bytes = H5Tget_size(type);
  if (kind == H5T_FLOAT) {
    if (bytes <= 4) return NumberType::float32;  // halves, too: the library widens them
    return bytes == 8 ? std::optional{NumberType::float64} : std::nullopt;
  }
  if (kind != H5T_INTEGER) return std::nullopt;
  bool const has_sign = H5Tget_sign(type) == H5T_SGN_2;
  if (bytes == 1) return has_sign ? NumberType::int8 : NumberType::uint8;
  if (bytes == 2) return has_sign ? NumberType::int16 : NumberType::uint16;
  if (bytes == 4) return has_sign ? NumberType::int32 : NumberType::uint32;
  if (bytes == 8) return has_sign ? NumberType::int64 : NumberType::uint64;
  return std::nullopt;
}

inline hid_t native_hdf5_type(NumberType type) {
  switch (type) {
    case NumberType::uint8:
      return H5T_NATIVE_UINT8;
    case NumberType::uint16:
      return H5T_NATIVE_UINT16;
    case NumberType::uint32:
      return H5T_NATIVE_UINT32;
    case NumberType::uint64:
      return H5T_NATIVE_UINT64;
    case NumberType::int8:
      return H5T_NATIVE_INT8;
    case NumberType::int16:
      return H5T_NATIVE_INT16;
    case NumberType::int32:
      return H5T_NATIVE_INT32;
    case NumberType::int64:
      return H5T_NATIVE_INT64;
    case NumberType::float64:
      return H5T_NATIVE_DOUBLE;
    default:
      return H5T_NATIVE_FLOAT;
  }
}

}  // namespace pyronn::detail
