// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Osem: expectation maximisation by ordered subsets.
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include <pyronn/core/error.hpp>
#include <pyronn/exec/buffer.hpp>
#include <pyronn/exec/workspace.hpp>
#include <pyronn/recon/solver/detail/array_layout.hpp>
#include <pyronn/recon/solver/detail/element_steps.hpp>
#include <pyronn/recon/solver/detail/expectation_steps.hpp>
#include <pyronn/recon/solver/detail/scalar_steps.hpp>
#include <pyronn/recon/solver/detail/subset_system.hpp>
#include <pyronn/recon/solver/measures.hpp>
#include <pyronn/recon/solver/problem.hpp>
#include <pyronn/recon/solver/subset_order.hpp>

namespace pyronn {

/// What else an Osem is made with.
struct OsemOptions {
  int subsets = 10;                         ///< S, from 1 to the number of views
  SubsetOrder order = SubsetOrder::golden;  ///< in which a pass takes the subsets
  std::uint64_t seed = 1;                   ///< of SubsetOrder::random
  /// What arrays of column weights may take [bytes]: those of as many subsets as fit are kept, the
  /// others made anew in every pass by one more call of A', with the same bits. At least one.
  std::size_t column_sums_limit = std::size_t{4} << 30;
  std::size_t workspace_limit = default_workspace_limit;  ///< of the map's calls [bytes]
};

/// Expectation maximisation by ordered subsets. An iteration is a pass:
/// x = x / (A_s' W_s 1) A_s' W_s (b_s / A_s x), then bounds, for every subset s of the views s,
/// s + S, s + 2 S and so on, of which the last ones may have one view fewer. H. Hudson, R. Larkin,
/// "Accelerated image reconstruction using ordered subsets of projection data", IEEE Trans. Med.
/// Imag. 13 (1994). Rays whose A x is 0, or too small beside b for a ratio, contribute 0; pixels
/// whose column sum is 0 keep their value in that subset. An image that is not negative stays so,
/// and pixels that are 0 stay 0: begin with ones, or any other positive image. Data may not be
/// negative.
///
/// An iteration takes one call of A and one of A' in all. It allocates nothing and does not
/// synchronise, and can be captured in a CUDA graph.
template <class Map, class Executor>
class Osem {
  using System = detail::SubsetSystem<Map, Executor>;
  using Subsets = detail::ViewSubsets<Map>;

 public:
  /// An image in the executor's memory.
  using Image = typename System::ImageView;

  /// What it will allocate [bytes]. Throws InvalidArgument for subsets out of range.
  static std::size_t memory_bytes(Executor const& executor, Map const& map,
                                  OsemOptions const& options = {}) {
    Subsets const subsets{"Osem", map, options.subsets};
    return Layout{map, subsets, options}.bytes +
           subsets.workspace_bytes(executor, options.workspace_limit);
  }

  /// Allocates all memory. Throws InvalidArgument for subsets out of range, and OutOfMemory.
  Osem(Executor const& executor, ReconstructionProblem<Map> const& problem,
       OsemOptions const& options = {})
      : Osem{"Osem", executor, problem, options} {}

  /// Begins with this image, whose pixels within the mask are brought between the bounds, and which
  /// the iterations change. Makes the sums of columns. Waits. Throws InvalidArgument for arrays of
  /// the wrong size, data that are not finite or negative, weights and masks without any use, an
  /// image that is negative somewhere or 0 wherever it is sought.
  void start(Image image) {
    system_.check(image, numbers());
    check_signs(image);
    image_ = image;
    layout_.columns.make(system_, memory_.data(), rays(), numbers() + part);
    system_.bound(image_);
  }

  /// Queues one iteration, a pass over all views. Throws InvalidArgument before start().
  void iterate() {
    system_.check_started(image_);
    for (int const s : order_) take(s);
  }

  /// The image as the iterations so far have made it.
  [[nodiscard]] Image image() const { return image_; }

  /// Numbers about the image; the objective, which one subset makes smaller with every iteration,
  /// is the sum of w (y - b + b log(b / y)), where y is A x, over the rays that contribute. Takes
  /// one call of A. Waits.
  [[nodiscard]] SolverMeasures measure() {
    for (int const which : {residual_square, objective})
      detail::run_scalar_step(system_.executor(), detail::SetNumber{which, 0}, numbers());
    for (int s = 0; s < system_.subsets().count(); ++s) {
      system_.project(s, image_, rays());
      system_.add_weighted_square(s, rays(), numbers(), part, residual_square);
      detail::DivergenceTerm<Ray, Data> const term{system_.subsets().rays(s), system_.data(),
                                                   system_.weights_data(), rays().data};
      system_.add_sum(s, term, numbers(), part, objective);
    }
    auto const found = detail::numbers_on_host<2>(system_.executor(), numbers());
    return {std::sqrt(found[residual_square]), found[objective]};
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
    state.image(image_);
    state.memory(memory_);
  }

 protected:
  /// With the name that messages have.
  Osem(char const* name, Executor const& executor, ReconstructionProblem<Map> const& problem,
       OsemOptions const& options)
      : system_{name, executor, problem, Subsets{name, problem.map, options.subsets},
                options.workspace_limit},
        order_{subset_order(options.order, options.subsets, options.seed)},
        layout_{problem.map, system_.subsets(), options},
        memory_{executor, layout_.bytes} {}

 private:
  using Pixel = typename System::Image;
  using Ray = typename System::Ray;
  using Data = typename System::Data;
  /// The numbers in the executor's memory.
  enum Number { residual_square, objective, part, num_numbers };

  struct Layout {
    Layout(Map const& map, Subsets const& subsets, OsemOptions const& options)
        : rays{arrays.template add<Ray>(subsets.most_rays())},
          gradient{arrays.template add<Pixel>(map.domain())},
          numbers{arrays.add<double>(Extents<1>{num_numbers})},
          columns{arrays, map, subsets.count(), options.column_sums_limit},
          bytes{arrays.bytes()} {}

    detail::ArrayLayout arrays;
    detail::Slot<Ray, System::ray_rank> rays;
    detail::Slot<Pixel, System::image_rank> gradient;
    detail::Slot<double, 1> numbers;
    detail::KeptColumns<Pixel, System::image_rank> columns;
    std::size_t bytes;
  };

  void check_signs(Image image) {
    auto const sum_of = [&](auto const& term, std::int64_t count) {
      detail::reduce<detail::Unchanged>(system_.executor(), {system_.name(), "", "", "check"}, term,
                                        count, numbers(), system_.workspace());
      return detail::numbers_on_host<1>(system_.executor(), numbers())[0];
    };
    auto const& problem = system_.problem();
    detail::expects(
        sum_of(detail::NegativeRayTerm<Ray, Data>{system_.data(), system_.weights_data()},
               problem.data.count()) == 0,
        system_.name(), ": some data are negative; make them 0 or give such rays the weight 0");
    detail::BoundElements<Pixel> const start{image.data, problem.mask.data,
                                             System::number(problem.bounds.lower),
                                             System::number(problem.bounds.upper)};
    detail::expects(sum_of(detail::NegativePixelTerm<Pixel>{start}, image.count()) == 0,
                    system_.name(),
                    ": some pixels of the start image are negative; each must be at least 0");
    detail::expects(sum_of(detail::SoughtPixelTerm<Pixel>{start}, image.count()) > 0,
                    system_.name(),
                    ": the start image is 0 wherever it is sought and would stay so; begin with 1");
  }

  /// The step of one subset.
  void take(int s) {
    auto const columns = layout_.columns.of(s, system_, memory_.data(), rays(), numbers() + part);
    system_.project(s, image_, rays());
    system_.step(s,
                 detail::WeighRatio<Ray, Data>{system_.data(), system_.weights_data(), rays().data},
                 rays());
    system_.backproject(s, rays(), gradient());
    PixelBounds const bounds = system_.problem().bounds;
    detail::BoundedProduct<Pixel> const step{image_.data,
                                             columns.data,
                                             gradient().data,
                                             system_.problem().mask.data,
                                             System::number(bounds.lower),
                                             System::number(bounds.upper)};
    detail::for_each_element(system_.executor(), step, image_.data, image_.count());
  }

  [[nodiscard]] auto rays() const { return layout_.rays.in(memory_.data()); }
  [[nodiscard]] auto gradient() const { return layout_.gradient.in(memory_.data()); }
  [[nodiscard]] double* numbers() const { return layout_.numbers.in(memory_.data()).data; }

  System system_;
  std::vector<int> order_;
  Layout layout_;
  Buffer<std::byte, Executor> memory_;
  Image image_{};
};

}  // namespace pyronn
