// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// FistaTv: accelerated proximal gradients for least squares with total variation.
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>

#include <pyronn/core/error.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/exec/buffer.hpp>
#include <pyronn/exec/vector_operations.hpp>
#include <pyronn/exec/workspace.hpp>
#include <pyronn/operators/algebra/operator_norm.hpp>
#include <pyronn/recon/solver/detail/array_layout.hpp>
#include <pyronn/recon/solver/detail/element_steps.hpp>
#include <pyronn/recon/solver/detail/fista_layout.hpp>
#include <pyronn/recon/solver/detail/fista_steps.hpp>
#include <pyronn/recon/solver/detail/pixel_spacing.hpp>
#include <pyronn/recon/solver/detail/scalar_steps.hpp>
#include <pyronn/recon/solver/detail/system.hpp>
#include <pyronn/recon/solver/detail/tv_dual.hpp>
#include <pyronn/recon/solver/detail/tv_objective.hpp>
#include <pyronn/recon/solver/detail/tv_steps.hpp>
#include <pyronn/recon/solver/measures.hpp>
#include <pyronn/recon/solver/problem.hpp>
#include <pyronn/recon/solver/slices_beside.hpp>

namespace pyronn {

/// What else a FistaTv is made with.
struct FistaTvOptions {
  double strength = 0;  ///< c, at least 0; 0: no total variation
  /// Of pixels along x, y and in space z [mm]. Not given: the spacing of the map's grid, 1 for a
  /// map without one.
  std::optional<Vec3d> spacing{};
  int inner_iterations = 4;  ///< of the proximal step, an even number, at least 2
  double norm = 0;  ///< of W^(1/2) A, or a bound of it; 0: start() finds it, in 5 turns or more
  std::size_t workspace_limit = default_workspace_limit;  ///< of the map's calls [bytes]
};

/// Accelerated proximal gradients: makes 1/2 |W^(1/2) (b - A x)|^2 + c TV(x) small between bounds,
///
///   x_next = prox(y + 1/L A' W (b - A y)),   y_next = x_next + (t - 1) / t_next (x_next - x)
///
/// where L is about 2 % above |W^(1/2) A|^2, prox is the step of TvProx for w = c / L, with the
/// dual of the iteration before to begin with, and t_next = (1 + sqrt(1 + 4 t^2)) / 2. A. Beck, M.
/// Teboulle, "A fast iterative shrinkage-thresholding algorithm", SIAM J. Imaging Sci. 2 (2009).
/// After 18 iterations or more t becomes 1 again once one goes less far than the one before: W. Su,
/// S. Boyd, E. Candes, "A differential equation for modeling Nesterov's accelerated gradient
/// method", J. Mach. Learn. Res. 17 (2016). What TV and c are per unit of length: total_variation.
///
/// Any strength is right, but where L is many times the norm's square proximal steps of strong TV
/// take more inner iterations. Where c / L is so large beside what the data let the image range
/// over that the dual's 16 bits would lose something of it, iterations measure the image, too, on
/// the device. From some strength on the image is one number; with a mask larger ones than the
/// bound that TvProx names count as this.
///
/// An iteration takes one call of A and one of A'. It allocates nothing and does not synchronise,
/// and can be captured in a CUDA graph. Beside the image there are one more, the dual of TvProx and
/// one set of projections: four volumes of float in space. Where images are slabs of one, as on
/// several ranks, they have some more slices, and all have the same steps.
template <class Map, class Executor>
class FistaTv {
  using System = detail::System<Map, Executor>;

 public:
  /// An image in the executor's memory.
  using Image = typename System::ImageView;

  /// What it will allocate [bytes].
  static std::size_t memory_bytes(Executor const& executor, Map const& map,
                                  FistaTvOptions const& options = {}) {
    return Layout{map, beside(map, options)}.arrays.bytes() +
           System::workspace_bytes(executor, map, options.workspace_limit);
  }

  /// Allocates all memory. Throws InvalidArgument for options out of range, and OutOfMemory.
  FistaTv(Executor const& executor, ReconstructionProblem<Map> const& problem,
          FistaTvOptions const& options = {})
      : options_{checked(options)},
        beside_{beside(problem.map, options)},
        lattice_{"FistaTv", detail::with_slices(problem.map.domain(), beside_),
                 detail::spacing_of_slabs("FistaTv", problem.map, options.spacing)},
        system_{"FistaTv", executor, problem, options.workspace_limit},
        layout_{problem.map, beside_},
        memory_{executor, layout_.arrays.bytes()} {}

  /// Begins with this image, whose pixels within the mask are brought between the bounds, and which
  /// the iterations change. Finds the norm, takes a call of A', and makes the dual 0. Waits. Throws
  /// InvalidArgument for arrays of the wrong size, data that are not finite, weights and masks
  /// without any use, and where A is 0 on all pixels that are sought.
  void start(Image image) {
    Executor const& executor = system_.executor();
    system_.check(image, numbers());
    image_ = image;
    double norm = options_.norm;
    if (norm == 0) {
      norm = norm_margin * system_.norm(own(beyond()), rays(), numbers(), norm_tolerance);
    }
    square_ = norm * norm;
    system_.bound(image_);
    copy(executor, image_, own(beyond()));
    receive_mask();
    if (Dual::is_rounded && has_tv()) {
      range_ =
          detail::range_of_data(system_, rays(), own(dual().scratch()), numbers() + prox_measures);
    }
    dual().clear(executor);
    fill(executor, layout_.numbers.in(memory_.data()), 0);
    detail::run_scalar_step(executor, detail::SetNumber{detail::fista_t, 1}, numbers());
  }

  /// Queues one iteration. Throws InvalidArgument before start().
  void iterate() {
    system_.check_started(image_);
    Executor const& executor = system_.executor();
    descend();
    detail::run_scalar_step(executor, detail::FistaMomentum{}, numbers());
    receive_slices();
    auto const problem = prox_problem();
    if (is_strong()) {
      Image const point = own(beyond());
      extrapolate(dual().image(
          problem,
          dual().improve_measured(executor, "FistaTv", problem, point, options_.inner_iterations,
                                  numbers() + prox_measures, system_.workspace())));
    } else {
      auto const weight = dual().given(problem);
      if (has_tv()) dual().improve(executor, problem, weight, options_.inner_iterations);
      extrapolate(dual().image(problem, weight));
    }
    detail::SquareDifferenceTerm<Pixel> const term{image_.data, own(beyond()).data};
    detail::reduce<detail::Unchanged>(executor, {"FistaTv", "", "", "FistaTv: distance"}, term,
                                      image_.count(), numbers() + detail::fista_distance,
                                      system_.workspace());
  }

  /// The image as the iterations so far have made it; the one that keeps the bounds.
  [[nodiscard]] Image image() const { return image_; }

  /// The root of L, which start() found or was given: FistaTvOptions::norm of another one for the
  /// same map, weights and mask.
  [[nodiscard]] double norm() const { return std::sqrt(square_); }

  /// Numbers about the image; the objective is the one above. Waits. Takes one call of A.
  [[nodiscard]] SolverMeasures measure() {
    system_.make_residual(image_, rays());
    double* const result = numbers() + detail::fista_numbers;
    if constexpr (is_slab) {
      Image const whole = dual().scratch();
      copy(system_.executor(), image_, own(whole));
      system_.problem().map.receive_slices(whole, beside_);
      system_.weighted_square(rays(), result);
      detail::measure_variation_of_slices(system_, lattice_, whole, beside_, result + 1);
      return detail::measures_of(system_.executor(), options_.strength, result);
    } else {
      return detail::measure_tv(system_, lattice_, options_.strength, image_, rays(), result);
    }
  }

  /// Queues the square of the residual's weighted norm, without waiting for it, and returns where
  /// it will be in the executor's memory until the next call. Takes one call of A.
  double const* queue_residual_square() {
    system_.make_residual(image_, rays());
    system_.weighted_square(rays(), numbers() + detail::fista_numbers);
    return numbers() + detail::fista_numbers;
  }

  /// What save_state keeps: solver_state.hpp.
  template <class State>
  void visit_state(State& state) {
    state.system(system_);
    state.option("strength", options_.strength);
    state.option("inner iterations", options_.inner_iterations);
    state.option("spacing", options_.spacing);
    state.option("norm", options_.norm);
    state.image(image_);
    state.memory(memory_);
    state.number(square_);
    state.number(range_);
  }

 private:
  using Pixel = typename System::Image;
  using Ray = typename System::Ray;
  using Dual = detail::TvDual<Pixel, System::image_rank>;
  /// The norm is found from below, of scans some 0.6 % low once a turn raises it by so little; to
  /// find it closer takes as long as the iterations. They are stable for any L above 3/4 of |A|^2.
  static constexpr double norm_tolerance = 1e-3;
  static constexpr double norm_margin = 1.01;

  using Layout = detail::FistaLayout<Map>;
  static constexpr int prox_measures = Layout::prox_measures;

  /// Whether images are slabs of one that others have the rest of. Arrays that belong to the
  /// proximal step have some slices of theirs, in which it is done, too.
  static constexpr bool is_slab = detail::has_slices_beside_v<Map>;
  /// An inner iteration spoils a slice more at the ends; the image takes the last one.
  static SlicesBeside beside(Map const& map, FistaTvOptions const& options) {
    return detail::slices_beside(map, options.inner_iterations + 1);
  }

  static FistaTvOptions const& checked(FistaTvOptions const& options) {
    detail::check_strength("FistaTv", options.strength);
    detail::expects(options.inner_iterations >= 2 && options.inner_iterations % 2 == 0,
                    "FistaTv: inner_iterations ", options.inner_iterations,
                    " must be an even number of at least 2");
    detail::expects(options.norm >= 0 && std::isfinite(options.norm), "FistaTv: norm ",
                    options.norm, " must be at least 0 and finite");
    return options;
  }

  [[nodiscard]] bool has_tv() const { return options_.strength > 0; }
  /// Whether the dual might lose something of the image.
  [[nodiscard]] bool is_strong() const {
    return Dual::is_rounded && has_tv() && detail::is_strong(lattice_, options_.strength, range_);
  }

  /// y += 1/L A' W (b - A y), where pixels are sought.
  void descend() {
    Executor const& executor = system_.executor();
    ReconstructionProblem<Map> const& problem = system_.problem();
    Image const point = own(beyond());
    system_.apply(point, rays());
    using RayNumber = detail::element_number_t<Ray>;
    detail::WeightedResidual<Ray, typename System::Data> const residual{
        problem.data.data, rays().data, problem.weights.data, static_cast<RayNumber>(1 / square_)};
    detail::for_each_element(executor, residual, rays().data, rays().count());
    Image const gradient = own(dual().scratch());
    system_.apply_transpose(rays(), gradient);
    detail::MaskedStep<Pixel> const step{point.data, 1, gradient.data, problem.mask.data};
    detail::for_each_element(executor, step, point.data, point.count());
  }

  /// What the proximal step reads of others.
  void receive_slices() {
    if constexpr (is_slab) {
      Map const& map = system_.problem().map;
      map.receive_slices(beyond(), beside_);
      for (int axis = 0; axis < System::image_rank; ++axis) {
        map.receive_slices(dual().field(axis), beside_);
      }
    }
  }
  void receive_mask() {
    if constexpr (is_slab) {
      if (system_.problem().mask.data == nullptr) return;
      copy(system_.executor(), system_.problem().mask, own(mask()));
      system_.problem().map.receive_slices(mask(), beside_);
    }
  }

  /// The image becomes `image_of`, and the point beyond it follows.
  template <class ImageOf>
  void extrapolate(ImageOf const& image_of) {
    if constexpr (is_slab) {
      std::int64_t const index = beside_.before * beyond().slice_count();
      take(detail::SlicesOfImage<ImageOf>{image_of, beside_.before, index});
    } else {
      take(image_of);
    }
  }
  template <class ImageOf>
  void take(ImageOf const& image_of) {
    auto lattice = lattice_;
    lattice.extents = image_.extents;
    detail::Extrapolate<Pixel, ImageOf> const step{image_of, numbers() + detail::fista_momentum,
                                                   image_.data, own(beyond()).data};
    detail::for_each_row(system_.executor(), lattice, step);
  }

  [[nodiscard]] detail::ProxProblem<Pixel, System::image_rank> prox_problem() const {
    ReconstructionProblem<Map> const& problem = system_.problem();
    bool const has_own_mask = is_slab && problem.mask.data != nullptr;
    return {beyond().data, options_.strength / square_,
            has_own_mask ? mask().data : problem.mask.data, problem.bounds};
  }

  [[nodiscard]] auto rays() const { return layout_.rays.in(memory_.data()); }
  [[nodiscard]] auto beyond() const { return layout_.beyond.in(memory_.data()); }
  [[nodiscard]] auto mask() const { return layout_.mask.in(memory_.data()); }
  [[nodiscard]] Image own(Image array) const { return detail::without_slices(array, beside_); }
  [[nodiscard]] Dual dual() const { return {layout_.dual, memory_.data(), lattice_}; }
  [[nodiscard]] double* numbers() const { return layout_.numbers.in(memory_.data()).data; }

  FistaTvOptions options_;
  SlicesBeside beside_;
  detail::Lattice<typename System::ImageNumber, System::image_rank> lattice_;
  System system_;
  Layout layout_;
  Buffer<std::byte, Executor> memory_;
  Image image_{};
  double square_ = 0;
  double range_ = 0;  ///< of A' W b, L times that of the first step from 0
};

}  // namespace pyronn
