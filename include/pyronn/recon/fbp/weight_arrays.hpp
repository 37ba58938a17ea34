// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The weights of filtered backprojection as arrays, for those who build or train their own. All of
/// them write an array (u, v, view) of the scan's extents, or (u, view) for the middle row, where
/// two-dimensional reconstructions work; do not synchronise; and throw InvalidArgument for arrays
/// of the wrong size and for what Fbp refuses.
#include <type_traits>
#include <vector>

#include <pyronn/core/array_view.hpp>
#include <pyronn/core/config.hpp>
#include <pyronn/core/error.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/exec/kernel.hpp>
#include <pyronn/operators/detail/checks.hpp>
#include <pyronn/recon/fbp/detail/scan.hpp>
#include <pyronn/recon/fbp/detail/view_weights.hpp>
#include <pyronn/recon/fbp/options.hpp>

namespace pyronn {

namespace detail {

/// Writes the weights of some views; row v of the array is that at `first_row + v`.
template <class Table>
struct TabulateWeights {
  using Block = BlockShape<128, 1, 1>;

  Table table;
  ProjectionView<float> weights;
  float first_row;

  PYRONN_HOST_DEVICE void operator()(Vec<int, 3> item) const {
    weights(item[0], item[1], item[2]) =
        table(static_cast<float>(item[0]), first_row + static_cast<float>(item[1]), item[2]);
  }
};

template <class Weight, class Executor, class View>
void tabulate(Executor const& executor, std::vector<View> const& views,
              ProjectionView<float> weights, float first_row) {
  int const num_views = weights.extents[2];
  ViewWeights<View, Weight> const source{views.data(), num_views, 0};
  for (int first = 0; first < num_views; first += source.capacity) {
    int const count = min(source.capacity, num_views - first);
    ProjectionView<float> const part = weights.slices(first, count);
    auto const table = source.table(first, count);
    executor.for_each(part.extents,
                      TabulateWeights<std::decay_t<decltype(table)>>{table, part, first_row});
  }
}

/// An array of weights as one of (u, v, view), and which row of the detector its first one is.
struct WeightArray {
  ProjectionView<float> values;
  float first_row;
};

template <class Executor, class Geometry>
WeightArray checked_weights(char const* function, Executor const& executor,
                            Geometry const& geometry, ProjectionView<float> weights) {
  expects(weights.extents == detail::scan_extents(geometry), function,
          ": the array's extents (u, v, view) are ", weights.extents, " but the geometry's are ",
          detail::scan_extents(geometry));
  executor.check_reachable(weights.data, function);
  return {weights, 0.0F};
}

template <class Executor, class Geometry>
WeightArray checked_weights(char const* function, Executor const& executor,
                            Geometry const& geometry, ArrayView<float, 2> weights) {
  Extents<3> const scan = detail::scan_extents(geometry);
  expects(weights.extents == Extents<2>{scan[0], scan[2]}, function,
          ": the array's extents (u, view) are ", weights.extents, " but the geometry's are ",
          Extents<2>{scan[0], scan[2]});
  executor.check_reachable(weights.data, function);
  return {{weights.data, {scan[0], 1, scan[2]}}, 0.5F * static_cast<float>(scan[1] - 1)};
}

template <class Executor, class Geometry, int Rank>
void tabulate_redundancy(char const* function, Executor const& executor, Geometry const& geometry,
                         ArrayView<float, Rank> weights, Redundancy redundancy) {
  auto const array = detail::checked_weights(function, executor, geometry, weights);
  auto const scan = detail::fbp_scan(function, geometry, {FilterWindow::ram_lak, redundancy});
  tabulate<RedundancyOfRay>(executor, scan, array.values, array.first_row);
}

}  // namespace detail

/// The cosine of the angle between each ray and the central ray, through the circle's axis: what
/// Feldkamp, Davis and Kress multiply projections with, also in two dimensions.
template <class Executor, class Geometry, int Rank>
void cosine_weights(Executor const& executor, Geometry const& geometry,
                    ArrayView<float, Rank> weights) {
  auto const array = detail::checked_weights("cosine_weights", executor, geometry, weights);
  auto const scan =
      detail::fbp_scan("cosine_weights", geometry, {FilterWindow::ram_lak, Redundancy::uniform});
  detail::tabulate<detail::CosineOfRay>(executor, scan, array.values, array.first_row);
}

/// How much each ray counts among those that see the same line, which sum to 1.
template <class Executor, class Geometry, int Rank>
void redundancy_weights(Executor const& executor, Geometry const& geometry,
                        ArrayView<float, Rank> weights,
                        Redundancy redundancy = Redundancy::automatic) {
  detail::tabulate_redundancy("redundancy_weights", executor, geometry, weights, redundancy);
}

/// ParkerWeight of each ray.
template <class Executor, class Geometry, int Rank>
void parker_weights(Executor const& executor, Geometry const& geometry,
                    ArrayView<float, Rank> weights) {
  detail::tabulate_redundancy("parker_weights", executor, geometry, weights, Redundancy::parker);
}

/// All that Fbp multiplies projections with before filtering: redundancy, cosine, the view's share
/// of the circle, and what makes the result of Backprojector<..., DistanceWeighted> 1/mm. Of an
/// offset detector (Redundancy::wang) Fbp also filters beyond the detector's edge.
template <class Executor, class Geometry, int Rank>
void fbp_weights(Executor const& executor, Geometry const& geometry, ArrayView<float, Rank> weights,
                 FbpOptions const& options = {}) {
  auto const array = detail::checked_weights("fbp_weights", executor, geometry, weights);
  auto const scan = detail::fbp_scan("fbp_weights", geometry, options);
  detail::tabulate<detail::FbpWeightOfRay>(executor, scan, array.values, array.first_row);
}

}  // namespace pyronn
