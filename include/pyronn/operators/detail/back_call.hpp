// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// What a backprojection hands to its paths.
#include <pyronn/core/array_view.hpp>
#include <pyronn/operators/detail/launch_views.hpp>
#include <pyronn/operators/detail/operator_views.hpp>
#include <pyronn/operators/part.hpp>

namespace pyronn::detail {

/// What a path of a backprojection is asked to do: some views of a call.
template <class Operator, class In>
struct BackCall {
  using Model = typename Operator::Model;
  using Interp = typename Operator::Interp;
  using View = typename Operator::View;
  static constexpr int dimension = Operator::dimension;

  Operator const& op;
  ViewRun views;
  ArrayView<In const, 4> projections;  ///< (u, v, view, sample), of these views alone
  Slab slab;                           ///< of the grid, that the volumes hold
  int sample;                          ///< of the call that `projections` begins with
  int first_sample;                    ///< of the operator's geometries, that of the call
  bool adds;                           ///< to what the volumes hold

  /// The volumes of the samples that `projections` holds.
  template <class Out>
  [[nodiscard]] ArrayView<Out, 4> samples(ArrayView<Out, 4> volumes) const {
    return volumes.slices(sample, projections.extents[3]);
  }

  /// Some of the views, counted from the first, of some of the samples.
  [[nodiscard]] LaunchRange range(int view, int num_views, int of_sample, int num_samples) const {
    return {views.views.sub(view, num_views), view, first_sample + sample + of_sample, num_samples};
  }
};

}  // namespace pyronn::detail
