// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// What ranks exchange in a call.
#include <vector>

#include <pyronn/core/detail/detected.hpp>
#include <pyronn/distributed/detail/rank_shares.hpp>
#include <pyronn/distributed/detail/rank_views.hpp>
#include <pyronn/distributed/rank_plan.hpp>
#include <pyronn/exec/workspace.hpp>

namespace pyronn::detail {

/// Whether an executor's work is recorded to run later.
template <class Executor>
bool is_capturing(Executor const& executor) {
  if constexpr (is_detected_v<IsCapturing, Executor>) {
    return executor.is_capturing();
  } else {
    static_cast<void>(executor);
    return false;
  }
}

/// All messages, in order, in the places of a rank's memory that so many blocks take in turn.
template <class Memory>
std::vector<Messages> messages_of_call(RankViews const& of, RankPlan const& plan,
                                       Memory const& memory, int slots, float const* input) {
  std::vector<Messages> result;
  if (plan.method == RankMethod::gathered_volume) {
    if (of.shares.size() > 1) result.push_back(of.shares.slabs_to_all(input, memory.block(0)));
    return result;
  }
  bool const filters = plan.method == RankMethod::filtered_views_to_slabs;
  float const* const own = filters ? memory.filtered.data() : input;
  int slot = 0;
  for (RankShare const& block : of.blocks) {
    result.push_back(
        plan.method == RankMethod::summed_slabs
            ? of.shares.parts_to_views(block, memory.block(slot), memory.parts_of(slot))
            : of.exchanged.rows_to_slabs(block, own, memory.block(slot)));
    slot = (slot + 1) % slots;
  }
  return result;
}

}  // namespace pyronn::detail
