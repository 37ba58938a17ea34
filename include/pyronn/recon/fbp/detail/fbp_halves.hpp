// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The halves of an Fbp, for views that are filtered in one place and backprojected in others.
#include <algorithm>
#include <cstddef>

#include <pyronn/core/array_view.hpp>
#include <pyronn/core/extents.hpp>
#include <pyronn/exec/workspace.hpp>
#include <pyronn/geometry/traits.hpp>
#include <pyronn/operators/detail/checks.hpp>
#include <pyronn/operators/detail/shapes.hpp>
#include <pyronn/operators/detail/view_indices.hpp>
#include <pyronn/operators/part.hpp>
#include <pyronn/recon/fbp/detail/fbp_operator.hpp>
#include <pyronn/recon/fbp/detail/response.hpp>
#include <pyronn/recon/fbp/fbp.hpp>
#include <pyronn/recon/filter/row_filter.hpp>

namespace pyronn::detail {

/// One after the other they give the bits of a call. Of one sample in space; the Fbp must stay.
template <class Geometry, class Interp>
class FbpHalves {
  static_assert(dimension_v<Geometry> == 3, "FbpHalves takes scans of space.");

 public:
  explicit FbpHalves(Fbp<Geometry, Interp> const& fbp) : operator_{fbp.operator_} {}

  /// Sizes (u, v, view) of filtered views, which may be wider.
  [[nodiscard]] Extents<3> filtered_extents(int views) const {
    Extents<2> const detector = operator_.back_.detector();
    return {detector[0], detector[1], views};
  }

  /// For either half, of at most `views` views at a time; at most `limit` bytes unless one view
  /// needs more.
  template <class Executor>
  [[nodiscard]] std::size_t workspace_bytes(Executor const& executor, int views,
                                            std::size_t limit) const {
    using Filter = row_filter_t<Executor>;
    std::size_t const tables = table_bytes<Executor>();
    std::size_t const left = limit - std::min(limit, tables);
    Extents<3> const filtered = filtered_extents(views);
    PartOfCall const all{{nullptr, 0, 1, views}, {0, operator_.grid().size[2]}, 0, false};
    ArrayView<float const, 4> const input{nullptr, {filtered[0], filtered[1], views, 1}};
    return tables + std::max(Filter::scratch_bytes(executor, filtered, left),
                             operator_.back_.workspace_bytes(executor, input, all, left));
  }

  /// Weights and filters consecutive views, of which the first is `first_view` of the scan.
  template <class Executor>
  void filter(Executor const& executor, ArrayView<float const, 3> projections, int first_view,
              ArrayView<float, 3> filtered, Workspace<Executor>& workspace) const {
    using Filter = row_filter_t<Executor>;
    detail::check_geometries("Fbp", 1, {}, operator_.num_geometries());
    std::size_t const uploaded = Filter::upload_bytes(operator_.filtered_columns());
    std::byte* const memory =
        operator_.response_.tables(executor, operator_.filtered_columns(), workspace);
    Workspace<Executor> scratch{executor, workspace, table_bytes<Executor>()};
    using Operator = FbpOperator<Geometry, Interp>;
    int const views = projections.extents[2];
    RowFilterTask<typename Operator::Weights> const task{
        {projections.data, projections.extents},
        {filtered.data, filtered.extents},
        {operator_.views_.data() + first_view, views, 0},
        Filter::uploaded(operator_.response_.values(), memory),
        operator_.back_.geometries().front().columns_before(),
        {1, views}};
    Filter::apply(executor, task, memory + uploaded, scratch);
  }

  /// The part of a volume that a part names, or adds to it, from filtered views.
  template <class Executor>
  void backproject(Executor const& executor, ArrayView<float const, 3> filtered,
                   ArrayView<float, 3> volume, Workspace<Executor>& workspace,
                   Part const& part) const {
    PartOfCall const part_of_call =
        detail::part_of_call("Fbp", part, operator_.back_.num_views(), operator_.grid().size[2]);
    Workspace<Executor> scratch{executor, workspace, table_bytes<Executor>()};
    operator_.back_.run(executor, detail::projection_batch<3>(filtered),
                        detail::volume_batch<3>(volume), part_of_call, scratch);
  }

 private:
  template <class Executor>
  [[nodiscard]] std::size_t table_bytes() const {
    return NamedResponse::table_bytes<row_filter_t<Executor>>(operator_.filtered_columns());
  }

  FbpOperator<Geometry, Interp> const& operator_;
};

}  // namespace pyronn::detail
