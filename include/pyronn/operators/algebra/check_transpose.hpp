// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// check_transpose: whether both directions of a linear map belong together.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>

#include <pyronn/core/config.hpp>
#include <pyronn/core/detail/mixed_bits.hpp>
#include <pyronn/core/error.hpp>
#include <pyronn/exec/buffer.hpp>
#include <pyronn/exec/detail/elementwise.hpp>
#include <pyronn/exec/host_copy.hpp>
#include <pyronn/exec/vector_operations.hpp>
#include <pyronn/exec/workspace.hpp>
#include <pyronn/operators/algebra/linear_map.hpp>

namespace pyronn {

namespace detail {

/// Numbers from -1 to 1 that depend on their place and a seed alone.
template <class T>
struct ScatteredNumbers {
  std::uint64_t seed;

  PYRONN_HOST_DEVICE ScatteredNumbers with_scalars() const { return *this; }
  PYRONN_HOST_DEVICE T operator()(std::int64_t i) const {
    std::uint64_t const bits = mixed_bits(static_cast<std::uint64_t>(i) + seed * 0x10001U);
    return element_of<T>(
        static_cast<element_number_t<T>>(static_cast<double>(bits >> 11U) * 0x1p-52 - 1.0));
  }
};

}  // namespace detail

/// Compares <A x, y> with <x, A' y> for three random x with signs, and y the sum of A x and random
/// numbers with signs, each as long: of those alone <A x, y> would be a part of |A x| |y| that
/// shrinks with the arrays. Throws InvalidArgument where they differ by more than 1e-4 of |A x|
/// |y|, as after a solver's map has been given a backprojector that is no transpose. Allocates both
/// arrays twice, and waits.
template <class Map, class Executor>
void check_transpose(Executor const& executor, Map const& map,
                     std::size_t workspace_limit = default_workspace_limit) {
  static_assert((check_linear_map<Map>(), true));
  using Pixel = typename Map::DomainElement;
  using Ray = typename Map::RangeElement;
  auto const pixels = static_cast<std::size_t>(map.domain().count());
  auto const rays = static_cast<std::size_t>(map.range().count());
  Buffer<Pixel, Executor> const image{executor, 2 * pixels};
  Buffer<Ray, Executor> const data{executor, 2 * rays};
  Buffer<double, Executor> const sums{executor, 4};
  DomainView<Map> const x{image.data(), map.domain()};
  DomainView<Map> const back{image.data() + pixels, map.domain()};
  RangeView<Map> const y{data.data(), map.range()};
  RangeView<Map> const forward{data.data() + rays, map.range()};
  Workspace<Executor> workspace{
      executor, std::max(map.workspace_bytes(executor, workspace_limit),
                         reduction_workspace_bytes(executor, std::max(x.count(), y.count())))};
  constexpr int pairs = 3;
  for (int pair = 0; pair < pairs; ++pair) {
    auto const seed = 2 * static_cast<std::uint64_t>(pair) + 1;
    detail::for_each_element(executor, detail::ScatteredNumbers<Pixel>{seed}, x.data, x.count());
    detail::for_each_element(executor, detail::ScatteredNumbers<Ray>{seed + 1}, y.data, y.count());
    map.apply(executor, x, forward, workspace);
    norm(executor, forward, sums.data(), workspace);
    norm(executor, y, sums.data() + 1, workspace);
    auto const lengths = detail::on_host(executor, sums);
    if (lengths[0] > 0) axpy(executor, lengths[1] / lengths[0], forward, y);
    map.apply_transpose(executor, y, back, workspace);
    dot(executor, forward, y, sums.data(), workspace);
    dot(executor, x, back, sums.data() + 1, workspace);
    norm(executor, forward, sums.data() + 2, workspace);
    norm(executor, y, sums.data() + 3, workspace);
    auto const found = detail::on_host(executor, sums);
    double const difference = std::abs(found[0] - found[1]);
    double const scale = found[2] * found[3];
    detail::expects(difference <= 1e-4 * scale, "check_transpose: <A x, y> = ", found[0],
                    " and <x, A' y> = ", found[1], " of random arrays differ by ",
                    difference / scale,
                    " of |A x| |y|: apply_transpose is not the transpose of apply");
  }
}

}  // namespace pyronn
