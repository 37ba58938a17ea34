// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include "work_place.hpp"

#include <algorithm>
#include <cstddef>
#include <string>

#include "device_choice.hpp"
#include "iterative_on_ranks.hpp"
#include "messages.hpp"
#include "number_text.hpp"

namespace example {

WorkPlace::WorkPlace(Options const& options, Ranks const& ranks)
    : options_{options}, ranks_{ranks}, devices_{choose_devices(options)} {
  if (is_on_device()) use_cuda_device(devices_.front());
}

int WorkPlace::places() const { return std::max(1, static_cast<int>(devices_.size())); }

std::string WorkPlace::name() const {
  if (is_on_device()) {
    std::string const count = devices_.size() == 1 ? "" : std::to_string(devices_.size()) + " x ";
    return count + devices_.front().name;
  }
  std::string const ranks = ranks_.size() == 1 ? "" : std::to_string(ranks_.size()) + " ranks of ";
  return ranks + counted(options_.threads, "CPU thread");
}

MemoryLimits WorkPlace::limits() const {
  std::size_t least = is_on_device() ? devices_.front().free_bytes : 0;
  for (Device const& device : devices_) least = std::min(least, device.free_bytes);
  return options_.memory_limits(least);
}

Cost WorkPlace::run(Job const& job) const {
  try {
    if (job.iteration == nullptr) {
      return is_on_device() ? reconstruct_on_cuda(job, devices_)
                            : reconstruct_on_cpu(job, options_.threads);
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
