// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The checks that functions of simulate share.
#include <cmath>
#include <limits>

#include <pyronn/core/array_view.hpp>
#include <pyronn/core/error.hpp>
#include <pyronn/core/extents.hpp>

namespace pyronn::detail {

/// Throws InvalidArgument unless these can be the views of a scan from `first_view` on, in memory
/// that the executor reaches; `function` is "function: array" in messages.
template <class Executor, class T>
void check_views(Executor const& executor, char const* function, ProjectionView<T> views,
                 int first_view = 0) {
  Extents<3> const size = views.extents;
  expects(size[0] >= 1 && size[1] >= 1 && size[2] >= 1, function, ": extents (u, v, view) ", size,
          " must be at least 1 on every axis");
  constexpr int most = std::numeric_limits<int>::max();
  expects(size[1] <= most / size[0], function, ": extents (u, v, view) ", size,
          " have more than 2^31 - 1 pixels in one view");
  expects(first_view >= 0 && first_view <= most - size[2], function, ": first_view ", first_view,
          " must be at least 0 and end, with ", size[2], " views, below 2^31");
  executor.check_reachable(views.data, function);
}

/// Throws InvalidArgument unless both have the same extents.
inline void check_same(char const* function, Extents<3> output, Extents<3> input) {
  expects(output == input, function, ": the output's extents (u, v, view) ", output,
          " must be the input's, ", input);
}

/// Throws InvalidArgument where input and output share memory.
inline void check_apart(char const* function, ProjectionView<float const> input,
                        ProjectionView<float const> output) {
  expects(input.data + input.count() <= output.data || output.data + output.count() <= input.data,
          function, ": input and output must not overlap");
}

/// Throws InvalidArgument unless a number is 0 or more and finite.
inline void check_not_negative(char const* function, char const* name, double value,
                               char const* unit) {
  expects(std::isfinite(value) && value >= 0.0, function, ": ", name, " ", value,
          " must be at least 0 and finite [", unit, "]");
}

/// Throws InvalidArgument unless a number is from 0 to 1.
inline void check_fraction(char const* function, char const* name, double value) {
  expects(value >= 0.0 && value <= 1.0, function, ": ", name, " ", value, " must lie in [0, 1]");
}

}  // namespace pyronn::detail
