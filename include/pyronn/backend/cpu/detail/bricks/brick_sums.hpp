// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// BrickSums: the sums of the voxels of a brick.
#include <pyronn/core/config.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/model/ray_driven.hpp>

namespace pyronn::detail {

/// The sums of a brick and of a border of one voxel around it, to which rays may add in vain.
template <class Interp, class Boxes, int Dimension, class Number>
class BrickSums {
 public:
  using Totals = BrickSums;

  [[nodiscard]] PYRONN_HOST_DEVICE Number& at(Vec<int, 3> const& place) {
    return values_[(place[2] + border_z) * slice + (place[1] + 1) * row + place[0] + 1];
  }

  /// Adds a pixel's value to the voxels that its ray meets.
  template <class Ray>
  void add(VoxelBox const& box, Ray const& ray, Number value) {
    if (abs(value) < anywhere_of<Number>) {
      ray.template for_each_weight<Interp, Dimension>(box, AddWeighted{*this, box, value});
    } else {
      ray.template for_each_weight<Interp, Dimension>(box, AddWhereWeighted{*this, box, value});
    }
  }

  /// Adds all sums to others and begins anew.
  void move_to(VoxelBox const&, Totals& totals) {
    for (int n = 0; n < count; ++n) {
      totals.values_[n] += values_[n];
      values_[n] = 0;
    }
  }

 private:
  /// These are types of their own, as nvcc warns of lambdas that its host's code hands to functions
  /// of both sides.
  struct AddWeighted {
    BrickSums& sums;
    VoxelBox const& box;
    Number value;

    PYRONN_HOST_DEVICE void operator()(Vec<int, 3> const& voxel, Number weight) const {
      sums.at(voxel - box.first) += weight * value;
    }
  };
  /// Infinity times a weight of zero is not a number, and says nothing of the voxel.
  struct AddWhereWeighted {
    BrickSums& sums;
    VoxelBox const& box;
    Number value;

    PYRONN_HOST_DEVICE void operator()(Vec<int, 3> const& voxel, Number weight) const {
      if (weight != 0) sums.at(voxel - box.first) += weight * value;
    }
  };

  static constexpr int row = Boxes::size(0) + 2;
  static constexpr int slice = row * (Boxes::size(1) + 2);
  static constexpr int border_z = Dimension == 3 ? 1 : 0;
  static constexpr int count = slice * (Boxes::size(2) + 2 * border_z);

  Number values_[count];
};

}  // namespace pyronn::detail
