// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

// Times streamed calls on the current CUDA device beside calls on arrays in its memory, and whether
// their results are the same. Arguments: SIZE of volume, views and detector rows (2048 unless
// given), the device limit in GiB (16 unless given), and what: "fdk" unless given, "pair" for
// projector and transpose, "forecast" for FDK beside its forecast alone.
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include <sys/mman.h>

#include <pyronn/backend/cuda/page_locked_memory.cuh>
#include <pyronn/cuda.cuh>
#include <pyronn/distributed/streamed.hpp>
#include <pyronn/exec/detail/run_on_threads.hpp>

namespace {

using pyronn::CudaExecutor;
using Cone = pyronn::ConeBeam;
using Interp = pyronn::SoftwareInterp;
using Array = pyronn::ArrayView<float, 3>;

int threads() { return static_cast<int>(std::thread::hardware_concurrency()); }

/// Memory of the host that is not page-locked, of pages that nothing has touched.
class PageableMemory {
 public:
  explicit PageableMemory(std::size_t bytes)
      : bytes_{bytes},
        data_{mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)} {
    if (data_ == MAP_FAILED) throw pyronn::OutOfMemory("no memory");
  }
  PageableMemory(PageableMemory&&) = delete;
  ~PageableMemory() { munmap(data_, bytes_); }
  [[nodiscard]] void* data() const { return data_; }

 private:
  std::size_t bytes_;
  void* data_;
};

template <class Memory>
struct HostArray {
  explicit HostArray(pyronn::Extents<3> extents)
      : memory{static_cast<std::size_t>(extents.count()) * sizeof(float)},
        view{static_cast<float*>(memory.data()), extents} {}
  Memory memory;
  Array view;
};

/// Calls `work(slice)` on all threads.
void for_each_slice(Array array, std::function<void(int)> const& work) {
  pyronn::detail::for_each_on_threads(threads(), static_cast<std::size_t>(array.extents[2]),
                                      [&](std::size_t n) { work(static_cast<int>(n)); });
}

/// Numbers between 0 and 1 that no two neighbours share.
void fill(Array array) {
  for_each_slice(array, [&](int n) {
    auto const slice = array.slices(n, 1);
    auto state = static_cast<unsigned>(n) * 2654435761U + 1;
    for (std::int64_t i = 0; i < slice.count(); ++i) {
      state = state * 1664525U + 1013904223U;
      slice.data[i] = static_cast<float>(state >> 8) * 0x1p-24F;
    }
  });
}

/// An order-independent number of an array's bits.
std::uint64_t bits_of(Array array) {
  std::atomic<std::uint64_t> sum{0};
  for_each_slice(array, [&](int n) {
    auto const slice = array.slices(n, 1);
    std::uint64_t of_slice = 0;
    for (std::int64_t i = 0; i < slice.count(); ++i) {
      std::uint32_t bits = 0;
      std::memcpy(&bits, slice.data + i, sizeof bits);
      of_slice = of_slice * 6364136223846793005U + bits;
    }
    sum += of_slice * static_cast<std::uint64_t>(2 * n + 1);
  });
  return sum;
}

double seconds(std::function<void()> const& work) {
  auto const begin = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

void print(std::string const& name, double time, std::uint64_t bits) {
  std::printf("%-44s %8.3f s  %016llx\n", name.c_str(), time,
              static_cast<unsigned long long>(bits));
  std::fflush(stdout);
}

template <class Op>
void in_core(CudaExecutor const& executor, std::string const& name, Op const& op, Array input,
             Array output) {
  pyronn::Buffer<float, CudaExecutor> from{executor, static_cast<std::size_t>(input.count())};
  pyronn::Buffer<float, CudaExecutor> to{executor, static_cast<std::size_t>(output.count())};
  auto const copy = [&](void* target, void const* source, std::int64_t count) {
    pyronn::check_cuda(cudaMemcpyAsync(target, source, static_cast<std::size_t>(count) * 4,
                                       cudaMemcpyDefault, executor.stream()),
                       "cudaMemcpyAsync");
  };
  auto const wait = [&] { pyronn::check_cuda(cudaStreamSynchronize(executor.stream()), "wait"); };
  copy(from.data(), input.data, input.count());
  pyronn::Workspace<CudaExecutor> workspace{
      executor, op.workspace_bytes(executor, from.view(input.extents), std::size_t{1} << 30)};
  auto const call = [&] {
    op(executor, pyronn::ArrayView<float const, 3>{from.data(), input.extents},
       to.view(output.extents), workspace);
    wait();
  };
  wait();
  double const first = seconds(call);
  double const time = first > 3 ? first : seconds(call);
  copy(output.data, to.data(), output.count());
  wait();
  print(name + ", in the device's memory", time, bits_of(output));
}

/// How long that took [s].
template <class Call>
double measure(std::string const& name, Call& call, Array input, Array output) {
  double const time = seconds([&] { call(input, output); });
  print(name, time, bits_of(output));
  return time;
}

/// A call that was made before, and what it takes by rates that are measured now.
template <class Call>
void measure_again(std::string const& name, Call& call, Array input, Array output) {
  pyronn::StreamRates rates;
  double const probe = seconds([&] { rates = call.measure_rates(input, output); });
  double const forecast = call.plan(input, output, rates).seconds;
  double const time = measure(name, call, input, output);
  std::printf("%-44s %8.3f s  %+.0f %%, by rates measured in %.2f s\n", "  forecast", forecast,
              100 * (forecast / time - 1), probe);
  std::cout << "  " << rates << std::endl;
}

template <class Op>
void streamed(CudaExecutor const& executor, std::string const& name, Op const& op,
              pyronn::StreamLimits const& limits, Array input, Array output) {
  pyronn::Streamed call{executor, op, limits};
  std::cout << call.plan(input, output) << std::endl;
  measure(name + ", first call", call, input, output);
  measure_again(name, call, input, output);
}

/// Page-locked arrays, and nothing in core.
template <class Op>
void forecast(CudaExecutor const& executor, std::string const& name, Op const& op,
              pyronn::StreamLimits const& limits, pyronn::Extents<3> from, pyronn::Extents<3> to) {
  HostArray<pyronn::PageLockedMemory> input{from};
  HostArray<pyronn::PageLockedMemory> output{to};
  fill(input.view);
  pyronn::Streamed call{executor, op, limits};
  std::cout << call.plan(input.view, output.view) << std::endl;
  measure_again(name, call, input.view, output.view);
}

template <class Op>
void compare(CudaExecutor const& executor, std::string const& name, Op const& op,
             pyronn::StreamLimits const& limits, pyronn::Extents<3> from, pyronn::Extents<3> to) {
  {
    HostArray<pyronn::PageLockedMemory> input{from};
    HostArray<pyronn::PageLockedMemory> output{to};
    fill(input.view);
    in_core(executor, name, op, input.view, output.view);
    std::memset(output.view.data, 0, 1 << 20);
    streamed(executor, name + ", registered", op, limits, input.view, output.view);
  }
  HostArray<PageableMemory> input{from};
  fill(input.view);
  HostArray<PageableMemory> output{to};
  pyronn::Streamed call{executor, op, limits};
  measure(name + ", fresh output", call, input.view, output.view);
  measure_again(name + ", pageable", call, input.view, output.view);
}

}  // namespace

int main(int argc, char** argv) {
  int const size = argc > 1 ? std::atoi(argv[1]) : 2048;
  double const gib = argc > 2 ? std::atof(argv[2]) : 16;
  std::string const what = argc > 3 ? argv[3] : "fdk";
  cudaStream_t stream = nullptr;
  pyronn::check_cuda(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking), "a stream");
  CudaExecutor const executor{stream};
  auto const grid =
      pyronn::Grid::centered({size, size, size}, {256.0 / size, 256.0 / size, 256.0 / size});
  Cone const scan = Cone::circular({785, 1200, pyronn::equal_angles(size)},
                                   {{size, size}, {560.0 / size, 560.0 / size}});
  pyronn::Extents<3> const projections{size, size, size};
  pyronn::StreamLimits const limits{static_cast<std::size_t>(gib * (1 << 30))};
  pyronn::Fbp<Cone, Interp> const fdk{scan, grid};
  if (what == "fdk") {
    compare(executor, "FDK", fdk, limits, projections, grid.size);
  } else if (what == "forecast") {
    forecast(executor, "FDK", fdk, limits, projections, grid.size);
  } else {
    pyronn::Projector<Cone, Interp> const forward{scan, grid};
    compare(executor, "projector", forward, limits, grid.size, projections);
    compare(executor, "transpose", forward.adjoint(), limits, projections, grid.size);
  }
  return 0;
}
