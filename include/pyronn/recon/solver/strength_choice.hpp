// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// choose_tv_strength: how strong total variation should be, by views that are held out.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include <pyronn/core/array_view.hpp>
#include <pyronn/core/error.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/exec/buffer.hpp>
#include <pyronn/exec/vector_operations.hpp>
#include <pyronn/exec/workspace.hpp>
#include <pyronn/operators/part.hpp>
#include <pyronn/recon/solver/detail/held_out_views.hpp>
#include <pyronn/recon/solver/fista_tv.hpp>
#include <pyronn/recon/solver/problem.hpp>

namespace pyronn {

/// What else choose_tv_strength is told.
struct StrengthSearch {
  int fold = 4;             ///< of so many views, one is held out; at least 2
  int most_trials = 16;     ///< strengths that are tried, at least 5
  int iterations = 200;     ///< of FistaTv a strength, at most; at least 10
  double change = 2e-4;     ///< they end once ten change the objective by less than this share
  std::optional<Vec3d> spacing{};  ///< of pixels, as FistaTvOptions
  std::size_t workspace_limit = default_workspace_limit;  ///< of the map's calls [bytes]
};

/// A strength that was tried.
struct StrengthTrial {
  double strength;  ///< c, for all views
  double error;     ///< the mean of |W^(1/2) (b - A x)| over the views that were held out
  int iterations;   ///< that made x of the others
};

/// What choose_tv_strength found.
struct StrengthChoice {
  double strength = 0;                  ///< c, for all views
  int views = 0;                        ///< that there are
  int held_out = 0;                     ///< of these
  std::vector<StrengthTrial> trials{};  ///< in the order in which they were made
};

namespace detail {

/// Where the parabola through three points is least; they are at -1, 0 and 1, the middle one lowest.
inline double parabola_minimum(double left, double middle, double right) {
  double const curvature = left - 2 * middle + right;
  return curvature > 0 ? std::clamp(0.5 * (left - right) / curvature, -1.0, 1.0) : 0.0;
}

/// One run of choose_tv_strength.
template <class Map, class Executor>
class TvStrengthSearch {
 public:
  using Image = DomainView<Map>;

  TvStrengthSearch(Executor const& executor, ReconstructionProblem<Map> const& problem, Image image,
                   StrengthSearch const& options)
      : executor_{executor},
        options_{options},
        views_{executor, problem, options.fold, options.workspace_limit},
        image_{image},
        best_{executor, static_cast<std::size_t>(image.count())} {}

  StrengthChoice operator()() {
    choice_.views = views_.kept() + views_.held_out();
    choice_.held_out = views_.held_out();
    // Downwards, so that each image is a start for the next one; upwards only if there is no other.
    double const first = std::log(first_strength());
    double const step = std::log(4.0);
    double at = first;
    double const first_error = try_at(at);
    double lowest = first_error;
    double best_at = at;
    double const down = try_at(at - step);
    double const direction = down < first_error ? -step : step;
    if (down < lowest) {
      lowest = down;
      best_at = at -= step;
    }
    while (may_try(3)) {
      double const error = try_at(at += direction);
      if (!(error < lowest)) break;
      lowest = error;
      best_at = at;
    }
    refine(best_at, step / 2);
    return choice_;
  }

 private:
  [[nodiscard]] bool may_try(int more) const {
    return static_cast<int>(choice_.trials.size()) + more <= options_.most_trials;
  }

  /// Of half the distance to both sides, then where the parabola through the logarithms is least.
  void refine(double at, double half) {
    double const middle = lowest_error();
    double const left = try_at(at - half);
    double const right = try_at(at + half);
    double best = at;
    if (left < middle && left <= right) best = at - half;
    if (right < middle && right < left) best = at + half;
    double const errors[3] = {error_near(best - half), error_near(best), error_near(best + half)};
    choice_.strength = std::exp(best + half * parabola_minimum(errors[0], errors[1], errors[2]));
    copy(executor_, best_.view(image_.extents), image_);
  }

  [[nodiscard]] double lowest_error() const {
    return std::min_element(choice_.trials.begin(), choice_.trials.end(),
                            [](auto const& a, auto const& b) { return a.error < b.error; })
        ->error;
  }
  /// Of the trial at this logarithm, which was made.
  [[nodiscard]] double error_near(double at) const {
    auto const distance = [&](StrengthTrial const& trial) {
      return std::abs(std::log(trial.strength) - at);
    };
    return std::min_element(
               choice_.trials.begin(), choice_.trials.end(),
               [&](auto const& a, auto const& b) { return distance(a) < distance(b); })
        ->error;
  }

  /// Some strength at which edges are about to be lost: what the data pull at a pixel, over what
  /// total variation can hold against it.
  double first_strength() {
    Vec3d const spacing = pixel_spacing("choose_tv_strength", views_.problem().map,
                                        options_.spacing);
    double hold = 0;
    for (int axis = 0; axis < DomainOf<Map>::rank; ++axis) hold += 2 / spacing[axis];
    return views_.gradient_size() / (4 * hold) * share();
  }
  /// All views over those that are kept.
  [[nodiscard]] double share() const {
    return static_cast<double>(choice_.views) / views_.kept();
  }

  double try_at(double log_strength) {
    double const strength = std::exp(log_strength);
    FistaTvOptions options;
    options.strength = strength / share();
    options.spacing = options_.spacing;
    options.norm = norm_;
    options.workspace_limit = options_.workspace_limit;
    FistaTv<Map, Executor> solver{executor_, views_.problem(), options};
    solver.start(image_);
    norm_ = solver.norm();
    int const iterations = run(solver);
    double const error = views_.error(image_);
    if (choice_.trials.empty() || error < lowest_error())
      copy(executor_, image_, best_.view(image_.extents));
    choice_.trials.push_back({strength, error, iterations});
    return error;
  }

  int run(FistaTv<Map, Executor>& solver) {
    constexpr int turn = 10;
    double before = solver.measure().objective;
    int done = 0;
    while (done + turn <= options_.iterations) {
      for (int n = 0; n < turn; ++n) solver.iterate();
      done += turn;
      double const now = solver.measure().objective;
      if (std::abs(before - now) <= options_.change * now) break;
      before = now;
    }
    return done;
  }

  Executor executor_;
  StrengthSearch options_;
  HeldOutViews<Map, Executor> views_;
  Image image_;
  Buffer<typename Map::DomainElement, Executor> best_;
  StrengthChoice choice_;
  double norm_ = 0;
};

}  // namespace detail

/// Chooses the strength c of total variation for a problem whose map has views: FistaTv solves it
/// without some of the views, for strengths a factor apart, and the one whose image says best what
/// those views have measured is the one. How well is told by the mean of |W^(1/2) (b - A x)|, not
/// of its square: along the sharpest edges, which no grid of pixels follows, errors of few rays are
/// large and would else decide. The noise of what is held out adds the same to all.
///
/// The image is the start, and becomes that of the best strength that was tried. Some ten solves
/// are made, each from the image of the one before. Allocates copies of the data. Waits. Throws
/// InvalidArgument for fewer than 3 views, options out of range and where FistaTv does, and
/// OutOfMemory.
template <class Executor, class Map>
StrengthChoice choose_tv_strength(Executor const& executor,
                                  ReconstructionProblem<Map> const& problem, DomainView<Map> image,
                                  StrengthSearch const& search = {}) {
  detail::expects(search.most_trials >= 5 && search.iterations >= 10,
                  "choose_tv_strength: most_trials ", search.most_trials, " and iterations ",
                  search.iterations, " must be at least 5 and 10");
  return detail::TvStrengthSearch<Map, Executor>{executor, problem, image, search}();
}

}  // namespace pyronn
