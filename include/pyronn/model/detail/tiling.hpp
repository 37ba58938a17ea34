// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// How kernels cut their work.
#include <pyronn/core/config.hpp>
#include <pyronn/exec/kernel.hpp>

namespace pyronn::detail {

/// A block of voxels that one work item accumulates: `X` x `Y` x `Z`, in runs along `Axis` that
/// share what they can.
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

/// The tile that suits a policy on an executor, in space (3) or in the plane (2). On cores: runs
/// along x, which vectorise, in blocks whose shadow on the detector stays in the cache.
template <class Interp, class Executor, int Dimension>
struct VoxelTiling {
  using Tile = VoxelTile<0, 32, 8, 8>;
  /// For views that are no matrices.
  using GeneralTile = Tile;
  /// Whether kernels of their own pay for upright views, where a column of voxels shares its column
  /// on the detector, and for views of the plane.
  static constexpr bool prefers_special_views = false;
};

/// How the pixels of a forward projection are cut, in space (3) or in the plane (2).
template <class Interp, class Executor, int Dimension>
struct PixelTiling {
  using Block = BlockShape<32, 4, 1>;
  /// Whether neighbouring rays along x begin at different slices where those across x lie next to
  /// each other in memory: rows of a power of two would meet in one memory bank.
  static constexpr bool staggers = false;
};

}  // namespace pyronn::detail
