// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "backend.hpp"
#include "bad_input.hpp"
#include "options.hpp"

namespace example {

/// The device to compute on; without a name: the CPU.
inline Device choose_device(Options const& options) {
  if (options.executor == "cpu") return {};
  Device device = cuda_device();
  if (options.executor == "cuda" && device.name.empty()) {
    throw BadInput("--executor: cuda, but there is no CUDA device, or no CUDA in this build");
  }
  if (device.name.empty() && !options.device_memory.empty()) {
    throw BadInput(
        "--device-memory: is of no use without a GPU; there is no CUDA device, or no CUDA in this "
        "build, and --host-memory limits what cores take");
  }
  return device;
}

}  // namespace example
