// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// GradientMap: differences of neighbouring pixels as a linear map.
#include <cstddef>
#include <cstdint>

#include <pyronn/core/array_view.hpp>
#include <pyronn/core/config.hpp>
#include <pyronn/core/error.hpp>
#include <pyronn/core/extents.hpp>
#include <pyronn/core/storage.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/exec/detail/elementwise.hpp>
#include <pyronn/exec/workspace.hpp>

namespace pyronn {

namespace detail {

/// The place of an element along an axis.
template <int Rank>
PYRONN_HOST_DEVICE int index_along(Extents<Rank> const& extents, std::int64_t element, int axis) {
  for (int a = 0; a < axis; ++a) element /= extents[a];
  return static_cast<int>(element % extents[axis]);
}

/// Elements of the gradient: component after component, each as large as the image.
template <class T, int Rank>
struct ForwardDifferences {
  using Number = element_number_t<T>;

  ArrayView<T const, Rank> image;
  Vec<Number, Rank> per_length;  ///< 1 over the pixels' distance along each axis

  PYRONN_HOST_DEVICE ForwardDifferences with_scalars() const { return *this; }
  PYRONN_HOST_DEVICE T operator()(std::int64_t i) const {
    std::int64_t const pixels = image.count();
    auto const axis = static_cast<int>(i / pixels);
    std::int64_t const pixel = i % pixels;
    if (index_along(image.extents, pixel, axis) + 1 == image.extents[axis]) return T{};
    std::int64_t stride = 1;
    for (int a = 0; a < axis; ++a) stride *= image.extents[a];
    return element_of<T>(per_length[axis] * (load_number(image.data, pixel + stride) -
                                             load_number(image.data, pixel)));
  }
};

/// The transpose: the negative divergence.
template <class T, int Rank>
struct NegativeDivergence {
  using Number = element_number_t<T>;

  T const* components;
  Extents<Rank> extents;
  Vec<Number, Rank> per_length;

  PYRONN_HOST_DEVICE NegativeDivergence with_scalars() const { return *this; }
  PYRONN_HOST_DEVICE T operator()(std::int64_t pixel) const {
    std::int64_t const pixels = extents.count();
    Number sum = 0;
    std::int64_t stride = 1;
    for (int axis = 0; axis < Rank; ++axis) {
      int const index = index_along(extents, pixel, axis);
      T const* const component = components + axis * pixels;
      if (index > 0) sum += per_length[axis] * load_number(component, pixel - stride);
      if (index + 1 < extents[axis]) sum -= per_length[axis] * load_number(component, pixel);
      stride *= extents[axis];
    }
    return element_of<T>(sum);
  }
};

}  // namespace detail

/// Forward differences along each axis over the distance of pixels, the last one 0: an image (x, y)
/// to (x, y, axis), a volume (x, y, z) to (x, y, z, axis), as total variation has them: A.
/// Chambolle, "An algorithm for total variation minimization and applications", J. Math. Imaging
/// Vis. 20 (2004). Does not synchronise.
template <int Rank, class T = float>
class GradientMap {
  using Number = detail::element_number_t<T>;

 public:
  /// @{
  /// Of its arrays.
  using DomainElement = T;
  using RangeElement = T;
  [[nodiscard]] Extents<Rank> domain() const { return extents_; }
  [[nodiscard]] Extents<Rank + 1> range() const {
    Extents<Rank + 1> result{};
    for (int axis = 0; axis < Rank; ++axis) result[axis] = extents_[axis];
    result[Rank] = Rank;
    return result;
  }
  /// @}

  /// `spacing` is the distance of pixels along each axis. Throws InvalidArgument unless it is
  /// positive.
  GradientMap(Extents<Rank> const& extents, Vec<double, Rank> const& spacing) : extents_{extents} {
    for (int axis = 0; axis < Rank; ++axis) {
      detail::expects(spacing[axis] > 0, "GradientMap: spacing ", spacing,
                      " must be positive along every axis");
      per_length_[axis] = static_cast<Number>(1 / spacing[axis]);
    }
  }

  /// None.
  template <class Executor>
  [[nodiscard]] std::size_t workspace_bytes(Executor const&, std::size_t) const {
    return 0;
  }
  /// y = the gradient of x.
  template <class Executor>
  void apply(Executor const& executor, ArrayView<T const, Rank> x, ArrayView<T, Rank + 1> y,
             Workspace<Executor>&) const {
    detail::ForwardDifferences<T, Rank> const operation{x, per_length_};
    detail::for_each_element(executor, operation, y.data, y.count());
  }
  /// x = the negative divergence of y.
  template <class Executor>
  void apply_transpose(Executor const& executor, ArrayView<T const, Rank + 1> y,
                       ArrayView<T, Rank> x, Workspace<Executor>&) const {
    detail::NegativeDivergence<T, Rank> const operation{y.data, extents_, per_length_};
    detail::for_each_element(executor, operation, x.data, x.count());
  }

 private:
  Extents<Rank> extents_;
  Vec<Number, Rank> per_length_{};
};

}  // namespace pyronn
