// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pyronn/backend/cuda/require_cuda.cuh>
//
#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>

#include <cuda_runtime_api.h>

#include <pyronn/backend/cuda/detail/texture/cache.cuh>
#include <pyronn/backend/cuda/error.cuh>
#include <pyronn/backend/cuda/memory_resource.cuh>
#include <pyronn/core/detail/detected.hpp>
#include <pyronn/core/error.hpp>
#include <pyronn/core/extents.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/exec/kernel.hpp>
#include <pyronn/model/detail/tiling.hpp>

// Kernels and launchers are hidden and keyed on the architectures they are compiled for: two
// libraries, or two translation units built for different cards, must never share one. The pragma
// also takes geometries from unnamed namespaces, at which nvcc warns where an attribute stands.
#pragma GCC visibility push(hidden)

namespace pyronn {

namespace detail {

template <int... Architectures>
struct ArchitectureList {};
using CompiledArchitectures = ArchitectureList<__CUDA_ARCH_LIST__>;

/// True where everything that is compiled for has the matrix unit's instructions used here.
template <class Architectures>
inline constexpr bool has_tensor_cores_v = false;
template <int... Architectures>
inline constexpr bool has_tensor_cores_v<ArchitectureList<Architectures...>> =
    ((Architectures >= 800) && ...);

/// The item of a thread. Blocks and, within them, warps are compact in (x, y). Where a block is
/// one item deep the compiler is told so: all its threads then share what they index with z, views
/// and samples of a batch.
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

/// Adds up what the parts of a block have found, in their order, into the sums of part 0.
template <class Block, int M, int N>
__device__ void add_up(float (&sums)[M][N], unsigned thread, int part) {
  __shared__ float others[Block::split - 1][M][N][items_of_block_v<Block>];
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

/// The library's only __global__ function: one thread an item, or `parts` of them.
template <class Kernel, class Architectures>
__global__ void __launch_bounds__(threads_v<typename Kernel::Block>,
                                  Kernel::Block::min_blocks_per_sm)
    run_kernel(__grid_constant__ Kernel const kernel, Extents<3> items) {
  using Block = typename Kernel::Block;
  unsigned const thread = threadIdx.x % items_of_block_v<Block>;
  Vec<int, 3> const item = item_of_thread<Block>(thread);
  bool const exists = item[0] < items[0] && item[1] < items[1] && item[2] < items[2];
  if constexpr (Block::split == 1) {
    if (exists) kernel(item);
  } else {
    // From one lane, so that the compiler knows it to be the same for the whole warp.
    int const part =
        __shfl_sync(0xffffffffU, static_cast<int>(threadIdx.x / items_of_block_v<Block>), 0);
    typename Kernel::Sums sums = {};
    if (exists && part == 0) kernel.begin(item, sums);
    if (exists) kernel.add_part(item, part, sums);
    add_up<Block>(sums, thread, part);
    if (exists && part == 0) kernel.write(item, sums);
  }
}

}  // namespace detail

/// Runs kernels on a CUDA device, in the order of one stream. Calls return when their work is
/// queued; none synchronises. Work goes to the device that is current when a call is made, which
/// must be the stream's. Throws CudaError where CUDA refuses.
class CudaExecutor {
 public:
  struct Cache {
    detail::TextureCache textures;
  };
  static constexpr int warp_size = 32;

  /// Stream and memory resource belong to the caller and must outlive the executor.
  explicit CudaExecutor(cudaStream_t stream,
                        DeviceMemoryResource& memory = default_memory_resource())
      : stream_{stream}, memory_{&memory} {
    int device = 0;
    detail::check_cuda(cudaGetDevice(&device), "cudaGetDevice");
    auto const attribute = [device](cudaDeviceAttr name) {
      int value = 0;
      detail::check_cuda(cudaDeviceGetAttribute(&value, name, device), "cudaDeviceGetAttribute");
      return value;
    };
    limits_ = {static_cast<std::size_t>(attribute(cudaDevAttrTextureAlignment)),
               static_cast<std::size_t>(attribute(cudaDevAttrTexturePitchAlignment)),
               attribute(cudaDevAttrMaxTexture2DLinearWidth),
               attribute(cudaDevAttrMaxTexture2DLinearHeight),
               static_cast<std::size_t>(attribute(cudaDevAttrMaxTexture2DLinearPitch))};
    constexpr int declared_by_kernels = 1024;
    max_shared_bytes_ = static_cast<std::size_t>(
        attribute(cudaDevAttrMaxSharedMemoryPerBlockOptin) - declared_by_kernels);
  }
  /// The default stream orders itself against all others; nobody gets it by accident.
  explicit CudaExecutor(int) = delete;
  explicit CudaExecutor(std::nullptr_t) = delete;

  [[nodiscard]] cudaStream_t stream() const { return stream_; }

  /// What the device asks of textures on pitched memory.
  struct TextureLimits {
    std::size_t base_alignment;
    std::size_t pitch_alignment;
    int max_width;
    int max_height;
    std::size_t max_pitch;
  };
  [[nodiscard]] TextureLimits const& texture_limits() const { return limits_; }

  /// How much shared memory a block may have beyond what its kernel declares.
  [[nodiscard]] std::size_t max_shared_bytes() const { return max_shared_bytes_; }

  /// Queues `kernel(item)` for each item.
  template <class Kernel>
  void for_each(Extents<3> items, Kernel const& kernel) const {
    launch<Kernel, detail::CompiledArchitectures>(items, kernel);
  }

  /// Throws OutOfMemory, and InvalidArgument where the memory resource breaks its promise of
  /// alignment.
  [[nodiscard]] void* allocate(std::size_t bytes) const {
    void* const memory = memory_->allocate(bytes, stream_);
    if (reinterpret_cast<std::uintptr_t>(memory) % limits_.base_alignment != 0) {
      memory_->deallocate(memory, bytes, stream_);
      throw InvalidArgument(detail::message("pyronn::CudaExecutor: the memory resource returned ",
                                            memory, ", which is not a multiple of ",
                                            limits_.base_alignment));
    }
    return memory;
  }
  void deallocate(void* memory, std::size_t bytes) const noexcept {
    memory_->deallocate(memory, bytes, stream_);
  }

  /// Throws InvalidArgument for a null pointer and for memory that the device cannot read.
  void check_reachable(void const* memory, char const* what) const {
    detail::expects(memory != nullptr, what, ": the array is a null pointer");
    cudaPointerAttributes attributes{};
    detail::check_cuda(cudaPointerGetAttributes(&attributes, memory), "cudaPointerGetAttributes");
    detail::expects(attributes.devicePointer != nullptr, what, ": address ", memory,
                    " is not memory that the CUDA device can read; copy the array to the device");
  }

 private:
  template <class Kernel, class Architectures>
  void launch(Extents<3> items, Kernel const& kernel) const {
    using Block = typename Kernel::Block;
    static_assert(std::is_trivially_copyable_v<Kernel>, "A kernel travels by value.");
    static_assert(sizeof(Kernel) <= 32700, "A kernel's argument is limited to 32,764 bytes.");
    auto const blocks = [](int count, int per_block) {
      return static_cast<unsigned>((count + (per_block - 1)) / per_block);
    };
    dim3 const grid{blocks(items[0], Block::x) * Block::z_swizzle, blocks(items[1], Block::y),
                    blocks(items[2], Block::z * Block::z_swizzle)};
    detail::expects(grid.y <= 65535 && grid.z <= 65535, "CudaExecutor: ", items,
                    " items are more than one launch can hold");
    std::size_t shared_bytes = 0;
    if constexpr (detail::is_detected_v<detail::SharedBytes, Kernel>) {
      shared_bytes = kernel.shared_bytes();
      // The same for all calls, as it is the kernel's and not the launch's.
      if (shared_bytes > shared_bytes_without_asking) {
        detail::check_cuda(cudaFuncSetAttribute(detail::run_kernel<Kernel, Architectures>,
                                                cudaFuncAttributeMaxDynamicSharedMemorySize,
                                                static_cast<int>(max_shared_bytes_)),
                           "cudaFuncSetAttribute");
      }
    }
    detail::run_kernel<Kernel, Architectures>
        <<<grid, detail::threads_v<Block>, shared_bytes, stream_>>>(kernel, items);
    detail::check_cuda(cudaGetLastError(), "a kernel launch");
  }

  /// Less what kernels declare.
  static constexpr std::size_t shared_bytes_without_asking = std::size_t{47} << 10;

  cudaStream_t stream_;
  DeviceMemoryResource* memory_;
  TextureLimits limits_;
  std::size_t max_shared_bytes_;
};

/// On a GPU: columns along z in registers, in warps and blocks compact in (x, y), whose shadow
/// stays in the first-level cache. Fewer than half of the threads that fit hide the loads' latency,
/// if each has registers for many loads at a time: 72, of blocks this small.
template <class Interp>
struct VoxelTiling<Interp, CudaExecutor, 3> {
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
struct VoxelTiling<Interp, CudaExecutor, 2> {
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
struct PixelTiling<Interp, CudaExecutor, 3> {
  struct Block : BlockShape<32, 8, 1> {
    static constexpr int warp_x = 8;
    static constexpr int min_blocks_per_sm = 5;
  };
  static constexpr bool staggers = true;
};

/// In the plane detectors have one row, and neighbouring views of the same rays run together.
template <class Interp>
struct PixelTiling<Interp, CudaExecutor, 2> {
  using Block = BlockShape<32, 1, 4>;
  static constexpr bool staggers = true;
};

}  // namespace pyronn

#pragma GCC visibility pop
