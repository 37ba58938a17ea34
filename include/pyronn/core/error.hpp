// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <limits>
#include <sstream>
#include <stdexcept>
#include <string>

#include <pyronn/core/extents.hpp>
#include <pyronn/core/vec.hpp>

namespace pyronn {

/// An argument that cannot be worked with. The message names the function, the argument and its
/// value, and says what would be right. Nothing was written.
class InvalidArgument : public std::invalid_argument {
 public:
  using std::invalid_argument::invalid_argument;
};

/// Memory that could not be had, or a workspace that is too small. The message says what was asked
/// and what would do. Nothing was written.
class OutOfMemory : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A file that cannot be read or written; the message begins with its name.
class FileError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Prints (x, y, z).
template <int Rank>
std::ostream& operator<<(std::ostream& out, Extents<Rank> const& extents) {
  out << '(';
  for (int axis = 0; axis < Rank; ++axis) out << (axis ? ", " : "") << extents[axis];
  return out << ')';
}

/// Prints (x, y, z).
template <class T, int N>
std::ostream& operator<<(std::ostream& out, Vec<T, N> const& vec) {
  out << '(';
  for (int axis = 0; axis < N; ++axis) out << (axis ? ", " : "") << vec[axis];
  return out << ')';
}

namespace detail {

template <class... Parts>
std::string message(Parts const&... parts) {
  std::ostringstream out;
  out.precision(std::numeric_limits<double>::digits10);
  (out << ... << parts);
  return out.str();
}

/// Throws InvalidArgument with the parts joined, unless the condition holds.
template <class... Parts>
void expects(bool condition, Parts const&... parts) {
  if (!condition) throw InvalidArgument(message("pyronn::", parts...));
}

}  // namespace detail
}  // namespace pyronn
