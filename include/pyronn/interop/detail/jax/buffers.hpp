// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Buffers of XLA as tensors.
#include <cstdint>

#include <xla/ffi/api/ffi.h>

#include <pyronn/core/error.hpp>
#include <pyronn/interop/dlpack.hpp>

namespace pyronn::detail {

using JaxBuffer = ::xla::ffi::AnyBuffer;

/// The type of a buffer's elements, where DLPack and XLA both know it. `what` names the buffer in
/// errors.
inline dlpack::DataType jax_data_type(::xla::ffi::DataType type, char const* what) {
  using Type = ::xla::ffi::DataType;
  using Known = dlpack::DataType;
  auto const bits = static_cast<std::uint8_t>(8 * ::xla::ffi::ByteWidth(type));
  switch (type) {
    case Type::F16:
    case Type::F32:
    case Type::F64:
      return {Known::ieee_float, bits, 1};
    case Type::BF16:
      return {Known::brain_float, bits, 1};
    case Type::S8:
    case Type::S16:
    case Type::S32:
    case Type::S64:
      return {Known::signed_integer, bits, 1};
    case Type::U8:
    case Type::U16:
    case Type::U32:
    case Type::U64:
      return {Known::unsigned_integer, bits, 1};
    default:
      throw_invalid_argument({what, ": the buffer's elements are of the type ", type,
                              ", which operators do not know"});
  }
}

/// A buffer, which XLA lays out in C order without gaps. Its shape belongs to XLA.
inline dlpack::Tensor jax_tensor(JaxBuffer const& buffer, dlpack::Device device, char const* what) {
  auto const sizes = buffer.dimensions();
  return {buffer.untyped_data(),
          device,
          static_cast<std::int32_t>(sizes.size()),
          jax_data_type(buffer.element_type(), what),
          sizes.begin(),
          nullptr,
          0};
}

}  // namespace pyronn::detail
