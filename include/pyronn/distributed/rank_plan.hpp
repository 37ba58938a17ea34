// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Which part of an array a rank has, and what ranks are going to do together.
#include <cstddef>
#include <cstdint>
#include <ostream>
#include <string>

#include <pyronn/core/detail/bytes_text.hpp>

namespace pyronn {

/// Consecutive views or slices.
struct RankShare {
  int first = 0;  ///< from 0
  int count = 0;  ///< 0: none
};

/// The share of a rank of `ranks` in `all` planes: in the order of ranks, and nearly equal. Batches
/// are shared out by samples, and nothing is exchanged: each rank calls the operator of all with
/// its share of them, and Part::first_sample where each sample has its geometry.
[[nodiscard]] inline RankShare share_of_rank(int all, int rank, int ranks) {
  auto const first = [&](int n) { return static_cast<int>(std::int64_t{all} * n / ranks); };
  return {first(rank), first(rank + 1) - first(rank)};
}

/// How ranks make the output of an operator.
enum class RankMethod {
  views_to_slabs,           ///< of a volume: each rank its slab, from rows of all views
  filtered_views_to_slabs,  ///< the same of an Fbp, where each rank filters its views before
  gathered_volume,          ///< of views: each rank its own, from the whole volume
  summed_slabs,             ///< of views: what each rank's slab adds to them, in the order of ranks
};

/// How ranks work, and what one of them takes. Printed on one line.
struct RankPlan {
  RankMethod method = RankMethod::views_to_slabs;  ///< the same in all ranks
  int ranks = 1;                                   ///< there are
  RankShare slab;                                  ///< of this rank
  RankShare views;                                 ///< of this rank
  int views_at_a_time = 0;                         ///< that are exchanged, at most
  std::size_t workspace_bytes = 0;                 ///< of a call
  std::size_t memory_bytes = 0;     ///< beside the arrays of the call, the workspace included
  std::int64_t bytes_received = 0;  ///< by this rank, in a call
  std::string reason;               ///< why it is this method
};

/// One line, without its end.
inline std::ostream& operator<<(std::ostream& out, RankPlan const& plan) {
  auto const text = [](auto bytes) { return detail::bytes_text(static_cast<std::size_t>(bytes)); };
  return out << plan.ranks << (plan.ranks == 1 ? " rank: " : " ranks: ") << plan.reason << "; "
             << plan.slab.count << " slices and " << plan.views.count << " views of this rank, "
             << text(plan.memory_bytes) << " beside its arrays, " << text(plan.bytes_received)
             << " received";
}

}  // namespace pyronn
