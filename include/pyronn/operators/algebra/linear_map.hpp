// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// What a linear map is: A of the system A x = b, between arrays of an executor.
///
/// @code
///   struct MyMap {
///     using DomainElement = float;      // of x: a storage, core/storage.hpp
///     using RangeElement = float;       // of A x
///     Extents<3> domain() const;        // of x; of any rank
///     Extents<3> range() const;         // of A x; of any rank
///     template <class Executor>
///     std::size_t workspace_bytes(Executor const& executor, std::size_t limit) const;
///     template <class Executor>         // y = A x
///     void apply(Executor const& executor, ArrayView<float const, 3> x, ArrayView<float, 3> y,
///                Workspace<Executor>& workspace) const;
///     template <class Executor>         // x = A' y
///     void apply_transpose(Executor const& executor, ArrayView<float const, 3> y,
///                          ArrayView<float, 3> x, Workspace<Executor>& workspace) const;
///     // optional, for systems whose rows come in views, the slowest axis of the range:
///     int num_views() const;
///     MyMap subset(ViewSelection const& views) const;   // the rows of these views
///   };
/// @endcode
///
/// A map is a value that holds no memory of an executor and is cheap to copy. Calls overwrite their
/// output, and do not synchronise where kernels are queued. A workspace of any size that
/// workspace_bytes returned will do.
#include <cstddef>
#include <utility>

#include <pyronn/core/array_view.hpp>
#include <pyronn/core/detail/detected.hpp>
#include <pyronn/core/extents.hpp>
#include <pyronn/core/storage.hpp>
#include <pyronn/exec/workspace.hpp>
#include <pyronn/operators/part.hpp>

namespace pyronn {

namespace detail {

template <class Map>
using DomainOf = decltype(std::declval<Map const&>().domain());
template <class Map>
using RangeOf = decltype(std::declval<Map const&>().range());
template <class Map>
using DomainElementOf = typename Map::DomainElement;
template <class Map>
using RangeElementOf = typename Map::RangeElement;
template <class Map>
using NumViewsOf = decltype(std::declval<Map const&>().num_views());
template <class Map>
using SubsetOf = decltype(std::declval<Map const&>().subset(ViewSelection{}));

}  // namespace detail

/// True for types that name the elements and extents of a linear map's arrays.
template <class Map>
inline constexpr bool is_linear_map_v =
    detail::is_detected_v<detail::DomainOf, Map>&& detail::is_detected_v<detail::RangeOf, Map>&&
        detail::is_detected_v<detail::DomainElementOf, Map>&&
            detail::is_detected_v<detail::RangeElementOf, Map>;

/// Whether the rows of a map come in views, so that solvers can take subsets of them.
template <class Map>
inline constexpr bool has_views_v =
    detail::is_detected_v<detail::NumViewsOf, Map>&& detail::is_detected_v<detail::SubsetOf, Map>;

/// Fails to compile, with one sentence, unless Map names its arrays.
template <class Map>
constexpr void check_linear_map() {
  static_assert(
      detail::is_detected_v<detail::DomainOf, Map> && detail::is_detected_v<detail::RangeOf, Map>,
      "A linear map must have 'Extents<N> domain() const' and 'Extents<M> range() "
      "const': the sizes of x and of A x; SystemMatrix{projector} has them.");
  static_assert(detail::is_detected_v<detail::DomainElementOf, Map> &&
                    detail::is_detected_v<detail::RangeElementOf, Map>,
                "A linear map must name the elements of its arrays: 'using DomainElement = "
                "float' and 'using RangeElement = float'.");
}

/// An array of a map's domain, of `Map::DomainElement` or of T.
template <class Map, class T = typename Map::DomainElement>
using DomainView = ArrayView<T, detail::DomainOf<Map>::rank>;

/// An array of a map's range, of `Map::RangeElement` or of T.
template <class Map, class T = typename Map::RangeElement>
using RangeView = ArrayView<T, detail::RangeOf<Map>::rank>;

/// A map of two functions: forward(x, y) makes y = A x and transpose(y, x) makes x = A' y, in
/// arrays of this executor's memory, in its order. They take an array of const elements and one of
/// elements that they write. Made by linear_map.
template <class Domain, class Range, class Forward, class Transpose, class Element = float>
class FunctionMap {
 public:
  /// @{
  /// Of its arrays.
  using DomainElement = Element;
  using RangeElement = Element;
  [[nodiscard]] Domain domain() const { return domain_; }
  [[nodiscard]] Range range() const { return range_; }
  /// @}

  /// From the extents of x and of A x and both functions.
  FunctionMap(Domain const& domain, Range const& range, Forward forward, Transpose transpose)
      : domain_{domain},
        range_{range},
        forward_{std::move(forward)},
        transpose_{std::move(transpose)} {}

  /// None.
  template <class Executor>
  [[nodiscard]] std::size_t workspace_bytes(Executor const&, std::size_t) const {
    return 0;
  }
  /// y = A x
  template <class Executor>
  void apply(Executor const&, ArrayView<Element const, Domain::rank> x,
             ArrayView<Element, Range::rank> y, Workspace<Executor>&) const {
    forward_(x, y);
  }
  /// x = A' y
  template <class Executor>
  void apply_transpose(Executor const&, ArrayView<Element const, Range::rank> y,
                       ArrayView<Element, Domain::rank> x, Workspace<Executor>&) const {
    transpose_(y, x);
  }

 private:
  Domain domain_;
  Range range_;
  Forward forward_;
  Transpose transpose_;
};

/// A map of two functions on arrays of float, or of `Element`: forward(x, y) and transpose(y, x).
template <class Element = float, int DomainRank, int RangeRank, class Forward, class Transpose>
[[nodiscard]] auto linear_map(Extents<DomainRank> const& domain, Extents<RangeRank> const& range,
                              Forward forward, Transpose transpose) {
  return FunctionMap<Extents<DomainRank>, Extents<RangeRank>, Forward, Transpose, Element>{
      domain, range, std::move(forward), std::move(transpose)};
}

}  // namespace pyronn
