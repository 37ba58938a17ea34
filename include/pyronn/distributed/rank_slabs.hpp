// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Slabs of ranks that take about as long as one another.
#include <algorithm>
#include <cstddef>
#include <vector>

#include <pyronn/core/error.hpp>
#include <pyronn/core/grid.hpp>
#include <pyronn/distributed/detail/block_samples.hpp>
#include <pyronn/distributed/rank_plan.hpp>
#include <pyronn/operators/detail/view_indices.hpp>
#include <pyronn/operators/part.hpp>

namespace pyronn {

namespace detail {

inline std::vector<RankShare> equal_shares(int planes, int ranks) {
  std::vector<RankShare> shares;
  shares.reserve(static_cast<std::size_t>(ranks));
  for (int rank = 0; rank < ranks; ++rank) shares.push_back(share_of_rank(planes, rank, ranks));
  return shares;
}

/// Throws InvalidArgument unless slabs follow one another, one for each rank, and have all slices.
inline void check_slabs(std::vector<RankShare> const& slabs, int slices, int ranks) {
  expects(slabs.size() == static_cast<std::size_t>(ranks), "OnRanks: ", slabs.size(),
          " slabs must be as many as the ", ranks, " ranks");
  int end = 0;
  for (RankShare const& slab : slabs) {
    expects(slab.first == end && slab.count >= 0, "OnRanks: a slab of ", slab.count,
            " slices from ", slab.first, " on follows slice ", end - 1,
            "; slabs must follow one another");
    end += slab.count;
  }
  expects(end == slices, "OnRanks: slabs have ", end, " of ", slices, " slices");
}

/// What slices up to each take, in parts of a slice that all views see: voxels that a detector does
/// not see take operators less.
template <class Geometry>
std::vector<double> work_up_to_slices(Geometry const& geometry, Grid const& grid) {
  constexpr double unseen = 0.5;  // of what one takes that is seen: on an H200 0.4 to 0.6
  constexpr int groups = 64;
  ViewIndices const views = view_indices("slabs_of_ranks", {}, geometry.num_views());
  int const slices = grid.size[2];
  std::vector<double> work{0};
  for (int group = 0; group < groups; ++group) {
    RankShare const share = share_of_rank(slices, group, groups);
    if (share.count == 0) continue;
    double const seen = seen_share(geometry, grid, {share.first, share.count}, views);
    for (int n = 0; n < share.count; ++n) {
      work.push_back(work.back() + unseen + (1 - unseen) * seen);
    }
  }
  return work;
}

/// Cuts `tiles` into as many parts as ranks, of which the one that takes longest takes the least
/// time. Returns where they end.
template <class Work>
std::vector<int> evenest_cuts(int tiles, int ranks, Work const& work) {
  auto const index = [&](int rank, int end) {
    return static_cast<std::size_t>(rank) * static_cast<std::size_t>(tiles + 1) +
           static_cast<std::size_t>(end);
  };
  std::vector<double> least(index(ranks, 0));  // of the ranks up to one, with an end
  std::vector<int> begin(least.size());        // of the last of them
  for (int rank = 0; rank < ranks; ++rank) {
    for (int end = rank + 1; end <= tiles; ++end) {
      double best = work(0, end);
      for (int first = rank; rank > 0 && first < end; ++first) {
        double const longest = std::max(least[index(rank - 1, first)], work(first, end));
        if (first > rank && longest >= best) continue;
        best = longest;
        begin[index(rank, end)] = first;
      }
      least[index(rank, end)] = best;
    }
  }
  std::vector<int> ends(static_cast<std::size_t>(ranks));
  int end = tiles;
  for (int rank = ranks - 1; rank >= 0; --rank) {
    ends[static_cast<std::size_t>(rank)] = end;
    end = begin[index(rank, end)];
  }
  return ends;
}

}  // namespace detail

/// Slabs for so many ranks, in their order, as OnRanks, RankMap and StreamedGroup have them: each
/// takes about as long as the others to backproject, and has at least a slice if there are as many.
/// Slabs of many slices begin at multiples of 16, which GPUs work on together. Throws
/// InvalidArgument for less than one rank.
template <class Geometry>
[[nodiscard]] std::vector<RankShare> slabs_of_ranks(Geometry const& geometry, Grid const& grid,
                                                    int ranks) {
  detail::expects(ranks >= 1, "slabs_of_ranks: ", ranks, " ranks must be at least 1");
  constexpr int most_tiles = 512;
  int const slices = grid.size[2];
  if (ranks == 1 || slices < ranks) return detail::equal_shares(slices, ranks);
  int tile = slices >= 32 * ranks ? 16 : 1;
  while (slices / tile > std::max(most_tiles, ranks)) tile *= 2;
  auto const up_to = detail::work_up_to_slices(geometry, grid);
  auto const slice = [&](int n) { return std::min(n * tile, slices); };
  auto const work = [&](int first, int end) {
    return up_to[static_cast<std::size_t>(slice(end))] -
           up_to[static_cast<std::size_t>(slice(first))];
  };
  std::vector<RankShare> slabs;
  int first = 0;
  for (int const end : detail::evenest_cuts((slices - 1) / tile + 1, ranks, work)) {
    slabs.push_back({first, slice(end) - first});
    first = slice(end);
  }
  return slabs;
}

}  // namespace pyronn
