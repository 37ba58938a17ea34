// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// SystemMatrix: a projector and its exact transpose as one linear map.
#include <algorithm>
#include <cstddef>
#include <memory>

#include <pyronn/core/array_view.hpp>
#include <pyronn/core/extents.hpp>
#include <pyronn/exec/workspace.hpp>
#include <pyronn/operators/algebra/linear_map.hpp>
#include <pyronn/operators/backprojector.hpp>
#include <pyronn/operators/detail/view_indices.hpp>
#include <pyronn/operators/part.hpp>
#include <pyronn/operators/projector.hpp>

namespace pyronn {

/// The matrix of a model for a scan and a grid: volumes (x, y, z) [1/mm] to line integrals
/// (u, v, view), in the plane (x, y) to (u, view), with the exact transpose. Copies share the
/// operators, and a subset of views is a copy that names its views. Elements may be any storage
/// that the operators take: projections of Half take half the memory.
template <class Geometry, class Interp, class Model = Joseph,
          class DomainElement_ = typename Projector<Geometry, Interp, Model>::Number,
          class RangeElement_ = DomainElement_>
class SystemMatrix {
 public:
  /// @{
  /// Of its arrays.
  using DomainElement = DomainElement_;
  using RangeElement = RangeElement_;
  /// @}
  /// 3 in space, 2 in the plane.
  static constexpr int dimension = dimension_v<Geometry>;

  /// Of a projector of one scan. Throws InvalidArgument as it does.
  explicit SystemMatrix(Projector<Geometry, Interp, Model> projector)
      : operators_{std::make_shared<Operators const>(Operators{projector, projector.adjoint()})} {}

  /// Sets up both operators. Throws InvalidArgument as they do.
  SystemMatrix(Geometry const& geometry, Grid const& grid, Model const& model = {})
      : SystemMatrix{Projector<Geometry, Interp, Model>{geometry, grid, model}} {}

  /// Extents of the volume.
  [[nodiscard]] Extents<dimension> domain() const { return grid().template extents<dimension>(); }
  /// Extents of the projections, of those views that are selected.
  [[nodiscard]] Extents<dimension> range() const {
    Extents<2> const detector = geometry().detector_size();
    if constexpr (dimension == 3) {
      return {detector[0], detector[1], num_views()};
    } else {
      return {detector[0], num_views()};
    }
  }
  /// The grid of the volume.
  [[nodiscard]] Grid const& grid() const { return operators_->forward.grid(); }
  /// The geometry, of all views.
  [[nodiscard]] Geometry const& geometry() const { return operators_->forward.geometry(); }

  /// How many views are selected.
  [[nodiscard]] int num_views() const { return views_.count(geometry().num_views()); }
  /// The rows of some of these views, numbered as the selected ones are.
  [[nodiscard]] SystemMatrix subset(ViewSelection const& views) const {
    SystemMatrix result = *this;
    result.views_ = detail::views_among("SystemMatrix", views_, views, geometry().num_views());
    return result;
  }

  /// What either direction needs, at most `limit` bytes.
  template <class Executor>
  [[nodiscard]] std::size_t workspace_bytes(Executor const& executor, std::size_t limit) const {
    ArrayView<DomainElement const, dimension> const volume{nullptr, domain()};
    ArrayView<RangeElement const, dimension> const projections{nullptr, range()};
    return std::max(operators_->forward.workspace_bytes(executor, volume, limit, part()),
                    operators_->transpose.workspace_bytes(executor, projections, limit, part()));
  }
  /// Line integrals of a volume. Throws as the Projector's call.
  template <class Executor>
  void apply(Executor const& executor, ArrayView<DomainElement const, dimension> x,
             ArrayView<RangeElement, dimension> y, Workspace<Executor>& workspace) const {
    operators_->forward(executor, x, y, workspace, part());
  }
  /// The transpose. Throws as the Backprojector's call.
  template <class Executor>
  void apply_transpose(Executor const& executor, ArrayView<RangeElement const, dimension> y,
                       ArrayView<DomainElement, dimension> x,
                       Workspace<Executor>& workspace) const {
    operators_->transpose(executor, y, x, workspace, part());
  }

 private:
  struct Operators {
    Projector<Geometry, Interp, Model> forward;
    Backprojector<Geometry, Interp, Model> transpose;
  };

  [[nodiscard]] Part part() const {
    Part result;
    result.views = views_;
    return result;
  }

  std::shared_ptr<Operators const> operators_;
  ViewSelection views_;
};

/// The class's arguments are those of the projector.
template <class Geometry, class Interp, class Model>
SystemMatrix(Projector<Geometry, Interp, Model>) -> SystemMatrix<Geometry, Interp, Model>;

}  // namespace pyronn
