// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Operations on every element of contiguous arrays of any rank.
#include <cstdint>
#include <type_traits>

#include <pyronn/core/config.hpp>
#include <pyronn/core/extents.hpp>
#include <pyronn/core/storage.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/exec/detail/scalar.hpp>
#include <pyronn/exec/kernel.hpp>
#include <pyronn/exec/traits.hpp>

namespace pyronn::detail {

/// Items in one row: any number of items is laid out in rows whose length an int holds.
inline constexpr std::int64_t items_per_row = std::int64_t{1} << 30;

inline Extents<3> rows_of_items(std::int64_t count) {
  if (count <= items_per_row) return {static_cast<int>(count), 1, 1};
  std::int64_t const rows = (count + (items_per_row - 1)) / items_per_row;
  return {static_cast<int>(items_per_row), static_cast<int>(rows), 1};
}

PYRONN_HOST_DEVICE constexpr std::int64_t item_number(Vec<int, 3> item) {
  return item[1] * items_per_row + item[0];
}

/// Writes operation(i) to out[i]. `Lanes` elements make a row, which neighbouring items load
/// together; an item takes `Width` neighbouring elements of each of `Rows` rows. On cores one item
/// takes a whole row, long enough to vectorise. In warps an item takes one element of several rows,
/// and loads all of them before it stores the first.
template <class Operation, class T, int Width, int Lanes, int Rows>
struct Elementwise {
  using Block = BlockShape<256, 1, 1>;
  static constexpr int items_per_tile = Lanes / Width;

  Operation operation;
  T* out;
  std::int64_t count;

  [[nodiscard]] Extents<3> items() const {
    constexpr std::int64_t tile = std::int64_t{Lanes} * Rows;
    return rows_of_items((count + (tile - 1)) / tile * items_per_tile);
  }

  PYRONN_HOST_DEVICE void operator()(Vec<int, 3> item) const {
    std::int64_t const number = item_number(item);
    std::int64_t const first =
        number / items_per_tile * Lanes * Rows + number % items_per_tile * Width;
    // Local copies: the compiler then knows that stores to the array do not change them.
    auto const value_at = operation.with_scalars();
    T* const target = out;
    std::int64_t const end = count;
    if (first + ((Rows - 1) * Lanes + Width) > end) {
      for (std::int64_t row = 0; row < Rows; ++row) {
        std::int64_t const begin = first + row * Lanes;
        for (std::int64_t i = begin; i < begin + Width && i < end; ++i) target[i] = value_at(i);
      }
      return;
    }
    for (int lane = 0; lane < Width; ++lane) {
      T values[Rows];
      for (int row = 0; row < Rows; ++row) values[row] = value_at(first + (row * Lanes + lane));
      for (int row = 0; row < Rows; ++row) target[first + (row * Lanes + lane)] = values[row];
    }
  }
};

/// Runs Elementwise in the shape that suits the executor.
template <class Executor, class Operation, class T>
void for_each_element(Executor const& executor, Operation const& operation, T* out,
                      std::int64_t count) {
  if (count == 0) return;
  constexpr bool in_warps = 1 < warp_size_v<Executor>;
  constexpr int lanes = in_warps ? warp_size_v<Executor> : 4096;
  constexpr int width = in_warps ? 1 : lanes;
  constexpr int rows = in_warps ? 8 : 1;
  Elementwise<Operation, T, width, lanes, rows> const kernel{operation, out, count};
  executor.for_each(kernel.items(), kernel);
}

/// In what elements are combined: in double where one of them is double, else in float.
template <class X, class Y = X>
using combined_t = std::common_type_t<element_number_t<X>, element_number_t<Y>>;

/// A result as an element.
template <class T, class Number>
PYRONN_HOST_DEVICE T element_of(Number value) {
  return static_cast<T>(static_cast<element_number_t<T>>(value));
}

/// Makes every element the same value.
template <class T>
struct FillElements {
  T value;

  PYRONN_HOST_DEVICE FillElements with_scalars() const { return *this; }
  PYRONN_HOST_DEVICE T operator()(std::int64_t) const { return value; }
};

/// Copies the elements of another array, bit by bit where it holds the same type.
template <class In, class Out>
struct CopyElements {
  In const* in;

  PYRONN_HOST_DEVICE CopyElements with_scalars() const { return *this; }
  PYRONN_HOST_DEVICE Out operator()(std::int64_t i) const {
    return element_of<Out>(static_cast<element_number_t<In>>(in[i]));
  }
};
template <class T>
struct CopyElements<T, T> {
  T const* in;

  PYRONN_HOST_DEVICE CopyElements with_scalars() const { return *this; }
  PYRONN_HOST_DEVICE T operator()(std::int64_t i) const { return in[i]; }
};

/// x y
template <class X, class Y>
struct MultiplyElements {
  using Number = combined_t<X, Y>;

  X const* x;
  Y const* y;

  PYRONN_HOST_DEVICE MultiplyElements with_scalars() const { return *this; }
  PYRONN_HOST_DEVICE Y operator()(std::int64_t i) const {
    return element_of<Y>(static_cast<Number>(x[i]) * static_cast<Number>(y[i]));
  }
};

/// alpha x + beta y
template <class Alpha, class X, class Beta, class Y>
struct CombineElements {
  using Number = combined_t<X, Y>;

  Alpha alpha;
  X const* x;
  Beta beta;
  Y const* y;

  PYRONN_HOST_DEVICE CombineElements<Number, X, Number, Y> with_scalars() const {
    return {scalar_value<Number>(alpha), x, scalar_value<Number>(beta), y};
  }
  PYRONN_HOST_DEVICE Y operator()(std::int64_t i) const {
    return element_of<Y>(alpha * static_cast<Number>(x[i]) + beta * static_cast<Number>(y[i]));
  }
};

}  // namespace pyronn::detail
