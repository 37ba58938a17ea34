// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Checks of what solvers are given, with sentences about it.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <type_traits>
#include <vector>

#include <pyronn/core/array_view.hpp>
#include <pyronn/core/error.hpp>
#include <pyronn/core/extents.hpp>
#include <pyronn/core/storage.hpp>
#include <pyronn/exec/backend.hpp>
#include <pyronn/exec/host_copy.hpp>
#include <pyronn/recon/solver/problem.hpp>

namespace pyronn::detail {

/// Throws InvalidArgument, beginning with `name`, for bounds that leave no finite value, or none
/// that a Number is.
template <class Number>
void check_bounds(char const* name, PixelBounds const& bounds) {
  constexpr auto largest = static_cast<double>(std::numeric_limits<Number>::max());
  expects(bounds.lower <= bounds.upper && bounds.lower <= largest && bounds.upper >= -largest, name,
          ": the bounds from ", bounds.lower, " to ", bounds.upper,
          " leave no value; the lower one must not be above the upper one, and a finite one must "
          "lie between");
}

/// ", first at (x, y)": where the first number lies that is none or infinite; nothing where all are
/// finite, as they may be on one of several ranks. Waits.
template <class Executor, class T, int Rank>
std::string place_of_not_finite(Executor const& executor, ArrayView<T, Rank> array) {
  using Element = std::remove_const_t<T>;
  constexpr std::int64_t chunk = std::int64_t{1} << 20;
  std::vector<Element> part;
  for (std::int64_t done = 0; done < array.count(); done += chunk) {
    part.resize(static_cast<std::size_t>(std::min(chunk, array.count() - done)));
    HostCopy<backend_t<Executor>>::to_host(executor, array.data + done, part.size(), part.data());
    auto const found = std::find_if(part.begin(), part.end(), [](Element const& element) {
      return !std::isfinite(widen(element));
    });
    if (found == part.end()) continue;
    std::int64_t index = done + (found - part.begin());
    Extents<Rank> place{};
    for (int axis = 0; axis < Rank; ++axis) {
      place[axis] = static_cast<int>(index % array.extents[axis]);
      index /= array.extents[axis];
    }
    return message(", first at ", place);
  }
  return {};
}

}  // namespace pyronn::detail
