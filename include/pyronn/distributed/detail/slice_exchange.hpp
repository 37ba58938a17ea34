// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Slices beside those of a rank, from the ranks that have them.
#include <algorithm>
#include <cstddef>
#include <optional>
#include <vector>

#include <pyronn/core/error.hpp>
#include <pyronn/distributed/communicator.hpp>
#include <pyronn/distributed/rank_plan.hpp>
#include <pyronn/recon/solver/slices_beside.hpp>

namespace pyronn::detail {

/// What two shares have in common.
inline RankShare common_share(RankShare const& a, RankShare const& b) {
  int const first = std::max(a.first, b.first);
  int const end = std::min(a.first + a.count, b.first + b.count);
  return {first, std::max(0, end - first)};
}

/// `data` has this rank's share of `slices`, of so many bytes each, and `beside` it what is
/// received. All ranks must want as many to either side, or all there are.
template <class Communicator>
void exchange_slices(Communicator const& communicator, int slices, SlicesBeside const& beside,
                     std::byte* data, std::size_t bytes) {
  int const rank = communicator.rank();
  int const ranks = communicator.size();
  share_errors(communicator, [] {});
  int const most = static_cast<int>(communicator.largest(std::max(beside.before, beside.after)));
  auto const wanted = [&](RankShare const& share) {
    int const first = std::max(0, share.first - most);
    return RankShare{first, std::min(slices, share.first + share.count + most) - first};
  };
  RankShare const own = share_of_rank(slices, rank, ranks);
  auto const place = [&](int slice) {
    return data + static_cast<std::size_t>(slice - wanted(own).first) * bytes;
  };
  using Exchange = decltype(communicator.exchange({}, {}));
  std::optional<Exchange> exchange;
  share_errors(communicator, [&] {
    expects(wanted(own).first == own.first - beside.before &&
                wanted(own).count == own.count + beside.before + beside.after,
            "RankMap: ranks want other numbers of slices beside theirs; this one ", beside.before,
            " before and ", beside.after, " after");
    std::vector<SentBytes> sent;
    std::vector<ReceivedBytes> received;
    for (int other = 0; other < ranks; ++other) {
      if (other == rank) continue;
      RankShare const theirs = share_of_rank(slices, other, ranks);
      RankShare const out = common_share(own, wanted(theirs));
      RankShare const in = common_share(theirs, wanted(own));
      if (out.count > 0) {
        sent.push_back({other, place(out.first), static_cast<std::size_t>(out.count) * bytes});
      }
      if (in.count > 0) {
        received.push_back({other, place(in.first), static_cast<std::size_t>(in.count) * bytes});
      }
    }
    exchange.emplace(communicator.exchange(sent, received));
  });
  exchange->run();
}

}  // namespace pyronn::detail
