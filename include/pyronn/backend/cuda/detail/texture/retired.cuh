// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Textures outlive what reads through them, and nobody waits for it: what a cache gives up is kept
/// until the kernels before are done, and for a graph as long as the graph lives.
#include <list>
#include <memory>
#include <mutex>

#include <cuda_runtime_api.h>

#include <pyronn/backend/cuda/detail/event.cuh>
#include <pyronn/backend/cuda/detail/texture/stack.cuh>
#include <pyronn/backend/cuda/error.cuh>

namespace pyronn::detail {

using SharedTextures = std::shared_ptr<TextureStack const>;

/// Textures and what reads through them.
struct TexturesInUse {
  SharedTextures textures;
  Event last_use{};                ///< recorded when a cache gives them up
  unsigned long long capture = 0;  ///< the last capture with a graph that holds them
  bool is_read_outside_graphs = false;

  explicit TexturesInUse(DeviceImages const& images)
      : textures{std::make_shared<TextureStack const>(images)} {}
};

/// Textures that no cache holds any more, of all streams and threads.
class RetiredTextures {
 public:
  /// It is never destroyed: graphs may release textures later than statics are destroyed.
  static RetiredTextures& instance() {
    static auto* const retired = new RetiredTextures;
    return *retired;
  }

  /// Takes over what one element of `from` holds, until the work that is queued on the stream by
  /// now is done; to the end of the program where CUDA cannot tell, as the stream is being
  /// captured.
  void retire(std::list<TexturesInUse>& from, std::list<TexturesInUse>::iterator at,
              cudaStream_t stream) noexcept {
    if (!at->is_read_outside_graphs) {
      from.erase(at);
      return;
    }
    cudaStreamCaptureStatus status = cudaStreamCaptureStatusNone;
    bool const can_tell = cudaStreamIsCapturing(stream, &status) == cudaSuccess &&
                          status == cudaStreamCaptureStatusNone &&
                          cudaEventRecord(at->last_use.get(), stream) == cudaSuccess;
    std::lock_guard<std::mutex> const lock{mutex_};
    std::list<TexturesInUse>& to = can_tell ? retired_ : kept_;
    to.splice(to.end(), from, at);
  }

  /// Keeps textures as long as a graph that is being captured, its clones and executables; to the
  /// end of the program where CUDA does not say when that is.
  void keep_for_graph(SharedTextures const& textures, cudaGraph_t graph) {
    auto held = std::make_unique<HeldByGraph>(HeldByGraph{{textures}, this});
    RelaxedCaptureMode const relaxed;
    cudaUserObject_t object = nullptr;
    cudaError_t const code =
        cudaUserObjectCreate(&object, held.get(), release_held, 1, cudaUserObjectNoDestructorSync);
    static_cast<void>(held.release());
    if (code != cudaSuccess ||
        cudaGraphRetainUserObject(graph, object, 1, cudaGraphUserObjectMove) != cudaSuccess) {
      static_cast<void>(cudaGetLastError());
    }
  }

  /// Destroys what nothing reads through any more.
  void sweep() {
    std::list<TexturesInUse> retired;
    std::list<SharedTextures> released;
    {
      std::lock_guard<std::mutex> const lock{mutex_};
      retired.swap(retired_);
      released.swap(released_);
    }
    RelaxedCaptureMode const relaxed;
    while (!retired.empty() && cudaEventQuery(retired.front().last_use.get()) == cudaSuccess) {
      retired.pop_front();
    }
    if (retired.empty()) return;
    static_cast<void>(cudaGetLastError());  // that the event is not ready
    std::lock_guard<std::mutex> const lock{mutex_};
    retired_.splice(retired_.begin(), retired);
  }

 private:
  struct HeldByGraph {
    std::list<SharedTextures> textures;
    RetiredTextures* retired;
  };

  /// Called by CUDA, which must not be called from here; nothing is allocated.
  static void release_held(void* data) noexcept {
    std::unique_ptr<HeldByGraph> const held{static_cast<HeldByGraph*>(data)};
    std::lock_guard<std::mutex> const lock{held->retired->mutex_};
    auto& released = held->retired->released_;
    released.splice(released.end(), held->textures);
  }

  std::mutex mutex_;
  std::list<TexturesInUse> retired_;    ///< in the order in which they were retired
  std::list<TexturesInUse> kept_;       ///< to the end of the program
  std::list<SharedTextures> released_;  ///< by graphs
};

}  // namespace pyronn::detail
