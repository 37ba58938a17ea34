// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// choose_tv_strength: how strong total variation should be, by views that are held out.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <list>
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
#include <pyronn/recon/solver/detail/pixel_spacing.hpp>
#include <pyronn/recon/solver/detail/strength_fold.hpp>
#include <pyronn/recon/solver/detail/system.hpp>
#include <pyronn/recon/solver/fista_tv.hpp>
#include <pyronn/recon/solver/held_out.hpp>
#include <pyronn/recon/solver/problem.hpp>

namespace pyronn {

/// What else choose_tv_strength is told.
struct StrengthSearch {
  int fold = 4;   ///< of so many views, one is held out; at least 2
  int folds = 4;  ///< how many of those are held out, one after another; at least 1
  HeldOut held_out = HeldOut::spread;  ///< held_out_of(scan); HeldOut::ends has two folds at most
  int most_trials = 16;                ///< strengths that are tried, at least 5
  int iterations = 500;                ///< of FistaTv a strength, at most; at least 10
  double change = 1e-3;            ///< they end once ten change the image by less than this share
  std::optional<Vec3d> spacing{};  ///< of pixels, as FistaTvOptions
  std::size_t workspace_limit = default_workspace_limit;  ///< of the map's calls [bytes]
};

/// A strength that was tried.
struct StrengthTrial {
  double strength;  ///< c, for all views
  double error;     ///< the mean of |W^(1/2) (b - A x)| over the views that were held out
  int iterations;   ///< that made x of the others, in all folds
  std::vector<double> errors;  ///< the same of each of these views
};

/// What choose_tv_strength found.
struct StrengthChoice {
  double strength = 0;                  ///< c, for all views
  int views = 0;                        ///< that there are
  int held_out = 0;                     ///< of these, in all folds
  std::vector<StrengthTrial> trials{};  ///< in the order in which they were made
};

namespace detail {

/// How many standard errors are a clear difference.
inline constexpr double significance = 2;

/// One run of choose_tv_strength.
template <class Map, class Executor>
class TvStrengthSearch {
 public:
  using Image = DomainView<Map>;

  TvStrengthSearch(Executor const& executor, ReconstructionProblem<Map> const& problem, Image image,
                   StrengthSearch const& search)
      : executor_{executor},
        search_{search},
        map_{problem.map},
        image_{image},
        start_{executor, static_cast<std::size_t>(image.count())} {
    copy(executor, image, start_.view(image.extents));
    int const most = search.held_out == HeldOut::ends ? 2 : std::min(search.fold, map_.num_views());
    for (int n = 0; n < std::min(search.folds, most); ++n)
      folds_.emplace_back(executor, problem, search, (n + search.fold / 2) % most);
  }

  StrengthChoice operator()() {
    choice_.views = map_.num_views();
    for (Fold& fold : folds_) choice_.held_out += fold.views().held_out();
    // Downwards, upwards only if that is worse.
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
  using Fold = StrengthFold<Map, Executor, StrengthSearch>;

  [[nodiscard]] bool may_try(int more) const {
    return static_cast<int>(choice_.trials.size()) + more <= search_.most_trials;
  }

  /// Of half the distance to both sides, then as strong as is not clearly worse than the best.
  void refine(double at, double half) {
    double const middle = lowest_error();
    double const left = try_at(at - half);
    double const right = try_at(at + half);
    if (left < middle && left <= right) at -= half;
    if (right < middle && right < left) at += half;
    StrengthTrial const& stronger = trial_near(at + half);
    StrengthTrial const& best = trial_near(at);
    double const curvature = trial_near(at - half).error - 2 * best.error + stronger.error;
    if (curvature > 0) {
      double const lowest = (trial_near(at - half).error - stronger.error) / (2 * curvature);
      // The error is curvature / 2 d^2 at d from there, and its standard error grows as d does.
      // Views at an end err alike: how much they vary does not say how uncertain their mean is.
      double const uncertain =
          search_.held_out == HeldOut::ends ? 0.0 : significance * standard_error(stronger, best);
      // Half a step, a factor of 1.4, at most: where noise hides the difference, it proves nothing.
      at += half * (std::clamp(lowest, -1.0, 1.0) + std::min(2 * uncertain / curvature, 0.5));
    }
    choice_.strength = std::exp(at);
  }

  /// Of the difference of two trials' errors, by how much it varies between views.
  static double standard_error(StrengthTrial const& a, StrengthTrial const& b) {
    auto const views = static_cast<double>(a.errors.size());
    double square = 0;
    for (std::size_t view = 0; view < a.errors.size(); ++view) {
      double const from_mean = (a.errors[view] - b.errors[view]) - (a.error - b.error);
      square += from_mean * from_mean;
    }
    return views > 1 ? std::sqrt(square / (views * (views - 1))) : 0.0;
  }

  [[nodiscard]] double lowest_error() const {
    return std::min_element(choice_.trials.begin(), choice_.trials.end(),
                            [](auto const& a, auto const& b) { return a.error < b.error; })
        ->error;
  }
  /// The one at this logarithm, which was made.
  [[nodiscard]] StrengthTrial const& trial_near(double at) const {
    auto const distance = [&](StrengthTrial const& trial) {
      return std::abs(std::log(trial.strength) - at);
    };
    return *std::min_element(
        choice_.trials.begin(), choice_.trials.end(),
        [&](auto const& a, auto const& b) { return distance(a) < distance(b); });
  }

  /// Some strength at which edges are about to be lost: what the data pull at a pixel, over what
  /// total variation can hold against it.
  double first_strength() {
    Vec3d const spacing = pixel_spacing("choose_tv_strength", map_, search_.spacing);
    double hold = 0;
    for (int axis = 0; axis < DomainOf<Map>::rank; ++axis) hold += 2 / spacing[axis];
    double const pull = folds_.front().views().gradient_size();
    expects(pull > 0, "choose_tv_strength: the data say nothing of pixels that are sought");
    return pull / (4 * hold) * share(folds_.front());
  }

  /// The strength for all views over that for those that are kept: what noise pulls at a pixel,
  /// which total variation has to hold, grows as the square root of the number of views.
  [[nodiscard]] double share(Fold& fold) const {
    return std::sqrt(static_cast<double>(choice_.views) / fold.views().kept());
  }

  double try_at(double log_strength) {
    double const strength = std::exp(log_strength);
    double const lowest =
        choice_.trials.empty() ? std::numeric_limits<double>::infinity() : lowest_error();
    StrengthTrial trial{strength, 0, 0, {}};
    for (Fold& fold : folds_) {
      trial.iterations += fold.solve(strength / share(fold), start_.view(image_.extents));
      for (double const error : fold.views().errors(fold.image())) {
        trial.errors.push_back(error);
        trial.error += error / choice_.held_out;
      }
    }
    if (trial.error < lowest) copy(executor_, folds_.front().image(), image_);
    choice_.trials.push_back(trial);
    return trial.error;
  }

  Executor executor_;
  StrengthSearch search_;
  Map map_;
  Image image_;
  Buffer<typename Map::DomainElement, Executor> start_;
  std::list<Fold> folds_;
  StrengthChoice choice_;
};

}  // namespace detail

/// What choose_tv_strength will allocate for this map, at most [bytes].
template <class Executor, class Map>
std::size_t strength_choice_bytes(Executor const& executor, Map const& map,
                                  StrengthSearch const& search = {}) {
  auto const pixels =
      static_cast<std::size_t>(map.domain().count()) * sizeof(typename Map::DomainElement);
  auto const rays =
      static_cast<std::size_t>(map.range().count()) * sizeof(typename Map::RangeElement);
  std::size_t const workspace =
      detail::System<Map, Executor>::workspace_bytes(executor, map, search.workspace_limit);
  auto const folds = static_cast<std::size_t>(std::min(search.folds, search.fold));
  // A fold: data and weights of all views, rays of some, an image, two workspaces. Once: the start,
  // a copy of the image, a solver.
  std::size_t solver = FistaTv<Map, Executor>::memory_bytes(executor, map, {});
  if (search.held_out == HeldOut::ends)
    solver = std::max(solver, Pdhg<Map, Executor>::memory_bytes(executor, map, {}));
  return folds * (3 * rays + pixels + 2 * workspace) + 2 * pixels + solver;
}

/// Chooses the strength c of total variation for a problem whose map has views: FistaTv solves it
/// without some of the views, for strengths a factor apart, and what its images say of those views
/// is compared with what was measured, by the mean of |W^(1/2) (b - A x)|. It is not the mean of
/// its square: along the sharpest edges, which no grid of pixels follows, errors of few rays are
/// large and would else decide. The noise of what is held out adds the same to all. The strength is
/// the largest whose error is not clearly, by two standard errors, above the least one: of what
/// says views equally well, the smoother image has the lower error.
///
/// Where a scan misses a part of the half turn, views between others say nothing of it, but those
/// at an end do: without them a larger part is missing, of which they are. HeldOut::ends compares
/// strengths by them, with the minimum of Pdhg, and takes the one of the least error; held_out_of
/// says which a scan needs.
///
/// The image is the start, and becomes that of the best strength that was tried, without the views
/// that were held out first. Some eight strengths are tried, with `folds` solves each, all of them
/// from the start: an image of a larger strength would keep some of its smoothness for long, and
/// make a lower strength look better than it is. Allocates a copy of the data and an image for each
/// fold. Waits. Throws InvalidArgument for fewer than 3 views, options out of range and where
/// FistaTv does, and OutOfMemory.
template <class Executor, class Map>
StrengthChoice choose_tv_strength(Executor const& executor,
                                  ReconstructionProblem<Map> const& problem, DomainView<Map> image,
                                  StrengthSearch const& search = {}) {
  detail::expects(search.most_trials >= 5 && search.iterations >= 10,
                  "choose_tv_strength: most_trials ", search.most_trials, " and iterations ",
                  search.iterations, " must be at least 5 and 10");
  detail::expects(search.fold >= 2 && search.folds >= 1, "choose_tv_strength: fold ", search.fold,
                  " and folds ", search.folds, " must be at least 2 and 1");
  detail::expects(problem.map.num_views() >= 3,
                  "choose_tv_strength: ", detail::counted(problem.map.num_views(), "view"),
                  problem.map.num_views() == 1 ? " is" : " are",
                  " too few to hold one out; there must be at least 3");
  detail::check_problem("choose_tv_strength", executor, problem, image);
  return detail::TvStrengthSearch<Map, Executor>{executor, problem, image, search}();
}

}  // namespace pyronn
