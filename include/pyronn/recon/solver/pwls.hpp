// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Pwls: penalised weighted least squares with an edge-preserving penalty.
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

#include <pyronn/core/error.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/exec/buffer.hpp>
#include <pyronn/exec/vector_operations.hpp>
#include <pyronn/exec/workspace.hpp>
#include <pyronn/recon/solver/detail/array_layout.hpp>
#include <pyronn/recon/solver/detail/element_steps.hpp>
#include <pyronn/recon/solver/detail/momentum_steps.hpp>
#include <pyronn/recon/solver/detail/neighbour_penalty.hpp>
#include <pyronn/recon/solver/detail/pixel_spacing.hpp>
#include <pyronn/recon/solver/detail/scalar_steps.hpp>
#include <pyronn/recon/solver/detail/subset_system.hpp>
#include <pyronn/recon/solver/edge_potential.hpp>
#include <pyronn/recon/solver/measures.hpp>
#include <pyronn/recon/solver/problem.hpp>
#include <pyronn/recon/solver/subset_order.hpp>

namespace pyronn {

/// Whether a step goes on in the direction of those before.
enum class Momentum {
  nesterov,  ///< to n^2 times as near in n steps; not monotone
  none,      ///< with one subset the objective becomes smaller in every step
};

/// What else a Pwls is made with.
template <class Potential = HuberPotential>
struct PwlsOptions {
  /// c, at least 0. The same strength where c / (volume of a pixel) stays the same, for any number
  /// of views if weights are inverse variances, else where c / (number of views) does, too.
  double strength = 0;
  Potential potential{};  ///< psi, whose scale must be given; not looked at without a strength
  Neighbourhood neighbourhood = Neighbourhood::all;  ///< between which pixels slopes are taken
  /// Of pixels [mm]; unless given that of the map's grid, or 1 where it has none.
  std::optional<Vec3d> spacing{};
  int subsets = 10;                                       ///< S, from 1 to the number of views
  SubsetOrder order = SubsetOrder::golden;                ///< in which a pass takes the subsets
  std::uint64_t seed = 1;                                 ///< of SubsetOrder::random
  Momentum momentum = Momentum::nesterov;                 ///< of steps
  std::size_t workspace_limit = default_workspace_limit;  ///< of the map's calls [bytes]
};

/// Penalised weighted least squares: makes 1/2 |W^(1/2) (b - A x)|^2 + c R(x) small between bounds,
/// where R is the sum over pairs of neighbours of w psi((x_i - x_j) / d): d is their distance [mm],
/// and w one over the sum over directions of the mean of |cos|. With Huber's potential edges far
/// above delta then cost what they cost in c TV(x), total variation per unit of length.
/// Pairs with pixels outside of the mask, which keep their values, count, too.
///
/// An iteration is a pass over subsets of views s, s + S, s + 2 S and so on. A step is
/// x = bounded(z - (S A_s' W_s (A_s z - b_s) + c R'(z)) / D), where z is x, and with momentum
/// x + (k - 1) / k' (x - x of the step before) with k = 1 at the start and
/// k' = (1 + sqrt(1 + 4 k^2)) / 2. D is the curvature of a separable parabola above the objective,
/// and above what each subset has it for: S times the largest of A_s' W_s A_s 1 and, for each
/// neighbour, 2 c w psi'(t) / (t d^2) at the slope t = 0 or, without momentum, at that of z. H.
/// Erdogan, J. Fessler, "Ordered subsets algorithms for transmission tomography", Phys. Med. Biol.
/// 44 (1999); D. Kim, S. Ramani, J. Fessler, "Combining ordered subsets and momentum for
/// accelerated X-ray CT image reconstruction", IEEE Trans. Med. Imag. 34 (2015). One subset
/// approaches the minimum; several come near it in few passes and end in a cycle around it, the
/// nearer the more views each has. Other than there k is at most the number of views of a subset,
/// without which momentum leaves the minimum again where those are fewer than ten.
///
/// An iteration takes one call of A and one of A' in all. It allocates nothing and does not
/// synchronise, and can be captured in a CUDA graph. Images are of the plane or of space.
template <class Map, class Executor, class Potential = HuberPotential>
class Pwls {
  using System = detail::SubsetSystem<Map, Executor>;
  using Subsets = detail::ViewSubsets<Map>;
  static_assert(System::image_rank == 2 || System::image_rank == 3,
                "The images of a Pwls have the axes (x, y) or (x, y, z).");

 public:
  /// An image in the executor's memory.
  using Image = typename System::ImageView;
  /// What else it is made with.
  using Options = PwlsOptions<Potential>;

  /// What it will allocate [bytes]. Throws InvalidArgument for subsets out of range.
  static std::size_t memory_bytes(Executor const& executor, Map const& map,
                                  Options const& options = {}) {
    Subsets const subsets{"Pwls", map, options.subsets};
    return Layout{map, subsets, options}.bytes +
           subsets.workspace_bytes(executor, options.workspace_limit);
  }

  /// Allocates all memory. Throws InvalidArgument for a strength, a potential, a spacing and
  /// subsets out of range, and OutOfMemory.
  Pwls(Executor const& executor, ReconstructionProblem<Map> const& problem,
       PwlsOptions<Potential> const& options = {})
      : options_{checked(options)},
        neighbours_{System::image_rank, options.neighbourhood,
                    detail::pixel_spacing("Pwls", problem.map, options.spacing), options.strength},
        system_{"Pwls", executor, problem, Subsets{"Pwls", problem.map, options.subsets},
                options.workspace_limit},
        order_{subset_order(options.order, options.subsets, options.seed)},
        layout_{problem.map, system_.subsets(), options},
        memory_{executor, layout_.bytes} {}

  /// Begins with this image, whose pixels within the mask are brought between the bounds, and which
  /// the iterations change. Makes the data's curvature by one call of A and one of A' in all.
  /// Waits. Throws InvalidArgument for arrays of the wrong size, data that are not finite, weights
  /// and masks without any use.
  void start(Image image) {
    system_.check(image, numbers());
    image_ = image;
    Executor const& executor = system_.executor();
    fill(executor, curvature(), 0);
    for (int s = 0; s < system_.subsets().count(); ++s) {
      system_.make_mask(gradient());
      system_.project(s, gradient(), rays());
      system_.step(s, detail::WeighRays<Ray>{rays().data, system_.weights_data()}, rays());
      system_.backproject(s, rays(), gradient());
      detail::LargerOf<Pixel> const larger{
          curvature().data, System::number(system_.subsets().count()), gradient().data};
      detail::for_each_element(executor, larger, curvature().data, curvature().count());
    }
    system_.bound(image_);
    if (options_.momentum == Momentum::nesterov) copy(executor, image_, extrapolated());
    detail::run_scalar_step(executor, detail::SetNumber{step_count, 1}, numbers());
  }

  /// Queues one iteration, a pass over all views. Throws InvalidArgument before start().
  void iterate() {
    system_.check_started(image_);
    for (int const s : order_) take(s);
  }

  /// The image as the iterations so far have made it, between the bounds.
  [[nodiscard]] Image image() const { return image_; }

  /// Numbers about the image; the objective is the one above. Takes one call of A. Waits.
  [[nodiscard]] SolverMeasures measure() {
    Executor const& executor = system_.executor();
    queue_residual_square();
    detail::PenaltyTerm<Pixel, Potential> const term{options_.potential, neighbours_, size(),
                                                     image_.data};
    detail::reduce<detail::Unchanged>(executor, {"Pwls", "", "", "Pwls: penalty"}, term,
                                      image_.count(), numbers() + penalty, system_.workspace());
    auto const found = detail::numbers_on_host<2>(executor, numbers());
    return {std::sqrt(found[residual_square]), found[residual_square] / 2 + found[penalty]};
  }

  /// Queues the square of the residual's weighted norm, without waiting for it, and returns where
  /// it will be in the executor's memory until the next call. Takes one call of A.
  double const* queue_residual_square() {
    return system_.make_residual_square(image_, rays(), numbers(), part, residual_square);
  }

  /// What save_state keeps: solver_state.hpp.
  template <class State>
  void visit_state(State& state) {
    state.system(system_);
    state.order(order_);
    state.option("strength", options_.strength);
    bool const is_penalised = options_.strength > 0;
    double const curvature = is_penalised ? options_.potential.curvature(0.0) : 0.0;
    state.option("curvature of the potential at 0", curvature);
    state.option("at one over that",
                 is_penalised ? options_.potential.curvature(1 / curvature) : 0.0);
    state.option("spacing", options_.spacing);
    state.option("neighbourhood", static_cast<int>(options_.neighbourhood));
    state.option("momentum", static_cast<int>(options_.momentum));
    state.image(image_);
    state.memory(memory_);
  }

 private:
  using Pixel = typename System::Image;
  using Ray = typename System::Ray;
  using Data = typename System::Data;
  /// The numbers in the executor's memory.
  enum Number { residual_square, penalty, part, step_count, step_momentum, num_numbers };

  struct Layout {
    Layout(Map const& map, Subsets const& subsets, Options const& options)
        : rays{arrays.template add<Ray>(subsets.most_rays())},
          gradient{arrays.template add<Pixel>(map.domain())},
          curvature{arrays.template add<Pixel>(map.domain())},
          numbers{arrays.add<double>(Extents<1>{num_numbers})} {
      if (options.momentum == Momentum::nesterov)
        extrapolated = arrays.template add<Pixel>(map.domain());
      bytes = arrays.bytes();
    }

    detail::ArrayLayout arrays;
    detail::Slot<Ray, System::ray_rank> rays;
    detail::Slot<Pixel, System::image_rank> gradient;
    detail::Slot<Pixel, System::image_rank> curvature;
    detail::Slot<double, 1> numbers;
    detail::Slot<Pixel, System::image_rank> extrapolated{};
    std::size_t bytes;
  };

  static Options const& checked(Options const& options) {
    detail::expects(options.strength >= 0 && std::isfinite(options.strength), "Pwls: strength ",
                    options.strength, " must be at least 0 and finite");
    if (options.strength == 0) return options;
    options.potential.check("Pwls");
    detail::expects(std::isfinite(options.potential.curvature(typename System::ImageNumber{0})),
                    "Pwls: the potential's curvature at 0 is not finite in the numbers of the "
                    "image; take a larger scale");
    return options;
  }

  /// The step of one subset.
  void take(int s) {
    if (options_.momentum == Momentum::none) {
      make_step<detail::CurvatureAtSlope>(s, image_);
      move(image_, typename System::ImageNumber{0});
      return;
    }
    make_step<detail::GreatestCurvature>(s, extrapolated());
    detail::run_scalar_step(system_.executor(),
                            detail::NextMomentum{step_count, step_momentum, most_steps()},
                            numbers());
    move(extrapolated(), static_cast<double const*>(numbers() + step_momentum));
  }

  /// How far k grows: with all views without end, else to the number of views of a subset.
  [[nodiscard]] double most_steps() const {
    Subsets const& subsets = system_.subsets();
    if (subsets.count() == 1) return std::numeric_limits<double>::infinity();
    return subsets.rays(subsets.count() - 1).views;
  }

  /// From a point, in place of the gradient.
  template <class Curvature>
  void make_step(int s, Image point) {
    system_.project(s, point, rays());
    system_.step(s,
                 detail::WeighResidual<Ray, Data>{system_.data(), rays().data,
                                                  system_.weights_data(), nullptr},
                 rays());
    system_.backproject(s, rays(), gradient());
    detail::make_penalised_step<Curvature>(system_.executor(), options_.potential, neighbours_,
                                           size(), system_.subsets().count(), point.data,
                                           curvature().data, gradient().data);
  }

  template <class Factor>
  void move(Image point, Factor momentum) {
    PixelBounds const bounds = system_.problem().bounds;
    detail::MomentumStep<Pixel, Factor> const step{image_.data,
                                                   point.data,
                                                   gradient().data,
                                                   system_.problem().mask.data,
                                                   momentum,
                                                   System::number(bounds.lower),
                                                   System::number(bounds.upper)};
    detail::for_each_element(system_.executor(), step, image_.data, image_.count());
  }

  [[nodiscard]] Extents<3> size() const {
    Extents<3> result{1, 1, 1};
    for (int axis = 0; axis < System::image_rank; ++axis) result[axis] = image_.extents[axis];
    return result;
  }
  [[nodiscard]] auto rays() const { return layout_.rays.in(memory_.data()); }
  [[nodiscard]] auto gradient() const { return layout_.gradient.in(memory_.data()); }
  [[nodiscard]] auto curvature() const { return layout_.curvature.in(memory_.data()); }
  [[nodiscard]] auto extrapolated() const { return layout_.extrapolated.in(memory_.data()); }
  [[nodiscard]] double* numbers() const { return layout_.numbers.in(memory_.data()).data; }

  Options options_;
  detail::Neighbours neighbours_;
  System system_;
  std::vector<int> order_;
  Layout layout_;
  Buffer<std::byte, Executor> memory_;
  Image image_{};
};

}  // namespace pyronn
