// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <stdexcept>
#include <vector>

#include "backend.hpp"

/// What stands in for on_cuda.cu in a build without CUDA.
namespace example {

int cuda_device_count() { return 0; }

Device cuda_device(int) { return {}; }

void use_cuda_device(Device const&) {}

Cost reconstruct_on_cuda(Job const&, std::vector<Device> const&) {
  throw std::logic_error("this program was built without CUDA");
}

Cost reconstruct_iteratively_on_cuda(Job const&) {
  throw std::logic_error("this program was built without CUDA");
}

std::size_t solver_bytes_on_cuda(IterationTask const&) {
  throw std::logic_error("this program was built without CUDA");
}

}  // namespace example
