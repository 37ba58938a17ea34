// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Solvers on several ranks: an executor that adds up numbers of all, and a linear map whose arrays
/// are the ranks' parts.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <vector>

#include <pyronn/core/array_view.hpp>
#include <pyronn/core/error.hpp>
#include <pyronn/core/extents.hpp>
#include <pyronn/core/grid.hpp>
#include <pyronn/distributed/communicator.hpp>
#include <pyronn/distributed/detail/slice_exchange.hpp>
#include <pyronn/distributed/on_ranks.hpp>
#include <pyronn/distributed/rank_plan.hpp>
#include <pyronn/exec/workspace.hpp>
#include <pyronn/model/joseph.hpp>
#include <pyronn/operators/backprojector.hpp>
#include <pyronn/operators/detail/view_indices.hpp>
#include <pyronn/operators/part.hpp>
#include <pyronn/operators/projector.hpp>
#include <pyronn/recon/solver/slices_beside.hpp>

namespace pyronn {

/// An executor of each rank whose arrays are parts of those of all: dot, norm and sum are those of
/// all parts together, added up in the order of ranks, so that every rank has the same bits, and
/// has them on every run. All ranks call them at the same time. All else is the executor's.
template <class Executor, class Communicator>
class RankExecutor : public Executor {
  static_assert((check_communicator<Communicator>(), true));

 public:
  /// Of this rank.
  RankExecutor(Communicator const& communicator, Executor const& executor)
      : Executor{executor},
        communicator_{communicator},
        numbers_{
            std::make_shared<std::vector<double>>(static_cast<std::size_t>(communicator.size()))} {}

  /// The sum of all ranks' numbers. Throws what another rank threw.
  [[nodiscard]] double sum_over_ranks(double number) const {
    gather(number);
    double sum = 0;
    for (double const value : *numbers_) sum += value;
    return sum;
  }
  /// The largest of all ranks' numbers. Throws what another rank threw.
  [[nodiscard]] double largest_over_ranks(double number) const {
    gather(number);
    return *std::max_element(numbers_->begin(), numbers_->end());
  }

 private:
  void gather(double number) const {
    share_errors(communicator_, [] {});
    communicator_.gather(&number, sizeof(number), numbers_->data());
  }

  Communicator communicator_;
  std::shared_ptr<std::vector<double>> numbers_;
};

/// The matrix of a model for a scan and a grid, and its exact transpose, as a linear map of solvers
/// on several ranks: each has a slab of the image and some views of the data, as OnRanks shares
/// them out. Every rank makes the solver, with a RankExecutor, and calls it at the same time,
/// within share_errors:
///
///   RankMap map{ranks, executor, Projector<ConeBeam, SoftwareInterp>{scan, grid}};
///   Cgls solver{RankExecutor{ranks, executor}, ReconstructionProblem{map, own_views}};
///
/// Each rank must have a slice and a view: solvers take no empty arrays. Of those whose steps look
/// at neighbouring voxels FistaTv alone works on it; others fail to compile. A subset of views, of
/// which a rank may have none, is a copy that names its views and shares operators and memory.
template <class Communicator, class Executor, class Geometry, class Interp, class Model = Joseph>
class RankMap {
 public:
  /// @{
  /// Of this rank's arrays.
  using DomainElement = float;
  using RangeElement = float;
  [[nodiscard]] Extents<3> domain() const { return pair_->forward.input_extents(); }
  [[nodiscard]] Extents<3> range() const {
    Extents<3> result = pair_->forward.output_extents();
    result[2] = own_views().count;
    return result;
  }
  /// @}

  /// All ranks make it at the same time. A call takes at most `limit` bytes. Throws as OnRanks
  /// does, and InvalidArgument where a rank would have no slice or no view.
  RankMap(Communicator const& communicator, Executor const& executor,
          Projector<Geometry, Interp, Model> const& projector,
          std::size_t limit = std::numeric_limits<std::ptrdiff_t>::max(),
          std::vector<RankShare> const& slabs = {})
      : pair_{std::make_shared<Pair>(communicator, executor,
                                     checked(communicator, projector, slabs), limit, slabs)} {}

  /// The grid of this rank's slab.
  [[nodiscard]] Grid grid() const {
    Grid grid = pair_->forward.op().grid();
    RankShare const slab = pair_->forward.slab();
    grid.origin[2] += slab.first * grid.spacing[2];
    grid.size[2] = slab.count;
    return grid;
  }

  /// How many views are selected, of all ranks together.
  [[nodiscard]] int num_views() const { return views_.count(all_views()); }
  /// Which of these, numbered as the selected ones are, this rank has.
  [[nodiscard]] RankShare own_views() const { return pair_->forward.views_among(views_); }
  /// The rows of some of these views, numbered as the selected ones are. Throws InvalidArgument
  /// where they do not ascend.
  [[nodiscard]] RankMap subset(ViewSelection const& views) const {
    RankMap result = *this;
    result.views_ = detail::views_among("RankMap", views_, views, all_views());
    static_cast<void>(result.own_views());
    return result;
  }
  /// Pixels of the rank that has the most.
  [[nodiscard]] std::int64_t most_pixels() const {
    Extents<3> slab = domain();
    for (RankShare const& one : pair_->forward.slabs()) slab[2] = std::max(slab[2], one.count);
    return slab.count();
  }

  /// How ranks make y = A x, of all views.
  [[nodiscard]] RankPlan const& projection_plan() const { return pair_->forward.plan(); }
  /// How they make x = A' y.
  [[nodiscard]] RankPlan const& backprojection_plan() const { return pair_->transpose.plan(); }

  /// How many slices there are beside this rank's, of at most `most` to either side.
  [[nodiscard]] SlicesBeside slices_beside(int most) const {
    RankShare const slab = pair_->forward.slab();
    int const above = pair_->forward.op().grid().size[2] - slab.first - slab.count;
    return {std::min(most, slab.first), std::min(most, above)};
  }
  /// Receives the slices beside this rank's from those who have them, in an array of the image's
  /// rows that has both; all ranks ask for as many to either side as there are, or the same number.
  /// Throws what another rank threw.
  template <class T>
  void receive_slices(ArrayView<T, 3> array, SlicesBeside const& beside) const {
    std::size_t const bytes = static_cast<std::size_t>(array.slice_count()) * sizeof(T);
    pair_->slices(beside, reinterpret_cast<std::byte*>(array.data), bytes);
  }

  /// None of the solver's executor.
  template <class SolverExecutor>
  [[nodiscard]] std::size_t workspace_bytes(SolverExecutor const&, std::size_t) const {
    return 0;
  }
  /// y = A x. Throws as OnRanks does.
  template <class SolverExecutor>
  void apply(SolverExecutor const&, ArrayView<float const, 3> x, ArrayView<float, 3> y,
             Workspace<SolverExecutor>&) const {
    pair_->forward(x, y, views_);
  }
  /// x = A' y. Throws as OnRanks does.
  template <class SolverExecutor>
  void apply_transpose(SolverExecutor const&, ArrayView<float const, 3> y, ArrayView<float, 3> x,
                       Workspace<SolverExecutor>&) const {
    pair_->transpose(y, x, views_);
  }

 private:
  struct Pair {
    Pair(Communicator const& communicator, Executor const& executor,
         Projector<Geometry, Interp, Model> const& projector, std::size_t limit,
         std::vector<RankShare> const& slabs)
        : forward{communicator, executor, projector, limit, slabs},
          transpose{communicator, executor, projector.adjoint(), limit, slabs},
          slices{executor, communicator, forward.slabs()} {}

    OnRanks<Projector<Geometry, Interp, Model>, Executor, Communicator> forward;
    OnRanks<Backprojector<Geometry, Interp, Model>, Executor, Communicator> transpose;
    detail::SliceExchange<Executor, Communicator> slices;
  };

  static Projector<Geometry, Interp, Model> const& checked(
      Communicator const& communicator, Projector<Geometry, Interp, Model> const& projector,
      std::vector<RankShare> const& slabs) {
    share_errors(communicator, [&] {
      int const slices = projector.grid().size[2];
      int const views = projector.geometry().num_views();
      detail::expects(communicator.size() <= std::min(slices, views),
                      "RankMap: ", communicator.size(),
                      " ranks need as many slices and views; there are ", slices, " slices and ",
                      views, " views");
      for (RankShare const& slab : slabs) {
        detail::expects(slab.count != 0, "RankMap: each rank must have a slice");
      }
    });
    return projector;
  }

  [[nodiscard]] int all_views() const { return pair_->forward.op().geometry().num_views(); }

  std::shared_ptr<Pair> pair_;
  ViewSelection views_;
};

}  // namespace pyronn
