// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// reconstruct_iteratively: a scan, a grid, data and what is known of the image; all else is
/// chosen.
#include <algorithm>
#include <cstddef>
#include <limits>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include <pyronn/core/array_view.hpp>
#include <pyronn/core/error.hpp>
#include <pyronn/core/extents.hpp>
#include <pyronn/core/grid.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/exec/vector_operations.hpp>
#include <pyronn/exec/workspace.hpp>
#include <pyronn/geometry/traits.hpp>
#include <pyronn/interp/software_interp.hpp>
#include <pyronn/operators/algebra/system_matrix.hpp>
#include <pyronn/recon/solver/coarse_to_fine.hpp>
#include <pyronn/recon/solver/detail/settled.hpp>
#include <pyronn/recon/solver/detail/strength_fold.hpp>
#include <pyronn/recon/solver/detail/system.hpp>
#include <pyronn/recon/solver/detail/tv_objective.hpp>
#include <pyronn/recon/solver/fista_tv.hpp>
#include <pyronn/recon/solver/held_out.hpp>
#include <pyronn/recon/solver/problem.hpp>
#include <pyronn/recon/solver/strength_choice.hpp>
#include <pyronn/recon/solver/tv_strength.hpp>

namespace pyronn {

/// What is known of an image beforehand: that it consists of regions between sharp edges, as total
/// variation says, and that its values lie between bounds.
struct EdgePrior {
  PixelBounds bounds{0, std::numeric_limits<double>::infinity()};  ///< of all pixels
  /// c of 1/2 |W^(1/2) (b - A x)|^2 + c TV(x). Not given: choose_tv_strength finds it.
  std::optional<double> strength{};
};

/// What reconstruct_iteratively may be told, too.
struct IterativeOptions {
  /// The strength is chosen in pixels so large that the grid is at most so many voxels wide.
  int most_voxels_of_search = 256;
  int most_voxels_of_coarsest = 32;  ///< how wide the grid of the first solve is, at most
  StrengthSearch search{};           ///< how the strength is chosen
  int iterations = 1500;             ///< of a level, at most; at least 10
  double change = 5e-5;              ///< they end once ten change the image by less than this share
  std::size_t workspace_limit = default_workspace_limit;  ///< of the map's calls [bytes]
};

/// What a level took.
struct LevelRun {
  int factor;        ///< ResolutionLevel::factor
  Extents<3> size;   ///< of its grid, in voxels
  double strength;   ///< c of the level
  double norm;       ///< of W^(1/2) A, with a margin; one over its square was the length of steps
  int iterations;    ///< that were made, of Pdhg, too
  double objective;  ///< at the end
  double residual;   ///< |W^(1/2) (b - A x)| at the end
  bool has_settled;  ///< whether the image did not change any more; else iterations ran out
};

/// What reconstruct_iteratively chose.
struct IterativeChoices {
  double strength = 0;           ///< c
  double spacing = 0;            ///< of voxels along x [mm]
  int search_factor = 1;         ///< of the level in which the strength was chosen
  bool misses_much = false;      ///< whether views leave out a fifth of the half turn, or more
  StrengthChoice search{};       ///< without trials where the strength was given
  std::vector<LevelRun> levels;  ///< from coarse to fine
};

/// The same as text, line by line.
[[nodiscard]] inline std::string text_of(IterativeChoices const& choices) {
  using detail::message;
  using detail::rounded;
  std::string text;
  if (!choices.search.trials.empty()) {
    text +=
        message("strength chosen in pixels of ", choices.search_factor, ", by ",
                choices.search.held_out, " of ", choices.search.views, " views that were held out",
                choices.misses_much ? " at the ends, as much is missing:\n" : ":\n");
    for (StrengthTrial const& trial : choices.search.trials) {
      text += message("  strength ", rounded(trial.strength), ": mean residual there ",
                      rounded(trial.error), " after ", trial.iterations,
                      trial.iterations == 1 ? " iteration\n" : " iterations\n");
    }
  }
  for (LevelRun const& level : choices.levels) {
    text += message("pixels of ", level.factor, ", grid ", level.size, ": strength ",
                    rounded(level.strength), ", steps of 1 / ", rounded(level.norm), "^2, ",
                    level.iterations, level.iterations == 1 ? " iteration, " : " iterations, ",
                    level.has_settled ? "until the image stayed" : "all that were allowed",
                    ", objective ", rounded(level.objective), ", residual ",
                    rounded(level.residual), "\n");
  }
  return text + tv_strength_text(choices.strength, choices.spacing);
}

namespace detail {

/// One call of reconstruct_iteratively.
template <class Executor, class Geometry, class MakeMap>
class ReadyMadeSolve {
 public:
  using Map = std::decay_t<std::invoke_result_t<MakeMap const&, Geometry const&, Grid const&>>;
  using Arrays = LevelArrays<typename Map::DomainElement, DomainOf<Map>::rank>;
  using Level = ResolutionLevel<Geometry>;

  ReadyMadeSolve(Executor const& executor, Geometry const& geometry, Grid const& grid,
                 MakeMap const& make_map, EdgePrior const& prior, IterativeOptions const& options)
      : executor_{executor},
        geometry_{geometry},
        grid_{grid},
        make_map_{make_map},
        prior_{prior},
        options_{options} {
    expects(options.most_voxels_of_search >= 1 && options.most_voxels_of_coarsest >= 1 &&
                options.iterations >= 10 && options.change >= 0,
            "reconstruct_iteratively: most_voxels_of_search ", options.most_voxels_of_search,
            ", most_voxels_of_coarsest ", options.most_voxels_of_coarsest, ", iterations ",
            options.iterations, " and change ", options.change, " must be at least 1, 1, 10 and 0");
    if (prior.strength) check_strength("reconstruct_iteratively", *prior.strength);
    choices_.spacing = grid.spacing[0];
    choices_.misses_much = held_out_of(geometry) == HeldOut::ends;
  }

  IterativeChoices operator()(Arrays const& arrays) {
    Level const whole{geometry_, grid_, 1, {1, 1, 1}, {1, 1}};
    check_problem("reconstruct_iteratively", executor_, problem_of(whole, arrays), arrays.image);
    choices_.search_factor = resolution_factor<Geometry>(grid_, options_.most_voxels_of_search);
    if (prior_.strength) {
      choices_.strength = *prior_.strength;
    } else {
      coarse_to_fine(executor_, geometry_, grid_, arrays, choices_.search_factor,
                     [&](Level const& level, Arrays const& of) { search(level, of); });
    }
    coarse_to_fine(executor_, geometry_, grid_, arrays,
                   resolution_factor<Geometry>(grid_, options_.most_voxels_of_coarsest),
                   [&](Level const& level, Arrays const& of) { solve(level, of); });
    return choices_;
  }

 private:
  [[nodiscard]] ReconstructionProblem<Map> problem_of(Level const& level,
                                                      Arrays const& arrays) const {
    ReconstructionProblem<Map> problem{make_map_(level.geometry, level.grid), arrays.data};
    problem.weights = arrays.weights;
    problem.mask = arrays.mask;
    problem.bounds = prior_.bounds;
    return problem;
  }

  void search(Level const& level, Arrays const& arrays) {
    if (level.factor != choices_.search_factor) return;
    StrengthSearch search = options_.search;
    search.spacing = spacing_of(level.grid);
    search.workspace_limit = options_.workspace_limit;
    if (choices_.misses_much) search.held_out = HeldOut::ends;
    choices_.search =
        choose_tv_strength(executor_, problem_of(level, arrays), arrays.image, search);
    choices_.strength = choices_.search.strength / level.strength_of(1);
  }

  void solve(Level const& level, Arrays const& arrays) {
    ReconstructionProblem<Map> const problem = problem_of(level, arrays);
    FistaTvOptions options;
    options.strength = level.strength_of(choices_.strength);
    options.spacing = spacing_of(level.grid);
    options.workspace_limit = options_.workspace_limit;
    int const most = choices_.misses_much
                         ? std::max(options_.iterations / share_of_fista, settled_turn)
                         : options_.iterations;
    MeasuredRun made = fista(problem, arrays.image, options, most);
    if (choices_.misses_much) {
      int const before = made.run.iterations;
      made = go_on_with_pdhg(executor_, problem, options, arrays.image,
                             options_.iterations - before, options_.change);
      made.run.iterations += before;
    }
    choices_.levels.push_back({level.factor, level.grid.size, options.strength, options.norm,
                               made.run.iterations, made.measures.objective, made.measures.residual,
                               made.run.has_settled});
  }

  /// Sets the options' norm to what it is.
  MeasuredRun fista(ReconstructionProblem<Map> const& problem, DomainView<Map> image,
                    FistaTvOptions& options, int most) const {
    FistaTv<Map, Executor> solver{executor_, problem, options};
    solver.start(image);
    options.norm = solver.norm();
    SettledRun const run = iterate_until_settled(executor_, solver, most, options_.change);
    return {run, solver.measure()};
  }

  /// In the plane slices lie so far apart that nothing along z counts, where maps have that axis.
  static Vec3d spacing_of(Grid const& grid) {
    constexpr double far = 1e6;
    Vec3d result = grid.spacing;
    if (dimension_v<Geometry> == 2) result[2] = far * std::max(result[0], result[1]);
    return result;
  }

  Executor executor_;
  Geometry geometry_;
  Grid grid_;
  MakeMap const& make_map_;
  EdgePrior prior_;
  IterativeOptions options_;
  IterativeChoices choices_;
};

}  // namespace detail

/// Reconstructs the image [1/mm] of a scan from line integrals (no unit) of few views, of a part of
/// the turn, or with noise, and says what it chose: FistaTv solves in larger pixels first, whose
/// image starts the next finer solve, with a strength of total variation that predicts views which
/// are held out (choose_tv_strength), steps from the map's norm, and as many iterations as change
/// the image.
///
/// `arrays` lie in the executor's memory: data, an image of the grid, which is the start (zeros
/// will do) and becomes the result, weights where rays are not equally good, as count_weights makes
/// them, and a mask where some pixels are known: they keep their start, and are projected. Waits.
/// Throws InvalidArgument for a strength that is negative or not finite, for arrays of the wrong
/// size, and else where choose_tv_strength and FistaTv do, and OutOfMemory.
///
/// Where views miss a fifth of the half turn or more, much of the image is what the prior makes of
/// it, and FistaTv would take long: each level goes on with Pdhg, and the views that are held out
/// are those at the ends. A smaller `change` and more iterations go on for longer.
///
/// `make_map(geometry, grid)` makes the map of a scan with pixels of some size and a grid, a value
/// that knows its views: a SystemMatrix of any model, or what is as one.
template <class Executor, class Geometry, class MakeMap, class T, int Rank>
IterativeChoices reconstruct_iteratively(Executor const& executor, Geometry const& scan,
                                         Grid const& grid, MakeMap const& make_map,
                                         LevelArrays<T, Rank> const& arrays,
                                         EdgePrior const& prior = {},
                                         IterativeOptions const& options = {}) {
  return detail::ReadyMadeSolve<Executor, Geometry, MakeMap>{executor, scan,  grid,
                                                             make_map, prior, options}(arrays);
}

/// The same with rays of Joseph's model, in the precision of float.
template <class Executor, class Geometry>
IterativeChoices reconstruct_iteratively(Executor const& executor, Geometry const& scan,
                                         Grid const& grid,
                                         LevelArrays<float, dimension_v<Geometry>> const& arrays,
                                         EdgePrior const& prior = {},
                                         IterativeOptions const& options = {}) {
  auto const make_map = [](Geometry const& geometry, Grid const& of) {
    return SystemMatrix<Geometry, SoftwareInterp>{geometry, of};
  };
  return pyronn::reconstruct_iteratively(executor, scan, grid, make_map, arrays, prior, options);
}

}  // namespace pyronn
