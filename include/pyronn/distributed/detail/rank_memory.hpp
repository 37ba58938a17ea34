// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// What a rank holds beside the arrays of a call.
#include <algorithm>
#include <cstddef>

#include <pyronn/distributed/detail/rank_shares.hpp>
#include <pyronn/distributed/rank_plan.hpp>
#include <pyronn/exec/buffer.hpp>
#include <pyronn/exec/workspace.hpp>

namespace pyronn::detail {

/// Nothing where the rank needs nothing. A single rank reads its arrays where they are.
template <class Executor>
struct RankMemory {
  using Floats = Buffer<float, Executor>;

  /// `shares` of what the plan exchanges.
  RankMemory(Executor const& executor, RankShares const& shares, RankPlan const& plan)
      : filtered{executor, filtered_count(shares, plan)},
        block{executor, block_count(shares, plan)},
        parts{executor, plan.method == RankMethod::summed_slabs && plan.views.count > 0
                            ? views_count(shares, plan) * index(shares.size() - 1)
                            : 0},
        workspace{executor, works(plan) ? plan.workspace_bytes : 0} {
    // Rows that are never received are read together with others, and must be finite.
    std::fill_n(block.data(), block.size(), 0.0F);
  }

  Floats filtered;  ///< views of this rank
  Floats block;     ///< of views, or the whole volume
  Floats parts;     ///< what slabs of others add to views of this rank
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
  static std::size_t block_count(RankShares const& shares, RankPlan const& plan) {
    if (shares.size() == 1) return 0;
    if (plan.method != RankMethod::gathered_volume) {
      return plan.slab.count > 0 ? views_count(shares, plan) : 0;
    }
    return plan.views.count > 0 ? index(shares.volume[2]) * plane_count(shares.volume) : 0;
  }
};

}  // namespace pyronn::detail
