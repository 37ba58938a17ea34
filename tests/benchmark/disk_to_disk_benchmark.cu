// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

// FDK from disk to disk on the current CUDA device. Arguments: SIZE (1536 unless given), the limits
// of the device's memory and of the host's [MiB] (16384 and 8192), and a folder of the disk.
#include <cstddef>

#include <pyronn/cuda.cuh>

#include "disk_to_disk.hpp"

int main(int argc, char** argv) {
  benchmark::DiskArguments const given{argc, argv, 1536, 16384, 8192};
  cudaStream_t stream = nullptr;
  pyronn::check_cuda(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking), "a stream");
  pyronn::CudaExecutor const executor{stream};
  auto const in_core = [&](benchmark::Fdk const& op) {
    pyronn::Extents<3> const cube{given.size, given.size, given.size};
    auto const count = static_cast<std::size_t>(cube.count());
    pyronn::Buffer<float, pyronn::CudaExecutor> const views{executor, count};
    pyronn::Buffer<float, pyronn::CudaExecutor> const volume{executor, count};
    pyronn::check_cuda(cudaMemsetAsync(views.data(), 0, count * sizeof(float), stream), "memset");
    pyronn::ArrayView<float const, 3> const from{views.data(), cube};
    pyronn::Workspace<pyronn::CudaExecutor> workspace{
        executor, op.workspace_bytes(executor, from, std::size_t{1} << 30)};
    auto const call = [&] {
      op(executor, from, volume.view(cube), workspace);
      pyronn::check_cuda(cudaStreamSynchronize(stream), "cudaStreamSynchronize");
    };
    call();
    return benchmark::seconds(call);
  };
  benchmark::disk_to_disk(executor, given.size, given.limits, given.folder, in_core);
  return 0;
}
