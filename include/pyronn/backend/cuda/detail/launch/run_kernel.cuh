// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// How kernels (exec/kernel.hpp) are launched: the library's only __global__ function.
#include <pyronn/backend/cuda/require_cuda.cuh>
//
#include <utility>

#include <cuda_runtime_api.h>

#include <pyronn/core/detail/detected.hpp>
#include <pyronn/core/extents.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/exec/kernel.hpp>

// Kernels and launchers have hidden visibility, and the architectures that they are compiled for
// are template arguments: two libraries, or two translation units that are built for different
// GPUs, must never share one. A pragma does it, as with an attribute nvcc warns about geometries
// from unnamed namespaces.
#pragma GCC visibility push(hidden)

namespace pyronn::detail {

template <int... Architectures>
struct ArchitectureList {};
using CompiledArchitectures = ArchitectureList<__CUDA_ARCH_LIST__>;

/// True where all architectures that are compiled for have the tensor-core instructions used here.
template <class Architectures>
inline constexpr bool has_tensor_cores_v = false;
template <int... Architectures>
inline constexpr bool has_tensor_cores_v<ArchitectureList<Architectures...>> =
    ((Architectures >= 800) && ...);

/// How many blocks CUDA allows along the second and the third axis of a grid.
inline constexpr int max_grid_blocks = 65535;

/// The items of one launch. A call with more items than a grid has blocks for is several launches,
/// which begin at different items along the second and the third axis.
struct LaunchItems {
  Extents<3> all;  ///< the items of the whole call
  int first_y;     ///< the launch's first item along the second axis
  int first_z;     ///< the launch's first item along the third axis
};

/// The item of a thread, counted from the launch's first item. Blocks, and warps in a block, are
/// compact in (x, y). For blocks that are one item deep z does not depend on the thread, so that
/// the compiler knows that all threads of a block index the same view or sample.
template <class Block>
__device__ Vec<int, 3> item_of_thread(unsigned thread) {
  constexpr int warp_y = 32 / Block::warp_x;
  constexpr int warps_x = Block::x / Block::warp_x;
  constexpr int warps_y = Block::y / warp_y;
  static_assert(warps_x * Block::warp_x == Block::x && warps_y * warp_y == Block::y,
                "Warps must fill a block.");
  auto const lane = static_cast<int>(thread % 32);
  auto const warp = static_cast<int>(thread / 32);
  auto const block_x = static_cast<int>(blockIdx.x) / Block::z_swizzle;
  auto const block_z =
      static_cast<int>(blockIdx.z * Block::z_swizzle + blockIdx.x % Block::z_swizzle);
  return {block_x * Block::x + warp % warps_x * Block::warp_x + lane % Block::warp_x,
          static_cast<int>(blockIdx.y) * Block::y + warp / warps_x % warps_y * warp_y +
              lane / Block::warp_x,
          block_z * Block::z + (Block::z == 1 ? 0 : warp / (warps_x * warps_y))};
}

template <class Block>
inline constexpr unsigned items_of_block_v = Block::x* Block::y* Block::z;
template <class Block>
inline constexpr unsigned threads_v = items_of_block_v<Block>* Block::split;

/// Adds the sums of all parts of a block, in the order of the parts, to the sums of part 0.
template <class Block, class Number, int M, int N>
__device__ void add_up(Number (&sums)[M][N], unsigned thread, int part) {
  __shared__ Number others[Block::split - 1][M][N][items_of_block_v<Block>];
  for (int m = 0; m < M; ++m) {
    for (int n = 0; n < N; ++n) {
      if (part > 0) others[part - 1][m][n][thread] = sums[m][n];
    }
  }
  __syncthreads();
  if (part > 0) return;
  for (auto const& other : others) {
    for (int m = 0; m < M; ++m) {
      for (int n = 0; n < N; ++n) sums[m][n] += other[m][n][thread];
    }
  }
}

/// Bytes of shared memory that a kernel's member `shared_bytes()` asks for, at most
/// CudaExecutor::max_shared_bytes().
template <class Kernel>
using SharedBytes = decltype(std::declval<Kernel const&>().shared_bytes());

/// The library's only __global__ function: one thread an item, or `split` of them.
template <class Kernel, class Architectures>
__global__ void __launch_bounds__(threads_v<typename Kernel::Block>,
                                  Kernel::Block::min_blocks_per_sm)
    run_kernel(__grid_constant__ Kernel const kernel, LaunchItems items) {
  using Block = typename Kernel::Block;
  unsigned const thread = threadIdx.x % items_of_block_v<Block>;
  Vec<int, 3> const item =
      item_of_thread<Block>(thread) + Vec<int, 3>{0, items.first_y, items.first_z};
  bool const exists = item[0] < items.all[0] && item[1] < items.all[1] && item[2] < items.all[2];
  if constexpr (Block::split == 1) {
    if (exists) kernel(item);
  } else {
    // Read from one lane, so that the compiler knows that the whole warp has the same part.
    int const part =
        __shfl_sync(0xffffffffU, static_cast<int>(threadIdx.x / items_of_block_v<Block>), 0);
    typename Kernel::Sums sums = {};
    if (exists && part == 0) kernel.begin(item, sums);
    if (exists) kernel.add_part(item, part, sums);
    add_up<Block>(sums, thread, part);
    if (exists && part == 0) kernel.write(item, sums);
  }
}

}  // namespace pyronn::detail

#pragma GCC visibility pop
