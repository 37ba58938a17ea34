// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// What operators are made of: arrays here have rank 4, and were looked at.
#include <algorithm>
#include <cstddef>
#include <optional>
#include <type_traits>
#include <vector>

#include <pyronn/core/array_view.hpp>
#include <pyronn/core/grid.hpp>
#include <pyronn/exec/backend.hpp>
#include <pyronn/exec/detail/run_on_threads.hpp>
#include <pyronn/exec/workspace.hpp>
#include <pyronn/geometry/traits.hpp>
#include <pyronn/operators/detail/checks.hpp>
#include <pyronn/operators/detail/direction.hpp>
#include <pyronn/operators/detail/of_sample.hpp>
#include <pyronn/operators/detail/operator_call.hpp>
#include <pyronn/operators/detail/operator_views.hpp>
#include <pyronn/operators/detail/path_list.hpp>
#include <pyronn/operators/detail/rows_of_slices.hpp>
#include <pyronn/operators/detail/view_indices.hpp>
#include <pyronn/operators/plan.hpp>

namespace pyronn::detail {

/// `Direction` is Forward or Back.
template <class Direction, class Geometry_, class Interp_, class Model_>
class DirectedOperator {
 public:
  using Geometry = Geometry_;
  using Interp = Interp_;
  using Model = Model_;
  using View = view_t<Geometry>;
  static constexpr int dimension = dimension_v<Geometry>;

  /// Of one geometry, or one for each sample.
  DirectedOperator(std::vector<Geometry> const& geometries, Grid const& grid, Model const& model,
                   char const* function)
      : DirectedOperator{detail::checked_geometries(geometries, function), geometries.size(), grid,
                         model, function} {
    set_up_views(1, [this](std::size_t sample) -> Geometry const& { return geometries_[sample]; });
  }

  /// Of `count` geometries that `make(sample)` makes, `threads` of them at a time. Only the first
  /// is kept.
  template <class Make>
  DirectedOperator(std::size_t count, Make const& make, int threads, Grid const& grid,
                   Model const& model, char const* function)
      : DirectedOperator{std::vector<Geometry>{make(0)}, count, grid, model, function} {
    static_assert(!std::is_trivially_copyable_v<Geometry>,
                  "Kernels may take such geometries whole.");
    detail::checked_geometries(geometries_, function);
    set_up_views(threads, [&](std::size_t sample) {
      return sample == 0 ? geometries_.front() : make(sample);
    });
  }

  /// All of them, or the first alone where the others were not kept.
  [[nodiscard]] std::vector<Geometry> const& geometries() const { return geometries_; }
  [[nodiscard]] std::size_t num_geometries() const { return count_; }
  [[nodiscard]] Grid const& grid() const { return grid_; }
  [[nodiscard]] Model const& model() const { return model_; }
  [[nodiscard]] auto const& views() const { return views_; }
  [[nodiscard]] Extents<2> detector() const { return geometries_.front().detector_size(); }
  [[nodiscard]] int num_views() const { return geometries_.front().num_views(); }
  /// Whether all views of scans of the plane are as PlaneCheck asks.
  [[nodiscard]] bool has_checked_plane() const { return has_checked_plane_; }
  /// Whether besides all samples share one scan.
  [[nodiscard]] bool shares_checked_plane() const { return has_checked_plane_ && count_ == 1; }
  /// Where the slices of the grid are seen, if all samples share a scan with parallel rays in which
  /// that is the same in every view.
  [[nodiscard]] std::optional<RowsOfSlices> const& rows_of_slices() const {
    return rows_of_slices_;
  }

  /// Workspace for these inputs, at most `limit` bytes.
  template <class Executor, class In>
  [[nodiscard]] std::size_t workspace_bytes(Executor const& executor, ArrayView<In const, 4> input,
                                            PartOfCall const& part, std::size_t limit) const {
    std::size_t bytes = 0;
    for_each_step(executor, input, part, limit, [&](auto path, auto const& plan, auto const&) {
      bytes = std::max(bytes, path.bytes(plan));
    });
    return bytes;
  }

  template <class Executor, class In>
  [[nodiscard]] Plan plan(Executor const& executor, ArrayView<In const, 4> input,
                          PartOfCall const& part, std::size_t limit) const {
    Plan result;
    for_each_step(executor, input, part, limit, [&](auto path, auto const& plan, auto const& call) {
      PlanStep step;
      step.first_view = call.views.first_view;
      step.num_views = call.views.views.count;
      step.workspace_bytes = path.bytes(plan);
      path.describe(plan, executor, call, step);
      result.steps.push_back(step);
    });
    return result;
  }

  template <class Executor, class In, class Out>
  void run(Executor const& executor, ArrayView<In const, 4> input, ArrayView<Out, 4> output,
           PartOfCall const& part, Workspace<Executor>& workspace) const {
    for_each_step(executor, input, part, workspace.bytes(),
                  [&](auto path, auto const& plan, auto const& call) {
                    path.run(plan, executor, call, Direction::output(call, output), workspace);
                  });
  }

 private:
  DirectedOperator(std::vector<Geometry> const& geometries, std::size_t count, Grid const& grid,
                   Model const& model, char const* function)
      : geometries_{geometries},
        count_{count},
        grid_{checked_grid<dimension>(grid, function)},
        model_{model},
        views_{count, geometries_, grid_} {
    if constexpr (dimension == 3 && has_parallel_rays_v<View>) {
      if (count == 1) rows_of_slices_ = find_rows_of_slices(geometries_[0], grid_);
    }
  }

  /// Sets up the views of all geometries, which `get(sample)` gives.
  template <class Get>
  void set_up_views(int threads, Get const& get) {
    std::vector<char> fits_plane(count_);
    for_each_on_threads(threads, count_, [&](std::size_t sample) {
      Geometry const& geometry = get(sample);
      detail::of_sample(sample, count_, [&] { views_.set_up(sample, geometry, grid_); });
      if constexpr (dimension == 2 && Direction::template can_check_plane<View>) {
        using Check = typename Direction::template PlaneCheck<Model, View>;
        fits_plane[sample] = detail::all_views_fit<Check>(geometry, grid_) ? 1 : 0;
      }
    });
    views_.combine_samples();
    has_checked_plane_ = std::find(fits_plane.begin(), fits_plane.end(), 0) == fits_plane.end();
  }

  /// Calls `work(path, plan, call)` for runs of views that make up the part.
  template <class Executor, class In, class Work>
  void for_each_step(Executor const& executor, ArrayView<In const, 4> input, PartOfCall const& part,
                     std::size_t limit, Work const& work) const {
    using Paths = typename Direction::template Paths<Model, Interp, backend_t<Executor>>;
    using Call = OperatorCall<DirectedOperator, In>;
    auto const step = [&](ViewRun const& run) {
      auto const plan_and_work = [&](auto const& of_run, int sample, bool is_written) {
        Call const call{
            *this, run, of_run, part.slab, sample, part.first_sample, part.adds || is_written};
        with_first_plan(Paths{}, executor, call, limit,
                        [&](auto path, auto const& plan) { work(path, plan, call); });
      };
      Direction::for_each_input(input, run, plan_and_work);
    };
    if constexpr (Direction::template splits_views<Paths, Call>) {
      views_.for_each_run(part.views, step);
    } else {
      step({part.views, 0, false});
    }
  }

  std::vector<Geometry> geometries_;
  std::size_t count_;  ///< of geometries that were set up
  Grid grid_;
  Model model_;
  typename Direction::template Views<Model, Geometry, Interp> views_;
  bool has_checked_plane_ = false;
  std::optional<RowsOfSlices> rows_of_slices_;
};

}  // namespace pyronn::detail
