// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// CpuExecutor, and with it the fast paths of the CPU backend; its row filter is in
/// <pyronn/cpu.hpp>.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <new>
#include <thread>

#include <pyronn/backend/cpu/detail/bricks/backproject.hpp>
#include <pyronn/backend/cpu/detail/bricks/project.hpp>
#include <pyronn/backend/cpu/detail/columns/backproject.hpp>
#include <pyronn/backend/cpu/detail/columns/transpose.hpp>
#include <pyronn/backend/cpu/detail/paths.hpp>
#include <pyronn/backend/cpu/detail/rows/backproject.hpp>
#include <pyronn/backend/cpu/detail/sheared/project.hpp>
#include <pyronn/core/error.hpp>
#include <pyronn/core/extents.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/exec/backend.hpp>
#include <pyronn/exec/detail/run_on_threads.hpp>

namespace pyronn {

/// The backend of the host's cores.
struct CpuBackend {};

/// Runs kernels on the host's cores. Every call returns when its work is done, and results do not
/// depend on the number of threads.
///
/// An executor holds only a number and is cheap to copy. It keeps no threads: every for_each starts
/// its own and joins them before it returns, which costs some tens of microseconds a thread. One
/// executor may be used from several threads at the same time; each call then starts threads of its
/// own, so give such executors fewer threads. A Workspace serves one call at a time.
class CpuExecutor {
 public:
  /// The backend whose fast paths it has.
  using Backend = CpuBackend;
  /// What a workspace keeps between calls: nothing.
  struct Cache {};

  /// An executor with one thread for each core.
  CpuExecutor() : CpuExecutor(std::max(1, static_cast<int>(std::thread::hardware_concurrency()))) {}

  /// Throws InvalidArgument unless `threads` is at least 1.
  explicit CpuExecutor(int threads) : threads_{threads} {
    detail::expects(threads >= 1, "CpuExecutor: threads ", threads, " must be at least 1");
  }

  /// How many threads, the caller's included, share the work of a call.
  [[nodiscard]] int threads() const { return threads_; }

  /// Calls `kernel(item)` once for each item, in any order and from several threads, and returns
  /// when all items are done. Where a kernel throws, threads take no further items, and the
  /// first exception is rethrown to the caller once all threads have ended.
  template <class Kernel>
  void for_each(Extents<3> items, Kernel const& kernel) const {
    auto const run = [](Extents<3> of, std::int64_t first, std::int64_t end, void const* what) {
      run_items(of, first, end, *static_cast<Kernel const*>(what));
    };
    detail::run_on_threads(threads_, items, run, &kernel);
  }

  /// Host memory aligned to 64 bytes. Throws OutOfMemory.
  [[nodiscard]] void* allocate(std::size_t bytes) const {
    // The C++ library rounds sizes up to the alignment, beyond which the greatest begin again at 0.
    constexpr std::size_t most = std::numeric_limits<std::ptrdiff_t>::max();
    void* const memory = bytes > most ? nullptr : ::operator new(bytes, alignment, std::nothrow);
    if (memory == nullptr) {
      throw OutOfMemory(detail::message("pyronn::CpuExecutor: ", "cannot allocate ", bytes,
                                        " bytes of host memory"));
    }
    return memory;
  }

  /// Gives back memory that `allocate` returned.
  void deallocate(void* memory, std::size_t) const noexcept {
    ::operator delete(memory, alignment);
  }

  /// Throws InvalidArgument for a null pointer.
  void check_reachable(void const* memory, char const* what) const {
    detail::expects(memory != nullptr, what, ": the array is a null pointer");
  }

 private:
  static constexpr std::align_val_t alignment{64};

  template <class Kernel>
  static void run_items(Extents<3> items, std::int64_t first, std::int64_t end,
                        Kernel const& kernel) {
    std::int64_t const row = first / items[0];
    Vec<int, 3> item{static_cast<int>(first % items[0]), static_cast<int>(row % items[1]),
                     static_cast<int>(row / items[1])};
    for (std::int64_t n = first; n < end; ++n) {
      kernel(item);
      for (int axis = 0; ++item[axis] == items[axis] && axis < 2; ++axis) item[axis] = 0;
    }
  }

  int threads_;
};

}  // namespace pyronn
