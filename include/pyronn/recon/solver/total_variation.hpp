// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Total variation of images in the plane and in space: its value, and its proximal step.
///
///   TV(x) = sum over pixels of |D x|,   D x = ((x[n + e_a] - x[n]) / h_a for each axis a)
///
/// where h is the spacing of the pixels, and the difference of the last pixel along an axis is 0:
/// TV per unit of length, isotropic. L. Rudin, S. Osher, E. Fatemi, "Nonlinear total variation
/// based noise removal algorithms", Physica D 60 (1992).
///
/// A strength c of 1/2 |A x - b|^2 + c TV(x) stays the same strength where c / (volume of a pixel x
/// number of views) stays the same, and in another unit of length, s of which make one of the old
/// unit, where c is multiplied by s^2.
#include <cmath>
#include <cstddef>
#include <type_traits>

#include <pyronn/core/array_view.hpp>
#include <pyronn/core/error.hpp>
#include <pyronn/core/extents.hpp>
#include <pyronn/core/storage.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/exec/buffer.hpp>
#include <pyronn/exec/detail/reduction.hpp>
#include <pyronn/exec/vector_operations.hpp>
#include <pyronn/exec/workspace.hpp>
#include <pyronn/recon/solver/detail/array_checks.hpp>
#include <pyronn/recon/solver/detail/array_layout.hpp>
#include <pyronn/recon/solver/detail/system.hpp>
#include <pyronn/recon/solver/detail/tv_dual.hpp>
#include <pyronn/recon/solver/detail/tv_steps.hpp>
#include <pyronn/recon/solver/problem.hpp>

namespace pyronn {

/// *result = TV(image), summed in double; spacing along x, y and in space z. `result` lies in the
/// executor's memory, and the workspace has at least reduction_workspace_bytes of the image's
/// count. Queued like the reductions of vector operations. Throws InvalidArgument for a spacing
/// that is not positive and for memory that the executor cannot reach, OutOfMemory for a workspace
/// that is too small.
template <class Executor, class T, int Rank>
void total_variation(Executor const& executor, ArrayView<T, Rank> image, Vec3d const& spacing,
                     double* result, Workspace<Executor>& workspace) {
  using Element = std::remove_const_t<T>;
  char const* const name = "total_variation";
  detail::check_vector(executor, "total_variation: image", image);
  detail::Lattice<detail::element_number_t<T>, Rank> const lattice{name, image.extents, spacing};
  detail::GradientLengthTerm<Element, Rank> const term{lattice, image.data};
  detail::reduce<detail::Unchanged>(executor, {name, "", "", "total_variation: result"}, term,
                                    image.count(), result, workspace);
}

/// What a TvProx is made with.
struct TvProxOptions {
  Vec3d spacing{1, 1, 1};  ///< of pixels along x, y and in space z, in any unit of length
  int iterations = 20;     ///< of every call, an even number, at least 2
  PixelBounds bounds{};    ///< of the result
};

/// The proximal step of total variation: the image x between bounds that makes
///
///   1/2 |x - y|^2 + w TV(x)
///
/// small, by projected gradients on its dual: x = bounded(y - w D' p), and p += step D x, shortened
/// to length 1 pixel by pixel where it is longer. A. Chambolle, "An algorithm for total variation
/// minimization and applications", J. Math. Imaging Vis. 20 (2004); A. Beck, M. Teboulle, "Fast
/// gradient-based algorithms for constrained total variation image denoising and deblurring
/// problems", IEEE Trans. Image Process. 18 (2009).
///
/// A call begins with the dual of the call before, unless start() is called in between: of images
/// that change little from call to call few iterations are then enough, but the result depends on
/// the calls before. It allocates nothing and does not synchronise. Each iteration is one pass over
/// the image. Two sets of dual vectors are kept: of 16-bit integers, in double images of double,
/// which takes as much memory as three volumes of float, or two images in the plane. The rounding
/// of the integers leaves the objective at most some 1e-5 w |D D'| a pixel above the minimum. A
/// weight of more than the range of y times a quarter of the image's diagonal makes the mean of y
/// where there is no mask; where there is one such a weight counts as this bound.
template <class T, int Rank, class Executor>
class TvProx {
  using Number = detail::element_number_t<T>;
  using Dual = detail::TvDual<T, Rank>;

 public:
  /// What it will allocate for images of these extents [bytes].
  static std::size_t memory_bytes(Executor const& executor, Extents<Rank> const& extents,
                                  TvProxOptions const& = {}) {
    return Layout{extents}.arrays.bytes() + workspace_bytes(executor, extents);
  }

  /// Allocates all memory; the dual is 0. Throws InvalidArgument for iterations, bounds and a
  /// spacing out of range, and OutOfMemory.
  TvProx(Executor const& executor, Extents<Rank> const& extents, TvProxOptions const& options = {})
      : executor_{executor},
        options_{checked(options)},
        lattice_{"TvProx", extents, options.spacing},
        layout_{extents},
        memory_{executor, layout_.arrays.bytes()},
        workspace_{executor, workspace_bytes(executor, extents)} {
    start();
  }

  /// The dual becomes 0, as if nothing had been called. Queued.
  void start() {
    dual().clear(executor_);
    if constexpr (Dual::is_rounded) fill(executor_, numbers(), 0);
  }

  /// Queues out = the step of `noisy` for this weight, at least 0 and finite. Pixels where the mask
  /// is 0 stay what they are in `noisy`, and count in TV. `out` may be `noisy`. Throws
  /// InvalidArgument for a weight out of range, extents that differ from its own and memory that
  /// the executor cannot reach.
  void operator()(ArrayView<T const, Rank> noisy, double weight, ArrayView<T, Rank> out,
                  ArrayView<T const, Rank> mask = {}) {
    detail::expects(weight >= 0 && std::isfinite(weight), "TvProx: weight ", weight,
                    " must be at least 0 and finite");
    check(noisy, "TvProx: noisy");
    check(out, "TvProx: out");
    if (mask.data != nullptr) check(mask, "TvProx: mask");
    detail::ProxProblem<T, Rank> const problem{noisy.data, weight, mask.data, options_.bounds};
    if constexpr (Dual::is_rounded) {
      write(problem,
            dual().improve_measured(executor_, "TvProx", problem, noisy, options_.iterations,
                                    numbers().data, workspace_),
            out);
    } else {
      auto const given = dual().given(problem);
      if (weight > 0) dual().improve(executor_, problem, given, options_.iterations);
      write(problem, given, out);
    }
  }

 private:
  struct Layout {
    explicit Layout(Extents<Rank> const& extents)
        : dual{arrays, extents}, numbers{arrays.add<double>(Extents<1>{detail::prox_numbers})} {}

    detail::ArrayLayout arrays;
    typename Dual::Slots dual;
    detail::Slot<double, 1> numbers;
  };

  static std::size_t workspace_bytes(Executor const& executor, Extents<Rank> const& extents) {
    return Dual::is_rounded ? reduction_workspace_bytes(executor, extents.count()) : 0;
  }

  template <class Weight>
  void write(detail::ProxProblem<T, Rank> const& problem, Weight const& weight,
             ArrayView<T, Rank> out) {
    detail::WriteImage<T, detail::ImageOfDual<T, Rank, Weight>> const step{
        dual().image(problem, weight), out.data};
    detail::for_each_row(executor_, lattice_, step);
  }

  static TvProxOptions const& checked(TvProxOptions const& options) {
    detail::expects(options.iterations >= 2 && options.iterations % 2 == 0, "TvProx: iterations ",
                    options.iterations, " must be an even number of at least 2");
    detail::check_bounds<Number>("TvProx", options.bounds);
    return options;
  }

  template <class Array>
  void check(Array const& array, char const* what) const {
    detail::expects(array.extents == lattice_.extents, what, ": the extents ", array.extents,
                    " must be ", lattice_.extents, ", those that the TvProx is made for");
    executor_.check_reachable(array.data, what);
  }

  [[nodiscard]] Dual dual() const { return {layout_.dual, memory_.data(), lattice_}; }
  [[nodiscard]] auto numbers() const { return layout_.numbers.in(memory_.data()); }

  Executor executor_;
  TvProxOptions options_;
  detail::Lattice<Number, Rank> lattice_;
  Layout layout_;
  Buffer<std::byte, Executor> memory_;
  Workspace<Executor> workspace_;
};

}  // namespace pyronn
