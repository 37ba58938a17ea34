// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include <stdexcept>

#include "backend.hpp"

/// What stands in for on_cuda.cu in a build without CUDA.
namespace example {

std::string cuda_device_name() { return ""; }

Cost reconstruct_on_cuda(Job const&, pyronn::VolumeView<float>) {
  throw std::logic_error("this program was built without CUDA");
}

}  // namespace example
