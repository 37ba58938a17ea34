// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// What differs between the two directions of an operator: which array is read and which is
/// written, and what of the model and of its views serves.
#include <type_traits>

#include <pyronn/core/array_view.hpp>
#include <pyronn/geometry/traits.hpp>
#include <pyronn/interp/traits.hpp>
#include <pyronn/model/detail/views/index_view.hpp>
#include <pyronn/model/detail/views/projective_views.hpp>
#include <pyronn/operators/detail/general_back.hpp>
#include <pyronn/operators/detail/general_forward.hpp>
#include <pyronn/operators/detail/operator_views.hpp>
#include <pyronn/operators/detail/plane_checks.hpp>
#include <pyronn/operators/detail/shapes.hpp>

namespace pyronn::detail {

/// What an operator asks of its views: the general form of a model in the number type of a policy,
/// and besides the special one, which is there for float alone.
template <class Geometry, class Interp, class General, class Special>
using ViewsIn = OperatorViews<
    Geometry, typename FormIn<General, interp_number_t<Interp>>::type,
    std::conditional_t<std::is_same_v<interp_number_t<Interp>, float>, Special, void>>;

/// The paths of an operator under a policy: all others but the general one compute in float.
template <class Interp, class Paths, class General>
using PathsIn =
    std::conditional_t<std::is_same_v<interp_number_t<Interp>, float>, Paths, PathList<General>>;

/// From volumes to projections.
struct Forward {
  static constexpr char const* name = "Projector";
  static constexpr char const* volume_name = "Projector: volume";
  static constexpr char const* projections_name = "Projector: projections";

  template <class Model, class Geometry>
  static constexpr void check() {
    Model::template check_forward<Geometry>();
  }

  template <class Model, class Interp, class Backend>
  using Paths =
      PathsIn<Interp, typename ForwardPaths<Model, Interp, Backend>::Type, GeneralForward>;
  template <class Model, class Geometry, class Interp>
  using Views =
      ViewsIn<Geometry, Interp, typename Model::template ForwardView<view_t<Geometry>>,
              typename Model::template SpecialForwardView<view_t<Geometry>, dimension_v<Geometry>>>;

  /// What fast paths of the plane ask of every view, and of which views it can be asked.
  template <class Model, class View>
  using PlaneCheck = RaysThroughGrid;
  template <class View>
  static constexpr bool can_check_plane = has_projective_rays_v<View>;

  /// Only some paths take special views, for which others need not be asked view by view.
  template <class Paths, class Call>
  static constexpr bool splits_views = Paths::template reads_special_views<Call>;

  template <class In, class Out>
  static In const& volume(In const& input, Out const&) {
    return input;
  }
  template <class In, class Out>
  static Out const& projections(In const&, Out const& output) {
    return output;
  }

  template <int Dimension, class T, int Rank>
  static ArrayView<T, 4> input_batch(ArrayView<T, Rank> volumes) {
    return volume_batch<Dimension>(volumes);
  }
  template <int Dimension, class T, int Rank>
  static ArrayView<T, 4> output_batch(ArrayView<T, Rank> projections) {
    return projection_batch<Dimension>(projections);
  }

  /// Calls `work(what is read, its first sample, whether earlier runs wrote the same output)`.
  template <class In, class Work>
  static void for_each_input(ArrayView<In const, 4> volumes, ViewRun const&, Work const& work) {
    work(volumes, 0, false);
  }
  /// What is written.
  template <class Call, class Out>
  static ArrayView<Out, 4> output(Call const& call, ArrayView<Out, 4> projections) {
    return from_view(projections, call.views.first_view, 0);
  }
};

/// From projections to volumes.
struct Back {
  static constexpr char const* name = "Backprojector";
  static constexpr char const* volume_name = "Backprojector: volume";
  static constexpr char const* projections_name = "Backprojector: projections";

  template <class Model, class Geometry>
  static constexpr void check() {
    Model::template check_back<Geometry>();
  }

  template <class Model, class Interp, class Backend>
  using Paths = PathsIn<Interp, typename BackPaths<Model, Interp, Backend>::Type, GeneralBack>;
  template <class Model, class Geometry, class Interp>
  using Views =
      ViewsIn<Geometry, Interp, typename Model::template BackView<view_t<Geometry>>,
              typename Model::template SpecialBackView<view_t<Geometry>, dimension_v<Geometry>>>;

  /// Models that follow rays ask for the same in both directions.
  template <class Model, class View>
  using PlaneCheck =
      std::conditional_t<std::is_same_v<typename Model::template BackView<View>, IndexMapAndRays>,
                         RaysThroughGrid, GridBeforeSource>;
  template <class View>
  static constexpr bool can_check_plane = is_projective_view_v<View>;

  template <class Paths, class Call>
  static constexpr bool splits_views = true;

  template <class In, class Out>
  static Out const& volume(In const&, Out const& output) {
    return output;
  }
  template <class In, class Out>
  static In const& projections(In const& input, Out const&) {
    return input;
  }

  template <int Dimension, class T, int Rank>
  static ArrayView<T, 4> input_batch(ArrayView<T, Rank> projections) {
    return projection_batch<Dimension>(projections);
  }
  template <int Dimension, class T, int Rank>
  static ArrayView<T, 4> output_batch(ArrayView<T, Rank> volumes) {
    return volume_batch<Dimension>(volumes);
  }

  /// Sample by sample where the views of several lie apart in memory.
  template <class In, class Work>
  static void for_each_input(ArrayView<In const, 4> projections, ViewRun const& run,
                             Work const& work) {
    bool const is_whole = run.views.count == projections.extents[2];
    int const calls = is_whole ? 1 : projections.extents[3];
    for (int sample = 0; sample < calls; ++sample) {
      work(view_block(projections, run.first_view, run.views.count, sample), sample,
           run.first_view > 0);
    }
  }
  template <class Call, class Out>
  static ArrayView<Out, 4> output(Call const& call, ArrayView<Out, 4> volumes) {
    return volumes.slices(call.sample, call.input.extents[3]);
  }
};

}  // namespace pyronn::detail
