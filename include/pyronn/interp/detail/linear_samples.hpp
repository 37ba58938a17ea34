// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Where SoftwareInterp reads samples: the caller's memory, in place.
#include <cstdint>
#include <type_traits>

#include <pyronn/core/array_view.hpp>
#include <pyronn/core/config.hpp>
#include <pyronn/interp/detail/linear_slice.hpp>

namespace pyronn::detail {

/// The planes of one volume perpendicular to `Axis`: planes with the axes (y, z) for x, (x, z) for
/// y and (x, y) for z. Of an image these are lines, along y or along x.
template <class Interp, class T, int Dimension, int Axis>
struct LinearPlanes {
  using Number = arithmetic_t<T>;
  using Stride = std::conditional_t<Axis == 0, int, UnitStride>;
  static constexpr int axes = Dimension == 2 && Axis < 2 ? 1 : 2;
  LinearSlice<Interp, T, Stride, axes> plane0;
  int stride;  ///< elements from plane to plane
  int first;   ///< plane that can be read
  int end;     ///< one past the last plane

  [[nodiscard]] PYRONN_HOST_DEVICE Number texel(int a, int b, int k) const {
    return plane0.texel(a, b, k * stride);
  }
  [[nodiscard]] PYRONN_HOST_DEVICE Number sample(Number a, Number b, int k) const {
    return plane0.sample(a, b, k * stride);
  }

  /// Reads the planes along a ray, which crosses plane k at base + k * slope. All four samples must
  /// exist: the crossings must not be near a border.
  struct Line {
    LinearPlanes const& planes;
    Number base[2];
    Number slope[2];

    [[nodiscard]] PYRONN_HOST_DEVICE Number sample(int k) const {
      auto const n = static_cast<Number>(k);
      return planes.plane0.sample_inside(base[0] + n * slope[0], base[1] + n * slope[1],
                                         k * planes.stride);
    }
  };
  [[nodiscard]] PYRONN_HOST_DEVICE Line line(Number const (&base)[2],
                                             Number const (&slope)[2]) const {
    return {*this, {base[0], base[1]}, {slope[0], slope[1]}};
  }
};

/// The caller's memory, read in place. It holds a stack of slices (z slices of volumes, views of
/// projections) for each sample of a batch, and a slice is read bilinearly. Planes perpendicular to
/// any axis can be read, too, where the array of one sample has fewer than 2^31 elements; a slice
/// always has fewer.
template <class Interp, class T>
struct LinearSamples {
  ArrayView<T const, 4> array;

  /// Slice n, where slices are counted through all samples; its axes are (x, y) or (u, v). Views of
  /// scans of the plane have one row.
  template <int Dimension>
  [[nodiscard]] PYRONN_HOST_DEVICE LinearSlice<Interp, T, UnitStride, Dimension - 1> slice(
      int n) const {
    int const count = array.extents[1] * array.extents[0];
    return {array.data + static_cast<std::int64_t>(n) * count,
            array.extents[0],
            array.extents[1],
            {},
            array.extents[0]};
  }

  /// All planes of a volume are in one group.
  template <int Axis>
  [[nodiscard]] PYRONN_HOST_DEVICE int plane_groups(int) const {
    return 1;
  }

  template <int Dimension, int Axis>
  [[nodiscard]] PYRONN_HOST_DEVICE LinearPlanes<Interp, T, Dimension, Axis> planes(int sample,
                                                                                   int) const {
    T const* const data = array.data + sample * array.slice_count();
    Extents<4> const& size = array.extents;
    int const slice = size[0] * size[1];
    if constexpr (Axis == 0) return {{data, size[1], size[2], size[0], slice}, 1, 0, size[0]};
    if constexpr (Axis == 1) return {{data, size[0], size[2], {}, slice}, size[0], 0, size[1]};
    if constexpr (Axis == 2) return {{data, size[0], size[1], {}, size[0]}, slice, 0, size[2]};
  }
};

/// Properties of a source of samples that the kernels that follow rays make use of. The primary
/// template has the values of sources that do not specialise it.
template <class Samples>
struct SampleTraits {
  /// Whether elements of neighbouring slices perpendicular to x are neighbours in memory.
  static constexpr bool interleaves_slices = false;
  /// How far beyond the outermost elements positions may lie that are read as inside ones
  /// [elements].
  static constexpr float padding = 0.0F;
};
template <class Interp, class T>
struct SampleTraits<LinearSamples<Interp, T>> : SampleTraits<void> {
  static constexpr bool interleaves_slices = true;
};

}  // namespace pyronn::detail
