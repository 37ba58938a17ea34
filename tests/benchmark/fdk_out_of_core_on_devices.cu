// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

// Times FDK of arrays of the host on several CUDA devices at once, each with limits, beside one:
//   fdk_out_of_core_on_devices arrays [SIZE] [DEVICES] [GIB]
//   fdk_out_of_core_on_devices functions [SIZE] [VIEWS] [PIXELS] [DEVICES] [GIB]
// `arrays` are page-locked, SIZE^3 voxels and as many views of SIZE^2 pixels, and results of one
// device and of all are compared. With `functions` all devices make SIZE^3 voxels of 16 bits of
// VIEWS views of PIXELS^2, which are those of some balls; nothing is kept, so that neither has to
// fit into the host's memory. GIB is of each device.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <iostream>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <cuda_runtime.h>

#include <pyronn/backend/cuda/page_locked_memory.cuh>
#include <pyronn/cuda.cuh>
#include <pyronn/distributed/streamed_group.hpp>
#include <pyronn/exec/detail/run_on_threads.hpp>

#include "balls.hpp"
#include "device_executors.cuh"

namespace {

using pyronn::ConeBeam;
using pyronn::CudaExecutor;
using pyronn::Extents;
using pyronn::Grid;
using pyronn::Half;
using pyronn::HostBlock;
using Fdk = pyronn::Fdk<ConeBeam, pyronn::SoftwareInterp>;
using Array = pyronn::ArrayView<float, 3>;

template <class Work>
void on_all_threads(std::int64_t count, Work const& work) {
  int const threads = static_cast<int>(std::thread::hardware_concurrency());
  pyronn::detail::for_each_on_threads(threads, static_cast<std::size_t>(count),
                                      [&](std::size_t n) { work(static_cast<int>(n)); });
}

template <class Work>
double seconds(Work const& work) {
  auto const begin = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

/// A number of some bits at some place; sums of these do not depend on their order.
template <class T>
std::uint64_t bits_of(T const* values, std::int64_t count, std::uint64_t place) {
  std::uint64_t sum = 0;
  for (std::int64_t n = 0; n < count; ++n) {
    std::uint32_t bits = 0;
    std::memcpy(&bits, values + n, sizeof(T));
    sum = sum * 6364136223846793005U + bits;
  }
  return sum * (2 * place + 1);
}

Grid cube(int size) {
  return Grid::centered({size, size, size}, {256.0 / size, 256.0 / size, 256.0 / size});
}
ConeBeam circle(int views, int pixels) {
  return ConeBeam::circular({785, 1200, pyronn::equal_angles(views)},
                            {{pixels, pixels}, {560.0 / pixels, 560.0 / pixels}});
}

struct HostArray {
  explicit HostArray(Extents<3> extents)
      : memory{static_cast<std::size_t>(extents.count()) * sizeof(float)},
        view{static_cast<float*>(memory.data()), extents} {}
  pyronn::PageLockedMemory memory;
  Array view;
};

/// Prints what each device is going to do, when it has its memory, and returns the forecast [s].
template <class Group>
double planned_seconds(Group& group, typename Group::Input const& input,
                       typename Group::Output const& output) {
  double longest = 0;
  for (auto const& plan : group.plan(input, output, group.measure_rates(input, output))) {
    std::cout << plan << std::endl;
    longest = std::max(longest, plan.seconds);
  }
  return longest;
}

/// Numbers between 0 and 1 that no two neighbours share.
void fill(Array array) {
  on_all_threads(array.extents[2], [&](int n) {
    auto const slice = array.slices(n, 1);
    auto state = static_cast<unsigned>(n) * 2654435761U + 1;
    for (std::int64_t i = 0; i < slice.count(); ++i) {
      state = state * 1664525U + 1013904223U;
      slice.data[i] = static_cast<float>(state >> 8) * 0x1p-24F;
    }
  });
}

std::uint64_t bits_of(Array array) {
  std::atomic<std::uint64_t> sum{0};
  on_all_threads(array.extents[2], [&](int n) {
    auto const slice = array.slices(n, 1);
    sum += bits_of(slice.data, slice.count(), static_cast<std::uint64_t>(n));
  });
  return sum;
}

/// How long a call took [s], and the bits of its output.
struct Timed {
  double seconds;
  std::uint64_t bits;
};

Timed timed(std::vector<CudaExecutor> const& executors, Fdk const& fdk,
            pyronn::StreamLimits const& limits, Array input, Array output) {
  pyronn::StreamedGroup group{executors, fdk, limits};
  double const forecast = planned_seconds(group, input, output);
  std::memset(output.data, 0, std::size_t{1} << 20);
  double const time = seconds([&] { group(input, output); });
  Timed const result{time, bits_of(output)};
  std::printf("%d device(s): %.3f s, forecast %.3f s, bits %016llx\n", group.size(), time, forecast,
              static_cast<unsigned long long>(result.bits));
  return result;
}

void time_arrays(int size, int devices, pyronn::StreamLimits const& limits) {
  std::printf("FDK, %d^3 voxels from %d views of %d^2, page-locked\n", size, size, size);
  Fdk const fdk{circle(size, size), cube(size)};
  HostArray const input{{size, size, size}};
  HostArray const output{{size, size, size}};
  fill(input.view);
  benchmark::DeviceExecutors const one{1};
  Timed const of_one = timed(one.get(), fdk, limits, input.view, output.view);
  benchmark::DeviceExecutors const all{devices};
  Timed const of_all = timed(all.get(), fdk, limits, input.view, output.view);
  std::printf("%.3f times as fast, %s\n", of_one.seconds / of_all.seconds,
              of_one.bits == of_all.bits ? "bits equal" : "BITS DIFFER");
}

/// What becomes of the volume: its bits, and how far every 16th voxel is from the balls.
class Judge {
 public:
  Judge(Grid const& grid, benchmark::Balls const& balls) : grid_{grid}, balls_{balls} {}

  void take(HostBlock const& block, Half const* values) {
    std::int64_t const row = grid_.size[0];
    on_all_threads(std::int64_t{block.num_planes} * grid_.size[1], [&](int n) {
      int const z = block.first_plane + n / grid_.size[1];
      int const y = n % grid_.size[1];
      Half const* const from = values + n * row;
      bits_ += bits_of(from, row,
                       static_cast<std::uint64_t>(z) * 65536U + static_cast<std::uint64_t>(y));
      if (y % 16 != 0 || z % 16 != 0) return;
      double error = 0;
      double square = 0;
      for (int x = 0; x < grid_.size[0]; x += 16) {
        double const truth = balls_.at(grid_.to_world({double(x), double(y), double(z)}));
        double const found = static_cast<float>(from[x]);
        error += (found - truth) * (found - truth);
        square += truth * truth;
      }
      std::lock_guard<std::mutex> const lock{adding_};
      error_ += error;
      square_ += square;
      ++rows_;
    });
  }

  [[nodiscard]] std::uint64_t bits() const { return bits_; }
  [[nodiscard]] double relative_error() const { return std::sqrt(error_ / square_); }
  [[nodiscard]] int rows() const { return rows_; }

 private:
  Grid grid_;
  benchmark::Balls balls_;
  std::atomic<std::uint64_t> bits_{0};
  std::mutex adding_;
  double error_ = 0;
  double square_ = 0;
  int rows_ = 0;
};

/// A call through functions, and how long these took [s].
class Functions {
 public:
  Functions(ConeBeam const& scan, Grid const& grid) : scan_{scan}, grid_{grid} { begin(); }

  /// From here on what is read and written counts.
  void begin() {
    judge_ = std::make_unique<Judge>(grid_, balls_);
    reading_ = judging_ = 0;
    read_ = 0;
  }

  [[nodiscard]] pyronn::HostInput<float> input() {
    return {scan_.extents(), [this](HostBlock const& block, float* out) {
              int const columns = scan_.detector_size()[0];
              std::int64_t const rows = std::int64_t{block.num_planes} * block.num_rows;
              reading_ += seconds([&] {
                on_all_threads(rows, [&](int n) {
                  balls_.row_of_view(scan_, block.first_plane + n / block.num_rows,
                                     block.first_row + n % block.num_rows,
                                     out + std::int64_t{n} * columns);
                });
              });
              read_ += rows * columns * 4;
            }};
  }
  [[nodiscard]] pyronn::HostOutput<Half> output() {
    return {grid_.size, [this](HostBlock const& block, Half const* values) {
              judging_ += seconds([&] { judge_->take(block, values); });
            }};
  }

  void print() const {
    std::printf(
        "making %.1f GB of views took %.1f s of them, looking at slices %.1f s\n"
        "relative error %.4f of %d rows, bits %016llx\n",
        static_cast<double>(read_) * 1e-9, reading_, judging_, judge_->relative_error(),
        judge_->rows(), static_cast<unsigned long long>(judge_->bits()));
  }

 private:
  ConeBeam scan_;
  Grid grid_;
  benchmark::Balls balls_;
  std::unique_ptr<Judge> judge_;
  double reading_ = 0;
  double judging_ = 0;
  std::int64_t read_ = 0;
};

void time_functions(int size, int views, int pixels, int devices,
                    pyronn::StreamLimits const& limits) {
  std::printf("FDK, %d^3 voxels of 16 bits from %d views of %d^2, through functions\n", size, views,
              pixels);
  Fdk const fdk{circle(views, pixels), cube(size)};
  Functions functions{fdk.geometry(), fdk.grid()};
  auto const input = functions.input();
  auto const output = functions.output();
  benchmark::DeviceExecutors const all{devices};
  pyronn::StreamedGroup<Fdk, CudaExecutor, float, Half> group{all.get(), fdk, limits};
  double const forecast = planned_seconds(group, input, output);
  functions.begin();
  double const time = seconds([&] { group(input, output); });
  std::printf("%d device(s): %.3f s, forecast %.3f s\n", group.size(), time, forecast);
  functions.print();
}

}  // namespace

int main(int argc, char** argv) {
  try {
    std::setvbuf(stdout, nullptr, _IOLBF, 0);
    std::string const kind = argc > 1 ? argv[1] : "arrays";
    auto const number = [&](int n, double otherwise) {
      return argc > n ? std::atof(argv[n]) : otherwise;
    };
    auto const limits = [](double gib) {
      return pyronn::StreamLimits{static_cast<std::size_t>(gib * (1 << 30)), std::size_t{4} << 30};
    };
    int devices = 0;
    pyronn::check_cuda(cudaGetDeviceCount(&devices), "cudaGetDeviceCount");
    auto const whole = [&](int n, int otherwise) { return static_cast<int>(number(n, otherwise)); };
    if (kind == "arrays") {
      time_arrays(whole(2, 2048), whole(3, devices), limits(number(4, 16)));
    } else {
      time_functions(whole(2, 4096), whole(3, 4096), whole(4, 2048), whole(5, devices),
                     limits(number(6, 100)));
    }
  } catch (std::exception const& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
  return 0;
}
