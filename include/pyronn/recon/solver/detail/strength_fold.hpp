// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// StrengthFold: solves of a problem without some of its views, which are held out.
#include <algorithm>
#include <cstddef>

#include <pyronn/core/array_view.hpp>
#include <pyronn/exec/buffer.hpp>
#include <pyronn/exec/vector_operations.hpp>
#include <pyronn/operators/algebra/linear_map.hpp>
#include <pyronn/recon/solver/detail/held_out_views.hpp>
#include <pyronn/recon/solver/detail/settled.hpp>
#include <pyronn/recon/solver/fista_tv.hpp>
#include <pyronn/recon/solver/measures.hpp>
#include <pyronn/recon/solver/pdhg.hpp>
#include <pyronn/recon/solver/problem.hpp>

namespace pyronn::detail {

/// Pdhg begins with an image that FistaTv made in so many of the iterations, one of this number.
inline constexpr int share_of_fista = 5;
/// The balance of that Pdhg: the image has less far to go than from 0.
inline constexpr double balance_of_good_start = 0.5;

/// What iterations of a solver made.
struct MeasuredRun {
  SettledRun run;
  SolverMeasures measures;  ///< at the end
};

/// Iterations of Pdhg until the image settles, from an image that FistaTv made. Where data say
/// nothing of a pixel, a step of FistaTv is at most as long as c allows, which is little; those of
/// Pdhg follow how far the image has to go. Options are of the strength's problem.
template <class Map, class Executor>
MeasuredRun go_on_with_pdhg(Executor const& executor, ReconstructionProblem<Map> const& problem,
                            FistaTvOptions const& of, DomainView<Map> image, int iterations,
                            double change) {
  PdhgOptions options;
  options.strength = of.strength;
  options.spacing = of.spacing;
  options.balance = balance_of_good_start;
  options.balanced = PdhgBalance::of_start;
  options.workspace_limit = of.workspace_limit;
  Pdhg<Map, Executor> solver{executor, problem, options};
  solver.start(image);
  SettledRun const run = iterate_until_settled(executor, solver, iterations, change);
  return {run, solver.measure()};
}

/// Some views that are held out, and an image of the others. Search is StrengthSearch.
template <class Map, class Executor, class Search>
class StrengthFold {
 public:
  using Image = DomainView<Map>;
  using ConstImage = DomainView<Map, typename Map::DomainElement const>;

  StrengthFold(Executor const& executor, ReconstructionProblem<Map> const& problem,
               Search const& search, int number)
      : executor_{executor},
        search_{search},
        views_{executor, problem, search, number},
        extents_{problem.map.domain()},
        image_{executor, static_cast<std::size_t>(extents_.count())} {}

  [[nodiscard]] HeldOutViews<Map, Executor>& views() { return views_; }
  [[nodiscard]] Image image() const { return image_.view(extents_); }

  /// Makes the image for a strength, from a start, and returns the iterations.
  int solve(double strength, ConstImage start) {
    copy(executor_, start, image());
    FistaTvOptions options;
    options.strength = strength;
    options.spacing = search_.spacing;
    options.norm = norm_;
    options.workspace_limit = search_.workspace_limit;
    bool const are_ends = search_.held_out == HeldOut::ends;
    int const most =
        are_ends ? std::max(search_.iterations / share_of_fista, settled_turn) : search_.iterations;
    int const made = fista(options, most);
    if (!are_ends) return made;
    return made + go_on_with_pdhg(executor_, views_.problem(), options, image(),
                                  search_.iterations - made, search_.change)
                      .run.iterations;
  }

 private:
  int fista(FistaTvOptions const& options, int most) {
    FistaTv<Map, Executor> solver{executor_, views_.problem(), options};
    solver.start(image());
    norm_ = solver.norm();
    return iterate_until_settled(executor_, solver, most, search_.change).iterations;
  }

  Executor executor_;
  Search search_;
  HeldOutViews<Map, Executor> views_;
  DomainOf<Map> extents_;
  Buffer<typename Map::DomainElement, Executor> image_;
  double norm_ = 0;
};

}  // namespace pyronn::detail
