// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The views of a call on several ranks, all or some, and who has which of them.
#include <utility>
#include <vector>

#include <pyronn/core/error.hpp>
#include <pyronn/distributed/detail/rank_shares.hpp>
#include <pyronn/distributed/rank_plan.hpp>
#include <pyronn/operators/detail/view_indices.hpp>
#include <pyronn/operators/part.hpp>

namespace pyronn::detail {

/// Shares of the views of a call, which are numbered as they are selected.
struct RankViews {
  RankShares shares;
  RankShares exchanged;           ///< of filtered views, if ranks filter
  std::vector<RankShare> blocks;  ///< that are exchanged at a time
  ViewSelection views;            ///< among all
  int all = 0;                    ///< views there are

  RankViews() = default;
  /// From the shares of all views.
  RankViews(RankShares shares_of_all, RankShares exchanged_of_all, RankPlan const& plan,
            ViewSelection selected)
      : shares{std::move(shares_of_all)},
        exchanged{std::move(exchanged_of_all)},
        views{std::move(selected)},
        all{shares.projections[2]} {
    select(shares);
    select(exchanged);
    if (plan.views_at_a_time > 0) blocks = shares.blocks(plan.views_at_a_time);
  }
  /// Of some among all. Throws InvalidArgument for those that there are not or that do not ascend.
  RankViews(RankViews const& of_all, RankPlan const& plan, ViewSelection const& selected)
      : RankViews{of_all.shares, of_all.exchanged, plan, selected} {}

  /// This rank's.
  [[nodiscard]] RankShare own() const { return shares.own_views(); }

  /// Some of them, by their numbers among all.
  [[nodiscard]] ViewSelection selection(RankShare const& some) const {
    return views_among("OnRanks", views, ViewSelection::range(some.first, some.count), all);
  }

 private:
  /// Ranks have their views in the order of ranks: those of a selection follow one another, too.
  void select(RankShares& of) const {
    if (views.kind() == ViewSelection::Kind::all) return;
    ViewIndices const indices = view_indices("OnRanks", views, all);
    for (int n = 1; n < indices.count; ++n) {
      expects(indices[n - 1] < indices[n], "OnRanks: the selected views must ascend, but view ",
              indices[n], " follows view ", indices[n - 1]);
    }
    int next = 0;
    for (RankShare& share : of.views) {
      int const end = share.first + share.count;
      share.first = next;
      while (next < indices.count && indices[next] < end) ++next;
      share.count = next - share.first;
    }
    of.projections[2] = indices.count;
  }
};

}  // namespace pyronn::detail
