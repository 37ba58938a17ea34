// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Arrays of the plane and of space, with and without a leading dimension of samples, seen alike:
/// volumes (x, y, z, sample) and projections (u, v, view, sample).
#include <cstddef>
#include <cstdint>
#include <limits>
#include <type_traits>
#include <vector>

#include <pyronn/core/array_view.hpp>
#include <pyronn/core/detail/detected.hpp>
#include <pyronn/core/error.hpp>
#include <pyronn/core/grid.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/exec/workspace.hpp>
#include <pyronn/geometry/traits.hpp>

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

/// The way back, for both: a batch as operators take it.
template <int Dimension, class T>
ArrayView<T, Dimension + 1> volumes_of(ArrayView<T, 4> batch) {
  Extents<4> const from = batch.extents;
  if constexpr (Dimension == 3)
    return batch;
  else
    return {batch.data, {from[0], from[1], from[3]}};
}
template <int Dimension, class T>
ArrayView<T, Dimension + 1> projections_of(ArrayView<T, 4> batch) {
  Extents<4> const from = batch.extents;
  if constexpr (Dimension == 3)
    return batch;
  else
    return {batch.data, {from[0], from[2], from[3]}};
}

/// One sample of a batch.
template <class T>
ArrayView<T, 3> sample_of(ArrayView<T, 4> batch, int sample) {
  Extents<4> const all = batch.extents;
  return {batch.slices(sample, 1).data, {all[0], all[1], all[2]}};
}

/// The extents that volumes on a grid must have.
template <int Dimension, int Rank>
Extents<Rank> volume_extents(Grid const& grid, int samples) {
  Extents<Rank> extents{};
  for (int axis = 0; axis < Dimension; ++axis) extents[axis] = grid.size[axis];
  if constexpr (Rank > Dimension) extents[Dimension] = samples;
  return extents;
}

/// The extents that projections of some views must have.
template <int Dimension, int Rank>
Extents<Rank> projection_extents(Extents<2> detector, int views, int samples) {
  Extents<Rank> extents{};
  extents[0] = detector[0];
  if constexpr (Dimension == 3) extents[1] = detector[1];
  extents[Dimension - 1] = views;
  if constexpr (Rank > Dimension) extents[Dimension] = samples;
  return extents;
}

/// How many samples an array holds: 1 where it is no batch.
template <int Dimension, int Rank>
int sample_count(Extents<Rank> extents) {
  int samples = 1;
  if constexpr (Rank > Dimension) samples = extents[Dimension];
  return samples;
}

/// Throws InvalidArgument unless volumes have the size of the grid.
template <int Dimension, int Rank>
void check_volumes(char const* function, Extents<Rank> volumes, Grid const& grid) {
  constexpr bool is_batch = Rank > Dimension;
  constexpr char const* names = Dimension == 2 ? (is_batch ? "(x, y, sample)" : "(x, y)")
                                               : (is_batch ? "(x, y, z, sample)" : "(x, y, z)");
  auto const expected =
      volume_extents<Dimension, Rank>(grid, sample_count<Dimension, Rank>(volumes));
  expects(volumes == expected, function, ": the volume's extents ", names, " are ", volumes,
          " but the grid's are ", expected);
}

/// Throws InvalidArgument unless projections have the size of `views` views of `samples` samples.
template <int Dimension, int Rank>
void check_projections(char const* function, Extents<Rank> projections, Extents<2> detector,
                       int views, int samples) {
  constexpr bool is_batch = Rank > Dimension;
  constexpr char const* names = Dimension == 2
                                    ? (is_batch ? "(u, view, sample)" : "(u, view)")
                                    : (is_batch ? "(u, v, view, sample)" : "(u, v, view)");
  auto const expected = projection_extents<Dimension, Rank>(detector, views, samples);
  expects(projections == expected, function, ": the projections' extents ", names, " are ",
          projections, " but the geometry's are ", expected);
}

/// Throws InvalidArgument for a batch without samples.
inline void check_samples(char const* function, int samples) {
  expects(samples >= 1, function, ": a batch of ", samples, " samples has nothing to work on");
}

/// Throws InvalidArgument unless there are as many samples as geometries, where there are several.
inline void check_geometries(char const* function, int samples, std::size_t geometries) {
  expects(geometries == 1 || geometries == static_cast<std::size_t>(samples), function,
          ": there are ", samples, " samples but ", geometries,
          " geometries; give one, or one for each sample");
}

/// Throws InvalidArgument unless volumes and projections have the sizes of the grid and of `views`
/// views, and as many samples as there are geometries, where there are several.
template <int Dimension, int Rank>
void check_sizes(char const* function, Extents<Rank> volumes, Grid const& grid,
                 Extents<Rank> projections, Extents<2> detector, int views,
                 std::size_t geometries = 1) {
  int const samples = sample_count<Dimension, Rank>(volumes);
  check_volumes<Dimension, Rank>(function, volumes, grid);
  check_projections<Dimension, Rank>(function, projections, detector, views, samples);
  check_samples(function, samples);
  check_geometries(function, samples, geometries);
}

/// Throws InvalidArgument unless the views or samples [first, first + count) are among `all`.
inline void check_range(char const* function, char const* what, int first, int count, int all) {
  expects(first >= 0 && count >= 1 && count <= all - first, function, ": ", what, " ", first,
          " to ", static_cast<std::int64_t>(first) + count - 1, " are not among the geometry's ",
          all);
}

/// The array from one view of one sample on, with the extents, hence the strides, of the whole.
template <class T>
ArrayView<T, 4> from_view(ArrayView<T, 4> projections, int view, int sample) {
  std::int64_t const pixels =
      static_cast<std::int64_t>(projections.extents[0]) * projections.extents[1];
  projections.data += sample * projections.slice_count() + view * pixels;
  return projections;
}

/// How much of a batch is read at a time: whole samples, or some slices of one.
struct BatchBlock {
  int slices;
  int samples;
};

/// The largest part that `bytes` of workspace can hold; no slices where they hold too little.
template <class Source, class Executor, class T>
BatchBlock batch_block(Executor const& executor, ArrayView<T const, 4> array, std::size_t bytes) {
  std::size_t const one = Source::slice_bytes(executor, array);
  auto const slices = static_cast<std::size_t>(array.extents[2]);
  auto const all = slices * static_cast<std::size_t>(array.extents[3]);
  std::size_t const fit = one == 0 ? all : bytes / one;
  auto const most_slices = static_cast<std::size_t>(Source::max_slices(executor, array));
  auto const most_samples = static_cast<std::size_t>(Source::max_samples(executor, array));
  if (fit >= slices && most_slices >= 1 && most_samples >= 1) {
    return {array.extents[2], static_cast<int>(min(min(most_samples, fit / slices),
                                                   static_cast<std::size_t>(array.extents[3])))};
  }
  std::size_t const part = min(fit, min(most_slices, slices));
  bool const pays = part >= min(slices, static_cast<std::size_t>(Source::template least_slices<T>));
  return {pays ? static_cast<int>(part) : 0, 1};
}

/// Workspace for reading `array` within `limit` bytes; 0 where it is read in place.
template <class Source, class Executor, class T>
std::size_t sample_bytes(Executor const& executor, ArrayView<T const, 4> array, std::size_t limit) {
  BatchBlock const part = batch_block<Source>(executor, array, limit);
  return Source::slice_bytes(executor, array) * static_cast<std::size_t>(part.slices) *
         static_cast<std::size_t>(part.samples);
}

/// Calls `work(part of the array, its first slice, its first sample)` for all parts.
template <class T, class Work>
void for_each_part(ArrayView<T const, 4> array, BatchBlock size, Work const& work) {
  std::int64_t const slice = static_cast<std::int64_t>(array.extents[0]) * array.extents[1];
  for (int sample = 0; sample < array.extents[3]; sample += size.samples) {
    for (int first = 0; first < array.extents[2]; first += size.slices) {
      ArrayView<T const, 4> part = array.slices(sample, 1);
      part.data += first * slice;
      part.extents[2] = min(size.slices, array.extents[2] - first);
      part.extents[3] = min(size.samples, array.extents[3] - sample);
      work(part, first, sample);
    }
  }
}

template <class Source>
using InPlaceOf = typename Source::InPlace;

/// True for what reads in place always.
template <class Source>
constexpr bool reads_in_place() {
  if constexpr (is_detected_v<InPlaceOf, Source>) {
    return std::is_base_of_v<InPlaceOf<Source>, Source>;
  } else {
    return true;
  }
}

/// Makes `array` readable part by part, as many slices at a time as the workspace allows, and calls
/// `work(samples, part of the array, its first slice, its first sample)` for each. What the source
/// cannot read so is read in place.
template <class Source, class Executor, class T, class Work>
void read_parts(Executor const& executor, ArrayView<T const, 4> array,
                Workspace<Executor>& workspace, Work const& work) {
  BatchBlock const size = batch_block<Source>(executor, array, workspace.bytes());
  if constexpr (!reads_in_place<Source>()) {
    if (size.slices == 0) {
      return read_parts<typename Source::InPlace>(executor, array, workspace, work);
    }
  }
  for_each_part(array, size, [&](auto const& part, int first_slice, int first_sample) {
    work(Source::load(executor, part, workspace), part, first_slice, first_sample);
  });
}

/// The geometries of an operator: at least one, with pixels and views, fewer than 2^31 pixels in
/// each, and all of one size. Throws InvalidArgument.
template <class Geometry>
std::vector<Geometry> const& checked_geometries(std::vector<Geometry> const& geometries,
                                                char const* function) {
  expects(!geometries.empty(), function, ": there must be at least one geometry");
  Extents<2> const detector = geometries.front().detector_size();
  int const views = geometries.front().num_views();
  expects(detector[0] >= 1 && detector[1] >= 1 && views >= 1, function,
          ": the geometry's extents (u, v, view) ", Extents<3>{{detector[0], detector[1], views}},
          " must be at least 1");
  expects(detector.count() <= std::numeric_limits<int>::max(), function,
          ": the geometry's detector ", detector, " has more than 2^31 - 1 pixels");
  expects(dimension_v<Geometry> == 3 || detector[1] == 1, function,
          ": the detector of a geometry of the plane has one row, not ", detector[1]);
  for (Geometry const& geometry : geometries) {
    expects(geometry.detector_size() == detector && geometry.num_views() == views, function,
            ": all geometries must have ", views, " views of ", detector, " pixels, but one has ",
            geometry.num_views(), " of ", geometry.detector_size());
  }
  return geometries;
}

/// Throws InvalidArgument for a grid that does not validate or does not suit the dimension.
template <int Dimension>
Grid const& checked_grid(Grid const& grid, char const* function) {
  grid.validate();
  expects(static_cast<std::int64_t>(grid.size[0]) * grid.size[1] <= std::numeric_limits<int>::max(),
          function, ": the grid's slices of ", grid.size[0], " x ", grid.size[1],
          " voxels have more than 2^31 - 1");
  expects(Dimension == 3 || (grid.size[2] == 1 && grid.origin[2] == 0.0), function,
          ": the plane needs one slice at z = 0, as Grid::flat makes, not ", grid.size[2],
          " from z = ", grid.origin[2], " mm on");
  return grid;
}

template <class Geometry>
Extents<3> scan_extents(Geometry const& geometry) {
  Extents<2> const detector = geometry.detector_size();
  return {detector[0], detector[1], geometry.num_views()};
}

}  // namespace pyronn::detail
