// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// CudaExecutor, and with it the whole CUDA backend: every fast path there is.
#include <pyronn/backend/cuda/require_cuda.cuh>
//
#include <cstddef>
#include <cstdint>
#include <limits>
#include <type_traits>

#include <cuda_runtime_api.h>

#include <pyronn/backend/cuda/block_slots.cuh>
#include <pyronn/backend/cuda/detail/cells/interior_slices.cuh>
#include <pyronn/backend/cuda/detail/cells/transposed_images.cuh>
#include <pyronn/backend/cuda/detail/fourier/row_filter.cuh>
#include <pyronn/backend/cuda/detail/launch/run_kernel.cuh>
#include <pyronn/backend/cuda/detail/launch/tiling.cuh>
#include <pyronn/backend/cuda/detail/paths.cuh>
#include <pyronn/backend/cuda/detail/texture/cache.cuh>
#include <pyronn/backend/cuda/detail/texture/planes.cuh>
#include <pyronn/backend/cuda/detail/texture/slices.cuh>
#include <pyronn/backend/cuda/error.cuh>
#include <pyronn/backend/cuda/exchange_slots.cuh>
#include <pyronn/backend/cuda/host_copy.cuh>
#include <pyronn/backend/cuda/memory_resource.cuh>
#include <pyronn/backend/cuda/repeat_while.cuh>
#include <pyronn/core/detail/detected.hpp>
#include <pyronn/core/error.hpp>
#include <pyronn/core/extents.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/exec/backend.hpp>
#include <pyronn/exec/detail/launch_table.hpp>

#pragma GCC visibility push(hidden)  // as kernels are, detail/launch/run_kernel.cuh

namespace pyronn {

/// CUDA devices.
struct CudaBackend {
  static constexpr int warp_size = 32;  ///< threads that run in step
};

/// Runs kernels on a CUDA device, in the order of one stream. Calls return when their work is
/// queued; none synchronises. Work goes to the device that is current when a call is made, which
/// must be the stream's. Throws CudaError where CUDA refuses.
class CudaExecutor {
 public:
  /// Whose fast paths it has.
  using Backend = CudaBackend;

  /// What a workspace keeps for it between calls; empty at first.
  struct Cache {
    detail::TextureCache textures;  ///< texture objects of arrays read before
  };

  /// Stream and memory resource belong to the caller and must outlive the executor.
  explicit CudaExecutor(cudaStream_t stream,
                        DeviceMemoryResource& memory = default_memory_resource())
      : stream_{stream}, memory_{&memory} {
    check_cuda(cudaGetDevice(&device_), "cudaGetDevice");
    auto const attribute = [this](cudaDeviceAttr name) {
      int value = 0;
      check_cuda(cudaDeviceGetAttribute(&value, name, device_), "cudaDeviceGetAttribute");
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
  /// Deleted, as the default stream waits for all others: it must be asked for by its handle.
  explicit CudaExecutor(int) = delete;
  explicit CudaExecutor(std::nullptr_t) = delete;

  /// The caller's stream, in whose order all work is done.
  [[nodiscard]] cudaStream_t stream() const { return stream_; }

  /// Makes the device current that was current when the executor was made, in a thread that is
  /// going to call it.
  void begin_thread() const { check_cuda(cudaSetDevice(device_), "cudaSetDevice"); }

  /// What the device asks of textures on pitched memory.
  struct TextureLimits {
    std::size_t base_alignment;   ///< of the first element [bytes]
    std::size_t pitch_alignment;  ///< of the distance between rows [bytes]
    int max_width;                ///< [elements]
    int max_height;               ///< [rows]
    std::size_t max_pitch;        ///< distance between rows [bytes]
  };
  /// Those of the device that was current when the executor was made.
  [[nodiscard]] TextureLimits const& texture_limits() const { return limits_; }

  /// Whether the stream's work is being captured into a graph.
  [[nodiscard]] bool is_capturing() const {
    cudaStreamCaptureStatus status = cudaStreamCaptureStatusNone;
    check_cuda(cudaStreamIsCapturing(stream_, &status), "cudaStreamIsCapturing");
    return status != cudaStreamCaptureStatusNone;
  }

  /// Whether work that is queued by the other executor runs in the order of this one's.
  [[nodiscard]] bool shares_order_with(CudaExecutor const& other) const {
    return stream_ == other.stream_;
  }

  /// How much shared memory a block may have beyond what its kernel declares.
  [[nodiscard]] std::size_t max_shared_bytes() const { return max_shared_bytes_; }

  /// Queues `kernel(item)` for each item, in one launch unless CUDA's grids hold too few blocks.
  /// Throws CudaError.
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
  /// Gives back what `allocate` returned, in the stream's order.
  void deallocate(void* memory, std::size_t bytes) const noexcept {
    memory_->deallocate(memory, bytes, stream_);
  }

  /// Throws InvalidArgument for a null pointer and for memory that the device cannot read.
  void check_reachable(void const* memory, char const* what) const {
    detail::expects(memory != nullptr, what, ": the array is a null pointer");
    void const* address = device_address(memory);
    if (address == nullptr) {
      // In a thread that no context is current in, as one in which gradients are computed, CUDA
      // knows no memory until the device is set.
      int device = 0;
      check_cuda(cudaGetDevice(&device), "cudaGetDevice");
      check_cuda(cudaSetDevice(device), "cudaSetDevice");
      address = device_address(memory);
    }
    detail::expects(address != nullptr, what, ": address ", memory,
                    " is not memory that the CUDA device can read; copy the array to the device");
  }

 private:
  /// Where the device reads memory; null: nowhere.
  static void const* device_address(void const* memory) {
    cudaPointerAttributes attributes{};
    check_cuda(cudaPointerGetAttributes(&attributes, memory), "cudaPointerGetAttributes");
    return attributes.devicePointer;
  }

  template <class Kernel, class Architectures>
  void launch(Extents<3> items, Kernel const& kernel) const {
    using Block = typename Kernel::Block;
    static_assert(std::is_trivially_copyable_v<Kernel>, "A kernel travels by value.");
    static_assert(sizeof(Kernel) + sizeof(detail::LaunchItems) <= detail::launch_argument_bytes,
                  "A kernel's argument is limited to 32,764 bytes.");
    std::size_t const shared_bytes = shared_bytes_of<Architectures>(kernel);
    // As many items at a time as a grid's axes hold blocks.
    constexpr int most_y = most_items(Block::y);
    constexpr int most_z = most_items(Block::z * Block::z_swizzle);
    auto const blocks = [](int count, int per_block) {
      return static_cast<unsigned>((count - 1) / per_block + 1);
    };
    for (std::int64_t z = 0; z < items[2]; z += most_z) {
      for (std::int64_t y = 0; y < items[1]; y += most_y) {
        detail::LaunchItems part{items, static_cast<int>(y), static_cast<int>(z)};
        dim3 const grid{blocks(items[0], Block::x) * Block::z_swizzle,
                        blocks(min(most_y, items[1] - part.first_y), Block::y),
                        blocks(min(most_z, items[2] - part.first_z), Block::z * Block::z_swizzle)};
        // Not by <<<>>>, which copies the kernel, of up to 32 KB, once more.
        void* arguments[] = {const_cast<Kernel*>(&kernel), &part};
        auto* const function = &detail::run_kernel<Kernel, Architectures>;
        check_cuda(
            cudaLaunchKernel(reinterpret_cast<void const*>(function), grid,
                             dim3{detail::threads_v<Block>}, arguments, shared_bytes, stream_),
            "a kernel launch");
      }
    }
  }

  /// A multiple of what a block holds.
  static constexpr int most_items(int per_block) {
    constexpr int largest = std::numeric_limits<int>::max();
    return min(detail::max_grid_blocks, largest / per_block) * per_block;
  }

  /// What a kernel asks for; where that is more than every kernel may have, CUDA is told.
  template <class Architectures, class Kernel>
  [[nodiscard]] std::size_t shared_bytes_of(Kernel const& kernel) const {
    if constexpr (detail::is_detected_v<detail::SharedBytes, Kernel>) {
      std::size_t const bytes = kernel.shared_bytes();
      if (bytes > shared_bytes_without_asking) {
        // The same for all calls, as it is the kernel's and not the launch's.
        check_cuda(cudaFuncSetAttribute(detail::run_kernel<Kernel, Architectures>,
                                        cudaFuncAttributeMaxDynamicSharedMemorySize,
                                        static_cast<int>(max_shared_bytes_)),
                   "cudaFuncSetAttribute");
      }
      return bytes;
    } else {
      static_cast<void>(kernel);
      return 0;
    }
  }

  /// Less what kernels declare.
  static constexpr std::size_t shared_bytes_without_asking = std::size_t{47} << 10;

  cudaStream_t stream_;
  DeviceMemoryResource* memory_;
  int device_ = 0;
  TextureLimits limits_{};
  std::size_t max_shared_bytes_;
};

}  // namespace pyronn

#pragma GCC visibility pop
