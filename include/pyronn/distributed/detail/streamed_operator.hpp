// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// What a streamed call must know of an operator: its arrays, and what parts of one of them need of
/// the other.
#include <algorithm>
#include <type_traits>

#include <pyronn/core/array_view.hpp>
#include <pyronn/core/extents.hpp>
#include <pyronn/core/grid.hpp>
#include <pyronn/exec/buffer.hpp>
#include <pyronn/exec/vector_operations.hpp>
#include <pyronn/geometry/cone_beam.hpp>
#include <pyronn/geometry/detector_part.hpp>
#include <pyronn/geometry/parallel_beam_3d.hpp>
#include <pyronn/geometry/shadow.hpp>
#include <pyronn/model/joseph.hpp>
#include <pyronn/model/ray_march.hpp>
#include <pyronn/model/siddon.hpp>
#include <pyronn/model/voxel_driven.hpp>
#include <pyronn/operators/backprojector.hpp>
#include <pyronn/operators/part.hpp>
#include <pyronn/operators/projector.hpp>
#include <pyronn/recon/fbp/fbp.hpp>

namespace pyronn::detail {

/// How far from a voxel a model's rays may pass that see it [voxels along each axis]; less than 0:
/// unknown.
template <class Model>
inline constexpr int reach_v = -1;
template <class DepthWeight>
inline constexpr int reach_v<WeightedVoxelDriven<DepthWeight>> = 0;
template <>
inline constexpr int reach_v<Joseph> = 1;
template <>
inline constexpr int reach_v<Siddon> = 1;
template <>
inline constexpr int reach_v<RayMarch> = 1;

/// The grid of a slab's voxels and those within `reach` of them.
inline Grid grid_around(Grid grid, Slab const& slab, int reach) {
  grid.size[2] = slab.num_slices;
  grid.origin[2] += slab.first_slice * grid.spacing[2];
  for (int axis = 0; axis < 3; ++axis) {
    grid.size[axis] += 2 * reach;
    grid.origin[axis] -= reach * grid.spacing[axis];
  }
  return grid;
}

/// The rows that a slab needs in some view, in pairs, as rows are filtered; all where corners of
/// the slab do not bound its shadow.
template <class Geometry>
DetectorRows rows_of_slab(Geometry const& geometry, Grid const& grid, Slab const& slab, int reach) {
  int const all = geometry.detector_size()[1];
  if (reach < 0) return {0, all};
  DetectorRows const rows = shadow_rows(geometry, grid_around(grid, slab, reach));
  int const first = rows.first / 2 * 2;
  int const end = (rows.first + rows.count + 1) / 2 * 2;
  return {first, std::max(1, std::min(all, end) - first)};
}

/// The arrays of an operator of space whose geometry has one sample.
template <class Operator>
struct ArraysOfOperator {
  static Extents<3> volume(Operator const& op) { return op.grid().template extents<3>(); }
  static Extents<3> projections(Operator const& op) {
    Extents<2> const detector = op.geometry().detector_size();
    return {detector[0], detector[1], op.geometry().num_views()};
  }
};

/// Of operators whose output is a volume, from views.
template <class Operator, int Reach>
struct VolumeMaker : ArraysOfOperator<Operator> {
  static constexpr bool makes_volume = true;
  static constexpr bool has_bands = false;
  /// Whether it works on the rows alone that a slab needs.
  static constexpr bool leaves_rows_out = false;
  /// Whether it reads float alone.
  static constexpr bool reads_float = false;

  static DetectorRows input_rows(Operator const& op, Slab const& slab) {
    return rows_of_slab(op.geometry(), op.grid(), slab, Reach);
  }
};

/// What is known of an operator: whether it makes a volume, of views, or views, of a volume.
template <class Operator>
struct StreamedOperator {
  static_assert(is_never_v<Operator>,
                "Streamed takes a Projector, a Backprojector or an Fbp of space.");
};

/// Geometries of which rows alone make a scan, whose rays see known slices.
template <class Geometry>
inline constexpr bool has_bands_v =
    std::is_same_v<Geometry, ConeBeam> || std::is_same_v<Geometry, ParallelBeam3D>;

template <class Geometry, class Interp, class Model>
struct StreamedOperator<Projector<Geometry, Interp, Model>>
    : ArraysOfOperator<Projector<Geometry, Interp, Model>> {
  using Operator = Projector<Geometry, Interp, Model>;
  static constexpr bool makes_volume = false;
  static constexpr bool leaves_rows_out = false;
  static constexpr bool reads_float = false;

  /// Whether its output may be cut into bands of rows.
  static constexpr bool has_bands = has_bands_v<Geometry> && reach_v<Model> >= 0;

  static Operator of_rows(Operator const& op, DetectorRows const& rows) {
    return {pyronn::rows_of(op.geometry(), rows.first, rows.count), op.grid(), op.model()};
  }
  /// The slices of which rows are made, at least one.
  static Slab slices_of(Operator const& op, DetectorRows rows) {
    rows = {rows.first - 1,
            rows.count + 2};  // voxels that are seen between two rows count for both
    GridSlices const seen = seen_slices(op.geometry(), op.grid(), rows);
    return {std::min(seen.first, op.grid().size[2] - 1), std::max(1, seen.count)};
  }
};

template <class Geometry, class Interp, class Model>
struct StreamedOperator<Backprojector<Geometry, Interp, Model>>
    : VolumeMaker<Backprojector<Geometry, Interp, Model>, reach_v<Model>> {};

template <class Geometry, class Interp>
struct StreamedOperator<Fbp<Geometry, Interp>>
    : VolumeMaker<Fbp<Geometry, Interp>, reach_v<VoxelDriven>> {
  static constexpr bool leaves_rows_out = true;
  static constexpr bool reads_float = true;
};

/// An input as an operator reads it: in a buffer, if that is of another type.
template <class Executor, class In, class Read>
ArrayView<Read const, 3> readable(Executor const& executor, ArrayView<In const, 3> input,
                                  Buffer<Read, Executor> const& wide) {
  if constexpr (std::is_same_v<In, Read>) {
    return input;
  } else {
    ArrayView<Read, 3> const result = wide.view(input.extents);
    copy(executor, input, result);
    return read_only(result);
  }
}

}  // namespace pyronn::detail
