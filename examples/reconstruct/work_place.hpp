// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "backend.hpp"
#include "memory_limits.hpp"
#include "options.hpp"
#include "ranks.hpp"

namespace example {

/// Where the work is done: on a device, on cores, or on those of several ranks.
class WorkPlace {
 public:
  /// As the options say. Throws BadInput where that is not there.
  WorkPlace(Options const& options, Ranks const& ranks);

  [[nodiscard]] bool is_on_device() const { return !devices_.empty(); }
  /// That share the work out; 1 on cores.
  [[nodiscard]] int places() const;
  /// "2 ranks of 4 CPU threads".
  [[nodiscard]] std::string name() const;
  /// Of all the host's memory, and of that of each device.
  [[nodiscard]] MemoryLimits limits() const;

  /// Throws BadInput for what the library refuses.
  [[nodiscard]] Cost run(Job const& job) const;
  /// What the solver will allocate.
  [[nodiscard]] std::size_t solver_bytes(IterationTask const& task) const;

 private:
  Options const& options_;
  Ranks const& ranks_;
  std::vector<Device> devices_;
};

}  // namespace example
