// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// AdmmTv: the alternating direction method of multipliers for least squares with total variation.
#include <cmath>
#include <cstddef>
#include <limits>
#include <optional>

#include <pyronn/core/error.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/exec/buffer.hpp>
#include <pyronn/exec/quotient.hpp>
#include <pyronn/exec/vector_operations.hpp>
#include <pyronn/exec/workspace.hpp>
#include <pyronn/recon/solver/detail/admm_steps.hpp>
#include <pyronn/recon/solver/detail/array_layout.hpp>
#include <pyronn/recon/solver/detail/pixel_spacing.hpp>
#include <pyronn/recon/solver/detail/scalar_steps.hpp>
#include <pyronn/recon/solver/detail/system.hpp>
#include <pyronn/recon/solver/detail/tv_objective.hpp>
#include <pyronn/recon/solver/detail/tv_steps.hpp>
#include <pyronn/recon/solver/measures.hpp>
#include <pyronn/recon/solver/problem.hpp>

namespace pyronn {

/// What else an AdmmTv is made with.
struct AdmmTvOptions {
  double strength = 0;  ///< c, at least 0; 0: no total variation
  /// Of pixels along x, y and in space z [mm]. Not given: the spacing of the map's grid, 1 for a
  /// map without one.
  std::optional<Vec3d> spacing{};
  int inner_iterations = 4;  ///< of conjugate gradients, at least 1
  /// r beside the squared norm of the map over that of D, above 0: it changes how fast the
  /// iterations converge, not to what. The best grows with the strength: this one suits strengths
  /// that keep edges, 1 those that keep large regions alone, and 10 those that leave one number,
  /// where this one takes thousands of iterations.
  double penalty = 0.1;
  double norm = 0;  ///< of W^(1/2) A, about; 0: start() finds it, in 5 turns or more
  std::size_t workspace_limit = default_workspace_limit;  ///< of the map's calls [bytes]
};

/// The alternating direction method of multipliers: makes 1/2 |W^(1/2) (b - A x)|^2 + c TV(x) small
/// between bounds, by splitting z = D x off, and where there are bounds z' = x, too:
///
///   x = some conjugate gradients from the x before on
///       1/2 |W^(1/2) (b - A x)|^2 + r/2 |D x - z + u|^2 + r'/2 |x - z' + u'|^2
///   z = D x + u without its first c / r of length,   u += D x - z
///   z' = bounded(x + u'),   u' += x - z'
///
/// S. Boyd, N. Parikh, E. Chu, B. Peleato, J. Eckstein, "Distributed optimization and statistical
/// learning via the alternating direction method of multipliers", Found. Trends Mach. Learn. 3
/// (2011). The image is z' where there are bounds, else x. What TV and c are per unit of length:
/// total_variation; RTK's alpha is 2 c over the voxels' size.
///
/// An iteration takes `inner_iterations` calls of A and as many of A'. It allocates nothing and
/// does not synchronise, and can be captured in a CUDA graph. Beside the image there are five
/// volumes in space, four in the plane, two more where there are bounds, and two sets of
/// projections.
template <class Map, class Executor>
class AdmmTv {
  using System = detail::System<Map, Executor>;

 public:
  /// An image in the executor's memory.
  using Image = typename System::ImageView;

  /// What it will allocate for a problem with bounds; two volumes less without [bytes].
  static std::size_t memory_bytes(Executor const& executor, Map const& map,
                                  AdmmTvOptions const& options = {}) {
    return Layout{map, PixelBounds{0}}.arrays.bytes() +
           System::workspace_bytes(executor, map, options.workspace_limit);
  }

  /// Allocates all memory. Throws InvalidArgument for options out of range, and OutOfMemory.
  AdmmTv(Executor const& executor, ReconstructionProblem<Map> const& problem,
         AdmmTvOptions const& options = {})
      : options_{checked(options)},
        lattice_{"AdmmTv", problem.map.domain(),
                 detail::pixel_spacing("AdmmTv", problem.map, options.spacing)},
        system_{"AdmmTv", executor, problem, options.workspace_limit},
        layout_{problem.map, problem.bounds},
        memory_{executor, layout_.arrays.bytes()} {}

  /// Begins with this image, whose pixels within the mask are brought between the bounds, and which
  /// the iterations change. Finds the norm, and makes u 0. Waits. Throws InvalidArgument for arrays
  /// of the wrong size, data that are not finite, weights and masks without any use, and where A is
  /// 0 on all pixels that are sought.
  void start(Image image) {
    Executor const& executor = system_.executor();
    system_.check(image, number(0));
    image_ = image;
    double norm = options_.norm;
    if (norm == 0) norm = system_.norm(gradient(), rays(), number(0));
    penalty_of_copy_ = options_.penalty * norm * norm;
    penalty_ = options_.strength > 0 ? penalty_of_copy_ / lattice_.norm_square_bound() : 0;
    system_.bound(image_);
    if (has_bounds()) {
      copy(executor, image_, layout_.iterate.in(memory_.data()));
      copy(executor, image_, layout_.copy.in(memory_.data()));
    }
    if (penalty_ > 0) {
      detail::DifferenceFields<Pixel, rank> const differences{lattice_, image_.data, fields().data};
      detail::for_each_pixel(executor, lattice_, differences);
    }
    system_.make_residual(iterate_image(), residual());
    make_gradient();
  }

  /// Queues one iteration. Throws InvalidArgument before start().
  void iterate() {
    system_.check_started(image_);
    Executor const& executor = system_.executor();
    copy(executor, gradient(), direction());
    system_.dot(gradient(), gradient(), number(gradient_square));
    for (int n = 1; n <= options_.inner_iterations; ++n) {
      move_along_direction();
      if (n == options_.inner_iterations) make_split();
      make_gradient();
      if (n == options_.inner_iterations) break;
      system_.dot(gradient(), gradient(), number(next_gradient_square));
      xpby(executor, gradient(), Quotient{number(next_gradient_square), number(gradient_square)},
           direction());
      detail::run_scalar_step(executor, detail::CopyNumber{next_gradient_square, gradient_square},
                              number(0));
    }
  }

  /// The image as the iterations so far have made it; the one that keeps the bounds.
  [[nodiscard]] Image image() const { return image_; }

  /// Numbers about the image; the objective is the one above. Waits. Takes one call of A.
  [[nodiscard]] SolverMeasures measure() {
    system_.make_residual(image_, rays());
    return detail::measure_tv(system_, lattice_, options_.strength, image_, rays(),
                              number(first_measure));
  }

  /// Queues the square of the residual's weighted norm, without waiting for it, and returns where
  /// it will be in the executor's memory until the next call. Takes one call of A.
  double const* queue_residual_square() {
    system_.make_residual(image_, rays());
    system_.weighted_square(rays(), number(first_measure));
    return number(first_measure);
  }

  /// What save_state keeps: solver_state.hpp.
  template <class State>
  void visit_state(State& state) {
    state.system(system_);
    state.option("strength", options_.strength);
    state.option("inner iterations", options_.inner_iterations);
    state.option("penalty", options_.penalty);
    state.option("spacing", options_.spacing);
    state.option("norm", options_.norm);
    state.image(image_);
    state.memory(memory_);
    state.number(penalty_);
    state.number(penalty_of_copy_);
  }

 private:
  using Pixel = typename System::Image;
  using Ray = typename System::Ray;
  static constexpr int rank = System::image_rank;
  /// The numbers in the executor's memory.
  enum Number {
    gradient_square,
    next_gradient_square,
    curvature,
    penalty_curvature,
    first_measure,
    num_numbers = first_measure + 2
  };

  struct Layout {
    Layout(Map const& map, PixelBounds const& bounds)
        : rays{arrays.template add<Ray>(map.range())},
          residual{arrays.template add<Ray>(map.range())},
          gradient{arrays.template add<Pixel>(map.domain())},
          direction{arrays.template add<Pixel>(map.domain())},
          iterate{are_any(bounds) ? arrays.template add<Pixel>(map.domain())
                                  : detail::Slot<Pixel, rank>{}},
          copy{are_any(bounds) ? arrays.template add<Pixel>(map.domain())
                               : detail::Slot<Pixel, rank>{}},
          fields{arrays.template add<Pixel>(detail::fields_of(map.domain()))},
          numbers{arrays.add<double>(Extents<1>{num_numbers})} {}

    detail::ArrayLayout arrays;
    detail::Slot<Ray, System::ray_rank> rays;
    detail::Slot<Ray, System::ray_rank> residual;
    detail::Slot<Pixel, rank> gradient;
    detail::Slot<Pixel, rank> direction;
    detail::Slot<Pixel, rank> iterate;  ///< empty without bounds
    detail::Slot<Pixel, rank> copy;     ///< empty without bounds
    detail::Slot<Pixel, rank + 1> fields;
    detail::Slot<double, 1> numbers;
  };

  static AdmmTvOptions const& checked(AdmmTvOptions const& options) {
    detail::check_strength("AdmmTv", options.strength);
    detail::expects(options.inner_iterations >= 1, "AdmmTv: inner_iterations ",
                    options.inner_iterations, " must be at least 1");
    detail::expects(options.penalty > 0 && std::isfinite(options.penalty), "AdmmTv: penalty ",
                    options.penalty, " must be above 0 and finite");
    detail::expects(options.norm >= 0 && std::isfinite(options.norm), "AdmmTv: norm ", options.norm,
                    " must be at least 0 and finite");
    return options;
  }

  static bool are_any(PixelBounds const& bounds) {
    constexpr double infinity = std::numeric_limits<double>::infinity();
    return bounds.lower > -infinity || bounds.upper < infinity;
  }
  [[nodiscard]] bool has_bounds() const { return are_any(system_.problem().bounds); }

  /// x and the residual along the direction, to where what x makes small is least.
  void move_along_direction() {
    Executor const& executor = system_.executor();
    system_.apply(direction(), rays());
    system_.weighted_square(rays(), number(curvature));
    double const of_copy = has_bounds() ? penalty_of_copy_ : 0;
    detail::PenaltyCurvatureTerm<Pixel, rank> const term{lattice_, direction().data, penalty_,
                                                         of_copy};
    detail::reduce<detail::Unchanged>(executor, {"AdmmTv", "", "", "AdmmTv: curvature"}, term,
                                      direction().count(), number(penalty_curvature),
                                      system_.workspace());
    detail::run_scalar_step(executor, detail::AddNumber{penalty_curvature, 1, curvature},
                            number(0));
    Quotient const length{number(gradient_square), number(curvature)};
    axpy(executor, length, direction(), iterate_image());
    axpy(executor, -length, rays(), residual());
  }

  void make_split() {
    detail::SplitStep<Pixel, rank> const step{split(), iterate_image().data,
                                              system_.problem().mask.data, image_.data};
    detail::for_each_pixel(system_.executor(), lattice_, step);
  }

  /// The negative gradient of what x makes small.
  void make_gradient() {
    system_.weigh(residual(), rays());
    system_.apply_transpose(rays(), gradient());
    detail::SplitGradient<Pixel, rank> const step{split(), iterate_image().data,
                                                  system_.problem().mask.data, gradient().data};
    detail::for_each_pixel(system_.executor(), lattice_, step);
  }

  [[nodiscard]] detail::Split<Pixel, rank> split() const {
    PixelBounds const bounds = system_.problem().bounds;
    double const longest = penalty_ > 0 ? options_.strength / penalty_ : 0;
    return {lattice_,
            fields().data,
            has_bounds() ? layout_.copy.in(memory_.data()).data : nullptr,
            System::number(penalty_),
            System::number(penalty_of_copy_),
            System::number(longest),
            System::number(bounds.lower),
            System::number(bounds.upper)};
  }

  /// x
  [[nodiscard]] Image iterate_image() const {
    return has_bounds() ? layout_.iterate.in(memory_.data()) : image_;
  }
  [[nodiscard]] auto rays() const { return layout_.rays.in(memory_.data()); }
  [[nodiscard]] auto residual() const { return layout_.residual.in(memory_.data()); }
  [[nodiscard]] auto gradient() const { return layout_.gradient.in(memory_.data()); }
  [[nodiscard]] auto direction() const { return layout_.direction.in(memory_.data()); }
  [[nodiscard]] auto fields() const { return layout_.fields.in(memory_.data()); }
  [[nodiscard]] double* number(int which) const {
    return layout_.numbers.in(memory_.data()).data + which;
  }

  AdmmTvOptions options_;
  detail::Lattice<typename System::ImageNumber, rank> lattice_;
  System system_;
  Layout layout_;
  Buffer<std::byte, Executor> memory_;
  Image image_{};
  double penalty_ = 0;          ///< r; 0 without total variation
  double penalty_of_copy_ = 0;  ///< r'
};

}  // namespace pyronn
