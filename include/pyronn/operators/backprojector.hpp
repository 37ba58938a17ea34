// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The public face of backprojection: from projections to a volume.
#include <vector>

#include <pyronn/core/grid.hpp>
#include <pyronn/model/voxel_driven.hpp>
#include <pyronn/operators/detail/direction.hpp>
#include <pyronn/operators/linear_operator.hpp>

namespace pyronn {

template <class Geometry, class Interp, class Model>
class Projector;

/// Applies the transpose of the matrix of `Model`: projections to a volume, times mm for ray-driven
/// models. How it is made and called, and what it throws, is LinearOperator's.
///
/// From arrays of float, or double, to arrays of the same the result has the same bits on every run
/// and whatever the size of the workspace, but for two that have too little on GPUs: TextureInterp
/// where the unit cannot read rows in place and a copy of one view, in the plane of 1024, does not
/// fit; and SoftwareInterp for 16 images of the plane, or slices of parallel rays, or more where
/// copies of 64 of their views, for the transpose of Joseph 128, do not fit. Volumes of fewer bits
/// are rounded after each block of views that the workspace holds.
template <class Geometry, class Interp, class Model = VoxelDriven>
class Backprojector : public LinearOperator<detail::Back, Geometry, Interp, Model> {
  using Base = LinearOperator<detail::Back, Geometry, Interp, Model>;

 public:
  using Base::Base;

  /// A geometry for each sample of a batch; all must have as many views and pixels. Errors name the
  /// sample, from 0, whose geometry was refused.
  static Backprojector per_sample(std::vector<Geometry> const& geometries, Grid const& grid,
                                  Model const& model = {}) {
    return {geometries, grid, model};
  }

  /// The exact transpose: the projector of the same model.
  [[nodiscard]] Projector<Geometry, Interp, Model> adjoint() const {
    return Projector<Geometry, Interp, Model>::per_sample(this->geometries(), this->grid(),
                                                          this->model());
  }

 private:
  Backprojector(std::vector<Geometry> const& geometries, Grid const& grid, Model const& model)
      : Base{geometries, grid, model} {}
};

}  // namespace pyronn
