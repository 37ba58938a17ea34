// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// How rows along y get side by side, and back, for a RampPreconditioner.
#include <pyronn/core/array_view.hpp>
#include <pyronn/core/config.hpp>
#include <pyronn/core/storage.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/exec/detail/elementwise.hpp>
#include <pyronn/exec/kernel.hpp>

namespace pyronn::detail {

/// Slices of a stack with x and y exchanged.
template <class T>
struct TransposeSlices {
  using Block = BlockShape<16, 16, 1>;

  ArrayView<T const, 3> in;  ///< (x, y, slice)
  ArrayView<float, 3> out;   ///< (y, x, slice)

  PYRONN_HOST_DEVICE void operator()(Vec<int, 3> item) const {
    out(item[1], item[0], item[2]) = static_cast<float>(widen(in(item[0], item[1], item[2])));
  }
};

/// The sum of a stack and of another one with x and y exchanged.
template <class T>
struct AddTransposed {
  using Block = BlockShape<16, 16, 1>;

  ArrayView<float const, 3> along_x;  ///< (x, y, slice)
  ArrayView<float const, 3> along_y;  ///< (y, x, slice)
  ArrayView<T, 3> out;                ///< may be along_x

  PYRONN_HOST_DEVICE void operator()(Vec<int, 3> item) const {
    out(item[0], item[1], item[2]) = element_of<T>(static_cast<element_number_t<T>>(
        along_x(item[0], item[1], item[2]) + along_y(item[1], item[0], item[2])));
  }
};

}  // namespace pyronn::detail
