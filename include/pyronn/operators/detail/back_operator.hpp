// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// What a Backprojector is made of: arrays here have rank 4, and were looked at.
#include <algorithm>
#include <cstddef>
#include <vector>

#include <pyronn/core/array_view.hpp>
#include <pyronn/core/grid.hpp>
#include <pyronn/exec/backend.hpp>
#include <pyronn/exec/workspace.hpp>
#include <pyronn/operators/detail/back_call.hpp>
#include <pyronn/operators/detail/checks.hpp>
#include <pyronn/operators/detail/general_back.hpp>
#include <pyronn/operators/detail/operator_views.hpp>
#include <pyronn/operators/detail/path_list.hpp>
#include <pyronn/operators/detail/plane_checks.hpp>
#include <pyronn/operators/detail/shapes.hpp>
#include <pyronn/operators/part.hpp>
#include <pyronn/operators/plan.hpp>

namespace pyronn::detail {

template <class Geometry_, class Interp_, class Model_>
class BackOperator {
 public:
  using Geometry = Geometry_;
  using Interp = Interp_;
  using Model = Model_;
  using View = view_t<Geometry>;
  static constexpr int dimension = dimension_v<Geometry>;

  BackOperator(std::vector<Geometry> const& geometries, Grid const& grid, Model const& model,
               char const* function)
      : geometries_{detail::checked_geometries(geometries, function)},
        grid_{checked_grid<dimension>(grid, function)},
        model_{model},
        views_{geometries_, grid_} {
    if constexpr (dimension == 2 && is_projective_view_v<View>) {
      shares_views_of_grid_ =
          geometries_.size() == 1 && all_views_fit<GridBeforeSource>(geometries_, grid_);
    }
  }

  [[nodiscard]] std::vector<Geometry> const& geometries() const { return geometries_; }
  [[nodiscard]] Grid const& grid() const { return grid_; }
  [[nodiscard]] Model const& model() const { return model_; }
  [[nodiscard]] auto const& views() const { return views_; }
  [[nodiscard]] Extents<2> detector() const { return geometries_.front().detector_size(); }
  [[nodiscard]] int num_views() const { return geometries_.front().num_views(); }
  /// Whether all samples share one scan of the plane whose views see all of the grid.
  [[nodiscard]] bool shares_views_of_grid() const { return shares_views_of_grid_; }

  /// Workspace for these projections, at most `limit` bytes.
  template <class Executor, class In>
  [[nodiscard]] std::size_t workspace_bytes(Executor const& executor,
                                            ArrayView<In const, 4> projections,
                                            PartOfCall const& part, std::size_t limit) const {
    std::size_t bytes = 0;
    for_each_step(executor, projections, part, limit,
                  [&](auto path, auto const& plan, auto const&) {
                    bytes = std::max(bytes, path.bytes(plan));
                  });
    return bytes;
  }

  template <class Executor, class In>
  [[nodiscard]] Plan plan(Executor const& executor, ArrayView<In const, 4> projections,
                          PartOfCall const& part, std::size_t limit) const {
    Plan result;
    for_each_step(executor, projections, part, limit,
                  [&](auto path, auto const& plan, auto const& call) {
                    PlanStep step;
                    step.first_view = call.views.first_view;
                    step.num_views = call.views.views.count;
                    path.describe(plan, executor, call, step);
                    result.steps.push_back(step);
                  });
    return result;
  }

  template <class Executor, class In, class Out>
  void run(Executor const& executor, ArrayView<In const, 4> projections, ArrayView<Out, 4> volumes,
           PartOfCall const& part, Workspace<Executor>& workspace) const {
    for_each_step(executor, projections, part, workspace.bytes(),
                  [&](auto path, auto const& plan, auto const& call) {
                    path.run(plan, executor, call, call.samples(volumes), workspace);
                  });
  }

 private:
  using Views = OperatorViews<Geometry, typename Model::template BackView<View>,
                              typename Model::template SpecialBackView<View, dimension>>;

  /// Calls `work(path, plan, call)` for runs of views that make up the part; sample by sample where
  /// the views of several lie apart in memory.
  template <class Executor, class In, class Work>
  void for_each_step(Executor const& executor, ArrayView<In const, 4> projections,
                     PartOfCall const& part, std::size_t limit, Work const& work) const {
    using Paths = typename BackPaths<Model, Interp, backend_t<Executor>>::Type;
    using Call = BackCall<BackOperator, In>;
    views_.for_each_run(part.views, [&](ViewRun const& run) {
      bool const is_whole = run.views.count == part.views.count;
      int const calls = is_whole ? 1 : projections.extents[3];
      for (int sample = 0; sample < calls; ++sample) {
        Call const call{*this,
                        run,
                        view_block(projections, run.first_view, run.views.count, sample),
                        part.slab,
                        sample,
                        part.first_sample,
                        part.adds || run.first_view > 0};
        with_first_plan(Paths{}, executor, call, limit,
                        [&](auto path, auto const& plan) { work(path, plan, call); });
      }
    });
  }

  std::vector<Geometry> geometries_;
  Grid grid_;
  Model model_;
  Views views_;
  bool shares_views_of_grid_ = false;
};

}  // namespace pyronn::detail
