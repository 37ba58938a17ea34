// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// What a rank holds beside the arrays of a call.
#include <cstddef>
#include <cstdint>

#include <pyronn/distributed/detail/rank_shares.hpp>
#include <pyronn/distributed/rank_plan.hpp>
#include <pyronn/exec/buffer.hpp>
#include <pyronn/exec/detail/elementwise.hpp>
#include <pyronn/exec/workspace.hpp>

namespace pyronn::detail {

/// Nothing where the rank needs nothing. A single rank reads its arrays where they are.
template <class Executor>
struct RankMemory {
  using Floats = Buffer<float, Executor>;

  /// `shares` of what the plan exchanges, at most so many blocks at a time.
  RankMemory(Executor const& executor, RankShares const& shares, RankPlan const& plan,
             int at_a_time)
      : block_count{block_count_of(shares, plan)},
        part_count{plan.method == RankMethod::summed_slabs && plan.views.count > 0
                       ? views_count(shares, plan) * index(shares.size() - 1)
                       : 0},
        filtered{executor, filtered_count(shares, plan)},
        blocks{executor,
               block_count * (plan.method == RankMethod::gathered_volume ? 1 : index(at_a_time))},
        parts{executor, part_count * index(at_a_time)},
        workspace{executor, works(plan) ? plan.workspace_bytes : 0} {
    // Rows that are never received are read together with others, and must be finite.
    auto const fill_with_zeros = FillElements<float>{0.0F};
    for_each_element(executor, fill_with_zeros, blocks.data(),
                     static_cast<std::int64_t>(blocks.size()));
  }

  /// @{
  /// What belongs to one of the blocks.
  [[nodiscard]] float* block(int n) const { return blocks.data() + block_count * index(n); }
  [[nodiscard]] float* parts_of(int n) const { return parts.data() + part_count * index(n); }
  /// @}

  std::size_t block_count;  ///< of a block
  std::size_t part_count;   ///< of a block
  Floats filtered;          ///< views of this rank
  Floats blocks;            ///< of views, or the whole volume
  Floats parts;             ///< what slabs of others add to views of this rank
  Workspace<Executor> workspace;

 private:
  static std::size_t index(int n) { return static_cast<std::size_t>(n); }

  static bool works(RankPlan const& plan) {
    switch (plan.method) {
      case RankMethod::filtered_views_to_slabs:
        return plan.slab.count > 0 || plan.views.count > 0;
      case RankMethod::gathered_volume:
        return plan.views.count > 0;
      case RankMethod::views_to_slabs:
      case RankMethod::summed_slabs:
        break;
    }
    return plan.slab.count > 0;
  }

  static std::size_t views_count(RankShares const& shares, RankPlan const& plan) {
    return index(plan.views_at_a_time) * shares.view_count();
  }
  static std::size_t filtered_count(RankShares const& shares, RankPlan const& plan) {
    bool const filters = plan.method == RankMethod::filtered_views_to_slabs;
    return filters ? index(plan.views.count) * shares.view_count() : 0;
  }
  static std::size_t block_count_of(RankShares const& shares, RankPlan const& plan) {
    if (shares.size() == 1) return 0;
    if (plan.method != RankMethod::gathered_volume) {
      return plan.slab.count > 0 ? views_count(shares, plan) : 0;
    }
    return plan.views.count > 0 ? index(shares.volume[2]) * plane_count(shares.volume) : 0;
  }
};

}  // namespace pyronn::detail
