// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Tilings: how kernels distribute voxels and pixels over items and blocks of threads.
#include <pyronn/core/config.hpp>
#include <pyronn/exec/kernel.hpp>

namespace pyronn::detail {

/// The voxels that one item accumulates: `X` x `Y` x `Z` of them, in runs along `Axis`. The voxels
/// of a run share intermediate results.
template <int Axis, int X, int Y, int Z, class Block_ = BlockShape<32, 4, 1>>
struct VoxelTile {
  using Block = Block_;
  static constexpr int axis = Axis;
  static constexpr int run = Axis == 0 ? X : (Axis == 1 ? Y : Z);
  static constexpr int runs = X * Y * Z / run;

  PYRONN_HOST_DEVICE static constexpr int size(int along) {
    return along == 0 ? X : (along == 1 ? Y : Z);
  }
};

/// The tile that suits a policy on a backend, in space (3) or in the plane (2). The one for cores
/// has runs along x, which vectorise, and is small enough for its footprint on the detector to stay
/// in the cache.
template <class Interp, class Executor, int Dimension>
struct VoxelTiling {
  using Tile = VoxelTile<0, 32, 8, 8>;
  /// The tile for views that are not projective.
  using GeneralTile = Tile;
  /// Whether kernels for special views are faster: for z-aligned views, in which all voxels of a
  /// column project onto one detector column, and for views of the plane.
  static constexpr bool prefers_special_views = false;
};

/// How the pixels of a forward projection are distributed over blocks of threads, in space (3) or
/// in the plane (2).
template <class Interp, class Executor, int Dimension>
struct PixelTiling {
  using Block = BlockShape<32, 4, 1>;
  /// Whether neighbouring rays begin at different slices where the elements of neighbouring slices
  /// perpendicular to x are neighbours in memory. If rows are a power of two long, rays that all
  /// began at one slice would read from the same memory bank.
  static constexpr bool staggers = false;
};

}  // namespace pyronn::detail
