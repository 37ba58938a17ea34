// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// How voxels and pixels are cut for a GPU, unless a policy knows better.
#include <pyronn/exec/backend.hpp>
#include <pyronn/exec/kernel.hpp>
#include <pyronn/model/detail/tiling.hpp>

namespace pyronn::detail {

/// On a GPU: columns along z in registers, in warps and blocks compact in (x, y), whose shadow
/// stays in the first-level cache. Fewer than half of the threads that fit hide the loads' latency,
/// if each has registers for many loads at a time: 72, of blocks this small.
template <class Interp>
struct VoxelTiling<Interp, CudaBackend, 3> {
  struct Block : BlockShape<16, 8, 1> {
    static constexpr int warp_x = 8;
    static constexpr int min_blocks_per_sm = 7;
  };
  struct GeneralBlock : BlockShape<16, 16, 1> {
    static constexpr int warp_x = 8;
    static constexpr int min_blocks_per_sm = 4;
  };
  using Tile = VoxelTile<2, 1, 1, 16, Block>;
  using GeneralTile = VoxelTile<2, 1, 1, 8, GeneralBlock>;
  static constexpr bool prefers_special_views = true;
};

/// In the plane there is nothing along z to share, and few pixels to go round: a warp takes every
/// sixteenth view. Where views are large, a block whose warps all read the same one is faster.
template <class Interp>
struct VoxelTiling<Interp, CudaBackend, 2> {
  struct Block : BlockShape<16, 2, 1> {
    static constexpr int split = 16;
  };
  struct GeneralBlock : BlockShape<16, 16, 1> {
    static constexpr int warp_x = 8;
  };
  using Tile = VoxelTile<1, 1, 8, 1, Block>;
  using GeneralTile = VoxelTile<1, 1, 4, 1, GeneralBlock>;
  static constexpr bool prefers_special_views = true;
};

/// On a GPU: rays that are neighbours in both directions read the same cache lines.
template <class Interp>
struct PixelTiling<Interp, CudaBackend, 3> {
  struct Block : BlockShape<32, 8, 1> {
    static constexpr int warp_x = 8;
    static constexpr int min_blocks_per_sm = 5;
  };
  static constexpr bool staggers = true;
};

/// In the plane detectors have one row, and neighbouring views of the same rays run together.
template <class Interp>
struct PixelTiling<Interp, CudaBackend, 2> {
  using Block = BlockShape<32, 1, 4>;
  static constexpr bool staggers = true;
};

}  // namespace pyronn::detail
