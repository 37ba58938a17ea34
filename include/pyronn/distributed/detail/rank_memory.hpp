// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// What a rank holds beside the arrays of a call.
#include <algorithm>
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

  /// `shares` of what the plan exchanges, in so many slots.
  RankMemory(Executor const& executor, RankShares const& shares, RankPlan const& plan, int slots)
      : first_block{block_count(shares, plan,
                                shares.views_in_slot(0, slots, plan.views_at_a_time))},
        first_parts{part_count(shares, plan, 0, slots)},
        filtered{executor, filtered_count(shares, plan)},
        blocks{executor,
               block_count(shares, plan, shares.views_in_slots(slots, plan.views_at_a_time))},
        parts{executor, first_parts + part_count(shares, plan, 1, slots)},
        workspace{executor, works(plan) ? plan.workspace_bytes : 0} {
    // Rows that are never received are read together with others, and must be finite.
    auto const fill_with_zeros = FillElements<float>{0.0F};
    for_each_element(executor, fill_with_zeros, blocks.data(),
                     static_cast<std::int64_t>(blocks.size()));
  }

  /// @{
  /// What belongs to the block in a slot, of which there are two at most.
  [[nodiscard]] float* block(int slot) const {
    return blocks.data() + (slot == 0 ? 0 : first_block);
  }
  [[nodiscard]] float* parts_of(int slot) const {
    return parts.data() + (slot == 0 ? 0 : first_parts);
  }
  /// @}

  std::size_t first_block;  ///< numbers in the first slot
  std::size_t first_parts;  ///< numbers in the first slot
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

  static std::size_t filtered_count(RankShares const& shares, RankPlan const& plan) {
    bool const filters = plan.method == RankMethod::filtered_views_to_slabs;
    return filters ? index(plan.views.count) * shares.view_count() : 0;
  }
  /// Of so many views.
  static std::size_t block_count(RankShares const& shares, RankPlan const& plan, int views) {
    if (shares.size() == 1) return 0;
    if (plan.method != RankMethod::gathered_volume) {
      return plan.slab.count > 0 ? index(views) * shares.view_count() : 0;
    }
    return plan.views.count > 0 ? index(shares.volume[2]) * plane_count(shares.volume) : 0;
  }
  /// In one of so many slots.
  static std::size_t part_count(RankShares const& shares, RankPlan const& plan, int slot,
                                int slots) {
    if (plan.method != RankMethod::summed_slabs || slot >= slots) return 0;
    int const views = shares.views_in_slot(slot, slots, plan.views_at_a_time);
    return index(std::min(views, plan.views.count)) * shares.parts_of_view(shares.rank);
  }
};

}  // namespace pyronn::detail
