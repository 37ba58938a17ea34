// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Tables that are passed to a kernel by value, in the launch's argument, so that no call uploads
/// them and no memory has to outlive the launch.
#include <cstddef>

#include <pyronn/core/config.hpp>
#include <pyronn/core/math.hpp>

namespace pyronn::detail {

/// The bytes that CUDA allows for all arguments of a launch together.
inline constexpr std::size_t launch_argument_bytes = 32764;

/// The number of entries of type `T` in a table of this many bytes, at most `most`.
template <class T>
constexpr int launch_capacity(std::size_t bytes, int most = 1024) {
  return static_cast<int>(pyronn::min(static_cast<std::size_t>(most), bytes / sizeof(T)));
}

/// A table of `Capacity` entries, of which a launch fills as many as it needs.
template <class T, int Capacity>
struct LaunchTable {
  static constexpr int capacity = Capacity;
  static_assert(sizeof(T) * Capacity < launch_argument_bytes,
                "A table must leave room for a kernel's other arguments.");

  T entries[Capacity];

  PYRONN_HOST_DEVICE T const& operator[](int n) const { return entries[n]; }
  PYRONN_HOST_DEVICE T& operator[](int n) { return entries[n]; }
};

}  // namespace pyronn::detail
