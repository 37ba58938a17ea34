// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// How an operator is shared out to ranks, and by what method within a limit.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>

#include <pyronn/core/array_view.hpp>
#include <pyronn/core/error.hpp>
#include <pyronn/core/extents.hpp>
#include <pyronn/distributed/communicator.hpp>
#include <pyronn/distributed/detail/rank_shares.hpp>
#include <pyronn/distributed/detail/streamed_operator.hpp>
#include <pyronn/distributed/rank_plan.hpp>
#include <pyronn/exec/workspace.hpp>
#include <pyronn/operators/part.hpp>

namespace pyronn::detail {

/// The rows that a slab has to do with.
template <class Operator>
inline constexpr int reach_of_v = reach_v<VoxelDriven>;
template <class Geometry, class Interp, class Model>
inline constexpr int reach_of_v<Projector<Geometry, Interp, Model>> = reach_v<Model>;
template <class Geometry, class Interp, class Model>
inline constexpr int reach_of_v<Backprojector<Geometry, Interp, Model>> = reach_v<Model>;

template <class Communicator, class Operator>
RankShares shares_on(Communicator const& communicator, Operator const& op) {
  using Known = StreamedOperator<Operator>;
  RankShares shares;
  shares.rank = communicator.rank();
  shares.volume = Known::volume(op);
  shares.projections = Known::projections(op);
  int const ranks = communicator.size();
  for (int rank = 0; rank < ranks; ++rank) {
    shares.slabs.push_back(share_of_rank(shares.volume[2], rank, ranks));
    shares.views.push_back(share_of_rank(shares.projections[2], rank, ranks));
    RankShare const slab = shares.slabs.back();
    shares.rows.push_back(slab.count == 0
                              ? DetectorRows{}
                              : rows_of_slab(op.geometry(), op.grid(), Slab{slab.first, slab.count},
                                             reach_of_v<Operator>));
  }
  return shares;
}

/// Throws in all ranks where they do not share out the same arrays in the same way.
template <class Communicator>
void check_same(Communicator const& communicator, RankShares const& shares) {
  std::uint32_t key = 2166136261U;
  auto const add = [&](int number) {
    key = (key ^ static_cast<std::uint32_t>(number)) * 16777619U;
  };
  for (int axis = 0; axis < 3; ++axis) {
    add(shares.volume[axis]);
    add(shares.projections[axis]);
  }
  for (DetectorRows const& rows : shares.rows) {
    add(rows.first);
    add(rows.count);
  }
  std::int64_t const most = communicator.largest(key);
  std::int64_t const least = -communicator.largest(-std::int64_t{key});
  share_errors(communicator, [&] {
    expects(most == least, "OnRanks: ranks were given other operators; this one has a volume of ",
            shares.volume, " and projections of ", shares.projections);
  });
}

/// Chooses a method.
template <class Executor, class Operator>
class RankPlanner {
  using Known = StreamedOperator<Operator>;

 public:
  RankPlanner(Executor const& executor, Operator const& op, RankShares const& shares,
              std::size_t limit)
      : executor_{executor}, op_{op}, shares_{shares}, limit_{limit} {}

  [[nodiscard]] RankPlan plan() const {
    RankPlan plan = Known::makes_volume
                        ? in_blocks(RankMethod::views_to_slabs, 1, "views are sent to slabs")
                        : of_views();
    plan.ranks = shares_.size();
    plan.slab = shares_.slab();
    plan.views = shares_.own_views();
    plan.bytes_received = received(plan);
    return plan;
  }

 private:
  /// A power of two, as some models sum up views by eights.
  static constexpr int most_views_at_a_time = 32;

  [[nodiscard]] RankPlan of_views() const {
    RankPlan plan;
    plan.method = RankMethod::gathered_volume;
    plan.workspace_bytes = workspace(shares_.projections[2], workspace_limit());
    std::size_t const whole =
        shares_.size() > 1 ? static_cast<std::size_t>(shares_.volume.count()) * sizeof(float) : 0;
    plan.memory_bytes = whole + plan.workspace_bytes;
    if (shares_.size() == 1) {
      plan.reason = "nothing is shared out";
      return plan;
    }
    std::string const size = bytes_text(static_cast<double>(whole));
    if (plan.memory_bytes <= limit_) {
      plan.reason = "rays are shared out, as the volume of " + size + " fits";
      return plan;
    }
    return in_blocks(RankMethod::summed_slabs, static_cast<std::size_t>(shares_.size()),
                     "what slabs add to views is summed up, as the volume of " + size +
                         " exceeds the limit of " + bytes_text(static_cast<double>(limit_)));
  }

  /// With `arrays` arrays of a block's views, of as many views as fit.
  [[nodiscard]] RankPlan in_blocks(RankMethod method, std::size_t arrays,
                                   std::string const& reason) const {
    RankPlan plan;
    plan.method = method;
    plan.reason = shares_.size() == 1 ? "nothing is shared out" : reason;
    for (int views = most_views_at_a_time;; views /= 2) {
      plan.views_at_a_time = std::min(views, shares_.projections[2]);
      plan.workspace_bytes = workspace(plan.views_at_a_time, views > 1 ? workspace_limit() : 0);
      plan.memory_bytes =
          plan.workspace_bytes + arrays * static_cast<std::size_t>(plan.views_at_a_time) *
                                     shares_.view_count() * sizeof(float);
      if (plan.memory_bytes <= limit_) return plan;
      if (views == 1) break;
    }
    throw OutOfMemory(message("pyronn::OnRanks: the limit is ", limit_,
                              " bytes of a rank beside its arrays; single views take ",
                              plan.memory_bytes));
  }

  [[nodiscard]] std::size_t workspace_limit() const {
    return std::min(default_workspace_limit, limit_ / 2);
  }
  [[nodiscard]] std::size_t workspace(int views, std::size_t limit) const {
    Extents<3> extents = Known::makes_volume ? shares_.projections : shares_.volume;
    if (Known::makes_volume) extents[2] = views;
    return op_.workspace_bytes(executor_, ArrayView<float const, 3>{nullptr, extents}, limit);
  }

  [[nodiscard]] std::int64_t received(RankPlan const& plan) const {
    auto const rows = [&](int rank) {
      return std::int64_t{sizeof(float)} * shares_.projections[0] *
             shares_.rows[static_cast<std::size_t>(rank)].count;
    };
    std::int64_t const own = shares_.own_views().count;
    switch (plan.method) {
      case RankMethod::views_to_slabs:
        return rows(shares_.rank) * (shares_.projections[2] - own);
      case RankMethod::gathered_volume:
        return own == 0 ? 0
                        : std::int64_t{sizeof(float)} * shares_.volume[0] * shares_.volume[1] *
                              (shares_.volume[2] - shares_.slab().count);
      case RankMethod::summed_slabs:
        break;
    }
    std::int64_t sum = 0;
    for (int rank = 0; rank < shares_.size(); ++rank) {
      if (rank != shares_.rank) sum += rows(rank) * own;
    }
    return sum;
  }

  Executor const& executor_;
  Operator const& op_;
  RankShares const& shares_;
  std::size_t limit_;
};

template <class Executor, class Operator>
RankPlan plan_on(Executor const& executor, Operator const& op, RankShares const& shares,
                 std::size_t limit) {
  return RankPlanner<Executor, Operator>{executor, op, shares, limit}.plan();
}

}  // namespace pyronn::detail
