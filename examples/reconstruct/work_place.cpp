// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include "work_place.hpp"

#include "device_choice.hpp"
#include "iterative_on_ranks.hpp"
#include "messages.hpp"
#include "number_text.hpp"

namespace example {

WorkPlace::WorkPlace(Options const& options, Ranks const& ranks)
    : options_{options}, ranks_{ranks}, device_{choose_device(options)} {}

std::string WorkPlace::name() const {
  if (is_on_device()) return device_.name;
  std::string const ranks = ranks_.size() == 1 ? "" : std::to_string(ranks_.size()) + " ranks of ";
  return ranks + counted(options_.threads, "CPU thread");
}

MemoryLimits WorkPlace::limits() const { return options_.memory_limits(device_.free_bytes); }

Cost WorkPlace::run(Job const& job) const {
  try {
    if (job.iteration == nullptr) {
      return is_on_device() ? reconstruct_on_cuda(job) : reconstruct_on_cpu(job, options_.threads);
    }
    if (ranks_.size() > 1) return reconstruct_iteratively_on_ranks(job, options_.threads, ranks_);
    return is_on_device() ? reconstruct_iteratively_on_cuda(job)
                          : reconstruct_iteratively_on_cpu(job, options_.threads);
  } catch (pyronn::FailureOfRank const&) {
    throw;
  } catch (pyronn::InvalidArgument const& error) {
    throw BadInput(options_.scan.string() + ": " + error.what());
  }
}

std::size_t WorkPlace::solver_bytes(IterationTask const& task) const {
  if (ranks_.size() > 1) return solver_bytes_on_ranks(task, options_.threads, ranks_);
  return is_on_device() ? solver_bytes_on_cuda(task) : solver_bytes_on_cpu(task, options_.threads);
}

}  // namespace example
