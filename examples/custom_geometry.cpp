// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

/// A scanner of one's own on the CPU; custom_geometry_cuda.cu runs the same on a GPU.
#include <cstdio>

#include <pyronn/backend/cpu/executor.hpp>

#include "custom_geometry/check.hpp"

int main() {
  std::printf("curved cone beam on the CPU\n");
  CurvedConeBeamCheck const check{pyronn::CpuExecutor{}, [] {}};
  return check() ? 0 : 1;
}
