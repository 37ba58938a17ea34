// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

// On cores.
#include "strength_sweep.hpp"

#include <pyronn/cpu.hpp>

int main(int count, char** arguments) {
  return benchmark::run_strength_sweep(pyronn::CpuExecutor{}, count, arguments);
}
