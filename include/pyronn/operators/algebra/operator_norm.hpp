// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The norm of a linear map: its largest singular value, from below by power iteration and from
/// above by sums of rows and columns.
#include <algorithm>
#include <cmath>
#include <cstddef>

#include <pyronn/core/array_view.hpp>
#include <pyronn/core/error.hpp>
#include <pyronn/exec/backend.hpp>
#include <pyronn/exec/buffer.hpp>
#include <pyronn/exec/detail/largest.hpp>
#include <pyronn/exec/host_copy.hpp>
#include <pyronn/exec/vector_operations.hpp>
#include <pyronn/exec/workspace.hpp>
#include <pyronn/operators/algebra/linear_map.hpp>

namespace pyronn {

namespace detail {

/// When power iterations end: once a turn raises the estimate by less than this share, or after so
/// many turns. Of scans the last share takes a hundred of them.
inline constexpr double norm_tolerance = 1e-6;
inline constexpr int least_norm_turns = 4;
inline constexpr int most_norm_turns = 100;

template <class Executor>
double number_on_host(Executor const& executor, double const* number) {
  double result = 0;
  HostCopy<backend_t<Executor>>::to_host(executor, number, 1, &result);
  return result;
}

/// The root of the largest eigenvalue of a symmetric positive map, which `apply(x)` replaces x by
/// its image of: from below, by power iteration from x, which it overwrites, until a turn raises it
/// by less than the share `tolerance`. Waits. `number` lies in the executor's memory; 0 where the
/// first image is 0.
template <class Executor, class T, int Rank, class Apply>
double power_iteration(Executor const& executor, ArrayView<T, Rank> x, Apply const& apply,
                       double* number, Workspace<Executor>& workspace, double tolerance) {
  auto const length_of_x = [&] {
    norm(executor, x, number, workspace);
    return number_on_host(executor, number);
  };
  double length = length_of_x();
  // Elements stay about as large as they were, 1, where every storage has its bits.
  double const unit = length;
  double found = 0;
  for (int turn = 0; turn < most_norm_turns && length > 0; ++turn) {
    axpby(executor, unit / length, x, 0, x);
    apply(x);
    length = length_of_x();
    double const before = found;
    found = std::max(found, std::sqrt(length / unit));
    if (turn + 1 >= least_norm_turns && found - before <= tolerance * found) break;
  }
  return found;
}

}  // namespace detail

/// The norm of a map, |A| = the largest |A x| / |x|: by power iteration on A' A from ones, which
/// ends once a turn changes it by less than 1e-6, or after 100. Of maps whose entries are not
/// negative it is some 1e-6 low, of others perhaps more. It is never too high, but for rounding.
/// Allocates an array of the domain and one of the range. Waits. Throws OutOfMemory.
template <class Executor, class Map>
double operator_norm(Executor const& executor, Map const& map,
                     std::size_t workspace_limit = default_workspace_limit) {
  using Pixel = typename Map::DomainElement;
  using Ray = typename Map::RangeElement;
  Buffer<Pixel, Executor> const image{executor, static_cast<std::size_t>(map.domain().count())};
  Buffer<Ray, Executor> const rays{executor, static_cast<std::size_t>(map.range().count())};
  Buffer<double, Executor> const number{executor, 1};
  Workspace<Executor> workspace{
      executor, std::max(map.workspace_bytes(executor, workspace_limit),
                         reduction_workspace_bytes(executor, map.domain().count()))};
  auto const x = image.view(map.domain());
  auto const y = rays.view(map.range());
  fill(executor, x, 1);
  auto const apply = [&](DomainView<Map> of) {
    map.apply(executor, of, y, workspace);
    map.apply_transpose(executor, y, of, workspace);
  };
  return detail::power_iteration(executor, x, apply, number.data(), workspace,
                                 detail::norm_tolerance);
}

/// A bound of the norm of a map whose entries are not negative: the root of the largest row sum
/// times the largest column sum, which no such norm exceeds (I. Schur, 1911). Of projectors it is
/// some 1.2 times the norm. Takes one call of A and one of A'. Allocates and throws as
/// operator_norm. Waits.
template <class Executor, class Map>
double operator_norm_bound(Executor const& executor, Map const& map,
                           std::size_t workspace_limit = default_workspace_limit) {
  using Pixel = typename Map::DomainElement;
  using Ray = typename Map::RangeElement;
  Buffer<Pixel, Executor> const image{executor, static_cast<std::size_t>(map.domain().count())};
  Buffer<Ray, Executor> const rays{executor, static_cast<std::size_t>(map.range().count())};
  Buffer<double, Executor> const numbers{executor, detail::largest_numbers};
  Workspace<Executor> workspace{executor, map.workspace_bytes(executor, workspace_limit)};
  auto const x = image.view(map.domain());
  auto const y = rays.view(map.range());
  fill(executor, x, 1);
  map.apply(executor, x, y, workspace);
  double const row_sum = detail::largest(executor, detail::read_only(y), numbers.data());
  fill(executor, y, 1);
  map.apply_transpose(executor, y, x, workspace);
  double const column_sum = detail::largest(executor, detail::read_only(x), numbers.data());
  return std::sqrt(row_sum) * std::sqrt(column_sum);
}

}  // namespace pyronn
