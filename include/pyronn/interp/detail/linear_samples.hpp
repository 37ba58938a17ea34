// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <type_traits>

#include <pyronn/core/array_view.hpp>
#include <pyronn/core/config.hpp>
#include <pyronn/interp/detail/linear_slice.hpp>

namespace pyronn::detail {

/// The planes across `Axis` of one sample's volume: axes (y, z) for x, (x, z) for y, (x, y) for z;
/// in the plane lines, which have no z.
template <class Interp, class T, int Dimension, int Axis>
struct LinearPlanes {
  using Stride = std::conditional_t<Axis == 0, int, UnitStride>;
  static constexpr int axes = Dimension == 2 && Axis < 2 ? 1 : 2;
  LinearSlice<Interp, T, Stride, axes> plane0;
  int stride;  ///< from plane to plane
  int first;
  int end;

  [[nodiscard]] PYRONN_HOST_DEVICE float texel(int a, int b, int k) const {
    return plane0.texel(a, b, k * stride);
  }
  [[nodiscard]] PYRONN_HOST_DEVICE float sample(float a, float b, int k) const {
    return plane0.sample(a, b, k * stride);
  }

  /// What a ray reads where no border is near: the crossings advance by `slope` from slice to
  /// slice.
  struct Line {
    LinearPlanes const& planes;
    float base[2];
    float slope[2];

    [[nodiscard]] PYRONN_HOST_DEVICE float sample(int k) const {
      auto const n = static_cast<float>(k);
      return planes.plane0.sample_inside(base[0] + n * slope[0], base[1] + n * slope[1],
                                         k * planes.stride);
    }
  };
  [[nodiscard]] PYRONN_HOST_DEVICE Line line(float const (&base)[2],
                                             float const (&slope)[2]) const {
    return {*this, {base[0], base[1]}, {slope[0], slope[1]}};
  }
};

/// The caller's memory, read in place: a stack of slices (z slices of volumes, views of
/// projections) for each sample of a batch, each slice a plane that is read bilinearly; planes
/// across any axis of a sample likewise, where a sample has fewer than 2^31 elements. A slice has
/// fewer always.
template <class Interp, class T>
struct LinearSamples {
  ArrayView<T const, 4> array;

  /// The plane of slice n, counted through all samples: axes (x, y) or (u, v). In the plane views
  /// have one row.
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

  /// All planes of a sample can be read alike.
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

/// What the kernels that follow rays may know of samples. What stands here is the answer for most.
template <class Samples>
struct SampleTraits {
  /// Whether slices across x lie next to each other in memory, element by element.
  static constexpr bool interleaves_slices = false;
  /// How far beyond the outermost elements planes can be read as between them.
  static constexpr float padding = 0.0F;
};
template <class Interp, class T>
struct SampleTraits<LinearSamples<Interp, T>> : SampleTraits<void> {
  static constexpr bool interleaves_slices = true;
};

}  // namespace pyronn::detail
