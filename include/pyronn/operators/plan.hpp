// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// What a call is going to do, as its operator plans it from sizes and memory alone.
#include <algorithm>
#include <cstddef>
#include <ostream>
#include <string>
#include <vector>

namespace pyronn {

/// One step of a call: some of its views, on one path.
struct PlanStep {
  std::string path;                 ///< which kernels run: "z-aligned columns", "general", ...
  int first_view = 0;               ///< the step's views, counted in the call's projections
  int num_views = 0;                ///< and how many they are
  int launches = 0;                 ///< kernels that are queued, copies of the input included;
                                    ///< one that is cut by CUDA's limits counts once
  int blocks = 1;                   ///< parts in which the input is read
  std::string block;                ///< what one part is: "64 of 512 slices"
  std::size_t workspace_bytes = 0;  ///< 0: the input is read in place
};

/// One line, without its end.
inline std::ostream& operator<<(std::ostream& out, PlanStep const& step) {
  auto const of = [&out](int count, char const* one, char const* many) {
    out << count << ' ' << (count == 1 ? one : many);
  };
  out << "views " << step.first_view << " to " << step.first_view + step.num_views - 1 << ": "
      << step.path << ", ";
  of(step.blocks, "block", "blocks");
  out << " of " << step.block << ", ";
  of(step.launches, "launch", "launches");
  if (step.workspace_bytes == 0) return out << ", in place";
  return out << ", " << (step.workspace_bytes + 1023) / 1024 << " KiB of workspace";
}

/// The steps of a call, in their order. Printed a line a step.
struct Plan {
  std::vector<PlanStep> steps;  ///< in the order in which they run

  /// What the steps need, one after another.
  [[nodiscard]] std::size_t workspace_bytes() const {
    std::size_t bytes = 0;
    for (PlanStep const& step : steps) bytes = std::max(bytes, step.workspace_bytes);
    return bytes;
  }
  /// Kernels that the call queues.
  [[nodiscard]] int launches() const {
    int count = 0;
    for (PlanStep const& step : steps) count += step.launches;
    return count;
  }
};

/// A line a step, without the end of the last.
inline std::ostream& operator<<(std::ostream& out, Plan const& plan) {
  char const* separator = "";
  for (PlanStep const& step : plan.steps) {
    out << separator << step;
    separator = "\n";
  }
  return out;
}

}  // namespace pyronn
