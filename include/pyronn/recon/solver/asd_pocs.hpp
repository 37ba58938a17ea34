// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// AsdPocs: adaptive steepest descent of total variation and projections onto convex sets.
#include <cmath>
#include <cstddef>
#include <optional>

#include <pyronn/core/error.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/exec/buffer.hpp>
#include <pyronn/exec/vector_operations.hpp>
#include <pyronn/recon/solver/detail/array_layout.hpp>
#include <pyronn/recon/solver/detail/fista_steps.hpp>
#include <pyronn/recon/solver/detail/pixel_spacing.hpp>
#include <pyronn/recon/solver/detail/scalar_steps.hpp>
#include <pyronn/recon/solver/detail/tv_descent.hpp>
#include <pyronn/recon/solver/detail/tv_objective.hpp>
#include <pyronn/recon/solver/detail/tv_steps.hpp>
#include <pyronn/recon/solver/measures.hpp>
#include <pyronn/recon/solver/os_sart.hpp>
#include <pyronn/recon/solver/problem.hpp>

namespace pyronn {

/// What else an AsdPocs is made with: the passes' subsets, their relaxation w of the first pass,
/// and the steps down total variation. What stands here has the defaults of the paper.
struct AsdPocsOptions : OsSartOptions {
  double tolerance = 0;  ///< of the residual's weighted norm, at least 0
  /// Of pixels along x, y and in space z [mm]. Not given: the spacing of the map's grid, 1 for a
  /// map without one.
  std::optional<Vec3d> spacing{};
  int descents = 20;            ///< steps down total variation an iteration, at least 0
  double first_step = 0.2;      ///< their length, over the way of the first pass; above 0
  double largest_ratio = 0.95;  ///< of their way to that of a pass; above 0
  double reduction = 0.95;      ///< of the steps' length, above 0 and at most 1
  /// Of w in every iteration, above 0 and at most 1: several subsets need one below 1, or they
  /// cycle around the solution; one subset needs 1, as it has to go on for long.
  double relaxation_reduction = 0.995;
};

/// Adaptive steepest descent and projections onto convex sets: looks for the image of least total
/// variation whose residual |W^(1/2) (b - A x)| is at most a tolerance, between bounds. E. Sidky,
/// X. Pan, "Image reconstruction in circular cone-beam computed tomography by constrained,
/// total-variation minimization", Phys. Med. Biol. 53 (2008). An iteration is
///
///   x = the pass of OsSart from f with relaxation w,   w *= relaxation_reduction
///   f = x, then `descents` times f = bounded(f - t g / |g|), where g is a gradient of TV at f
///
/// t is at first first_step |x - f|, and multiplied by `reduction` where the descents went further
/// than largest_ratio times the pass and the residual of x is above the tolerance. The
/// image is x, which the data moved last. In TV a gradient of 0 / 0 is 0: nothing is smoothed.
///
/// An iteration takes two calls of A and one of A' in all. It allocates nothing and does not
/// synchronise, and can be captured in a CUDA graph.
template <class Map, class Executor>
class AsdPocs : private OsSart<Map, Executor> {
  using Pass = OsSart<Map, Executor>;
  using System = detail::System<Map, Executor>;

 public:
  /// An image in the executor's memory.
  using Image = typename Pass::Image;

  /// What it will allocate [bytes]. Throws InvalidArgument for subsets out of range.
  static std::size_t memory_bytes(Executor const& executor, Map const& map,
                                  AsdPocsOptions const& options = {}) {
    return Pass::memory_bytes(executor, map, options) + Layout{map}.arrays.bytes();
  }

  /// Allocates all memory. Throws InvalidArgument for options out of range, and OutOfMemory.
  AsdPocs(Executor const& executor, ReconstructionProblem<Map> const& problem,
          AsdPocsOptions const& options = {})
      : Pass{"AsdPocs", executor, problem, checked(options)},
        options_{options},
        lattice_{"AsdPocs", problem.map.domain(),
                 detail::pixel_spacing("AsdPocs", problem.map, options.spacing)},
        layout_{problem.map},
        memory_{executor, layout_.arrays.bytes()} {}

  /// Begins with this image, whose pixels within the mask are brought between the bounds, and which
  /// the iterations change. Makes the sums of rows and columns. Waits. Throws InvalidArgument for
  /// arrays of the wrong size, data that are not finite, weights and masks without any use.
  void start(Image image) {
    Pass::start(image);
    Executor const& executor = this->system().executor();
    copy(executor, image, descended());
    fill(executor, layout_.numbers.in(memory_.data()), 0);
    detail::run_scalar_step(
        executor, detail::SetNumber{detail::pocs_relaxation, options_.relaxation}, numbers());
  }

  /// Queues one iteration. Throws InvalidArgument before start().
  void iterate() {
    this->system().check_started(image());
    Executor const& executor = this->system().executor();
    Image const image = this->image();
    copy(executor, descended(), image);
    this->pass(static_cast<double const*>(numbers() + detail::pocs_relaxation));
    make_distance(detail::pocs_way);
    this->queue_measures();
    detail::run_scalar_step(executor, detail::FirstTvStep{options_.first_step}, numbers());
    copy(executor, image, descended());
    for (int n = 0; n < options_.descents; ++n) descend();
    make_distance(detail::pocs_tv_way);
    detail::AdaptSteps const adapt{this->residual_square_number(), options_.tolerance,
                                   options_.largest_ratio, options_.reduction,
                                   options_.relaxation_reduction};
    detail::run_scalar_step(executor, adapt, numbers());
  }

  /// The image as the iterations so far have made it, after a pass.
  [[nodiscard]] Image image() const { return Pass::image(); }

  /// Numbers about the image; the objective is TV(x). Waits. Takes one call of A.
  [[nodiscard]] SolverMeasures measure() {
    double const residual = Pass::measure().residual;
    double* const value = numbers() + detail::pocs_measures;
    detail::measure_total_variation(this->system(), lattice_, this->image(), value);
    return {residual, detail::numbers_on_host<1>(this->system().executor(), value)[0]};
  }

  /// Queues the square of the residual's weighted norm, without waiting for it, and returns where
  /// it will be in the executor's memory until the next call. Takes one call of A.
  double const* queue_residual_square() { return Pass::queue_residual_square(); }

  /// What save_state keeps: solver_state.hpp.
  template <class State>
  void visit_state(State& state) {
    Pass::visit_state(state);
    state.option("tolerance", options_.tolerance);
    state.option("descents", options_.descents);
    state.option("first step", options_.first_step);
    state.option("largest ratio", options_.largest_ratio);
    state.option("reduction", options_.reduction);
    state.option("relaxation reduction", options_.relaxation_reduction);
    state.option("spacing", options_.spacing);
    state.memory(memory_);
  }

 private:
  using Pixel = typename System::Image;
  static constexpr int rank = System::image_rank;

  struct Layout {
    explicit Layout(Map const& map)
        : descended{arrays.template add<Pixel>(map.domain())},
          numbers{arrays.add<double>(Extents<1>{detail::pocs_numbers})} {}

    detail::ArrayLayout arrays;
    detail::Slot<Pixel, rank> descended;
    detail::Slot<double, 1> numbers;
  };

  static AsdPocsOptions const& checked(AsdPocsOptions const& options) {
    auto const is_share = [](double value) { return value > 0 && value <= 1; };
    detail::expects(options.tolerance >= 0 && std::isfinite(options.tolerance),
                    "AsdPocs: tolerance ", options.tolerance, " must be at least 0 and finite");
    detail::expects(options.descents >= 0, "AsdPocs: descents ", options.descents,
                    " must be at least 0");
    detail::expects(options.first_step > 0 && std::isfinite(options.first_step),
                    "AsdPocs: first_step ", options.first_step, " must be above 0 and finite");
    detail::expects(options.largest_ratio > 0 && std::isfinite(options.largest_ratio),
                    "AsdPocs: largest_ratio ", options.largest_ratio,
                    " must be above 0 and finite");
    detail::expects(is_share(options.reduction) && is_share(options.relaxation_reduction),
                    "AsdPocs: reduction ", options.reduction, " and relaxation_reduction ",
                    options.relaxation_reduction, " must be above 0 and at most 1");
    return options;
  }

  /// One step of length t down total variation.
  void descend() {
    Executor const& executor = this->system().executor();
    ReconstructionProblem<Map> const& problem = this->system().problem();
    Image const gradient = this->scratch_image();
    detail::TvGradient<Pixel, rank> const differentiate{lattice_, descended().data,
                                                        problem.mask.data, gradient.data};
    detail::for_each_pixel(executor, lattice_, differentiate);
    this->system().dot(gradient, gradient, numbers() + detail::pocs_gradient);
    detail::run_scalar_step(executor, detail::TvStepFactor{}, numbers());
    detail::BoundedStep<Pixel, double const*> const step{descended().data,
                                                         numbers() + detail::pocs_factor,
                                                         nullptr,
                                                         gradient.data,
                                                         problem.mask.data,
                                                         System::number(problem.bounds.lower),
                                                         System::number(problem.bounds.upper)};
    detail::for_each_element(executor, step, descended().data, descended().count());
  }

  /// A number becomes |x - f|^2.
  void make_distance(int which) {
    Image const image = this->image();
    detail::SquareDifferenceTerm<Pixel> const term{image.data, descended().data};
    detail::reduce<detail::Unchanged>(this->system().executor(),
                                      {"AsdPocs", "", "", "AsdPocs: distance"}, term, image.count(),
                                      numbers() + which, this->system().workspace());
  }

  /// f
  [[nodiscard]] auto descended() const { return layout_.descended.in(memory_.data()); }
  [[nodiscard]] double* numbers() const { return layout_.numbers.in(memory_.data()).data; }

  AsdPocsOptions options_;
  detail::Lattice<typename System::ImageNumber, rank> lattice_;
  Layout layout_;
  Buffer<std::byte, Executor> memory_;
};

}  // namespace pyronn
