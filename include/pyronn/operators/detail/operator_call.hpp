// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// What an operator hands to its paths.
#include <pyronn/core/array_view.hpp>
#include <pyronn/core/extents.hpp>
#include <pyronn/operators/detail/launch_views.hpp>
#include <pyronn/operators/detail/operator_views.hpp>
#include <pyronn/operators/part.hpp>

namespace pyronn::detail {

/// What a path is asked to do: some views of a call.
template <class Operator, class In_>
struct OperatorCall {
  using Model = typename Operator::Model;
  using Interp = typename Operator::Interp;
  using View = typename Operator::View;
  using In = In_;
  static constexpr int dimension = Operator::dimension;

  Operator const& op;
  ViewRun views;
  ArrayView<In const, 4> input;  ///< volumes (x, y, z, sample) of the slab; or projections (u, v,
                                 ///< view, sample) of these views alone
  Slab slab;                     ///< of the grid, that the volumes hold
  int sample;                    ///< of the call that `input` begins with
  int first_sample;              ///< of the operator's geometries, that of the call
  bool adds;                     ///< to what the output holds

  /// Of one sample of `input`.
  [[nodiscard]] Extents<3> input_size() const {
    return {input.extents[0], input.extents[1], input.extents[2]};
  }

  /// Some of the views, counted from the first, of some of the samples of `input`.
  [[nodiscard]] LaunchRange range(int view, int num_views, int of_sample, int num_samples) const {
    return {views.views.sub(view, num_views), view, first_sample + sample + of_sample, num_samples};
  }

  /// All of the views.
  [[nodiscard]] LaunchRange range(int of_sample, int num_samples) const {
    return range(0, views.views.count, of_sample, num_samples);
  }

  /// The sample of `input` with which a range begins.
  [[nodiscard]] int sample_of(LaunchRange const& range) const {
    return range.first_sample - first_sample - sample;
  }
};

}  // namespace pyronn::detail
