// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// ForwardTask and BackTask: the arrays, views and sizes that the kernels of every model work on.
#include <type_traits>
#include <utility>

#include <pyronn/core/array_view.hpp>
#include <pyronn/core/config.hpp>
#include <pyronn/core/detail/user_calls.hpp>
#include <pyronn/core/extents.hpp>
#include <pyronn/core/storage.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/interp/detail/linear_samples.hpp>

namespace pyronn::detail {

/// A view and a sample of a batch, both counted from the first of a launch.
struct ViewOfSample {
  int view;
  int sample;
};

/// Forward projection of some views of some samples, through a slab of each sample's volume.
template <int Space, class Views, class Samples, class T>
struct ForwardTask {
  static constexpr int dimension = Space;
  using VolumeTraits = SampleTraits<Samples>;

  Views views;
  int num_views;
  int num_samples;
  Samples volumes;
  int first_volume;             ///< the first sample's number in `volumes`
  Extents<3> size;              ///< size of the slab that is read
  int first_slice;              ///< slice of the volume with which the slab begins
  int all_slices;               ///< number of z slices of the whole volume
  Vec3f spacing;                ///< distance between voxels [mm]
  ArrayView<T, 4> projections;  ///< (u, v, view, sample), from the first view and sample on
  bool adds;                    ///< true: adds to what the projections hold

  /// The pixels of all views, sample after sample.
  [[nodiscard]] Extents<3> pixels() const {
    return {projections.extents[0], projections.extents[1], num_views * num_samples};
  }

  [[nodiscard]] PYRONN_HOST_DEVICE ViewOfSample split(int item) const {
    int const sample = item / num_views;
    return {item - sample * num_views, sample};
  }

  /// The z slice n, where slices are counted through the slabs of all samples.
  [[nodiscard]] PYRONN_HOST_DEVICE auto slice(int n) const { return volumes.template slice<3>(n); }

  /// One group of planes of a sample's slab; there are plane_groups of them.
  template <int Axis>
  [[nodiscard]] PYRONN_HOST_DEVICE auto planes(int volume, int group) const {
    return volumes.template planes<Space, Axis>(volume, group);
  }

  PYRONN_HOST_DEVICE void write(Vec<int, 3> const& pixel, ViewOfSample const& of, float sum) const {
    write_or_add(projections(pixel[0], pixel[1], of.view, of.sample), sum, adds);
  }
};

/// Backprojection of some views of some samples, into a slab of each sample's volume.
template <int Space, class Views, class Samples, class T>
struct BackTask {
  static constexpr int dimension = Space;
  using Element = T;
  using View = std::decay_t<decltype(std::declval<Views const&>().view(0, 0))>;

  Views views;
  int num_views;
  int num_samples;
  Samples projections;
  int first_view;   ///< number in `projections` of the first sample's first view
  int view_stride;  ///< views in `projections` from one sample to the next
  Extents<2> detector;
  Extents<3> size;          ///< size of the grid
  int first_slice;          ///< slice of the grid with which the slab begins
  Vec3f spacing;            ///< distance between voxels [mm]
  ArrayView<T, 4> volumes;  ///< (x, y, z, sample) of the slab, from the first sample on
  bool adds;                ///< true: sums begin with what the volumes hold

  /// The voxels of all samples, one after another along z.
  [[nodiscard]] Extents<3> voxels() const {
    return {volumes.extents[0], volumes.extents[1], volumes.extents[2] * num_samples};
  }

  /// The sample that an item of voxels() belongs to; the item becomes the voxel's index in the
  /// grid.
  [[nodiscard]] PYRONN_HOST_DEVICE int split(Vec<int, 3>& item) const {
    int const sample = item[2] / volumes.extents[2];
    item[2] += first_slice - sample * volumes.extents[2];
    return sample;
  }

  /// One past the last slice of the slab.
  [[nodiscard]] PYRONN_HOST_DEVICE int end_slice() const {
    return first_slice + volumes.extents[2];
  }

  /// The element of a voxel, by the voxel's index in the grid.
  [[nodiscard]] PYRONN_HOST_DEVICE T& at(Vec<int, 3> const& voxel, int sample) const {
    return volumes(voxel[0], voxel[1], voxel[2] - first_slice, sample);
  }

  /// What a voxel's sum begins with: what launches before have written. With views added to it one
  /// by one, the sum is the same however views are shared out among launches.
  [[nodiscard]] PYRONN_HOST_DEVICE float begin(Vec<int, 3> const& voxel, int sample) const {
    return adds ? widen(at(voxel, sample)) : 0.0F;
  }
  PYRONN_HOST_DEVICE void write(Vec<int, 3> const& voxel, int sample, float sum) const {
    at(voxel, sample) = user::round<StorageTraits<T>>(sum);
  }

  [[nodiscard]] PYRONN_HOST_DEVICE auto slice(int view, int sample) const {
    return projections.template slice<Space>(first_view + sample * view_stride + view);
  }
};

}  // namespace pyronn::detail
