// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// How kernels cut their work.
#include <pyronn/core/config.hpp>

namespace pyronn {

/// Threads of a block along the three axes of a kernel's items, where an executor has blocks.
template <int X, int Y, int Z>
struct BlockShape {
  static constexpr int x = X;
  static constexpr int y = Y;
  static constexpr int z = Z;
};

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
};

}  // namespace pyronn
