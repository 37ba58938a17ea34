// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// What all solvers do with their problem: apply the map, make residuals, check arrays.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <type_traits>

#include <pyronn/core/array_view.hpp>
#include <pyronn/core/error.hpp>
#include <pyronn/exec/buffer.hpp>
#include <pyronn/exec/detail/elementwise.hpp>
#include <pyronn/exec/detail/reduction.hpp>
#include <pyronn/exec/vector_operations.hpp>
#include <pyronn/exec/workspace.hpp>
#include <pyronn/operators/algebra/linear_map.hpp>
#include <pyronn/operators/algebra/operator_norm.hpp>
#include <pyronn/recon/solver/detail/array_checks.hpp>
#include <pyronn/recon/solver/detail/element_steps.hpp>
#include <pyronn/recon/solver/detail/scalar_steps.hpp>
#include <pyronn/recon/solver/problem.hpp>

namespace pyronn::detail {

/// The size of a workspace, as distinct from a limit on it.
struct WorkspaceBytes {
  std::size_t bytes;
};

/// A problem with an executor and a workspace. `name` is the solver's, for messages.
template <class Map, class Executor>
class System {
 public:
  using Image = typename Map::DomainElement;
  using Ray = typename Map::RangeElement;
  using Data = data_element_t<Map>;
  using ImageView = DomainView<Map, Image>;
  using ConstImageView = DomainView<Map, Image const>;
  using RayView = RangeView<Map, Ray>;
  using ConstRayView = RangeView<Map, Ray const>;
  using ImageNumber = element_number_t<Image>;
  static constexpr int image_rank = DomainOf<Map>::rank;
  static constexpr int ray_rank = RangeOf<Map>::rank;

  System(char const* name, Executor const& executor, ReconstructionProblem<Map> const& problem,
         std::size_t workspace_limit)
      : System{name, executor, problem,
               WorkspaceBytes{workspace_bytes(executor, problem.map, workspace_limit)}} {}

  /// With a workspace of this size, for solvers that call subsets of the map.
  System(char const* name, Executor const& executor, ReconstructionProblem<Map> const& problem,
         WorkspaceBytes workspace)
      : name_{name},
        executor_{executor},
        problem_{problem},
        workspace_{executor, workspace.bytes} {}

  /// What a system's workspace takes.
  static std::size_t workspace_bytes(Executor const& executor, Map const& map, std::size_t limit) {
    std::int64_t const most = std::max(map.domain().count(), map.range().count());
    return std::max(map.workspace_bytes(executor, limit),
                    reduction_workspace_bytes(executor, most));
  }

  [[nodiscard]] char const* name() const { return name_; }
  [[nodiscard]] Executor const& executor() const { return executor_; }
  [[nodiscard]] ReconstructionProblem<Map> const& problem() const { return problem_; }
  [[nodiscard]] Workspace<Executor>& workspace() { return workspace_; }

  void apply(ConstImageView x, RayView y) { problem_.map.apply(executor_, x, y, workspace_); }
  void apply_transpose(ConstRayView y, ImageView x) {
    problem_.map.apply_transpose(executor_, y, x, workspace_);
  }

  /// residual = b - A x
  void make_residual(ConstImageView x, RayView residual) {
    apply(x, residual);
    xpby(executor_, problem_.data, -1, residual);
  }

  /// out = W y; y alone where there are no weights, and 0 for rays of weight 0, whatever y is.
  template <class Y>
  void weigh(ArrayView<Y, ray_rank> y, RayView out) {
    WeighElements<Ray, std::remove_const_t<Y>> const operation{y.data, problem_.weights.data};
    for_each_element(executor_, operation, out.data, out.count());
  }

  /// x between the bounds where the mask is not 0.
  void bound(ImageView x) {
    PixelBounds const bounds = problem_.bounds;
    BoundElements<Image> const operation{x.data, problem_.mask.data, number(bounds.lower),
                                         number(bounds.upper)};
    for_each_element(executor_, operation, x.data, x.count());
  }

  /// x where the mask is not 0, else 0.
  void mask(ImageView x) {
    if (problem_.mask.data != nullptr) keep_where<Image>(problem_.mask.data, x);
  }

  /// x becomes 1 where pixels are sought, else 0.
  void make_mask(ImageView x) {
    fill(executor_, x, 1);
    mask(x);
  }

  /// *result = the sum of w y y. `result` lies in the executor's memory.
  template <class Y>
  void weighted_square(ArrayView<Y, ray_rank> y, double* result) {
    WeightedSquareTerm<std::remove_const_t<Y>, Ray> const term{y.data, problem_.weights.data};
    reduce<Unchanged>(executor_, names("residual"), term, y.count(), result, workspace_);
  }

  /// *result = the sum of x y in the domain.
  void dot(ConstImageView x, ConstImageView y, double* result) {
    pyronn::dot(executor_, x, y, result, workspace_);
  }

  /// The norm of W^(1/2) A on the pixels that are sought, from below, as operator_norm, until a
  /// turn raises it by less than the share `tolerance`; both arrays are overwritten, and `number`
  /// lies in the executor's memory. Waits. Throws InvalidArgument where it is 0.
  double norm(ImageView image, RayView rays, double* number, double tolerance = norm_tolerance) {
    make_mask(image);
    auto const apply_normal = [&](ImageView x) {
      apply(x, rays);
      weigh(rays, rays);
      apply_transpose(rays, x);
      mask(x);
    };
    double const result =
        power_iteration(executor_, image, apply_normal, number, workspace_, tolerance);
    expect_use(result);
    return result;
  }

  /// Throws InvalidArgument for the image of a solver that was not started.
  void check_started(ConstImageView image) const {
    expects(image.data != nullptr, name_, ": iterate() was called before start()");
  }

  /// Throws InvalidArgument where a number is 0 that is not unless A is, on pixels that are sought.
  void expect_use(double size_of_map) const {
    expects(size_of_map > 0, name_,
            ": the map takes all pixels that are sought to 0, so that nothing can be learnt of "
            "them; see to the geometry, the weights and the mask");
  }

  /// The mask as numbers, the sums of rows over the pixels that are sought, and the sums of columns
  /// where they are; `ones` is overwritten.
  void make_sums(ImageView mask_numbers, RayView rows, RayView ones, ImageView columns) {
    make_mask(mask_numbers);
    apply(mask_numbers, rows);
    fill(executor_, ones, 1);
    apply_transpose(ones, columns);
    mask(columns);
  }

  /// The sum of an image, on the host. Waits. `number` lies in the executor's memory.
  double sum(ConstImageView x, double* number) {
    pyronn::sum(executor_, x, number, workspace_);
    return numbers_on_host<1>(executor_, number)[0];
  }

  /// Sums of columns become one over them, 0 where they are negligible. Overwrites *total, which
  /// lies in the executor's memory.
  void invert_column_sums(ImageView columns, double* total) {
    pyronn::sum(executor_, columns, total, workspace_);
    InvertColumnSums<Image> const invert{columns.data, total,
                                         elements_over_ranks(executor_, columns.count())};
    for_each_element(executor_, invert, columns.data, columns.count());
  }

  /// Throws InvalidArgument for arrays of the wrong size, memory that the executor cannot reach,
  /// bounds that leave nothing, data, images and masks that are not finite, weights that are
  /// negative, and weights and masks that are 0 everywhere. Waits. `number` lies in the executor's
  /// memory.
  void check(ConstImageView image, double* number) {
    check_arrays(image);
    auto const sum_of = [&](auto const& term, std::int64_t count) {
      reduce<Unchanged>(executor_, names("check"), term, count, number, workspace_);
      return numbers_on_host<1>(executor_, number)[0];
    };
    Ray const* const weights = problem_.weights.data;
    std::int64_t const rays = problem_.data.count();
    if (weights != nullptr) {
      expects(sum_of(NegativeTerm<Ray>{weights}, rays) == 0, name_,
              ": some ray weights are negative or not finite; each must be at least 0");
      expects(sum_of(ElementTerm<Ray>{weights}, rays) > 0, name_,
              ": all ray weights are 0; a ray that counts has a positive one");
    }
    expects(sum_of(NotFiniteTerm<Data, Ray>{problem_.data.data, weights}, rays) == 0, name_,
            ": some data are not finite; give such rays the weight 0");
    expects(sum_of(NotFiniteTerm<Image>{image.data, nullptr}, image.count()) == 0, name_,
            ": some pixels of the start image are not finite");
    if (problem_.mask.data != nullptr) {
      if (sum_of(NotFiniteTerm<Image>{problem_.mask.data, nullptr}, image.count()) > 0) {
        expects(false, name_, ": the mask holds NaN or infinity",
                place_of_not_finite(executor_, problem_.mask),
                "; it must be 0 or, for pixels that are sought, another number");
      }
      expects(sum_of(SquareTerm<Image>{problem_.mask.data}, image.count()) > 0, name_,
              ": the mask is 0 everywhere; pixels that are sought have another value");
    }
  }

  [[nodiscard]] static ImageNumber number(double value) { return static_cast<ImageNumber>(value); }

 private:
  [[nodiscard]] VectorNames names(char const* what) const { return {name_, what, what, what}; }

  template <class T, int Rank>
  void keep_where(T const* mask, ArrayView<T, Rank> x) {
    KeepWhere<T> const operation{x.data, mask};
    for_each_element(executor_, operation, x.data, x.count());
  }

  void check_arrays(ConstImageView image) const {
    Map const& map = problem_.map;
    auto const matches = [&](char const* what, auto const& array, auto const& extents) {
      expects(array.extents == extents, name_, ": the ", what, "'s extents ", array.extents,
              " must be ", extents, ", those of the map");
      executor_.check_reachable(array.data, message(name_, ": ", what).c_str());
    };
    matches("image", image, map.domain());
    matches("data", problem_.data, map.range());
    if (problem_.weights.data != nullptr) matches("weights", problem_.weights, map.range());
    if (problem_.mask.data != nullptr) matches("mask", problem_.mask, map.domain());
    check_bounds<ImageNumber>(name_, problem_.bounds);
  }

  char const* name_;
  Executor executor_;
  ReconstructionProblem<Map> problem_;
  Workspace<Executor> workspace_;
};

/// The checks of a solver's start, of a function that has a name of its own.
template <class Map, class Executor>
void check_problem(char const* name, Executor const& executor,
                   ReconstructionProblem<Map> const& problem, DomainView<Map> image) {
  std::int64_t const most = std::max(image.count(), problem.data.count());
  System<Map, Executor> system{name, executor, problem,
                               WorkspaceBytes{reduction_workspace_bytes(executor, most)}};
  Buffer<double, Executor> const number{executor, 1};
  system.check(image, number.data());
}

}  // namespace pyronn::detail
