// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
// Arrays for vector operations. After support/backends.hpp.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <tuple>
#include <vector>

#include <pyronn/core/array_view.hpp>
#include <pyronn/core/storage.hpp>

#include "support/numbers.hpp"

namespace test {

using Storages = std::tuple<float, pyronn::Half, pyronn::BFloat16>;

/// None, one, around a row of a warp and a tile, one chunk and a bit, many chunks of which the last
/// is not full and whose sums are more than one fold takes.
inline constexpr int sizes[] = {0, 1, 2, 31, 33, 255, 257, 2047, 2049, 4095, 4097, 65537, 300007};

template <class T>
std::vector<T> stored(std::vector<float> const& values) {
  std::vector<T> result;
  result.reserve(values.size());
  for (float const value : values) result.push_back(static_cast<T>(value));
  return result;
}

template <class T>
std::vector<T> random_stored(std::uint32_t seed, int count) {
  return stored<T>(random_values(seed, count));
}

/// Sums of the same sign, which do not cancel.
template <class T>
std::vector<T> random_positive(std::uint32_t seed, int count) {
  std::vector<float> values = random_values(seed, count);
  for (float& value : values) value = std::abs(value);
  return stored<T>(values);
}

/// An array that need not have elements.
template <class T>
class Vector {
 public:
  explicit Vector(std::vector<T> const& values)
      : count_{static_cast<int>(values.size())}, array_{{std::max(1, count_)}, padded(values)} {}

  [[nodiscard]] pyronn::ArrayView<T, 1> view() {
    return {count_ == 0 ? nullptr : array_.view().data, {count_}};
  }
  [[nodiscard]] std::vector<float> values() const {
    std::vector<T> const all = array_.values();
    return {all.begin(), all.begin() + count_};
  }

 private:
  static std::vector<T> padded(std::vector<T> values) {
    if (values.empty()) values.push_back(T{});
    return values;
  }

  int count_;
  Array<T, 1> array_;
};

}  // namespace test
