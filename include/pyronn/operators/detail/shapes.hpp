// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Arrays of the plane and of space, with and without a leading dimension of samples, seen alike:
/// volumes (x, y, z, sample) and projections (u, v, view, sample).
#include <cstdint>

#include <pyronn/core/array_view.hpp>

namespace pyronn::detail {

/// Volumes of a scan in `Dimension` dimensions, one (rank Dimension) or many (one rank more).
template <int Dimension, class T, int Rank>
ArrayView<T, 4> volume_batch(ArrayView<T, Rank> volumes) {
  Extents<Rank> const from = volumes.extents;
  Extents<4> extents{{from[0], from[1], 1, 1}};
  if constexpr (Dimension == 3) extents[2] = from[2];
  if constexpr (Rank > Dimension) extents[3] = from[Dimension];
  return {volumes.data, extents};
}

/// Projections of a scan in `Dimension` dimensions, one (rank Dimension) or many (one rank more).
template <int Dimension, class T, int Rank>
ArrayView<T, 4> projection_batch(ArrayView<T, Rank> projections) {
  Extents<Rank> const from = projections.extents;
  Extents<4> extents{{from[0], 1, from[Dimension - 1], 1}};
  if constexpr (Dimension == 3) extents[1] = from[1];
  if constexpr (Rank > Dimension) extents[3] = from[Dimension];
  return {projections.data, extents};
}

/// One sample of a batch.
template <class T>
ArrayView<T, 3> sample_of(ArrayView<T, 4> batch, int sample) {
  Extents<4> const all = batch.extents;
  return {batch.slices(sample, 1).data, {all[0], all[1], all[2]}};
}

/// The array from one view of one sample on, with the extents, hence the strides, of the whole.
template <class T>
ArrayView<T, 4> from_view(ArrayView<T, 4> projections, int view, int sample) {
  std::int64_t const pixels =
      static_cast<std::int64_t>(projections.extents[0]) * projections.extents[1];
  projections.data += sample * projections.slice_count() + view * pixels;
  return projections;
}

/// Some views of one sample; all views of all samples where they are all of them.
template <class T>
ArrayView<T, 4> view_block(ArrayView<T, 4> projections, int first_view, int num_views, int sample) {
  ArrayView<T, 4> block = from_view(projections, first_view, sample);
  block.extents[2] = num_views;
  if (num_views < projections.extents[2]) block.extents[3] = 1;
  return block;
}

}  // namespace pyronn::detail
