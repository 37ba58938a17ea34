// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// How voxels and pixels are distributed over the threads of a GPU, for policies without tilings of
/// their own.
#include <type_traits>

#include <pyronn/exec/backend.hpp>
#include <pyronn/exec/kernel.hpp>
#include <pyronn/interp/traits.hpp>
#include <pyronn/model/detail/tiling.hpp>

namespace pyronn::detail {

/// How many blocks an SM should hold under a policy, where it is so many under one of float: a
/// double takes two registers.
template <class Interp>
constexpr int blocks_per_sm(int of_float) {
  return std::is_same_v<interp_number_t<Interp>, double> ? of_float / 2 : of_float;
}

/// A thread has a column of voxels along z, whose sums stay in registers; warps and blocks are
/// compact in (x, y), so that their footprint stays in the L1 cache. An SM holds fewer than half of
/// the threads that it could, but each has 72 registers, enough for many loads at a time, which
/// hides the loads' latency better.
template <class Interp>
struct VoxelTiling<Interp, CudaBackend, 3> {
  struct Block : BlockShape<16, 8, 1> {
    static constexpr int warp_x = 8;
    static constexpr int min_blocks_per_sm = blocks_per_sm<Interp>(7);
  };
  struct GeneralBlock : BlockShape<16, 16, 1> {
    static constexpr int warp_x = 8;
    static constexpr int min_blocks_per_sm = blocks_per_sm<Interp>(4);
  };
  using Tile = VoxelTile<2, 1, 1, 16, Block>;
  using GeneralTile = VoxelTile<2, 1, 1, 8, GeneralBlock>;
  static constexpr bool prefers_special_views = true;
};

/// Images have no columns along z and too few pixels to fill a GPU, so that 16 threads share an
/// item and each takes every sixteenth view. Views that are not projective are larger, and a block
/// whose warps all read the same view is faster.
struct CudaPlaneTiling {
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
template <class Interp>
struct VoxelTiling<Interp, CudaBackend, 2> : CudaPlaneTiling {};

/// Warps are compact on the detector, as rays that are neighbours in both directions read the same
/// cache lines.
template <class Interp>
struct PixelTiling<Interp, CudaBackend, 3> {
  struct Block : BlockShape<32, 8, 1> {
    static constexpr int warp_x = 8;
    static constexpr int min_blocks_per_sm = blocks_per_sm<Interp>(5);
  };
  static constexpr bool staggers = true;
};

/// In the plane detectors have one row, and a block has four neighbouring views of the same pixels.
template <class Interp>
struct PixelTiling<Interp, CudaBackend, 2> {
  using Block = BlockShape<32, 1, 4>;
  static constexpr bool staggers = true;
};

}  // namespace pyronn::detail
