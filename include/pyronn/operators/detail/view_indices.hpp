// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Which views of a geometry a call or a launch works on.
#include <cstddef>
#include <utility>
#include <vector>

#include <pyronn/core/error.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/operators/part.hpp>

namespace pyronn::detail {

/// Indices of views: a list, which the caller holds, or equally spaced ones.
struct ViewIndices {
  int const* list;  ///< null where they are first, first + stride, ...
  int first;
  int stride;
  int count;

  [[nodiscard]] int operator[](int n) const {
    return list == nullptr ? first + n * stride : list[n];
  }

  [[nodiscard]] bool is_contiguous() const { return list == nullptr && stride == 1; }

  [[nodiscard]] ViewIndices sub(int begin, int length) const {
    if (list != nullptr) return {list + begin, 0, 1, length};
    return {nullptr, (*this)[begin], stride, length};
  }

  /// As many of the indices from `begin` on, at most `most`, as are equally spaced.
  [[nodiscard]] ViewIndices equally_spaced(int begin, int most) const {
    if (list == nullptr) return sub(begin, most);
    if (most == 1) return {nullptr, list[begin], 1, 1};
    int const step = list[begin + 1] - list[begin];
    int length = 2;
    while (length < most && list[begin + length] - list[begin + length - 1] == step) ++length;
    return {nullptr, list[begin], step, length};
  }
};

/// The indices that a selection stands for. Throws InvalidArgument where it selects no view, or one
/// that the geometry does not have. `selection` must outlive them.
inline ViewIndices view_indices(char const* function, ViewSelection const& selection,
                                int num_views) {
  if (selection.kind() == ViewSelection::Kind::list) {
    expects(!selection.indices().empty(), function, ": a list of no views was selected");
    for (int const index : selection.indices()) {
      expects(index >= 0 && index < num_views, function, ": view ", index,
              " is not among the geometry's ", num_views);
    }
    return {selection.indices().data(), 0, 1, selection.count(num_views)};
  }
  int const first = selection.first();
  int const stride = selection.stride();
  expects(stride >= 1, function, ": every ", stride, "-th view was selected; 1 is the least");
  int const count = selection.count(num_views);
  expects(first >= 0 && first < num_views && count >= 1 &&
              count - 1 <= (num_views - 1 - first) / stride,
          function, ": ", counted(count, "view"), " from view ", first,
          " on were selected, but the geometry has ", num_views);
  return {nullptr, first, stride, count};
}

/// Views among selected ones, by their numbers among all.
inline ViewSelection views_among(char const* function, ViewSelection const& selected,
                                 ViewSelection const& views, int num_views) {
  if (selected.kind() == ViewSelection::Kind::all) return views;
  ViewIndices const all = view_indices(function, selected, num_views);
  ViewIndices const some = view_indices(function, views, all.count);
  std::vector<int> indices;
  indices.reserve(static_cast<std::size_t>(some.count));
  for (int n = 0; n < some.count; ++n) indices.push_back(all[some[n]]);
  return ViewSelection::list(std::move(indices));
}

/// The slices that a part stands for. Throws InvalidArgument where the grid does not have them.
inline Slab checked_slab(char const* function, Part const& part, int num_slices) {
  Slab slab{0, num_slices};
  if (part.slab.has_value()) slab = *part.slab;
  expects(slab.first_slice >= 0 && slab.num_slices >= 1 && slab.first_slice < num_slices &&
              slab.num_slices <= num_slices - slab.first_slice,
          function, ": ", counted(slab.num_slices, "slice"), " from slice ", slab.first_slice,
          " on are not among the grid's ", num_slices);
  return slab;
}

/// A part in the terms of an operator.
struct PartOfCall {
  ViewIndices views;
  Slab slab;
  int first_sample;  ///< of the geometries, where there are several
  bool adds;
};

/// Throws InvalidArgument for views and slices that geometry and grid do not have.
inline PartOfCall part_of_call(char const* function, Part const& part, int num_views,
                               int num_slices) {
  int first_sample = 0;
  if (part.first_sample.has_value()) first_sample = *part.first_sample;
  return {view_indices(function, part.views, num_views), checked_slab(function, part, num_slices),
          first_sample, part.output == Output::add};
}

}  // namespace pyronn::detail
