// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Attributes of a call, which are arrays alone: JAX compares scalar ones as Python numbers, so
/// that 7 and 7.0 would pass for one another.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include <xla/ffi/api/ffi.h>

#include <pyronn/core/error.hpp>
#include <pyronn/exec/workspace.hpp>

namespace pyronn::detail {

template <class T>
using JaxSpan = ::xla::ffi::Span<T const>;

/// `what` names the handler in errors.
class JaxAttributes {
 public:
  JaxAttributes(::xla::ffi::Dictionary const& dictionary, char const* what)
      : dictionary_{dictionary}, what_{what} {}

  /// Throws InvalidArgument for attributes of other names.
  void expect_only(std::initializer_list<std::string_view> names) const {
    for (std::string_view const name : dictionary_) {
      expects(std::find(names.begin(), names.end(), name) != names.end(), what_,
              ": there is no attribute '", name, "'");
    }
  }

  [[nodiscard]] bool has(std::string_view name) const { return dictionary_.contains(name); }

  /// Whether it is an array of T.
  template <class T>
  [[nodiscard]] bool is_array_of(std::string_view name) const {
    return has(name) && dictionary_.get<JaxSpan<T>>(name).has_value();
  }

  /// An array, which belongs to XLA. Throws InvalidArgument for what is none, or of another type.
  template <class T>
  [[nodiscard]] JaxSpan<T> array(std::string_view name, char const* type) const {
    auto const found = dictionary_.get<JaxSpan<T>>(name);
    expects(found.has_value(), what_, ": the attribute '", name, "' must be an array of ", type);
    return found.value();
  }

  /// A list of numbers, empty where there is none.
  [[nodiscard]] std::vector<double> numbers(std::string_view name) const {
    if (!has(name)) return {};
    auto const found = array<double>(name, "float64");
    return {found.begin(), found.end()};
  }

  /// What the call may allocate [bytes].
  [[nodiscard]] std::size_t workspace_limit() const {
    if (!has("workspace_limit")) return default_workspace_limit;
    auto const found = array<std::int64_t>("workspace_limit", "int64");
    expects(found.size() == 1 && found[0] >= 0, what_,
            ": the attribute 'workspace_limit' must be one number of bytes that is not negative");
    return static_cast<std::size_t>(found[0]);
  }

 private:
  ::xla::ffi::Dictionary dictionary_;
  char const* what_;
};

}  // namespace pyronn::detail
