// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// ModelNumbers: the parameters of a model as numbers, as frameworks hand them over.
#include <vector>

#include <pyronn/core/error.hpp>
#include <pyronn/model/ray_march.hpp>

namespace pyronn {

/// How a model is made of its numbers. A program may specialise it for a model of its own.
template <class Model>
struct ModelNumbers {
  /// The model without parameters. Throws InvalidArgument for any number.
  static Model make(std::vector<double> const& numbers) {
    detail::expects(numbers.empty(), "ModelNumbers: the model has no parameters, but ",
                    numbers.size(), " numbers were given");
    return Model{};
  }
};

/// The marched ray has one number, its longest step [voxels].
template <>
struct ModelNumbers<RayMarch> {
  /// The model of this step; without one that of RayMarch{}. Throws InvalidArgument for more
  /// numbers, and where RayMarch does.
  static RayMarch make(std::vector<double> const& numbers) {
    detail::expects(numbers.size() <= 1, "ModelNumbers: RayMarch has one number, its step, but ",
                    numbers.size(), " were given");
    return numbers.empty() ? RayMarch{} : RayMarch{numbers[0]};
  }
};

}  // namespace pyronn
