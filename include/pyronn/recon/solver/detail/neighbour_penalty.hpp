// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The penalty of slopes between neighbours: strength times the sum over pairs of
/// w psi((x_i - x_j) / d), with the distance d of their middles and w one over the sum over
/// directions of the mean of |cos|, so that an edge of any direction counts once, on average.
#include <cmath>
#include <cstdint>

#include <pyronn/core/config.hpp>
#include <pyronn/core/extents.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/core/storage.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/exec/detail/elementwise.hpp>
#include <pyronn/exec/kernel.hpp>
#include <pyronn/exec/traits.hpp>
#include <pyronn/recon/solver/edge_potential.hpp>

namespace pyronn::detail {

/// A neighbour; the one opposite is another.
struct Neighbour {
  Vec<int, 3> offset;
  double inverse_distance;  ///< [1/mm]
};

/// The neighbours of a pixel, one of each two that are opposite.
struct Neighbours {
  Neighbour pairs[13];
  int count = 0;
  double weight = 0;  ///< strength w

  /// In the plane or in space; none without a strength.
  Neighbours(int dimension, Neighbourhood which, Vec3d const& spacing, double strength) {
    if (strength == 0) return;
    for (int n = 14; n < 27; ++n) {  // of the 27 about a pixel those after it
      Vec<int, 3> const offset{n % 3 - 1, n / 3 % 3 - 1, n / 9 - 1};
      int const steps = abs(offset[0]) + abs(offset[1]) + abs(offset[2]);
      if ((dimension == 2 && offset[2] != 0) || (steps > 1 && which == Neighbourhood::faces))
        continue;
      double square = 0;
      for (int axis = 0; axis < dimension; ++axis) {
        double const step = offset[axis] * spacing[axis];
        square += step * step;
      }
      pairs[count++] = {offset, 1 / std::sqrt(square)};
    }
    weight = strength / (count * (dimension == 2 ? 2 / pi : 0.5));
  }
};

/// The curvature of a parabola above a potential: that which touches it at t, or one for all t.
struct CurvatureAtSlope {
  template <class Number>
  static PYRONN_HOST_DEVICE Number of(Number at_slope, Number) {
    return at_slope;
  }
};
struct GreatestCurvature {
  template <class Number>
  static PYRONN_HOST_DEVICE Number of(Number, Number greatest) {
    return greatest;
  }
};

/// step = (factor g - dR/dx) / (d + the penalty's curvature), where that is not 0: to the minimum
/// of a separable parabola above the penalty R and a data term whose negative gradient and
/// curvature are factor g and d. An item takes `Width` pixels of a row. `step` may be g, not x.
template <class T, class Potential, class Curvature, int Width>
struct PenalisedStep {
  using Block = BlockShape<32, 4, 2>;
  using Number = element_number_t<T>;

  Potential potential;
  Neighbours neighbours;
  Extents<3> size;
  Number factor;
  T const* x;
  T const* g;
  T const* d;
  T* step;

  [[nodiscard]] Extents<3> items() const { return {(size[0] - 1) / Width + 1, size[1], size[2]}; }

  PYRONN_HOST_DEVICE void operator()(Vec<int, 3> item) const {
    int const first = item[0] * Width;
    int const end = size[0] - first < Width ? size[0] : first + Width;
    Number slopes[Width] = {};
    Number curvatures[Width] = {};
    std::int64_t const row = (static_cast<std::int64_t>(item[2]) * size[1] + item[1]) * size[0];
    for (int n = 0; n < 2 * neighbours.count; ++n) {
      Neighbour const& pair = neighbours.pairs[n / 2];
      add_pair(pair, n % 2 == 0 ? pair.offset : pair.offset * -1, item, first, end, row, slopes,
               curvatures);
    }
    for (int i = first; i < end; ++i) {
      Number const curvature = widen(d[row + i]) + curvatures[i - first];
      Number const descent = factor * widen(g[row + i]) - slopes[i - first];
      step[row + i] = element_of<T>(curvature > 0 ? descent / curvature : Number{0});
    }
  }

 private:
  PYRONN_HOST_DEVICE void add_pair(Neighbour const& pair, Vec<int, 3> offset, Vec<int, 3> item,
                                   int first, int end, std::int64_t row, Number* slopes,
                                   Number* curvatures) const {
    int const y = item[1] + offset[1];
    int const z = item[2] + offset[2];
    if (y < 0 || y >= size[1] || z < 0 || z >= size[2]) return;
    T const* const here = x + row;
    T const* const there =
        here + ((static_cast<std::int64_t>(offset[2]) * size[1] + offset[1]) * size[0] + offset[0]);
    auto const inverse = static_cast<Number>(pair.inverse_distance);
    auto const weight =
        static_cast<Number>(neighbours.weight * pair.inverse_distance * pair.inverse_distance);
    Number const greatest = potential.curvature(Number{0});
    int const begin = max(first, -offset[0]);
    int const stop = min(end, size[0] - offset[0]);
    for (int i = begin; i < stop; ++i) {
      Number const difference = widen(here[i]) - widen(there[i]);
      Number const curvature = potential.curvature(difference * inverse);
      slopes[i - first] += weight * curvature * difference;
      curvatures[i - first] += 2 * weight * Curvature::of(curvature, greatest);
    }
  }
};

/// Runs PenalisedStep in the shape that suits the executor.
template <class Curvature, class Executor, class Potential, class T>
void make_penalised_step(Executor const& executor, Potential const& potential,
                         Neighbours const& neighbours, Extents<3> size, double factor, T const* x,
                         T const* d, T* gradient_and_step) {
  if (size.count() == 0) return;
  constexpr int width = 1 < warp_size_v<Executor> ? 1 : 64;
  PenalisedStep<T, Potential, Curvature, width> const kernel{
      potential, neighbours,        size, static_cast<element_number_t<T>>(factor),
      x,         gradient_and_step, d,    gradient_and_step};
  executor.for_each(kernel.items(), kernel);
}

/// The terms of the penalty: those of a pixel and the neighbours after it.
template <class T, class Potential>
struct PenaltyTerm {
  Potential potential;
  Neighbours neighbours;
  Extents<3> size;
  T const* x;

  PYRONN_HOST_DEVICE double operator()(std::int64_t i) const {
    std::int64_t const row = i / size[0];
    Vec<int, 3> const at{static_cast<int>(i % size[0]), static_cast<int>(row % size[1]),
                         static_cast<int>(row / size[1])};
    auto const here = static_cast<double>(load_number(x, i));
    double sum = 0;
    for (int n = 0; n < neighbours.count; ++n) {
      Neighbour const& pair = neighbours.pairs[n];
      Vec<int, 3> const other = at + pair.offset;
      if (other[0] < 0 || other[0] >= size[0] || other[1] < 0 || other[1] >= size[1] ||
          other[2] >= size[2]) {
        continue;
      }
      std::int64_t const there =
          (static_cast<std::int64_t>(other[2]) * size[1] + other[1]) * size[0] + other[0];
      double const difference = static_cast<double>(load_number(x, there)) - here;
      sum += potential.value(difference * pair.inverse_distance);
    }
    return neighbours.weight * sum;
  }
};

}  // namespace pyronn::detail
