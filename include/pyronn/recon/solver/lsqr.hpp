// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Lsqr: least squares by bidiagonalisation.
#include <cmath>
#include <cstddef>

#include <pyronn/exec/buffer.hpp>
#include <pyronn/exec/detail/elementwise.hpp>
#include <pyronn/exec/vector_operations.hpp>
#include <pyronn/exec/workspace.hpp>
#include <pyronn/recon/solver/damping.hpp>
#include <pyronn/recon/solver/detail/array_layout.hpp>
#include <pyronn/recon/solver/detail/element_steps.hpp>
#include <pyronn/recon/solver/detail/lsqr_numbers.hpp>
#include <pyronn/recon/solver/detail/scalar_steps.hpp>
#include <pyronn/recon/solver/detail/system.hpp>
#include <pyronn/recon/solver/measures.hpp>
#include <pyronn/recon/solver/preconditioner.hpp>
#include <pyronn/recon/solver/problem.hpp>

namespace pyronn {

/// What else a Lsqr is made with.
struct LsqrOptions {
  Damping damping{};                                      ///< Tikhonov's regularisation
  std::size_t workspace_limit = default_workspace_limit;  ///< of the map's calls [bytes]
};

/// Least squares by the bidiagonalisation of Golub and Kahan: makes 1/2 |W^(1/2) (b - A x)|^2 + 1/2
/// d^2 |x - c|^2, where c is 0 or the start x0, as small as Cgls does in the same space, with less
/// rounding where the system is ill-conditioned. C. C. Paige, M. A. Saunders, "LSQR: An algorithm
/// for sparse linear equations and sparse least squares", ACM Trans. Math. Softw. 8 (1982). It
/// knows no bounds. With a preconditioner it does what Cgls does with one: lengths of images are
/// those of its inverse, as in M. Arioli, "Generalized Golub-Kahan bidiagonalization and stopping
/// criteria", SIAM J. Matrix Anal. Appl. 34 (2013).
///
/// An iteration takes one call of A and one of A'. It allocates nothing and does not synchronise,
/// and can be captured in a CUDA graph.
template <class Map, class Executor, class Preconditioner = NoPreconditioner>
class Lsqr {
  using System = detail::System<Map, Executor>;

 public:
  /// An image in the executor's memory.
  using Image = typename System::ImageView;

  /// What it will allocate [bytes].
  static std::size_t memory_bytes(Executor const& executor, Map const& map,
                                  LsqrOptions const& options = {},
                                  Preconditioner const& preconditioner = {}) {
    return Layout{map, options}.bytes + detail::preconditioned_workspace<System>(
                                            executor, map, preconditioner, options.workspace_limit)
                                            .bytes;
  }

  /// Allocates all memory. Throws InvalidArgument for a damping that is negative or not finite, for
  /// a problem with bounds and for a preconditioner of other images, and OutOfMemory.
  Lsqr(Executor const& executor, ReconstructionProblem<Map> const& problem,
       LsqrOptions const& options = {}, Preconditioner const& preconditioner = {})
      : damping_{detail::checked_damping("Lsqr", options.damping, problem.bounds)},
        preconditioner_{detail::checked_preconditioner("Lsqr", preconditioner, problem.map)},
        system_{"Lsqr", executor, problem,
                detail::preconditioned_workspace<System>(executor, problem.map, preconditioner,
                                                         options.workspace_limit)},
        layout_{problem.map, options},
        memory_{executor, layout_.bytes} {}

  /// Begins with this image, which the iterations change. Waits. Throws InvalidArgument for arrays
  /// of the wrong size, data that are not finite, weights and masks without any use.
  void start(Image image) {
    Executor const& executor = system_.executor();
    system_.check(image, number(Numbers::square));
    image_ = image;
    fill(executor, layout_.numbers.in(memory_.data()), 0);
    system_.make_residual(image_, rays());
    multiply_by_roots(rays());
    if (damping_.is_towards_start()) copy(executor, image_, start_image());
    if (damping_.is_on()) {
      make_difference(rest());
      axpby(executor, 0, rest(), -damping_.strength, rest());
      system_.mask(rest());
    }
    normalise_left();
    fill(executor, unfiltered(), 0);
    make_right();
    detail::run_scalar_step(executor, detail::BeginRotations{}, number(0));
    copy(executor, pixels(), direction());
  }

  /// Queues one iteration. Throws InvalidArgument before start().
  void iterate() {
    system_.check_started(image_);
    Executor const& executor = system_.executor();
    system_.apply(pixels(), projected());
    multiply_by_roots(projected());
    xpby(executor, projected(), number(Numbers::negative_alpha), rays());
    if (damping_.is_on()) {
      axpby(executor, damping_.strength, pixels(), number(Numbers::negative_alpha), rest());
    }
    normalise_left();
    make_right();
    detail::run_scalar_step(executor, detail::RotatePlane{}, number(0));
    axpy(executor, number(Numbers::step), direction(), image_);
    xpby(executor, pixels(), number(Numbers::turn), direction());
  }

  /// The image as the iterations so far have made it.
  [[nodiscard]] Image image() const { return image_; }

  /// Numbers about the image, which is projected anew; the objective is the one above. Waits.
  [[nodiscard]] SolverMeasures measure() {
    Executor const& executor = system_.executor();
    double* const found = number(Numbers::square);
    queue_residual_square();
    double const square = detail::numbers_on_host<1>(executor, found)[0];
    if (!damping_.is_on()) return {std::sqrt(square), square / 2};
    make_difference(gradient());
    system_.dot(gradient(), gradient(), found);
    double const distance = detail::numbers_on_host<1>(executor, found)[0];
    return {std::sqrt(square), (square + damping_.square() * distance) / 2};
  }

  /// Queues the square of the residual's weighted norm, without waiting for it, and returns where
  /// it will be in the executor's memory until the next call. Takes one call of A.
  double const* queue_residual_square() {
    system_.make_residual(image_, projected());
    system_.weighted_square(projected(), number(Numbers::square));
    return number(Numbers::square);
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
  using Numbers = detail::LsqrNumbers;
  using Pixel = typename System::Image;
  using Ray = typename System::Ray;
  static constexpr bool is_preconditioned = detail::preconditions_v<Preconditioner>;

  struct Layout {
    Layout(Map const& map, LsqrOptions const& options)
        : rays{arrays.template add<Ray>(map.range())},
          projected{arrays.template add<Ray>(map.range())},
          pixels{arrays.template add<Pixel>(map.domain())},
          direction{arrays.template add<Pixel>(map.domain())},
          gradient{arrays.template add<Pixel>(map.domain())},
          numbers{arrays.add<double>(Extents<1>{Numbers::count})} {
      if (options.damping.is_on()) rest = arrays.template add<Pixel>(map.domain());
      if (options.damping.is_towards_start()) {
        start_image = arrays.template add<Pixel>(map.domain());
      }
      if (is_preconditioned) unfiltered = arrays.template add<Pixel>(map.domain());
      bytes = arrays.bytes();
    }

    detail::ArrayLayout arrays;
    detail::Slot<Ray, System::ray_rank> rays;        ///< u
    detail::Slot<Ray, System::ray_rank> projected;   ///< A v
    detail::Slot<Pixel, System::image_rank> pixels;  ///< v
    detail::Slot<Pixel, System::image_rank> direction;
    detail::Slot<Pixel, System::image_rank> gradient;  ///< A' u
    detail::Slot<double, 1> numbers;
    detail::Slot<Pixel, System::image_rank> rest{};  ///< the part of u that damping adds
    detail::Slot<Pixel, System::image_rank> start_image{};
    detail::Slot<Pixel, System::image_rank> unfiltered{};  ///< v before the preconditioner
    std::size_t bytes;
  };

  [[nodiscard]] auto rays() const { return layout_.rays.in(memory_.data()); }
  [[nodiscard]] auto projected() const { return layout_.projected.in(memory_.data()); }
  [[nodiscard]] auto pixels() const { return layout_.pixels.in(memory_.data()); }
  [[nodiscard]] auto unfiltered() const {
    return (is_preconditioned ? layout_.unfiltered : layout_.pixels).in(memory_.data());
  }
  [[nodiscard]] auto direction() const { return layout_.direction.in(memory_.data()); }
  [[nodiscard]] auto gradient() const { return layout_.gradient.in(memory_.data()); }
  [[nodiscard]] auto rest() const { return layout_.rest.in(memory_.data()); }
  [[nodiscard]] auto start_image() const { return layout_.start_image.in(memory_.data()); }
  [[nodiscard]] double* number(int which) const {
    return layout_.numbers.in(memory_.data()).data + which;
  }

  /// y = W^(1/2) y
  void multiply_by_roots(typename System::RayView y) {
    auto const& weights = system_.problem().weights;
    if (weights.data == nullptr) return;
    detail::WeighByRoots<Ray> const operation{y.data, weights.data};
    detail::for_each_element(system_.executor(), operation, y.data, y.count());
  }

  /// u / |u|, with beta = |u|.
  void normalise_left() {
    Executor const& executor = system_.executor();
    pyronn::dot(executor, rays(), rays(), number(Numbers::square), system_.workspace());
    if (damping_.is_on()) system_.dot(rest(), rest(), number(Numbers::second_square));
    detail::run_scalar_step(executor, detail::MakeLength{Numbers::negative_beta}, number(0));
    axpby(executor, 0, rays(), number(Numbers::inverse_length), rays());
    if (damping_.is_on()) axpby(executor, 0, rest(), number(Numbers::inverse_length), rest());
  }

  /// w = A' u - beta w and v = P w, over their length alpha, the root of <v, w>; without a
  /// preconditioner both are v.
  void make_right() {
    Executor const& executor = system_.executor();
    copy(executor, rays(), projected());
    multiply_by_roots(projected());
    system_.apply_transpose(projected(), gradient());
    if (damping_.is_on()) axpy(executor, damping_.strength, rest(), gradient());
    system_.mask(gradient());
    xpby(executor, gradient(), number(Numbers::negative_beta), unfiltered());
    if constexpr (is_preconditioned) {
      preconditioner_.apply(executor, unfiltered(), pixels(), system_.workspace());
      system_.mask(pixels());
    }
    system_.dot(unfiltered(), pixels(), number(Numbers::square));
    detail::run_scalar_step(executor, detail::SetNumber{Numbers::second_square, 0}, number(0));
    detail::run_scalar_step(executor, detail::MakeLength{Numbers::negative_alpha}, number(0));
    axpby(executor, 0, pixels(), number(Numbers::inverse_length), pixels());
    if constexpr (is_preconditioned) {
      axpby(executor, 0, unfiltered(), number(Numbers::inverse_length), unfiltered());
    }
  }

  /// x - c
  void make_difference(Image target) {
    copy(system_.executor(), image_, target);
    if (damping_.is_towards_start()) axpy(system_.executor(), -1, start_image(), target);
  }

  Damping damping_;
  Preconditioner preconditioner_;
  System system_;
  Layout layout_;
  Buffer<std::byte, Executor> memory_;
  Image image_{};
};

}  // namespace pyronn
