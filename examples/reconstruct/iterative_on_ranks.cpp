// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include "iterative_on_ranks.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <variant>

#include <pyronn/cpu.hpp>

#include "bad_input.hpp"
#include "bands.hpp"
#include "cpu_place.hpp"
#include "iterative.hpp"
#include "slab_map.hpp"

namespace example {
namespace {

using RankPlace = PlaceOnCores<SlabMap::Executor>;

/// One of several, which plans as if it had asked the others.
class PlanningRank : public Ranks {
 public:
  explicit PlanningRank(Ranks const& of) : rank_{of.rank()}, size_{of.size()} {}
  [[nodiscard]] int rank() const override { return rank_; }
  [[nodiscard]] int size() const override { return size_; }

 private:
  int rank_;
  int size_;
};

/// Each direction takes at most the task's workspace.
SlabMap slab_map(IterationTask const& task, int threads, Ranks const& ranks) {
  return std::visit(
      [&](auto const& geometry) -> SlabMap {
        using Geometry = std::decay_t<decltype(geometry)>;
        if constexpr (pyronn::is_plane_geometry_v<Geometry>) {
          throw std::logic_error("a scan of the plane has one slice");
        } else {
          return {ranks,
                  threads,
                  geometry_of(geometry, task.band, {}),
                  task.grid,
                  task.workspace_limit,
                  slabs_of(task.scan, task.grid, ranks.size())};
        }
      },
      task.scan.geometry);
}

SlabMap planned_map(IterationTask const& task, int threads, Ranks const& ranks) {
  try {
    return slab_map(task, threads, ranks);
  } catch (pyronn::OutOfMemory const&) {
    throw BadInput("--workspace: " + std::to_string(task.workspace_limit) +
                   " bytes do not hold what ranks exchange of one view");
  }
}

}  // namespace

Cost reconstruct_iteratively_on_ranks(Job const& job, int threads, Ranks const& ranks) {
  RankPlace place{SlabMap::Executor{RankCommunicator{ranks}, pyronn::CpuExecutor{threads}}};
  IterationTask const task{job.scan, job.grid, job.bands.bands.front(), *job.iteration,
                           job.bands.workspace_limit};
  return reconstruct_iteratively_at(place, job, slab_map(task, threads, ranks));
}

std::vector<pyronn::RankPlan> plans_on_ranks(IterationTask const& task, int threads,
                                             Ranks const& ranks) {
  PlanningRank const alone{ranks};
  return planned_map(task, threads, alone).plans();
}

std::size_t solver_bytes_on_ranks(IterationTask const& task, int threads, Ranks const& ranks) {
  PlanningRank const alone{ranks};
  SlabMap const map = planned_map(task, threads, alone);
  SlabMap::Executor const executor{RankCommunicator{alone}, pyronn::CpuExecutor{threads}};
  SolverTask const of{task.iteration, task.grid, false, task.workspace_limit};
  std::size_t bytes =
      use_solver<SlabMap, SlabMap::Executor>(of, [&](auto type, auto const& options) {
        return decltype(type)::Solver::memory_bytes(executor, map, options);
      });
  bytes = std::max(bytes, start_bytes(executor, map, task));
  for (pyronn::RankPlan const& plan : map.plans()) bytes += plan.memory_bytes;
  return bytes;
}

}  // namespace example
