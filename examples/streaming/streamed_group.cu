// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdio>
#include <vector>

#include <pyronn/backend/cuda/page_locked_memory.cuh>
#include <pyronn/cuda.cuh>
#include <pyronn/distributed/streamed_group.hpp>

int main() {
  using namespace pyronn;
  int devices = 0;
  if (cudaGetDeviceCount(&devices) != cudaSuccess) {
    std::puts("there is no CUDA device");
    return 0;
  }
  std::vector<CudaExecutor> executors;  // each of the device that is current when it is made
  for (int n = 0; n < devices; ++n) {
    cudaStream_t stream = nullptr;  // until the program ends
    check_cuda(cudaSetDevice(n), "cudaSetDevice");
    check_cuda(cudaStreamCreate(&stream), "cudaStreamCreate");
    executors.emplace_back(stream);
  }
  auto const scan = ConeBeam::circular({500, 1000, equal_angles(60)}, {{96, 64}, {2, 2}});
  auto const grid = Grid::centered({64, 64, 32}, {1, 1, 1});
  PageLockedMemory const lines{96 * 64 * 60 * sizeof(float)};
  PageLockedMemory const image{64 * 64 * 32 * sizeof(float)};

  StreamLimits const limits{std::size_t{4} << 20};  // of each device
  StreamedGroup group{executors, Fdk<ConeBeam, SoftwareInterp>{scan, grid}, limits};
  group(ArrayView<float, 3>{static_cast<float*>(lines.data()), scan.extents()},
        ArrayView<float, 3>{static_cast<float*>(image.data()), grid.size});
}
