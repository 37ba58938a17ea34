// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <initializer_list>
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

/// What a part of a message prints; refers to the part, without its type, so that messages do not
/// have to be compiled one by one.
class MessagePart {
 public:
  MessagePart(char const* const& text) : value_{&text}, print_{print<char const*>} {}
  template <std::size_t Size>
  MessagePart(char const (&text)[Size])
      : value_{text}, print_{[](std::ostream& out, void const* value) {
          out << static_cast<char const*>(value);
        }} {}
  template <class T>
  MessagePart(T const& value) : value_{&value}, print_{print<T>} {}

  void append_to(std::ostream& out) const { print_(out, value_); }

 private:
  template <class T>
  static void print(std::ostream& out, void const* value) {
    out << *static_cast<T const*>(value);
  }

  void const* value_;
  void (*print_)(std::ostream&, void const*);
};

inline std::string joined(std::initializer_list<MessagePart> parts) {
  std::ostringstream out;
  out.precision(std::numeric_limits<double>::digits10);
  for (MessagePart const& part : parts) part.append_to(out);
  return out.str();
}

template <class... Parts>
std::string message(Parts const&... parts) {
  return joined({MessagePart{parts}...});
}

[[noreturn]] inline void throw_invalid_argument(std::initializer_list<MessagePart> parts) {
  throw InvalidArgument("pyronn::" + joined(parts));
}

/// Throws InvalidArgument with the parts joined, unless the condition holds.
template <class... Parts>
void expects(bool condition, Parts const&... parts) {
  if (!condition) throw_invalid_argument({MessagePart{parts}...});
}

}  // namespace detail
}  // namespace pyronn
