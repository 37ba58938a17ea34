// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// StreamedMap: solvers on arrays of the host whose operators run elsewhere, on parts.
#include <cstddef>
#include <memory>
#include <type_traits>

#include <pyronn/core/array_view.hpp>
#include <pyronn/core/extents.hpp>
#include <pyronn/core/grid.hpp>
#include <pyronn/distributed/stream_plan.hpp>
#include <pyronn/distributed/streamed.hpp>
#include <pyronn/exec/backend.hpp>
#include <pyronn/exec/workspace.hpp>
#include <pyronn/model/joseph.hpp>
#include <pyronn/operators/algebra/linear_map.hpp>
#include <pyronn/operators/backprojector.hpp>
#include <pyronn/operators/detail/view_indices.hpp>
#include <pyronn/operators/part.hpp>
#include <pyronn/operators/projector.hpp>

namespace pyronn {

/// The matrix of a model for a scan and a grid, and its exact transpose, as a linear map of solvers
/// that run on cores, on volumes (x, y, z) and projections (u, v, view) in the host's memory, while
/// `Executor`, a GPU as a rule, makes the products within limits. What solvers hold is then bounded
/// by the host's memory alone.
///
///   StreamedMap map{executor_of_gpu, Projector<ConeBeam, SoftwareInterp>{scan, grid}, limits};
///   Cgls solver{CpuExecutor{}, ReconstructionProblem{map, lines}};
///
/// Elements of 16 bits halve what is moved, as Streamed says. Copies share operators and memory:
/// one call at a time. A subset of views is a copy that names its views.
template <class Executor, class Geometry, class Interp, class Model = Joseph,
          class DomainElement_ = float, class RangeElement_ = float>
class StreamedMap {
 public:
  /// @{
  /// Of its arrays.
  using DomainElement = DomainElement_;
  using RangeElement = RangeElement_;
  [[nodiscard]] Extents<3> domain() const { return pair_->forward.input_extents(); }
  [[nodiscard]] Extents<3> range() const {
    Extents<3> result = pair_->forward.output_extents();
    result[2] = num_views();
    return result;
  }
  /// @}

  /// Each direction keeps its memory, within half of the limits.
  /// Throws InvalidArgument as the transpose's constructor does.
  StreamedMap(Executor const& executor, Projector<Geometry, Interp, Model> const& projector,
              StreamLimits const& limits)
      : pair_{std::make_shared<Pair>(executor, projector, limits)} {}

  /// The grid of the volume.
  [[nodiscard]] Grid const& grid() const { return pair_->forward.op().grid(); }

  /// How many views are selected.
  [[nodiscard]] int num_views() const { return views_.count(pair_->forward.output_extents()[2]); }
  /// The rows of some of these views, numbered as the selected ones are.
  [[nodiscard]] StreamedMap subset(ViewSelection const& views) const {
    StreamedMap result = *this;
    result.views_ =
        detail::views_among("StreamedMap", views_, views, pair_->forward.output_extents()[2]);
    return result;
  }

  /// None of the solver's executor.
  template <class Host>
  [[nodiscard]] std::size_t workspace_bytes(Host const&, std::size_t) const {
    return 0;
  }
  /// y = A x. Waits. Throws as Streamed does.
  template <class Host>
  void apply(Host const&, ArrayView<DomainElement const, 3> x, ArrayView<RangeElement, 3> y,
             Workspace<Host>&) const {
    check_host<Host>();
    pair_->forward(x, y, views_);
  }
  /// x = A' y. Waits. Throws as Streamed does.
  template <class Host>
  void apply_transpose(Host const&, ArrayView<RangeElement const, 3> y,
                       ArrayView<DomainElement, 3> x, Workspace<Host>&) const {
    check_host<Host>();
    pair_->transpose(y, x, views_);
  }

 private:
  template <class Host>
  static constexpr void check_host() {
    static_assert(std::is_same_v<backend_t<Host>, CpuBackend>,
                  "A StreamedMap belongs to a solver on cores: its arrays are the host's.");
  }

  struct Pair {
    Pair(Executor const& executor, Projector<Geometry, Interp, Model> const& projector,
         StreamLimits const& limits)
        : forward{executor, projector, half(limits)},
          transpose{executor, projector.adjoint(), half(limits)} {}

    /// Both hold memory.
    static StreamLimits half(StreamLimits const& limits) {
      return {limits.device_bytes / 2, limits.host_bytes / 2};
    }

    Streamed<Projector<Geometry, Interp, Model>, Executor, DomainElement, RangeElement> forward;
    Streamed<Backprojector<Geometry, Interp, Model>, Executor, RangeElement, DomainElement>
        transpose;
  };

  std::shared_ptr<Pair> pair_;
  ViewSelection views_;
};

}  // namespace pyronn
