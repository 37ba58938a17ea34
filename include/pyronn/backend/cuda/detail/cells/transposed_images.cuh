// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The source of LineSource on CUDA devices: images copied and transposed.
#include <pyronn/backend/cuda/require_cuda.cuh>
//
#include <cstddef>
#include <limits>

#include <cuda_runtime.h>

#include <pyronn/backend/cuda/detail/cells/sample_and_slope.cuh>
#include <pyronn/backend/cuda/detail/launch/run_kernel.cuh>
#include <pyronn/core/array_view.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/core/storage.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/exec/kernel.hpp>
#include <pyronn/exec/workspace.hpp>
#include <pyronn/interp/sample_source.hpp>
#include <pyronn/interp/software_interp.hpp>

namespace pyronn::detail {

/// As grid_index_of, for numbers from -1 on, with 1 added to the index: the first cell of a line
/// lies before element 0.
__device__ inline GridIndex padded_grid_index_of(float x) {
  constexpr float shift = 8388609.0F;  // 2^23 + 1
  float const shifted = __fadd_rd(x, shift);
  return {__float_as_uint(shifted), x - (shifted - shift)};
}

/// The lines of an image perpendicular to one axis, as cells: cell c holds element c - 1 and its
/// difference to the next element, where elements outside are zero. A sample then takes one load.
struct TransposedLines {
  SampleAndSlope<float> const* cells;
  int length;  ///< elements of a line, which has one cell more
  int first;   ///< the first line
  int end;     ///< one past the last line

  [[nodiscard]] __device__ float sample(float a, float, int k) const {
    if (!(a > -1.0F && a < static_cast<float>(length))) return 0.0F;
    return line({a, 0.0F}, {0.0F, 0.0F}).sample(k);
  }

  /// Reads the lines along a ray, which crosses line k at base + k * slope.
  struct Line {
    SampleAndSlope<float> const* cells;  ///< cell 0, less grid_index_origin
    unsigned stride;
    float base;
    float slope;

    [[nodiscard]] __device__ float sample(int k) const {
      GridIndex const node = padded_grid_index_of(base + static_cast<float>(k) * slope);
      return SampleAndSlope<float>::sample(cells + (node.index + static_cast<unsigned>(k) * stride),
                                           node.fraction);
    }
  };
  [[nodiscard]] __device__ Line line(float const (&base)[2], float const (&slope)[2]) const {
    return {hide_from_optimizer(cells - static_cast<std::ptrdiff_t>(grid_index_origin)),
            static_cast<unsigned>(length) + 1U, base[0], slope[0]};
  }
};

/// Two copies of each image: one with the lines perpendicular to x one after another, one with the
/// lines perpendicular to y. Neighbouring rays read neighbouring cells of a line, whichever their
/// main axis is.
struct TransposedImages {
  SampleAndSlope<float>* cells;
  Extents<2> size;

  /// Number of cells of all lines perpendicular to an axis.
  [[nodiscard]] PYRONN_HOST_DEVICE std::size_t count(int axis) const {
    return static_cast<std::size_t>(size[axis]) * static_cast<std::size_t>(size[1 - axis] + 1);
  }

  [[nodiscard]] PYRONN_HOST_DEVICE SampleAndSlope<float>* across(int axis, int sample) const {
    SampleAndSlope<float>* const image =
        cells + static_cast<std::size_t>(sample) * (count(0) + count(1));
    return axis == 0 ? image : image + count(0);
  }

  /// All lines of an image are in one group.
  template <int Axis>
  [[nodiscard]] __device__ int plane_groups(int) const {
    return 1;
  }
  template <int Dimension, int Axis>
  [[nodiscard]] __device__ TransposedLines planes(int sample, int) const {
    return {across(Axis, sample), size[1 - Axis], 0, size[Axis]};
  }
};

template <>
struct SampleTraits<TransposedImages> : SampleTraits<void> {
  static constexpr float padding = 1.0F;
};

/// Makes TransposedImages of images (x, y, 1, sample). Items along x are the cells of a line, items
/// along y the lines, and items along z the two axes of each sample.
template <class T>
struct TransposeImages {
  /// The shape of blocks that read whole sectors of memory and write whole cache lines.
  using Block = BlockShape<32, 8, 1>;

  ArrayView<T const, 4> images;
  TransposedImages lines;

  [[nodiscard]] Extents<3> items() const {
    int const longest = max(lines.size[0], lines.size[1]);
    return {longest + 1, longest, 2 * images.extents[3]};
  }

  __device__ void operator()(Vec<int, 3> const& item) const {
    int const axis = item[2] % 2;
    int const sample = item[2] / 2;
    int const length = lines.size[1 - axis];
    if (item[0] > length || item[1] >= lines.size[axis]) return;
    auto const element = [&](int a) {
      if (a < 0 || a >= length) return 0.0F;
      T const& found = axis == 0 ? images(item[1], a, 0, sample) : images(a, item[1], 0, sample);
      return detail::widen(found);
    };
    std::size_t const row =
        static_cast<std::size_t>(item[1]) * static_cast<std::size_t>(length + 1);
    lines.across(axis, sample)[row + static_cast<std::size_t>(item[0])] =
        SampleAndSlope<float>{element(item[0] - 1), element(item[0]), 0.0F, 0.0F};
  }
};

}  // namespace pyronn::detail

namespace pyronn {

/// SoftwareInterp reads images from transposed copies in the workspace.
template <>
struct LineSource<SoftwareInterp, CudaBackend> : CopySource<InPlacePlanes<SoftwareInterp>> {
  template <class T, class Executor>
  static std::size_t slice_bytes(Executor const&, ArrayView<T const, 4> array) {
    detail::TransposedImages const lines{nullptr, {array.extents[0], array.extents[1]}};
    return (lines.count(0) + lines.count(1)) * sizeof(detail::SampleAndSlope<float>);
  }
  template <class T, class Executor>
  static int max_samples(Executor const&, ArrayView<T const, 4> array) {
    return min(array.extents[3], std::numeric_limits<int>::max() / 2);
  }
  template <class T, class Executor>
  static detail::TransposedImages load(Executor const& executor, ArrayView<T const, 4> array,
                                       Workspace<Executor>& workspace) {
    detail::TransposedImages const lines{
        reinterpret_cast<detail::SampleAndSlope<float>*>(workspace.data()),
        {array.extents[0], array.extents[1]}};
    detail::TransposeImages<T> const copy{array, lines};
    executor.for_each(copy.items(), copy);
    return lines;
  }
};

}  // namespace pyronn
