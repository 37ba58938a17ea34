// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include <cstdio>
#include <thread>
#include <vector>

#include <pyronn/cuda.cuh>
#include <pyronn/distributed/on_ranks.hpp>
#include <pyronn/distributed/peer_communicator.cuh>

using namespace pyronn;

void work(ThreadGroup const& group, int device, Fdk<ConeBeam, SoftwareInterp> const& fdk) {
  check_cuda(cudaSetDevice(device), "cudaSetDevice");
  cudaStream_t stream = nullptr;
  check_cuda(cudaStreamCreate(&stream), "cudaStreamCreate");
  {
    CudaExecutor const executor{stream};
    OnRanks call{PeerCommunicator{group, device}, executor, fdk};
    auto const views = call.input_extents();    // of some views, those of this device
    auto const slices = call.output_extents();  // of its slab
    Buffer<float, CudaExecutor> lines{executor, static_cast<std::size_t>(views.count())};
    Buffer<float, CudaExecutor> image{executor, static_cast<std::size_t>(slices.count())};
    fill(executor, lines.view(views), 1.0F);
    call(lines.view(views), image.view(slices));
  }
  check_cuda(cudaStreamSynchronize(stream), "cudaStreamSynchronize");
  check_cuda(cudaStreamDestroy(stream), "cudaStreamDestroy");
}

int main() {
  int devices = 0;
  if (cudaGetDeviceCount(&devices) != cudaSuccess) {
    std::puts("there is no CUDA device");
    return 0;
  }
  auto const scan = ConeBeam::circular({500, 1000, equal_angles(60)}, {{96, 64}, {2, 2}});
  auto const grid = Grid::centered({64, 64, 32}, {1, 1, 1});
  Fdk<ConeBeam, SoftwareInterp> const fdk{scan, grid};
  ThreadGroup const group{devices};
  std::vector<std::thread> threads;
  for (int n = 0; n < devices; ++n) threads.emplace_back([&, n] { work(group, n, fdk); });
  for (auto& thread : threads) thread.join();
}
