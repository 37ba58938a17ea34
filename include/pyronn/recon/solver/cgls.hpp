// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Cgls: conjugate gradients on the normal equations.
#include <cmath>
#include <cstddef>

#include <pyronn/exec/buffer.hpp>
#include <pyronn/exec/quotient.hpp>
#include <pyronn/exec/vector_operations.hpp>
#include <pyronn/exec/workspace.hpp>
#include <pyronn/recon/solver/damping.hpp>
#include <pyronn/recon/solver/detail/array_layout.hpp>
#include <pyronn/recon/solver/detail/scalar_steps.hpp>
#include <pyronn/recon/solver/detail/system.hpp>
#include <pyronn/recon/solver/measures.hpp>
#include <pyronn/recon/solver/preconditioner.hpp>
#include <pyronn/recon/solver/problem.hpp>

namespace pyronn {

/// What else a Cgls is made with.
struct CglsOptions {
  Damping damping{};                                      ///< Tikhonov's regularisation
  std::size_t workspace_limit = default_workspace_limit;  ///< of the map's calls [bytes]
};

/// Conjugate gradients on the normal equations: makes 1/2 |W^(1/2) (b - A x)|^2 + 1/2 d^2 |x - c|^2
/// as small as the images x0 + span{g, H g, H^2 g ...} allow, where g is its gradient at the start
/// and H its Hessian, and c is 0 or x0. M. R. Hestenes, E. Stiefel, "Methods of conjugate gradients
/// for solving linear systems", J. Res. Natl. Bur. Stand. 49 (1952); the start is projected, and
/// the residual kept by recurrence. It knows no bounds. With a preconditioner P it makes the same
/// as small as x0 + span{P g, P H P g ...} allow: the minimum is the same, and nearer.
///
/// An iteration takes one call of A and one of A'. It allocates nothing and does not synchronise,
/// and can be captured in a CUDA graph.
template <class Map, class Executor, class Preconditioner = NoPreconditioner>
class Cgls {
  using System = detail::System<Map, Executor>;

 public:
  /// An image in the executor's memory.
  using Image = typename System::ImageView;

  /// What it will allocate [bytes].
  static std::size_t memory_bytes(Executor const& executor, Map const& map,
                                  CglsOptions const& options = {},
                                  Preconditioner const& preconditioner = {}) {
    return Layout{map, options}.bytes + detail::preconditioned_workspace<System>(
                                            executor, map, preconditioner, options.workspace_limit)
                                            .bytes;
  }

  /// Allocates all memory. Throws InvalidArgument for a damping that is negative or not finite, for
  /// a problem with bounds and for a preconditioner of other images, and OutOfMemory.
  Cgls(Executor const& executor, ReconstructionProblem<Map> const& problem,
       CglsOptions const& options = {}, Preconditioner const& preconditioner = {})
      : damping_{detail::checked_damping("Cgls", options.damping, problem.bounds)},
        preconditioner_{detail::checked_preconditioner("Cgls", preconditioner, problem.map)},
        system_{"Cgls", executor, problem,
                detail::preconditioned_workspace<System>(executor, problem.map, preconditioner,
                                                         options.workspace_limit)},
        layout_{problem.map, options},
        memory_{executor, layout_.bytes} {}

  /// Begins with this image, which the iterations change. Waits. Throws InvalidArgument for arrays
  /// of the wrong size, data that are not finite, weights and masks without any use.
  void start(Image image) {
    system_.check(image, number(residual_square));
    image_ = image;
    if (damping_.is_towards_start()) copy(system_.executor(), image_, start_image());
    system_.make_residual(image_, residual());
    make_gradient();
    copy(system_.executor(), preconditioned(), direction());
    system_.dot(gradient(), preconditioned(), number(gradient_square));
  }

  /// Queues one iteration. Throws InvalidArgument before start().
  void iterate() {
    system_.check_started(image_);
    Executor const& executor = system_.executor();
    system_.apply(direction(), projected());
    system_.weighted_square(projected(), number(curvature));
    if (damping_.is_on()) {
      system_.dot(direction(), direction(), number(direction_square));
      detail::run_scalar_step(
          executor, detail::AddNumber{direction_square, damping_.square(), curvature}, number(0));
    }
    // What is exactly <g, P g> in theory. Once rounding alone is left, directions are not conjugate
    // any more, and a step of that along one may be far too long; this one never is.
    system_.dot(gradient(), direction(), number(slope));
    Quotient const length{number(slope), number(curvature)};
    axpy(executor, length, direction(), image_);
    axpy(executor, -length, projected(), residual());
    make_gradient();
    system_.dot(gradient(), preconditioned(), number(next_gradient_square));
    detail::run_scalar_step(
        executor, detail::DivideNumbers{next_gradient_square, gradient_square, growth}, number(0));
    xpby(executor, preconditioned(), number(growth), direction());
    detail::run_scalar_step(executor, detail::CopyNumber{next_gradient_square, gradient_square},
                            number(0));
  }

  /// The image as the iterations so far have made it.
  [[nodiscard]] Image image() const { return image_; }

  /// Numbers about the image; the objective is the one above. Waits.
  [[nodiscard]] SolverMeasures measure() {
    queue_residual_square();
    if (!damping_.is_on()) {
      double const square =
          detail::numbers_on_host<1>(system_.executor(), number(residual_square))[0];
      return {std::sqrt(square), square / 2};
    }
    // Not in an array: all that there are belong to the next iteration.
    if (damping_.is_towards_start()) {
      detail::SquareDifferenceTerm<Pixel> const term{image_.data, start_image().data};
      detail::reduce<detail::Unchanged>(system_.executor(), {"Cgls", "", "", "Cgls: distance"},
                                        term, image_.count(), number(difference_square),
                                        system_.workspace());
    } else {
      system_.dot(image_, image_, number(difference_square));
    }
    auto const found = detail::numbers_on_host<2>(system_.executor(), number(residual_square));
    return {std::sqrt(found[0]), (found[0] + damping_.square() * found[1]) / 2};
  }

  /// Queues the square of the residual's weighted norm, without waiting for it, and returns where
  /// it will be in the executor's memory until the next call.
  double const* queue_residual_square() {
    system_.weighted_square(residual(), number(residual_square));
    return number(residual_square);
  }

  /// What save_state keeps: solver_state.hpp.
  template <class State>
  void visit_state(State& state) {
    state.system(system_);
    state.option("damping", damping_.strength);
    state.option("damping towards the start", damping_.is_towards_start() ? 1 : 0);
    if (is_preconditioned) state.option("preconditioned", 1);
    state.image(image_);
    state.memory(memory_);
  }

 private:
  using Pixel = typename System::Image;
  using Ray = typename System::Ray;
  static constexpr bool is_preconditioned = detail::preconditions_v<Preconditioner>;
  /// The numbers in the executor's memory.
  enum Number {
    residual_square,
    difference_square,
    gradient_square,  ///< <g, P g>
    next_gradient_square,
    curvature,
    direction_square,
    slope,
    growth,
    num_numbers
  };

  struct Layout {
    Layout(Map const& map, CglsOptions const& options)
        : residual{arrays.template add<Ray>(map.range())},
          projected{arrays.template add<Ray>(map.range())},
          gradient{arrays.template add<Pixel>(map.domain())},
          direction{arrays.template add<Pixel>(map.domain())},
          numbers{arrays.add<double>(Extents<1>{num_numbers})} {
      if (options.damping.is_towards_start()) {
        start_image = arrays.template add<Pixel>(map.domain());
      }
      if (is_preconditioned) preconditioned = arrays.template add<Pixel>(map.domain());
      bytes = arrays.bytes();
    }

    detail::ArrayLayout arrays;
    detail::Slot<Ray, System::ray_rank> residual;
    detail::Slot<Ray, System::ray_rank> projected;
    detail::Slot<Pixel, System::image_rank> gradient;
    detail::Slot<Pixel, System::image_rank> direction;
    detail::Slot<double, 1> numbers;
    detail::Slot<Pixel, System::image_rank> start_image{};
    detail::Slot<Pixel, System::image_rank> preconditioned{};
    std::size_t bytes;
  };

  /// The negative gradient g, A' W (b - A x) - d^2 (x - c), where pixels are sought, and P g.
  void make_gradient() {
    Executor const& executor = system_.executor();
    system_.weigh(residual(), projected());
    system_.apply_transpose(projected(), gradient());
    if (damping_.is_on()) {
      axpy(executor, -damping_.square(), image_, gradient());
      if (damping_.is_towards_start()) axpy(executor, damping_.square(), start_image(), gradient());
    }
    system_.mask(gradient());
    if constexpr (is_preconditioned) {
      preconditioner_.apply(executor, gradient(), preconditioned(), system_.workspace());
      system_.mask(preconditioned());
    }
  }

  [[nodiscard]] auto residual() const { return layout_.residual.in(memory_.data()); }
  [[nodiscard]] auto projected() const { return layout_.projected.in(memory_.data()); }
  [[nodiscard]] auto gradient() const { return layout_.gradient.in(memory_.data()); }
  /// The gradient itself where there is no preconditioner.
  [[nodiscard]] auto preconditioned() const {
    return (is_preconditioned ? layout_.preconditioned : layout_.gradient).in(memory_.data());
  }
  [[nodiscard]] auto direction() const { return layout_.direction.in(memory_.data()); }
  [[nodiscard]] auto start_image() const { return layout_.start_image.in(memory_.data()); }
  [[nodiscard]] double* number(int which) const {
    return layout_.numbers.in(memory_.data()).data + which;
  }

  Damping damping_;
  Preconditioner preconditioner_;
  System system_;
  Layout layout_;
  Buffer<std::byte, Executor> memory_;
  Image image_{};
};

}  // namespace pyronn
