// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

// Forecasts of streamed calls on cores beside the truth, for sizes that are given.
#include <cstdlib>
#include <vector>

#include <pyronn/cpu.hpp>

#include "forecasts.hpp"

int main(int argc, char** argv) {
  std::vector<int> sizes;
  for (int n = 1; n < argc; ++n) sizes.push_back(std::atoi(argv[n]));
  if (sizes.empty()) sizes = {64, 96, 128, 160};
  benchmark::print_all_forecasts(pyronn::CpuExecutor{}, sizes);
  return 0;
}
