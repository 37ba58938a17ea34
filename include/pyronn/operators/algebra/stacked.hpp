// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// StackedMap: the rows of one linear map above those of another.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <type_traits>

#include <pyronn/core/array_view.hpp>
#include <pyronn/core/error.hpp>
#include <pyronn/core/extents.hpp>
#include <pyronn/exec/buffer.hpp>
#include <pyronn/exec/vector_operations.hpp>
#include <pyronn/exec/workspace.hpp>
#include <pyronn/operators/algebra/linear_map.hpp>

namespace pyronn {

/// The rows of A, then those of B, of the same x: two scans of an object, or a scan and a prior.
/// The range is one row of all elements, at most 2^31 - 1. Made by stacked.
template <class A, class B>
class StackedMap {
  static_assert((check_linear_map<A>(), check_linear_map<B>(), true));
  static_assert(std::is_same_v<typename A::DomainElement, typename B::DomainElement> &&
                    std::is_same_v<typename A::RangeElement, typename B::RangeElement>,
                "Stacked maps must have the same elements.");
  static_assert(detail::DomainOf<A>::rank == detail::DomainOf<B>::rank,
                "Stacked maps must take arrays of as many axes.");

 public:
  /// @{
  /// Of its arrays.
  using DomainElement = typename A::DomainElement;
  using RangeElement = typename A::RangeElement;
  [[nodiscard]] auto domain() const { return a_.domain(); }
  [[nodiscard]] Extents<1> range() const {
    return {static_cast<int>(a_.range().count() + b_.range().count())};
  }
  /// @}

  /// Throws InvalidArgument for maps of arrays of different extents, and for too many rows.
  StackedMap(A const& a, B const& b) : a_{a}, b_{b} {
    detail::expects(a.domain() == b.domain(), "StackedMap: the maps take arrays of ", a.domain(),
                    " and of ", b.domain(), "; they must take the same");
    std::int64_t const rows = a.range().count() + b.range().count();
    detail::expects(rows <= std::numeric_limits<int>::max(), "StackedMap: ", rows,
                    " rows are more than 2^31 - 1");
  }

  /// What B' gives, and what either map needs.
  template <class Executor>
  [[nodiscard]] std::size_t workspace_bytes(Executor const& executor, std::size_t limit) const {
    std::size_t const rest = limit > term_bytes() ? limit - term_bytes() : 0;
    return term_bytes() +
           std::max(a_.workspace_bytes(executor, rest), b_.workspace_bytes(executor, rest));
  }
  /// y = A x, then B x. Throws as the maps do.
  template <class Executor>
  void apply(Executor const& executor, DomainView<A, DomainElement const> x,
             ArrayView<RangeElement, 1> y, Workspace<Executor>& workspace) const {
    a_.apply(executor, x, {y.data, a_.range()}, workspace);
    b_.apply(executor, x, {y.data + a_.range().count(), b_.range()}, workspace);
  }
  /// x = A' of the first rows + B' of the others. Throws as the maps do, and OutOfMemory for a
  /// workspace that is too small.
  template <class Executor>
  void apply_transpose(Executor const& executor, ArrayView<RangeElement const, 1> y,
                       DomainView<A> x, Workspace<Executor>& workspace) const {
    if (workspace.bytes() < term_bytes()) {
      throw OutOfMemory(detail::message("pyronn::StackedMap: the workspace has ", workspace.bytes(),
                                        " bytes and must have ", term_bytes()));
    }
    DomainView<A> const term{reinterpret_cast<DomainElement*>(workspace.data()), domain()};
    Workspace<Executor> rest{executor, workspace, term_bytes()};
    a_.apply_transpose(executor, {y.data, a_.range()}, x, rest);
    b_.apply_transpose(executor, {y.data + a_.range().count(), b_.range()}, term, rest);
    axpy(executor, 1, term, x);
  }

 private:
  [[nodiscard]] std::size_t term_bytes() const {
    return detail::aligned_bytes(static_cast<std::size_t>(domain().count()) *
                                 sizeof(DomainElement));
  }

  A a_;
  B b_;
};

/// The rows of A above those of B.
template <class A, class B>
[[nodiscard]] StackedMap<A, B> stacked(A const& a, B const& b) {
  return {a, b};
}

}  // namespace pyronn
