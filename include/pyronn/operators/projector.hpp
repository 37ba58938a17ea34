// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The public face of projection: from a volume to line integrals.
#include <vector>

#include <pyronn/core/grid.hpp>
#include <pyronn/model/joseph.hpp>
#include <pyronn/operators/detail/direction.hpp>
#include <pyronn/operators/linear_operator.hpp>

namespace pyronn {

template <class Geometry, class Interp, class Model>
class Backprojector;

/// Applies the matrix of `Model`: a volume [1/mm] to line integrals (no unit). How it is made and
/// called, and what it throws, is LinearOperator's. A call has the same bits on every run; in calls
/// with workspaces of other sizes the last ones may differ, as slices that one holds at a time are
/// summed up first.
template <class Geometry, class Interp, class Model = Joseph>
class Projector : public LinearOperator<detail::Forward, Geometry, Interp, Model> {
  using Base = LinearOperator<detail::Forward, Geometry, Interp, Model>;

 public:
  using Base::Base;

  /// A geometry for each sample of a batch; all must have as many views and pixels. Errors name the
  /// sample, from 0, whose geometry was refused.
  static Projector per_sample(std::vector<Geometry> const& geometries, Grid const& grid,
                              Model const& model = {}) {
    return {geometries, grid, model};
  }

  /// The exact transpose: the backprojector of the same model.
  [[nodiscard]] Backprojector<Geometry, Interp, Model> adjoint() const {
    return Backprojector<Geometry, Interp, Model>::per_sample(this->geometries(), this->grid(),
                                                              this->model());
  }

 private:
  Projector(std::vector<Geometry> const& geometries, Grid const& grid, Model const& model)
      : Base{geometries, grid, model} {}
};

}  // namespace pyronn
