// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// What a projection hands to its paths.
#include <pyronn/core/array_view.hpp>
#include <pyronn/operators/detail/launch_views.hpp>
#include <pyronn/operators/detail/operator_views.hpp>
#include <pyronn/operators/part.hpp>

namespace pyronn::detail {

/// What a path of a projection is asked to do: some views of a call.
template <class Operator, class In>
struct ForwardCall {
  using Model = typename Operator::Model;
  using Interp = typename Operator::Interp;
  using View = typename Operator::View;
  static constexpr int dimension = Operator::dimension;

  Operator const& op;
  ViewRun views;
  ArrayView<In const, 4> volumes;  ///< (x, y, z, sample) of the slab
  Slab slab;
  int first_sample;  ///< of the operator's geometries
  bool adds;

  /// The views of some of the call's samples.
  [[nodiscard]] LaunchRange range(int sample, int num_samples) const {
    return {views.views, views.first_view, first_sample + sample, num_samples};
  }
};

}  // namespace pyronn::detail
