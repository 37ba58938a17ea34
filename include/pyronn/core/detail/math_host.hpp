// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Included by core/math.hpp alone, wherever code for the host is compiled.
#include <pyronn/core/config.hpp>

namespace pyronn {

PYRONN_HOST_DEVICE inline float reciprocal(float x) { return 1.0f / x; }

/// Written so that compilers vectorise it: a truncation and a correction below zero.
PYRONN_HOST_DEVICE inline int floor_to_int(float x) {
  int const truncated = static_cast<int>(x);
  return truncated - static_cast<int>(static_cast<float>(truncated) > x);
}

template <class Offset>
PYRONN_HOST_DEVICE float load_read_only(float const* base, Offset offset) {
  return base[offset];
}

namespace detail {

inline constexpr unsigned cell_origin = 0;

PYRONN_HOST_DEVICE inline GridCell cell_of(float x) {
  int const index = static_cast<int>(x);
  return {static_cast<unsigned>(index), x - static_cast<float>(index)};
}

template <class T>
PYRONN_HOST_DEVICE T const* opaque(T const* pointer) {
  return pointer;
}
PYRONN_HOST_DEVICE inline unsigned opaque(unsigned value) { return value; }

}  // namespace detail

}  // namespace pyronn
