// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// DiagonalMap: weights of pixels or of rays as a linear map.
#include <cstddef>

#include <pyronn/core/array_view.hpp>
#include <pyronn/core/extents.hpp>
#include <pyronn/exec/detail/elementwise.hpp>
#include <pyronn/exec/vector_operations.hpp>
#include <pyronn/exec/workspace.hpp>

namespace pyronn {

/// Multiplies each element with a weight of its own. The array of weights must outlive the map.
template <class T, int Rank>
class DiagonalMap {
 public:
  /// @{
  /// Of its arrays.
  using DomainElement = T;
  using RangeElement = T;
  [[nodiscard]] Extents<Rank> domain() const { return weights_.extents; }
  [[nodiscard]] Extents<Rank> range() const { return weights_.extents; }
  /// @}

  /// Of weights in an executor's memory.
  explicit DiagonalMap(ArrayView<T const, Rank> weights) : weights_{weights} {}
  /// The same.
  explicit DiagonalMap(ArrayView<T, Rank> weights) : weights_{weights} {}

  /// None.
  template <class Executor>
  [[nodiscard]] std::size_t workspace_bytes(Executor const&, std::size_t) const {
    return 0;
  }
  /// y = weights x, element by element.
  template <class Executor>
  void apply(Executor const& executor, ArrayView<T const, Rank> x, ArrayView<T, Rank> y,
             Workspace<Executor>&) const {
    detail::check_vectors(executor, {"DiagonalMap", "DiagonalMap: x", "DiagonalMap: weights", ""},
                          x, weights_);
    copy(executor, x, y);
    multiply(executor, weights_, y);
  }
  /// The same.
  template <class Executor>
  void apply_transpose(Executor const& executor, ArrayView<T const, Rank> y, ArrayView<T, Rank> x,
                       Workspace<Executor>& workspace) const {
    apply(executor, y, x, workspace);
  }

 private:
  ArrayView<T const, Rank> weights_;
};

}  // namespace pyronn
