// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Pdhg: primal-dual hybrid gradients for least squares with total variation.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <optional>
#include <type_traits>

#include <pyronn/core/error.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/exec/buffer.hpp>
#include <pyronn/exec/vector_operations.hpp>
#include <pyronn/exec/workspace.hpp>
#include <pyronn/recon/solver/detail/array_layout.hpp>
#include <pyronn/recon/solver/detail/pdhg_steps.hpp>
#include <pyronn/recon/solver/detail/pixel_spacing.hpp>
#include <pyronn/recon/solver/detail/scalar_steps.hpp>
#include <pyronn/recon/solver/detail/system.hpp>
#include <pyronn/recon/solver/detail/tv_objective.hpp>
#include <pyronn/recon/solver/detail/tv_steps.hpp>
#include <pyronn/recon/solver/measures.hpp>
#include <pyronn/recon/solver/problem.hpp>

namespace pyronn {

/// What the balance of a Pdhg multiplies.
enum class PdhgBalance {
  of_map,   ///< a ratio of the map's sums
  of_start  ///< the ratio of how far image and duals have to go, as the start lets expect
};

/// What else a Pdhg is made with.
struct PdhgOptions {
  double strength = 0;  ///< c, at least 0; 0: no total variation
  /// Of pixels along x, y and in space z [mm]. Not given: the spacing of the map's grid, 1 for a
  /// map without one.
  std::optional<Vec3d> spacing{};
  /// How long the steps of the image are beside those of the duals, above 0: it changes how fast
  /// the iterations converge, not to what.
  double balance = 3;
  /// of_start suits a start that a solver made, whose image is good but where data say little.
  PdhgBalance balanced = PdhgBalance::of_map;
  std::size_t workspace_limit = default_workspace_limit;  ///< of the map's calls [bytes]
};

/// Primal-dual hybrid gradients: makes 1/2 |W^(1/2) (b - A x)|^2 + c TV(x) small between bounds,
///
///   q = (q + S (A y - b)) / (1 + S / W),   p = p + s k D y, shortened to length c / k,
///   x_next = bounded(x - T (A' q + k D' p)),   y = 2 x_next - x
///
/// A. Chambolle, T. Pock, "A first-order primal-dual algorithm for convex problems with
/// applications to imaging", J. Math. Imaging Vis. 40 (2011), with the diagonal steps of T. Pock,
/// A. Chambolle, "Diagonal preconditioning for first order primal-dual algorithms in convex
/// optimization", ICCV 2011: S is 1 / g over the row sums of A, s the same over those of k D, and T
/// g over the column sums of both. k makes the column sums of k D the mean of those of A, and g is
/// the balance times the sum of A' 1 over that of A' W A 1, so that no unit changes the iterations;
/// or times |x| over the length of (W (A x - b), c / k), of the start's x, where squares count as
/// over T and S for g = 1: with that g the bound of the distance to the minimum is least.
/// Entries of A are not negative. What TV and c are per unit of length: total_variation.
///
/// An iteration takes one call of A and one of A'. It allocates nothing and does not synchronise,
/// and can be captured in a CUDA graph. Beside the image there are six volumes in space, five in
/// the plane, and three sets of projections.
template <class Map, class Executor>
class Pdhg {
  using System = detail::System<Map, Executor>;

 public:
  /// An image in the executor's memory.
  using Image = typename System::ImageView;

  /// What it will allocate [bytes].
  static std::size_t memory_bytes(Executor const& executor, Map const& map,
                                  PdhgOptions const& options = {}) {
    return Layout{map}.arrays.bytes() +
           System::workspace_bytes(executor, map, options.workspace_limit);
  }

  /// Allocates all memory. Throws InvalidArgument for options out of range, and OutOfMemory.
  Pdhg(Executor const& executor, ReconstructionProblem<Map> const& problem,
       PdhgOptions const& options = {})
      : options_{checked(options)},
        lattice_{"Pdhg", problem.map.domain(),
                 detail::pixel_spacing("Pdhg", problem.map, options.spacing)},
        system_{"Pdhg", executor, problem, options.workspace_limit},
        layout_{problem.map},
        memory_{executor, layout_.arrays.bytes()} {}

  /// Begins with this image, whose pixels within the mask are brought between the bounds, and which
  /// the iterations change. Makes the sums of rows and columns, and the duals 0. Waits. Throws
  /// InvalidArgument for arrays of the wrong size, data that are not finite, weights and masks
  /// without any use, and where A is 0 on all pixels that are sought.
  void start(Image image) {
    Executor const& executor = system_.executor();
    system_.check(image, numbers());
    image_ = image;
    make_sums();
    system_.bound(image_);
    if (options_.balanced == PdhgBalance::of_start) balance_start();
    copy(executor, image_, beyond());
    fill(executor, data_dual(), 0);
    fill(executor, gradient_dual(), 0);
  }

  /// Queues one iteration. Throws InvalidArgument before start().
  void iterate() {
    system_.check_started(image_);
    Executor const& executor = system_.executor();
    ReconstructionProblem<Map> const& problem = system_.problem();
    system_.apply(beyond(), rays());
    using RayNumber = detail::element_number_t<Ray>;
    detail::DataDualStep<Ray, typename System::Data> const data_step{
        data_dual().data, rays().data,          problem.data.data,
        row_sums().data,  problem.weights.data, static_cast<RayNumber>(1 / balance_)};
    detail::for_each_element(executor, data_step, data_dual().data, data_dual().count());
    if (has_tv()) {
      double const step = 1 / (balance_ * largest_difference_sum());
      detail::GradientDualStep<Pixel, rank> const gradient_step{
          lattice_, beyond().data, gradient_dual().data, System::number(step),
          System::number(options_.strength / scale_)};
      detail::for_each_pixel(executor, lattice_, gradient_step);
    }
    system_.apply_transpose(data_dual(), gradient());
    detail::PrimalStep<Pixel, rank> const primal_step{lattice_,
                                                      image_.data,
                                                      beyond().data,
                                                      gradient().data,
                                                      has_tv() ? gradient_dual().data : nullptr,
                                                      column_sums().data,
                                                      problem.mask.data,
                                                      System::number(balance_),
                                                      System::number(scale_ * difference_sum()),
                                                      System::number(scale_),
                                                      System::number(problem.bounds.lower),
                                                      System::number(problem.bounds.upper)};
    detail::for_each_pixel(executor, lattice_, primal_step);
  }

  /// The image as the iterations so far have made it; the one that keeps the bounds.
  [[nodiscard]] Image image() const { return image_; }

  /// Numbers about the image; the objective is the one above. Waits. Takes one call of A.
  [[nodiscard]] SolverMeasures measure() {
    system_.make_residual(image_, rays());
    return detail::measure_tv(system_, lattice_, options_.strength, image_, rays(), numbers());
  }

  /// Queues the square of the residual's weighted norm, without waiting for it, and returns where
  /// it will be in the executor's memory until the next call. Takes one call of A.
  double const* queue_residual_square() {
    system_.make_residual(image_, rays());
    system_.weighted_square(rays(), numbers());
    return numbers();
  }

  /// What save_state keeps: solver_state.hpp.
  template <class State>
  void visit_state(State& state) {
    state.system(system_);
    state.option("strength", options_.strength);
    state.option("balance", options_.balance);
    state.option("balanced", static_cast<int>(options_.balanced));
    state.option("spacing", options_.spacing);
    state.image(image_);
    state.memory(memory_);
    state.number(balance_);
    state.number(scale_);
  }

 private:
  using Pixel = typename System::Image;
  using Ray = typename System::Ray;
  static constexpr int rank = System::image_rank;

  struct Layout {
    explicit Layout(Map const& map)
        : rays{arrays.template add<Ray>(map.range())},
          data_dual{arrays.template add<Ray>(map.range())},
          row_sums{arrays.template add<Ray>(map.range())},
          beyond{arrays.template add<Pixel>(map.domain())},
          gradient{arrays.template add<Pixel>(map.domain())},
          column_sums{arrays.template add<Pixel>(map.domain())},
          gradient_dual{arrays.template add<Pixel>(detail::fields_of(map.domain()))},
          numbers{arrays.add<double>(Extents<1>{2})} {}

    detail::ArrayLayout arrays;
    detail::Slot<Ray, System::ray_rank> rays;
    detail::Slot<Ray, System::ray_rank> data_dual;
    detail::Slot<Ray, System::ray_rank> row_sums;
    detail::Slot<Pixel, rank> beyond;
    detail::Slot<Pixel, rank> gradient;
    detail::Slot<Pixel, rank> column_sums;
    detail::Slot<Pixel, rank + 1> gradient_dual;
    detail::Slot<double, 1> numbers;
  };

  static PdhgOptions const& checked(PdhgOptions const& options) {
    detail::check_strength("Pdhg", options.strength);
    detail::expects(options.balance > 0 && std::isfinite(options.balance), "Pdhg: balance ",
                    options.balance, " must be above 0 and finite");
    return options;
  }

  [[nodiscard]] bool has_tv() const { return options_.strength > 0; }

  /// The sums, and the factors of steps that follow from them.
  void make_sums() {
    system_.make_sums(beyond(), row_sums(), rays(), column_sums());
    double const columns = system_.sum(column_sums(), numbers());
    system_.weigh(row_sums(), rays());
    system_.apply_transpose(rays(), gradient());
    system_.mask(gradient());
    double const normal = system_.sum(gradient(), numbers());
    system_.expect_use(normal);
    balance_ = options_.balance * columns / normal;
    double const mean = columns / system_.sum(beyond(), numbers());
    scale_ = has_tv() ? mean / difference_sum() : 0;
  }

  /// g from the start, if it says what it is.
  void balance_start() {
    double const pixels = system_.sum(beyond(), numbers());  // the mask, as make_sums left it
    copy(system_.executor(), image_, gradient());
    system_.mask(gradient());
    double const way_of_image = weighted_square(gradient(), column_sums()) +
                                scale_ * difference_sum() * weighted_square(gradient(), beyond());
    system_.make_residual(image_, rays());
    system_.weigh(rays(), rays());
    double way_of_duals = weighted_square(rays(), row_sums());
    if (has_tv()) {
      double const longest = options_.strength / scale_;
      way_of_duals += pixels * scale_ * largest_difference_sum() * longest * longest;
    }
    if (way_of_image > 0 && way_of_duals > 0)
      balance_ = options_.balance * std::sqrt(way_of_image / way_of_duals);
  }

  /// The sum of w y y.
  template <class View>
  double weighted_square(View const& y, View const& w) {
    using T = std::remove_pointer_t<decltype(y.data)>;
    detail::WeightedSquareTerm<T, T> const term{y.data, w.data};
    detail::reduce<detail::Unchanged>(system_.executor(), {"Pdhg", "", "", "Pdhg: balance"}, term,
                                      y.count(), numbers(), system_.workspace());
    return detail::numbers_on_host<1>(system_.executor(), numbers())[0];
  }

  /// The column sum of D, of pixels that are not at the border.
  [[nodiscard]] double difference_sum() const {
    double sum = 0;
    for (auto const inverse : lattice_.inverse_spacing) sum += 2 * static_cast<double>(inverse);
    return sum;
  }
  /// The largest row sum of D; those of k D over k, by which the step k D y is multiplied, too.
  [[nodiscard]] double largest_difference_sum() const {
    double most = 0;
    for (auto const inverse : lattice_.inverse_spacing) {
      most = std::max(most, 2 * static_cast<double>(inverse));
    }
    return most;
  }

  [[nodiscard]] auto rays() const { return layout_.rays.in(memory_.data()); }
  [[nodiscard]] auto data_dual() const { return layout_.data_dual.in(memory_.data()); }
  [[nodiscard]] auto row_sums() const { return layout_.row_sums.in(memory_.data()); }
  [[nodiscard]] auto beyond() const { return layout_.beyond.in(memory_.data()); }
  [[nodiscard]] auto gradient() const { return layout_.gradient.in(memory_.data()); }
  [[nodiscard]] auto column_sums() const { return layout_.column_sums.in(memory_.data()); }
  [[nodiscard]] auto gradient_dual() const { return layout_.gradient_dual.in(memory_.data()); }
  [[nodiscard]] double* numbers() const { return layout_.numbers.in(memory_.data()).data; }

  PdhgOptions options_;
  detail::Lattice<typename System::ImageNumber, rank> lattice_;
  System system_;
  Layout layout_;
  Buffer<std::byte, Executor> memory_;
  Image image_{};
  double balance_ = 1;  ///< g
  double scale_ = 0;    ///< k
};

}  // namespace pyronn
