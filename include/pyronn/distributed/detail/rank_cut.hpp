// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// How an operator is shared out to ranks, and by what method within a limit.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include <pyronn/core/array_view.hpp>
#include <pyronn/core/detail/bytes_text.hpp>
#include <pyronn/core/error.hpp>
#include <pyronn/core/extents.hpp>
#include <pyronn/distributed/communicator.hpp>
#include <pyronn/distributed/detail/rank_shares.hpp>
#include <pyronn/distributed/detail/streamed_operator.hpp>
#include <pyronn/distributed/rank_plan.hpp>
#include <pyronn/distributed/rank_slabs.hpp>
#include <pyronn/exec/backend.hpp>
#include <pyronn/exec/workspace.hpp>
#include <pyronn/operators/part.hpp>
#include <pyronn/recon/fbp/detail/fbp_halves.hpp>
#include <pyronn/recon/fbp/fbp.hpp>

namespace pyronn::detail {

/// The rows that a slab has to do with.
template <class Operator>
inline constexpr int reach_of_v = reach_v<VoxelDriven>;
template <class Geometry, class Interp, class Model>
inline constexpr int reach_of_v<Projector<Geometry, Interp, Model>> = reach_v<Model>;
template <class Geometry, class Interp, class Model>
inline constexpr int reach_of_v<Backprojector<Geometry, Interp, Model>> = reach_v<Model>;

/// The halves of an operator that filters views before it backprojects them.
template <class Operator>
struct HalvesOf {
  static constexpr bool are_there = false;
};
template <class Geometry, class Interp>
struct HalvesOf<Fbp<Geometry, Interp>> {
  static constexpr bool are_there = true;
  static FbpHalves<Geometry, Interp> of(Fbp<Geometry, Interp> const& op) {
    return FbpHalves<Geometry, Interp>{op};
  }
};

/// The shares of what a method exchanges: filtered views may be wider.
template <class Operator>
RankShares exchanged_shares(Operator const& op, RankShares shares, RankMethod method) {
  if constexpr (HalvesOf<Operator>::are_there) {
    if (method == RankMethod::filtered_views_to_slabs) {
      shares.projections = HalvesOf<Operator>::of(op).filtered_extents(shares.projections[2]);
    }
  }
  return shares;
}

template <class Communicator, class Operator>
RankShares shares_on(Communicator const& communicator, Operator const& op,
                     std::vector<RankShare> const& slabs) {
  using Known = StreamedOperator<Operator>;
  RankShares shares;
  shares.rank = communicator.rank();
  shares.volume = Known::volume(op);
  shares.projections = Known::projections(op);
  int const ranks = communicator.size();
  shares.slabs = slabs.empty() ? slabs_of_ranks(op.geometry(), op.grid(), ranks) : slabs;
  check_slabs(shares.slabs, shares.volume[2], ranks);
  shares.views = equal_shares(shares.projections[2], ranks);
  constexpr int reach = reach_of_v<Operator>;
  for (RankShare const& slab : shares.slabs) {
    Slab const slices{slab.first, slab.count};
    bool const is_empty = slab.count == 0;
    shares.rows.push_back(is_empty ? DetectorRows{}
                                   : rows_of_slab(op.geometry(), op.grid(), slices, reach));
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
  for (int axis = 0; axis < 3; ++axis) add(shares.volume[axis]);
  for (int axis = 0; axis < 3; ++axis) add(shares.projections[axis]);
  for (RankShare const& slab : shares.slabs) add(slab.count);
  for (DetectorRows const& rows : shares.rows) {
    add(rows.first);
    add(rows.count);
  }
  std::int64_t const most = communicator.largest(key);
  std::int64_t const least = -communicator.largest(-std::int64_t{key});
  share_errors(communicator, [&] {
    expects(most == least, "OnRanks: operators or slabs of ranks differ; this one has a volume of ",
            shares.volume, " and projections of ", shares.projections);
  });
}

/// The shares of all ranks. Throws in all of them what one threw.
template <class Communicator, class Operator>
RankShares agreed_shares(Communicator const& communicator, Operator const& op,
                         std::vector<RankShare> const& slabs) {
  RankShares shares;
  share_errors(communicator, [&] { shares = shares_on(communicator, op, slabs); });
  check_same(communicator, shares);
  return shares;
}

/// A way to make the output.
struct RankChoice {
  RankMethod method;
  int views_at_a_time;  ///< 0: none are exchanged
};

/// Knows the ways and what they take, from the one that takes the most memory on.
template <class Executor, class Operator>
class RankPlanner {
  using Known = StreamedOperator<Operator>;
  using Halves = HalvesOf<Operator>;

 public:
  /// Where ranks exchange at most so many blocks of views at a time.
  RankPlanner(Executor const& executor, Operator const& op, RankShares const& shares,
              std::size_t limit, int blocks)
      : executor_{executor}, op_{op}, shares_{shares}, limit_{limit}, blocks_{blocks} {
    if constexpr (Halves::are_there) {
      if (shares.size() > 1) add_choices(RankMethod::filtered_views_to_slabs);
    }
    if constexpr (Known::makes_volume) {
      add_choices(RankMethod::views_to_slabs);
    } else {
      choices_.push_back({RankMethod::gathered_volume, 0});
      if (shares.size() > 1) add_choices(RankMethod::summed_slabs);
    }
  }

  /// The first choice that this rank has the memory for.
  [[nodiscard]] std::size_t first_that_fits() const {
    for (std::size_t n = 0; n < choices_.size(); ++n) {
      if (plan(n).memory_bytes <= limit_) return n;
    }
    throw OutOfMemory(message("pyronn::OnRanks: the limit is ", limit_,
                              " bytes of a rank beside its arrays; single views take ",
                              plan(choices_.size() - 1).memory_bytes));
  }

  [[nodiscard]] RankPlan plan(std::size_t choice) const {
    RankPlan plan;
    plan.method = choices_[choice].method;
    plan.ranks = shares_.size();
    plan.slab = shares_.slab();
    plan.views = shares_.own_views();
    plan.views_at_a_time = choices_[choice].views_at_a_time;
    plan.workspace_bytes = workspace_bytes(choices_[choice]);
    plan.memory_bytes = plan.workspace_bytes + array_bytes(choices_[choice]);
    plan.bytes_received = bytes_received(plan.method);
    plan.reason = reason(plan.method);
    return plan;
  }

 private:
  /// Each block is a pass through the slab, which takes a GPU longer than it does cores. Sums of
  /// the last block are exchanged when all work is done.
  static int most_views_at_a_time(RankMethod method) {
    if (warp_size_v<Executor> == 1) return usual_views_at_a_time;
    return (method == RankMethod::summed_slabs ? 8 : 32) * usual_views_at_a_time;
  }

  void add_choices(RankMethod method) {
    for (int views = most_views_at_a_time(method); views >= 1; views /= 2) {
      choices_.push_back({method, std::min(views, shares_.projections[2])});
    }
  }

  [[nodiscard]] std::size_t workspace_bytes(RankChoice const& choice) const {
    int const views = choice.views_at_a_time;
    std::size_t const limit = views == 1 ? 0 : std::min(default_workspace_limit, limit_ / 2);
    if constexpr (Halves::are_there) {
      if (choice.method == RankMethod::filtered_views_to_slabs) {
        return Halves::of(op_).workspace_bytes(executor_, views, limit);
      }
    }
    Extents<3> extents = Known::makes_volume ? shares_.projections : shares_.volume;
    if (Known::makes_volume) extents[2] = views;
    return op_.workspace_bytes(executor_, ArrayView<float const, 3>{nullptr, extents}, limit);
  }

  /// Arrays beside those of a call, in the rank that has the most.
  [[nodiscard]] std::size_t array_bytes(RankChoice const& choice) const {
    auto const ranks = static_cast<std::size_t>(shares_.size());
    if (ranks == 1) return 0;
    auto const views =
        static_cast<std::size_t>(shares_.views_in_slots(blocks_, choice.views_at_a_time));
    std::size_t const view = exchanged_shares(op_, shares_, choice.method).view_count();
    auto const most_views = (static_cast<std::size_t>(shares_.projections[2]) + ranks - 1) / ranks;
    switch (choice.method) {
      case RankMethod::views_to_slabs:
        return views * view * sizeof(float);
      case RankMethod::filtered_views_to_slabs:
        return (views + most_views) * view * sizeof(float);
      case RankMethod::gathered_volume:
        return static_cast<std::size_t>(shares_.volume.count()) * sizeof(float);
      case RankMethod::summed_slabs:
        break;
    }
    std::size_t most_parts = 0;
    for (int rank = 0; rank < shares_.size(); ++rank) {
      most_parts = std::max(most_parts, shares_.parts_of_view(rank));
    }
    std::size_t views_of_parts = 0;
    for (int slot = 0; slot < blocks_; ++slot) {
      int const in_slot = shares_.views_in_slot(slot, blocks_, choice.views_at_a_time);
      views_of_parts += std::min(static_cast<std::size_t>(in_slot), most_views);
    }
    return (views * view + views_of_parts * most_parts) * sizeof(float);
  }

  [[nodiscard]] std::int64_t bytes_received(RankMethod method) const {
    RankShares const shares = exchanged_shares(op_, shares_, method);
    auto const rows = [&](int rank) {
      return std::int64_t{sizeof(float)} * shares.projections[0] *
             shares.rows[static_cast<std::size_t>(rank)].count;
    };
    std::int64_t const own = shares.own_views().count;
    switch (method) {
      case RankMethod::views_to_slabs:
      case RankMethod::filtered_views_to_slabs:
        return rows(shares.rank) * (shares.projections[2] - own);
      case RankMethod::gathered_volume:
        return own == 0 ? 0
                        : std::int64_t{sizeof(float)} * shares.volume[0] * shares.volume[1] *
                              (shares.volume[2] - shares.slab().count);
      case RankMethod::summed_slabs:
        break;
    }
    std::int64_t sum = 0;
    for (int rank = 0; rank < shares.size(); ++rank) {
      if (rank != shares.rank) sum += rows(rank) * own;
    }
    return sum;
  }

  [[nodiscard]] std::string reason(RankMethod method) const {
    if (shares_.size() == 1) return "nothing is shared out";
    std::string const volume =
        bytes_text(static_cast<std::size_t>(shares_.volume.count()) * sizeof(float));
    switch (method) {
      case RankMethod::views_to_slabs:
        if (!Halves::are_there) return "views are sent to slabs";
        return "views are sent to slabs and filtered there, as filtered ones would exceed the "
               "limit of " +
               bytes_text(limit_);
      case RankMethod::filtered_views_to_slabs:
        return "views are filtered and sent to slabs";
      case RankMethod::gathered_volume:
        return "rays are shared out, as the volume of " + volume + " fits";
      case RankMethod::summed_slabs:
        break;
    }
    return "what slabs add to views is summed up, as the volume of " + volume +
           " exceeds the limit of " + bytes_text(limit_);
  }

  Executor const& executor_;
  Operator const& op_;
  RankShares const& shares_;
  std::size_t limit_;
  int blocks_;
  std::vector<RankChoice> choices_;
};

/// The plan, for so many blocks at a time, of a method that all ranks have the memory for; the
/// least of all ranks' limits counts.
template <class Communicator, class Executor, class Operator>
RankPlan plan_on(Communicator const& communicator, Executor const& executor, Operator const& op,
                 RankShares const& shares, std::size_t limit, int blocks) {
  auto const own_limit = static_cast<std::int64_t>(
      std::min<std::size_t>(limit, std::numeric_limits<std::ptrdiff_t>::max()));
  auto const least = static_cast<std::size_t>(-communicator.largest(-own_limit));
  std::size_t choice = 0;
  share_errors(communicator, [&] {
    choice = RankPlanner<Executor, Operator>{executor, op, shares, least, blocks}.first_that_fits();
  });
  auto const of_all =
      static_cast<std::size_t>(communicator.largest(static_cast<std::int64_t>(choice)));
  RankPlan plan;
  share_errors(communicator, [&] {
    plan = RankPlanner<Executor, Operator>{executor, op, shares, least, blocks}.plan(of_all);
  });
  return plan;
}

}  // namespace pyronn::detail
