// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The largest element of an array.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include <pyronn/core/array_view.hpp>
#include <pyronn/core/config.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/core/storage.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/exec/backend.hpp>
#include <pyronn/exec/host_copy.hpp>
#include <pyronn/exec/kernel.hpp>

namespace pyronn::detail {

/// How many items look for the largest element: enough to fill a GPU.
inline constexpr std::size_t largest_numbers = std::size_t{1} << 16;

/// Item i looks at the elements i, i + items, i + 2 items ...
template <class T>
struct LargestElements {
  using Block = BlockShape<256, 1, 1>;

  T const* elements;
  std::int64_t count;
  double* largest;

  [[nodiscard]] Extents<3> items() const {
    return {static_cast<int>(std::min(count, static_cast<std::int64_t>(largest_numbers))), 1, 1};
  }
  PYRONN_HOST_DEVICE void operator()(Vec<int, 3> item) const {
    auto result = static_cast<double>(load_number(elements, item[0]));
    for (std::int64_t i = item[0]; i < count; i += std::int64_t{largest_numbers}) {
      auto const element = static_cast<double>(load_number(elements, i));
      result = element > result ? element : result;
    }
    largest[item[0]] = result;
  }
};

/// The largest element, 0 where there is none. Waits. `numbers`, largest_numbers of them, lie in
/// the executor's memory.
template <class Executor, class T, int Rank>
double largest(Executor const& executor, ArrayView<T const, Rank> array, double* numbers) {
  if (array.count() == 0) return 0;
  LargestElements<T> const kernel{array.data, array.count(), numbers};
  executor.for_each(kernel.items(), kernel);
  std::vector<double> found(static_cast<std::size_t>(kernel.items()[0]));
  HostCopy<backend_t<Executor>>::to_host(executor, numbers, found.size(), found.data());
  return *std::max_element(found.begin(), found.end());
}

}  // namespace pyronn::detail
