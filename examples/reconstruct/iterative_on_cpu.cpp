// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include <cstddef>

#include <pyronn/backend/cpu/executor.hpp>
#include <pyronn/cpu.hpp>

#include "backend.hpp"
#include "cpu_place.hpp"
#include "iterative.hpp"

namespace example {

Cost reconstruct_iteratively_on_cpu(Job const& job, int threads) {
  CpuPlace place{pyronn::CpuExecutor{threads}};
  return reconstruct_iteratively_at(place, job, scan_map<pyronn::CpuExecutor>(job));
}

std::size_t solver_bytes_on_cpu(IterationTask const& task, int threads) {
  return solver_bytes_at(pyronn::CpuExecutor{threads}, task);
}

}  // namespace example
