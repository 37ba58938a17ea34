// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Sirt: the simultaneous iterative reconstruction technique.
#include <cmath>
#include <cstddef>

#include <pyronn/core/error.hpp>
#include <pyronn/exec/buffer.hpp>
#include <pyronn/exec/workspace.hpp>
#include <pyronn/recon/solver/detail/array_layout.hpp>
#include <pyronn/recon/solver/detail/element_steps.hpp>
#include <pyronn/recon/solver/detail/scalar_steps.hpp>
#include <pyronn/recon/solver/detail/system.hpp>
#include <pyronn/recon/solver/measures.hpp>
#include <pyronn/recon/solver/problem.hpp>

namespace pyronn {

/// What else a Sirt is made with.
struct SirtOptions {
  double relaxation = 1;                                  ///< w, above 0 and below 2
  std::size_t workspace_limit = default_workspace_limit;  ///< of the map's calls [bytes]
};

/// The simultaneous iterative reconstruction technique, x += w C A' R (b - A x), then bounds. R
/// holds a ray's weight over its row sum, C one over the column sum of A' W, both 0 where the sum
/// is 0. It makes 1/2 |b - A x|^2 in the norm of R smaller with every iteration, and does not
/// diverge for any w below 2: P. Gilbert, "Iterative methods for the three-dimensional
/// reconstruction of an object from projections", J. Theor. Biol. 36 (1972); J. Gregor, T. Benson,
/// "Computational analysis and improvement of SIRT", IEEE Trans. Med. Imag. 27 (2008).
///
/// An iteration takes one call of A and one of A'. It allocates nothing and does not synchronise,
/// and can be captured in a CUDA graph.
template <class Map, class Executor>
class Sirt {
  using System = detail::System<Map, Executor>;

 public:
  /// An image in the executor's memory.
  using Image = typename System::ImageView;

  /// What it will allocate [bytes].
  static std::size_t memory_bytes(Executor const& executor, Map const& map,
                                  SirtOptions const& options = {}) {
    return Layout{map}.bytes + System::workspace_bytes(executor, map, options.workspace_limit);
  }

  /// Allocates all memory. Throws InvalidArgument for a relaxation out of range, and OutOfMemory.
  Sirt(Executor const& executor, ReconstructionProblem<Map> const& problem,
       SirtOptions const& options = {})
      : options_{checked(options)},
        system_{"Sirt", executor, problem, options.workspace_limit},
        layout_{problem.map},
        memory_{executor, layout_.bytes} {}

  /// Begins with this image, whose pixels within the mask are brought between the bounds, and which
  /// the iterations change. Makes the sums of rows and columns. Waits. Throws InvalidArgument for
  /// arrays of the wrong size, data that are not finite, weights and masks without any use.
  void start(Image image) {
    system_.check(image, numbers());
    image_ = image;
    Executor const& executor = system_.executor();
    system_.make_mask(gradient());
    system_.apply(gradient(), row_weights());
    detail::InvertSums<Ray> const rows{row_weights().data, system_.problem().weights.data};
    detail::for_each_element(executor, rows, row_weights().data, row_weights().count());
    fill(executor, residual(), 1);
    if (system_.problem().weights.data != nullptr) system_.weigh(residual(), residual());
    system_.apply_transpose(residual(), column_weights());
    system_.invert_column_sums(column_weights(), numbers());
    system_.bound(image_);
    system_.make_residual(image_, residual());
  }

  /// Queues one iteration. Throws InvalidArgument before start().
  void iterate() {
    system_.check_started(image_);
    Executor const& executor = system_.executor();
    detail::WeighElements<Ray> const weigh{residual().data, row_weights().data};
    detail::for_each_element(executor, weigh, residual().data, residual().count());
    system_.apply_transpose(residual(), gradient());
    PixelBounds const bounds = system_.problem().bounds;
    detail::BoundedStep<Pixel> const step{image_.data,
                                          System::number(options_.relaxation),
                                          column_weights().data,
                                          gradient().data,
                                          system_.problem().mask.data,
                                          System::number(bounds.lower),
                                          System::number(bounds.upper)};
    detail::for_each_element(executor, step, image_.data, image_.count());
    system_.make_residual(image_, residual());
  }

  /// The image as the iterations so far have made it.
  [[nodiscard]] Image image() const { return image_; }

  /// Numbers about the image; the objective is 1/2 |b - A x|^2 in the norm of R. Waits.
  [[nodiscard]] SolverMeasures measure() {
    queue_residual_square();
    detail::WeightedSquareTerm<Ray, Ray> const term{residual().data, row_weights().data};
    detail::reduce<detail::Unchanged>(system_.executor(), {"Sirt", "", "", "Sirt: objective"}, term,
                                      residual().count(), numbers() + 1, system_.workspace());
    auto const found = detail::numbers_on_host<2>(system_.executor(), numbers());
    return {std::sqrt(found[0]), found[1] / 2};
  }

  /// Queues the square of the residual's weighted norm, without waiting for it, and returns where
  /// it will be in the executor's memory until the next call.
  double const* queue_residual_square() {
    system_.weighted_square(residual(), numbers());
    return numbers();
  }

  /// What save_state keeps: solver_state.hpp.
  template <class State>
  void visit_state(State& state) {
    state.system(system_);
    state.option("relaxation", options_.relaxation);
    state.image(image_);
    state.memory(memory_);
  }

 private:
  using Pixel = typename System::Image;
  using Ray = typename System::Ray;

  struct Layout {
    explicit Layout(Map const& map)
        : row_weights{arrays.template add<Ray>(map.range())},
          residual{arrays.template add<Ray>(map.range())},
          column_weights{arrays.template add<Pixel>(map.domain())},
          gradient{arrays.template add<Pixel>(map.domain())},
          numbers{arrays.add<double>(Extents<1>{2})},
          bytes{arrays.bytes()} {}

    detail::ArrayLayout arrays;
    detail::Slot<Ray, System::ray_rank> row_weights;
    detail::Slot<Ray, System::ray_rank> residual;
    detail::Slot<Pixel, System::image_rank> column_weights;
    detail::Slot<Pixel, System::image_rank> gradient;
    detail::Slot<double, 1> numbers;
    std::size_t bytes;
  };

  static SirtOptions const& checked(SirtOptions const& options) {
    detail::expects(options.relaxation > 0 && options.relaxation < 2, "Sirt: relaxation ",
                    options.relaxation, " must be above 0 and below 2");
    return options;
  }

  [[nodiscard]] auto row_weights() const { return layout_.row_weights.in(memory_.data()); }
  [[nodiscard]] auto residual() const { return layout_.residual.in(memory_.data()); }
  [[nodiscard]] auto column_weights() const { return layout_.column_weights.in(memory_.data()); }
  [[nodiscard]] auto gradient() const { return layout_.gradient.in(memory_.data()); }
  [[nodiscard]] double* numbers() const { return layout_.numbers.in(memory_.data()).data; }

  SirtOptions options_;
  System system_;
  Layout layout_;
  Buffer<std::byte, Executor> memory_;
  Image image_{};
};

}  // namespace pyronn
