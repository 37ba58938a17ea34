// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Steps between resolutions: means of pixels, and interpolation on a finer grid.
#include <cstdint>

#include <pyronn/core/array_view.hpp>
#include <pyronn/core/config.hpp>
#include <pyronn/core/extents.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/core/storage.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/exec/detail/elementwise.hpp>
#include <pyronn/exec/kernel.hpp>

namespace pyronn::detail {

/// An array of up to three axes as one of three.
template <class T, int Rank>
ArrayView<T, 3> in_three_axes(ArrayView<T, Rank> array) {
  static_assert(Rank == 2 || Rank == 3, "Images and scans are of the plane or of space.");
  Extents<3> size{1, 1, 1};
  for (int axis = 0; axis < Rank; ++axis) size[axis] = array.extents[axis];
  return {array.data, size};
}

/// Where an element lies among all of an array.
template <class T>
PYRONN_HOST_DEVICE std::int64_t index_in(ArrayView<T, 3> const& array, int x, int y, int z) {
  return (static_cast<std::int64_t>(z) * array.extents[1] + y) * array.extents[0] + x;
}

/// Writes the mean of blocks of so many elements along each axis, of which the last may be smaller;
/// elements beyond the last block are left out. With weights it is their weighted mean, of
/// elements of weight 0 whatever they are, and 0 where all of them are 0.
template <class T>
struct BlockMeans {
  using Block = BlockShape<32, 8, 1>;
  using Number = element_number_t<T>;

  ArrayView<T const, 3> in;
  ArrayView<T const, 3> weights;  ///< or without data
  Vec<int, 3> block;
  ArrayView<T, 3> out;

  PYRONN_HOST_DEVICE void operator()(Vec<int, 3> item) const {
    Vec<int, 3> end{};
    for (int axis = 0; axis < 3; ++axis)
      end[axis] = min((item[axis] + 1) * block[axis], in.extents[axis]);
    double sum = 0;
    double weight_sum = 0;
    for (int z = item[2] * block[2]; z < end[2]; ++z) {
      for (int y = item[1] * block[1]; y < end[1]; ++y) {
        for (int x = item[0] * block[0]; x < end[0]; ++x) {
          std::int64_t const i = index_in(in, x, y, z);
          double const weight =
              weights.data == nullptr ? 1.0 : static_cast<double>(load_number(weights.data, i));
          if (weight == 0) continue;
          sum += weight * static_cast<double>(load_number(in.data, i));
          weight_sum += weight;
        }
      }
    }
    double const mean = weight_sum > 0 ? sum / weight_sum : 0.0;
    out(item[0], item[1], item[2]) = element_of<T>(static_cast<Number>(mean));
  }
};

/// Writes 1 where a block of so many elements along each axis has one that is not 0, else 0.
template <class T>
struct BlockMask {
  using Block = BlockShape<32, 8, 1>;
  using Number = element_number_t<T>;

  ArrayView<T const, 3> in;
  Vec<int, 3> block;
  ArrayView<T, 3> out;

  PYRONN_HOST_DEVICE void operator()(Vec<int, 3> item) const {
    out(item[0], item[1], item[2]) = element_of<T>(has_one(item) ? Number{1} : Number{0});
  }

 private:
  [[nodiscard]] PYRONN_HOST_DEVICE bool has_one(Vec<int, 3> const& item) const {
    Vec<int, 3> end{};
    for (int axis = 0; axis < 3; ++axis)
      end[axis] = min((item[axis] + 1) * block[axis], in.extents[axis]);
    for (int z = item[2] * block[2]; z < end[2]; ++z) {
      for (int y = item[1] * block[1]; y < end[1]; ++y) {
        for (int x = item[0] * block[0]; x < end[0]; ++x)
          if (load_number(in.data, index_in(in, x, y, z)) != Number{0}) return true;
      }
    }
    return false;
  }
};

/// Writes an image between the pixels of a coarser one, linearly; pixel i of the finer one lies at
/// (i + 1/2) / factor - 1/2 of the coarser one, and beyond its border pixels are those there. Where
/// the mask is 0 nothing is written.
template <class T>
struct Interpolate {
  using Block = BlockShape<32, 8, 1>;
  using Number = element_number_t<T>;

  ArrayView<T const, 3> in;
  Vec<int, 3> factor;
  ArrayView<T const, 3> mask;  ///< or without data
  ArrayView<T, 3> out;

  PYRONN_HOST_DEVICE void operator()(Vec<int, 3> item) const {
    if (mask.data != nullptr &&
        load_number(mask.data, index_in(mask, item[0], item[1], item[2])) == Number{0})
      return;
    int low[3];
    int high[3];
    Number share[3];
    for (int axis = 0; axis < 3; ++axis) {
      Number const at =
          (static_cast<Number>(item[axis]) + Number{0.5}) / static_cast<Number>(factor[axis]) -
          Number{0.5};
      Number const last = static_cast<Number>(in.extents[axis] - 1);
      Number const within = min(max(at, Number{0}), last);
      low[axis] = static_cast<int>(within);
      high[axis] = min(low[axis] + 1, in.extents[axis] - 1);
      share[axis] = within - static_cast<Number>(low[axis]);
    }
    Number sum = 0;
    for (int corner = 0; corner < 8; ++corner) {
      Number weight = 1;
      int at[3];
      for (int axis = 0; axis < 3; ++axis) {
        bool const is_high = (corner >> axis & 1) != 0;
        weight *= is_high ? share[axis] : 1 - share[axis];
        at[axis] = is_high ? high[axis] : low[axis];
      }
      if (weight > 0) sum += weight * load_number(in.data, index_in(in, at[0], at[1], at[2]));
    }
    out(item[0], item[1], item[2]) = element_of<T>(sum);
  }
};

}  // namespace pyronn::detail
