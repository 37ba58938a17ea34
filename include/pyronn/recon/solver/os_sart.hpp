// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// OsSart: the simultaneous algebraic reconstruction technique by ordered subsets, and Sart, which
/// takes one view at a time.
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include <pyronn/core/error.hpp>
#include <pyronn/exec/buffer.hpp>
#include <pyronn/exec/workspace.hpp>
#include <pyronn/recon/solver/detail/array_layout.hpp>
#include <pyronn/recon/solver/detail/element_steps.hpp>
#include <pyronn/recon/solver/detail/scalar_steps.hpp>
#include <pyronn/recon/solver/detail/subset_system.hpp>
#include <pyronn/recon/solver/detail/view_steps.hpp>
#include <pyronn/recon/solver/measures.hpp>
#include <pyronn/recon/solver/problem.hpp>
#include <pyronn/recon/solver/subset_order.hpp>

namespace pyronn {

/// What else a Sart is made with.
struct SartOptions {
  double relaxation = 1;                    ///< w, above 0 and below 2
  SubsetOrder order = SubsetOrder::golden;  ///< in which a pass takes the subsets
  std::uint64_t seed = 1;                   ///< of SubsetOrder::random
  /// What arrays of column weights may take [bytes]: those of as many subsets as fit are kept, the
  /// others made anew in every pass by one more call of A', with the same bits. At least one.
  std::size_t column_sums_limit = std::size_t{4} << 30;
  std::size_t workspace_limit = default_workspace_limit;  ///< of the map's calls [bytes]
};

/// What else an OsSart is made with.
struct OsSartOptions : SartOptions {
  int subsets = 10;  ///< S, from 1 to the number of views
};

/// The simultaneous algebraic reconstruction technique by ordered subsets. An iteration is a pass:
/// x += w C_s A_s' R_s (b_s - A_s x), then bounds, for every subset s of the views s, s + S,
/// s + 2 S and so on, of which the last ones may have one view fewer. R_s holds a ray's weight over
/// its row sum, C_s one over the column sum of A_s' W_s, of the subset's own rows, both 0 where the
/// sum is 0. A. Andersen, A. Kak, "Simultaneous algebraic reconstruction technique (SART)",
/// Ultrason. Imaging 6 (1984); G. Wang, M. Jiang, "Ordered-subset simultaneous algebraic
/// reconstruction techniques", J. X-Ray Sci. Technol. 12 (2004). One subset makes it Sirt. Where
/// data contradict each other, several subsets end in a cycle around the solution, the smaller the
/// smaller w is.
///
/// An iteration takes one call of A and one of A' in all. It allocates nothing and does not
/// synchronise, and can be captured in a CUDA graph.
template <class Map, class Executor>
class OsSart {
  using System = detail::SubsetSystem<Map, Executor>;
  using Subsets = detail::ViewSubsets<Map>;

 public:
  /// An image in the executor's memory.
  using Image = typename System::ImageView;

  /// What it will allocate [bytes]. Throws InvalidArgument for subsets out of range.
  static std::size_t memory_bytes(Executor const& executor, Map const& map,
                                  OsSartOptions const& options = {}) {
    Subsets const subsets{"OsSart", map, options.subsets};
    return Layout{map, subsets, options}.bytes +
           subsets.workspace_bytes(executor, options.workspace_limit);
  }

  /// Allocates all memory. Throws InvalidArgument for a relaxation and for subsets out of range,
  /// and OutOfMemory.
  OsSart(Executor const& executor, ReconstructionProblem<Map> const& problem,
         OsSartOptions const& options = {})
      : OsSart{"OsSart", executor, problem, options} {}

  /// Begins with this image, whose pixels within the mask are brought between the bounds, and which
  /// the iterations change. Makes the sums of rows and columns. Waits. Throws InvalidArgument for
  /// arrays of the wrong size, data that are not finite, weights and masks without any use.
  void start(Image image) {
    system_.check(image, numbers());
    image_ = image;
    system_.make_mask(gradient());
    for (int s = 0; s < system_.subsets().count(); ++s) {
      system_.project(s, gradient(), rays());
      detail::InvertRaySums<Ray> const invert{rays().data, system_.weights_data()};
      system_.step(s, invert, row_weights(s));
    }
    layout_.columns.make(system_, memory_.data(), rays(), numbers() + part);
    system_.bound(image_);
  }

  /// Queues one iteration, a pass over all views. Throws InvalidArgument before start().
  void iterate() {
    system_.check_started(image_);
    pass(System::number(options_.relaxation));
  }

  /// The image as the iterations so far have made it.
  [[nodiscard]] Image image() const { return image_; }

  /// Numbers about the image; the objective is 1/2 |b - A x|^2 in the norm of R, which one subset
  /// makes smaller with every iteration. Takes one call of A. Waits.
  [[nodiscard]] SolverMeasures measure() {
    queue_measures();
    auto const found = detail::numbers_on_host<2>(system_.executor(), numbers());
    return {std::sqrt(found[residual_square]), found[objective] / 2};
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
    state.option("relaxation", options_.relaxation);
    state.order(order_);
    state.image(image_);
    state.memory(memory_);
  }

 protected:
  /// With the name that messages have.
  OsSart(char const* name, Executor const& executor, ReconstructionProblem<Map> const& problem,
         OsSartOptions const& options)
      : options_{checked(name, options)},
        system_{name, executor, problem, Subsets{name, problem.map, options.subsets},
                options.workspace_limit},
        order_{subset_order(options.order, options.subsets, options.seed)},
        layout_{problem.map, system_.subsets(), options},
        memory_{executor, layout_.bytes} {}

  /// Of what it works with, for solvers that are made of passes.
  [[nodiscard]] System& system() { return system_; }
  /// Queues a pass with this relaxation, a number or a pointer to one in the executor's memory.
  template <class Factor>
  void pass(Factor relaxation) {
    for (int const s : order_) take(s, relaxation);
  }
  /// Queues the numbers of measure().
  void queue_measures() {
    for (int const which : {residual_square, objective})
      detail::run_scalar_step(system_.executor(), detail::SetNumber{which, 0}, numbers());
    for (int s = 0; s < system_.subsets().count(); ++s) {
      system_.project(s, image_, rays());
      system_.add_weighted_square(s, rays(), numbers(), part, residual_square);
      detail::ResidualSquareTerm<Ray, Data> const term{system_.subsets().rays(s), system_.data(),
                                                       rays().data, nullptr, row_weights(s).data};
      system_.add_sum(s, term, numbers(), part, objective);
    }
  }
  /// Where queue_measures leaves the square of the residual's weighted norm.
  [[nodiscard]] double const* residual_square_number() const { return numbers() + residual_square; }
  /// Memory of one image that is free between calls.
  [[nodiscard]] Image scratch_image() const { return gradient(); }

 private:
  using Pixel = typename System::Image;
  using Ray = typename System::Ray;
  using Data = typename System::Data;
  using RayView = typename System::RayView;
  /// The numbers in the executor's memory.
  enum Number { residual_square, objective, part, num_numbers };

  struct Layout {
    Layout(Map const& map, Subsets const& subsets, OsSartOptions const& options)
        : row_weights{arrays.template add<Ray>(map.range())},
          rays{arrays.template add<Ray>(subsets.most_rays())},
          gradient{arrays.template add<Pixel>(map.domain())},
          numbers{arrays.add<double>(Extents<1>{num_numbers})},
          columns{arrays, map, subsets.count(), options.column_sums_limit},
          bytes{arrays.bytes()} {}

    detail::ArrayLayout arrays;
    detail::Slot<Ray, System::ray_rank> row_weights;  ///< one subset after another
    detail::Slot<Ray, System::ray_rank> rays;
    detail::Slot<Pixel, System::image_rank> gradient;
    detail::Slot<double, 1> numbers;
    detail::KeptColumns<Pixel, System::image_rank> columns;
    std::size_t bytes;
  };

  static OsSartOptions const& checked(char const* name, OsSartOptions const& options) {
    detail::expects(options.relaxation > 0 && options.relaxation < 2, name, ": relaxation ",
                    options.relaxation, " must be above 0 and below 2");
    return options;
  }

  /// The step of one subset.
  template <class Factor>
  void take(int s, Factor relaxation) {
    auto const columns = layout_.columns.of(s, system_, memory_.data(), rays(), numbers() + part);
    system_.project(s, image_, rays());
    detail::WeighResidual<Ray, Data> const residual{system_.data(), rays().data, nullptr,
                                                    row_weights(s).data};
    system_.step(s, residual, rays());
    system_.backproject(s, rays(), gradient());
    PixelBounds const bounds = system_.problem().bounds;
    detail::BoundedStep<Pixel, Factor> const step{image_.data,
                                                  relaxation,
                                                  columns.data,
                                                  gradient().data,
                                                  system_.problem().mask.data,
                                                  System::number(bounds.lower),
                                                  System::number(bounds.upper)};
    detail::for_each_element(system_.executor(), step, image_.data, image_.count());
  }

  [[nodiscard]] RayView row_weights(int s) const {
    RayView const all = layout_.row_weights.in(memory_.data());
    return {all.data + system_.subsets().first_ray(s), system_.subsets().map(s).range()};
  }
  [[nodiscard]] RayView rays() const { return layout_.rays.in(memory_.data()); }
  [[nodiscard]] auto gradient() const { return layout_.gradient.in(memory_.data()); }
  [[nodiscard]] double* numbers() const { return layout_.numbers.in(memory_.data()).data; }

  OsSartOptions options_;
  System system_;
  std::vector<int> order_;
  Layout layout_;
  Buffer<std::byte, Executor> memory_;
  Image image_{};
};

/// The simultaneous algebraic reconstruction technique: OsSart with as many subsets as views. An
/// iteration is a pass over all views, not one view.
template <class Map, class Executor>
class Sart : public OsSart<Map, Executor> {
  using Base = OsSart<Map, Executor>;

 public:
  /// What it will allocate [bytes].
  static std::size_t memory_bytes(Executor const& executor, Map const& map,
                                  SartOptions const& options = {}) {
    return Base::memory_bytes(executor, map, {options, map.num_views()});
  }

  /// Allocates all memory. Throws InvalidArgument for a relaxation out of range, and OutOfMemory.
  Sart(Executor const& executor, ReconstructionProblem<Map> const& problem,
       SartOptions const& options = {})
      : Base{"Sart", executor, problem, {options, problem.map.num_views()}} {}
};

}  // namespace pyronn
