// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// What operators ask of their geometries, grids and arrays.
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

#include <pyronn/core/array_view.hpp>
#include <pyronn/core/error.hpp>
#include <pyronn/core/extents.hpp>
#include <pyronn/core/grid.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/geometry/traits.hpp>
#include <pyronn/operators/detail/of_sample.hpp>
#include <pyronn/operators/detail/view_indices.hpp>

namespace pyronn::detail {

/// How many samples an array holds: 1 where it is no batch.
template <int Dimension, int Rank>
int sample_count(Extents<Rank> extents) {
  static_assert(Rank == Dimension || Rank == Dimension + 1,
                "Arrays have the rank of the geometry's dimension, or one more for a batch.");
  int samples = 1;
  if constexpr (Rank > Dimension) samples = extents[Dimension];
  return samples;
}

/// The extents of volumes of this size (x, y, z).
template <int Dimension, int Rank>
Extents<Rank> volume_extents(Extents<3> size, int samples) {
  Extents<Rank> extents{};
  for (int axis = 0; axis < Dimension; ++axis) extents[axis] = size[axis];
  if constexpr (Rank > Dimension) extents[Dimension] = samples;
  return extents;
}

/// The extents of projections of some views.
template <int Dimension, int Rank>
Extents<Rank> projection_extents(Extents<2> detector, int views, int samples) {
  Extents<Rank> extents{};
  extents[0] = detector[0];
  if constexpr (Dimension == 3) extents[1] = detector[1];
  extents[Dimension - 1] = views;
  if constexpr (Rank > Dimension) extents[Dimension] = samples;
  return extents;
}

/// Throws InvalidArgument for an array without elements, for which nothing can be planned.
template <int Rank>
void check_not_empty(char const* function, Extents<Rank> extents) {
  for (int axis = 0; axis < Rank; ++axis) {
    expects(extents[axis] >= 1, function, ": the input's extents ", extents, " must be at least 1");
  }
}

/// Throws InvalidArgument unless volumes have this size (x, y, z).
template <int Dimension, int Rank>
void check_volumes(char const* function, Extents<Rank> volumes, Extents<3> size) {
  constexpr bool is_batch = Rank > Dimension;
  constexpr char const* names = Dimension == 2 ? (is_batch ? "(x, y, sample)" : "(x, y)")
                                               : (is_batch ? "(x, y, z, sample)" : "(x, y, z)");
  auto const expected =
      volume_extents<Dimension, Rank>(size, sample_count<Dimension, Rank>(volumes));
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

/// Throws InvalidArgument for a batch without samples, and for one whose slices or views, of all
/// samples together, kernels could not count.
inline void check_samples(char const* function, int samples, int slices, int views) {
  expects(samples >= 1, function, ": a batch of ", samples, " samples has nothing to work on");
  std::int64_t const most = max(slices, views);
  expects(samples * most <= std::numeric_limits<int>::max(), function, ": ", samples,
          " samples of ", counted(slices, "slice"), " and ", counted(views, "view"),
          " are more than 2^31 - 1 slices or views; work on fewer samples at a time");
}

/// Throws InvalidArgument unless the samples of a call have geometries, where there are several.
inline void check_geometries(char const* function, int samples, std::optional<int> first_sample,
                             std::size_t geometries) {
  auto const count = static_cast<int>(geometries);
  expects(count == 1 || first_sample || samples == count, function, ": there are ", samples,
          " samples but ", geometries,
          " geometries; give one, or one for each sample, or say which in Part::first_sample");
  int const first = first_sample.value_or(0);
  expects(first >= 0 && (count == 1 || samples <= count - first), function, ": samples ", first,
          " to ", std::int64_t{first} + samples - 1, " are not among the ", geometries,
          " that have geometries");
}

/// Throws InvalidArgument unless volumes and projections have the sizes of a part of a call, and as
/// many samples.
template <int Dimension, int Rank>
void check_sizes(char const* function, Extents<Rank> volumes, Grid const& grid,
                 Extents<Rank> projections, Extents<2> detector, PartOfCall const& part) {
  int const samples = sample_count<Dimension>(volumes);
  check_volumes<Dimension>(function, volumes, {grid.size[0], grid.size[1], part.slab.num_slices});
  check_projections<Dimension>(function, projections, detector, part.views.count, samples);
  check_samples(function, samples, part.slab.num_slices, part.views.count);
}

/// Throws InvalidArgument unless a geometry has pixels and views, fewer than 2^31 pixels in each,
/// and in the plane one row.
template <int Dimension>
void check_scan(char const* function, Extents<2> detector, int views) {
  expects(detector[0] >= 1 && detector[1] >= 1 && views >= 1, function,
          ": the geometry's extents (u, v, view) ", Extents<3>{{detector[0], detector[1], views}},
          " must be at least 1");
  expects(detector.count() <= std::numeric_limits<int>::max(), function,
          ": the geometry's detector ", detector, " has more than 2^31 - 1 pixels");
  expects(Dimension == 3 || detector[1] == 1, function,
          ": the detector of a geometry of the plane has one row, not ", detector[1]);
}

/// The geometries of an operator: at least one, with pixels and views, fewer than 2^31 pixels in
/// each, and all of one size. Throws InvalidArgument.
template <class Geometry>
std::vector<Geometry> const& checked_geometries(std::vector<Geometry> const& geometries,
                                                char const* function) {
  expects(!geometries.empty(), function, ": there must be at least one geometry");
  Extents<2> const detector = geometries.front().detector_size();
  int const views = geometries.front().num_views();
  detail::of_sample(0, geometries.size(),
                    [&] { check_scan<dimension_v<Geometry>>(function, detector, views); });
  for (std::size_t n = 1; n < geometries.size(); ++n) {
    Geometry const& geometry = geometries[n];
    expects(geometry.detector_size() == detector && geometry.num_views() == views, function,
            ": all geometries must have ", views, " views of ", detector,
            " pixels, as that of sample 0, but that of sample ", n, " has ", geometry.num_views(),
            " of ", geometry.detector_size());
  }
  return geometries;
}

/// (u, v, view)
template <class Geometry>
Extents<3> scan_extents(Geometry const& geometry) {
  Extents<2> const detector = geometry.detector_size();
  return {detector[0], detector[1], geometry.num_views()};
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

}  // namespace pyronn::detail
