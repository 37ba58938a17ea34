// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
// Matrices element by element: as operators have them, and lengths in boxes. After
// support/backends.hpp.
#include <algorithm>
#include <cstddef>
#include <type_traits>
#include <vector>

#include <pyronn/core/grid.hpp>
#include <pyronn/geometry/ray.hpp>

#include "operators.hpp"
#include "reference.hpp"

namespace test {

/// The length [mm] of a ray in the box of voxels first to last that is `more` larger to all sides
/// [voxels], by the definition and in double precision.
inline double length_in_box(pyronn::Ray<double> const& ray, pyronn::Grid const& grid,
                            pyronn::Vec<int, 3> first, pyronn::Vec<int, 3> last, double more) {
  auto const [from, way] = in_indices(ray, grid);
  double low = ray.begin;
  double high = ray.end;
  for (int axis = 0; axis < 3; ++axis) {
    double const lower = first[axis] - 0.5 - more - from[axis];
    double const upper = last[axis] + 0.5 + more - from[axis];
    if (way[axis] == 0) {
      if (lower > 0 || upper <= 0) return 0;
    } else {
      low = std::max(low, std::min(lower / way[axis], upper / way[axis]));
      high = std::min(high, std::max(lower / way[axis], upper / way[axis]));
    }
  }
  return std::max(high - low, 0.0) * length(ray.direction);
}

/// A batch of unit vectors, which differ at every `stride`-th element.
template <class Number = float>
std::vector<Number> unit_vectors(std::size_t length, std::size_t stride) {
  std::vector<Number> values((length - 1) / stride * length + length);
  for (std::size_t n = 0; n * stride < length; ++n) values[n * length + n * stride] = 1;
  return values;
}

/// The matrix as the projector has it, voxel after voxel.
template <class Operator>
Numbers<Operator> columns_of(Operator const& op) {
  using Geometry = std::decay_t<decltype(op.geometry())>;
  constexpr int rank = Operator::dimension + 1;
  auto const count = static_cast<int>(op.grid().size.count());
  return run(op, volume_extents<Geometry, rank>(op.grid(), count),
             unit_vectors<typename Operator::Number>(static_cast<std::size_t>(count), 1),
             projection_extents<Geometry, rank>(op.geometry(), count));
}

/// And as its transpose has it, for every `stride`-th pixel.
template <class Operator>
Numbers<Operator> rows_of(Operator const& op, std::size_t stride) {
  using Geometry = std::decay_t<decltype(op.geometry())>;
  constexpr int rank = Operator::dimension + 1;
  auto const pixels = static_cast<std::size_t>(projection_extents(op.geometry()).count());
  auto const count = static_cast<int>((pixels - 1) / stride + 1);
  return run(op.adjoint(), projection_extents<Geometry, rank>(op.geometry(), count),
             unit_vectors<typename Operator::Number>(pixels, stride),
             volume_extents<Geometry, rank>(op.grid(), count));
}

}  // namespace test
