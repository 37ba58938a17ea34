// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// ComposedMap: one linear map after another.
#include <algorithm>
#include <cstddef>
#include <type_traits>

#include <pyronn/core/array_view.hpp>
#include <pyronn/core/error.hpp>
#include <pyronn/exec/buffer.hpp>
#include <pyronn/exec/workspace.hpp>
#include <pyronn/operators/algebra/linear_map.hpp>

namespace pyronn {

/// The product A B: x goes through B, then through A. What lies between them is kept in the
/// workspace. Made by composed.
template <class A, class B>
class ComposedMap {
  static_assert((check_linear_map<A>(), check_linear_map<B>(), true));
  static_assert(std::is_same_v<typename A::DomainElement, typename B::RangeElement>,
                "The first map must take the elements that the second one gives.");
  static_assert(detail::DomainOf<A>::rank == detail::RangeOf<B>::rank,
                "The first map must take arrays of as many axes as the second one gives.");

 public:
  /// @{
  /// Of its arrays.
  using DomainElement = typename B::DomainElement;
  using RangeElement = typename A::RangeElement;
  [[nodiscard]] auto domain() const { return b_.domain(); }
  [[nodiscard]] auto range() const { return a_.range(); }
  /// @}

  /// Throws InvalidArgument where A does not take arrays of the extents that B gives.
  ComposedMap(A const& a, B const& b) : a_{a}, b_{b} {
    detail::expects(a.domain() == b.range(), "ComposedMap: the first map takes arrays of ",
                    a.domain(), ", but the second gives ", b.range());
  }

  /// What lies between the maps, and what either needs.
  template <class Executor>
  [[nodiscard]] std::size_t workspace_bytes(Executor const& executor, std::size_t limit) const {
    std::size_t const between = between_bytes();
    std::size_t const rest = limit > between ? limit - between : 0;
    return between +
           std::max(a_.workspace_bytes(executor, rest), b_.workspace_bytes(executor, rest));
  }
  /// y = A B x. Throws as the maps do, and OutOfMemory for a workspace that is too small.
  template <class Executor>
  void apply(Executor const& executor, DomainView<B, DomainElement const> x, RangeView<A> y,
             Workspace<Executor>& workspace) const {
    auto const between = array_between(workspace);
    Workspace<Executor> rest{executor, workspace, between_bytes()};
    b_.apply(executor, x, between, rest);
    a_.apply(executor, between, y, rest);
  }
  /// x = B' A' y. Throws as apply.
  template <class Executor>
  void apply_transpose(Executor const& executor, RangeView<A, RangeElement const> y,
                       DomainView<B> x, Workspace<Executor>& workspace) const {
    auto const between = array_between(workspace);
    Workspace<Executor> rest{executor, workspace, between_bytes()};
    a_.apply_transpose(executor, y, between, rest);
    b_.apply_transpose(executor, between, x, rest);
  }

 private:
  [[nodiscard]] std::size_t between_bytes() const {
    return detail::aligned_bytes(static_cast<std::size_t>(b_.range().count()) *
                                 sizeof(typename B::RangeElement));
  }

  template <class Executor>
  [[nodiscard]] RangeView<B> array_between(Workspace<Executor>& workspace) const {
    if (workspace.bytes() < between_bytes()) {
      throw OutOfMemory(detail::message("pyronn::ComposedMap: the workspace has ",
                                        workspace.bytes(), " bytes and must have ",
                                        between_bytes()));
    }
    return {reinterpret_cast<typename B::RangeElement*>(workspace.data()), b_.range()};
  }

  A a_;
  B b_;
};

/// The product A B.
template <class A, class B>
[[nodiscard]] ComposedMap<A, B> composed(A const& a, B const& b) {
  return {a, b};
}

}  // namespace pyronn
