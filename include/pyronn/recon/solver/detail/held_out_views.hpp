// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// HeldOutViews: a problem of some of the views, and how well an image says what the others saw.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include <pyronn/core/array_view.hpp>
#include <pyronn/core/config.hpp>
#include <pyronn/core/error.hpp>
#include <pyronn/exec/buffer.hpp>
#include <pyronn/exec/detail/reduction.hpp>
#include <pyronn/exec/host_copy.hpp>
#include <pyronn/exec/vector_operations.hpp>
#include <pyronn/exec/workspace.hpp>
#include <pyronn/operators/algebra/linear_map.hpp>
#include <pyronn/operators/part.hpp>
#include <pyronn/recon/solver/detail/scalar_steps.hpp>
#include <pyronn/recon/solver/detail/system.hpp>
#include <pyronn/recon/solver/held_out.hpp>
#include <pyronn/recon/solver/problem.hpp>

namespace pyronn::detail {

/// w^(1/2) |b - y|, 0 where w is 0, whatever b is; w may be null.
template <class T, class Data = T>
struct AbsoluteResidualTerm {
  Data const* data;  ///< b
  T const* projected;
  T const* weights;

  PYRONN_HOST_DEVICE double operator()(std::int64_t i) const {
    double const weight = static_cast<double>(number_or_one(weights, i));
    if (weight == 0) return 0;
    double const difference =
        static_cast<double>(load_number(data, i)) - static_cast<double>(load_number(projected, i));
    return std::sqrt(weight) * std::abs(difference);
  }
};

/// The rows of some views of a problem, with copies of their data and weights.
template <class Map, class Executor>
class ProblemOfViews {
 public:
  ProblemOfViews(Executor const& executor, ReconstructionProblem<Map> const& problem,
                 std::vector<int> const& views)
      : map_{problem.map.subset(ViewSelection::list(views))},
        data_{executor, size()},
        weights_{executor, problem.weights.data == nullptr ? 0 : size()},
        mask_{problem.mask},
        bounds_{problem.bounds} {
    for (std::size_t n = 0; n < views.size(); ++n) {
      auto const at = static_cast<int>(n);
      copy(executor, problem.data.slices(views[n], 1), data_.view(map_.range()).slices(at, 1));
      if (weights_.size() == 0) continue;
      copy(executor, problem.weights.slices(views[n], 1),
           weights_.view(map_.range()).slices(at, 1));
    }
  }

  [[nodiscard]] ReconstructionProblem<Map> problem() const {
    ReconstructionProblem<Map> result{map_, data_.view(map_.range())};
    if (weights_.size() > 0) result.weights = weights_.view(map_.range());
    result.mask = mask_;
    result.bounds = bounds_;
    return result;
  }

 private:
  using Ray = typename Map::RangeElement;
  using Data = data_element_t<Map>;

  [[nodiscard]] std::size_t size() const { return static_cast<std::size_t>(map_.range().count()); }

  Map map_;
  Buffer<Data, Executor> data_;
  Buffer<Ray, Executor> weights_;
  DomainView<Map, typename Map::DomainElement const> mask_;
  PixelBounds bounds_;
};

/// One view of every search.fold is held out, that of a number below it; or that share of the views
/// at an end, the first one for number 0, else the last one.
template <class Map, class Executor>
class HeldOutViews {
 public:
  /// There must be views of both kinds. Search is StrengthSearch.
  template <class Search>
  HeldOutViews(Executor const& executor, ReconstructionProblem<Map> const& problem,
               Search const& search, int number)
      : executor_{executor},
        views_{search.held_out == HeldOut::ends ? ends_of(problem.map, search.fold, number)
                                                : views_of(problem.map, search.fold, number)},
        kept_{executor, problem, views_.kept},
        held_out_{executor, problem, views_.held_out},
        system_{"choose_tv_strength", executor, held_out_.problem(), search.workspace_limit},
        kept_system_{"choose_tv_strength", executor, kept_.problem(), search.workspace_limit},
        rays_{executor, static_cast<std::size_t>(system_.problem().map.range().count())},
        numbers_{executor, views_.held_out.size()} {}

  [[nodiscard]] int kept() const { return static_cast<int>(views_.kept.size()); }
  [[nodiscard]] int held_out() const { return static_cast<int>(views_.held_out.size()); }
  /// That of the others.
  [[nodiscard]] ReconstructionProblem<Map> problem() const { return kept_.problem(); }

  /// The mean of AbsoluteResidualTerm in each view that was held out. Waits.
  std::vector<double> errors(DomainView<Map> image) {
    auto const rays = rays_.view(system_.problem().map.range());
    system_.apply(image, rays);
    auto const& problem = system_.problem();
    std::int64_t const count = rays.slice_count();
    for (int view = 0; view < held_out(); ++view) {
      std::int64_t const first = view * count;
      Ray const* const weights =
          problem.weights.data == nullptr ? nullptr : problem.weights.data + first;
      AbsoluteResidualTerm<Ray, data_element_t<Map>> const term{problem.data.data + first,
                                                                rays.data + first, weights};
      queue_sum(term, count, numbers_.data() + view);
    }
    std::vector<double> result = on_host(executor_, numbers_);
    for (double& error : result) error /= static_cast<double>(count);
    return result;
  }

  /// The root of the mean square of A' W b over the pixels. Waits.
  double gradient_size() {
    auto const& problem = kept_system_.problem();
    Buffer<Ray, Executor> const weighted{executor_,
                                         static_cast<std::size_t>(problem.map.range().count())};
    Buffer<Pixel, Executor> const gradient{executor_,
                                           static_cast<std::size_t>(problem.map.domain().count())};
    auto const rays = weighted.view(problem.map.range());
    auto const pixels = gradient.view(problem.map.domain());
    kept_system_.weigh(problem.data, rays);
    kept_system_.apply_transpose(rays, pixels);
    kept_system_.mask(pixels);
    queue_sum(SquareTerm<Pixel>{pixels.data}, pixels.count(), numbers_.data());
    double const square = numbers_on_host<1>(executor_, numbers_.data())[0];
    return std::sqrt(square / static_cast<double>(pixels.count()));
  }

 private:
  using Pixel = typename Map::DomainElement;
  using Ray = typename Map::RangeElement;

  struct Views {
    std::vector<int> kept;
    std::vector<int> held_out;
  };

  static Views views_of(Map const& map, int fold, int number) {
    Views result;
    for (int view = 0; view < map.num_views(); ++view)
      (view % fold == number ? result.held_out : result.kept).push_back(view);
    return result;
  }

  static Views ends_of(Map const& map, int fold, int number) {
    Views result;
    int const views = map.num_views();
    int const out = std::max(views / fold, 1);
    for (int view = 0; view < views; ++view) {
      bool const is_out = number == 0 ? view < out : view >= views - out;
      (is_out ? result.held_out : result.kept).push_back(view);
    }
    return result;
  }

  template <class Term>
  void queue_sum(Term const& term, std::int64_t count, double* result) {
    reduce<Unchanged>(executor_, {"choose_tv_strength", "", "", "choose_tv_strength: sum"}, term,
                      count, result, kept_system_.workspace());
  }

  Executor executor_;
  Views views_;
  ProblemOfViews<Map, Executor> kept_;
  ProblemOfViews<Map, Executor> held_out_;
  System<Map, Executor> system_;
  System<Map, Executor> kept_system_;
  Buffer<Ray, Executor> rays_;
  Buffer<double, Executor> numbers_;
};

}  // namespace pyronn::detail
