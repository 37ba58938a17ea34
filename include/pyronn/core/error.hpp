// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The exceptions that functions throw, and how their messages are made.
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <memory>
#include <new>
#include <sstream>
#include <stdexcept>
#include <string>

#include <pyronn/core/extents.hpp>
#include <pyronn/core/vec.hpp>

namespace pyronn {

/// Thrown for an argument that a function cannot work with. The message names the function, the
/// argument and its value, and says what would be right. Nothing has been written then.
class InvalidArgument : public std::invalid_argument {
 public:
  using std::invalid_argument::invalid_argument;
};

/// Thrown where an executor cannot allocate memory, and for a workspace that is too small. The
/// message says how many bytes were asked for, or are needed. It is a std::bad_alloc, which comes
/// where the standard library finds no memory: who catches that catches both. Nothing has been
/// written where a workspace is too small; where memory runs out in the middle of a call, arrays
/// that it writes may be written in part. Files appear whole or not at all.
class OutOfMemory : public std::bad_alloc {
 public:
  /// An exception with this message.
  explicit OutOfMemory(std::string const& message)
      : message_{std::make_shared<std::string const>(message)} {}
  /// The message.
  [[nodiscard]] char const* what() const noexcept override { return message_->c_str(); }

 private:
  std::shared_ptr<std::string const>
      message_;  ///< unlike a string it is copied without an exception
};

/// Thrown for a file that cannot be read or written; the message begins with the file's name.
class FileError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Prints the extents as (x, y, z).
template <int Rank>
std::ostream& operator<<(std::ostream& out, Extents<Rank> const& extents) {
  out << '(';
  for (int axis = 0; axis < Rank; ++axis) out << (axis ? ", " : "") << extents[axis];
  return out << ')';
}

/// Prints the vector as (x, y, z).
template <class T, int N>
std::ostream& operator<<(std::ostream& out, Vec<T, N> const& vec) {
  out << '(';
  for (int axis = 0; axis < N; ++axis) out << (axis ? ", " : "") << vec[axis];
  return out << ')';
}

namespace detail {

/// To seven digits: for messages, of what was computed. What was given is told as it is.
inline double rounded(double value) {
  if (!std::isfinite(value) || value == 0) return value;
  double const unit = std::pow(10, 6 - std::floor(std::log10(std::abs(value))));
  double const result = std::round(value * unit) / unit;
  return std::isfinite(result) ? result : value;
}

/// One argument of `message`: a pointer to it and the function that prints it. Its type does not
/// depend on the argument's, so that messages with other arguments need not be compiled again.
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
  out.exceptions(std::ios::badbit);  // a stream that finds no memory must not cut the text
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

/// Prints a number of things, of which `what` is one: 1 view, 2 views.
struct Counted {
  std::int64_t count;
  char const* what;
};
inline std::ostream& operator<<(std::ostream& out, Counted const& counted) {
  return out << counted.count << ' ' << counted.what << (counted.count == 1 ? "" : "s");
}
template <class Count>
Counted counted(Count count, char const* what) {
  return {static_cast<std::int64_t>(count), what};
}

/// Throws InvalidArgument, with the parts as its message, unless the condition holds.
template <class... Parts>
void expects(bool condition, Parts const&... parts) {
  if (!condition) throw_invalid_argument({MessagePart{parts}...});
}

}  // namespace detail
}  // namespace pyronn
