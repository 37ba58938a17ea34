// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Slices beside those of a rank, from the ranks that have them.
#include <algorithm>
#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

#include <pyronn/core/error.hpp>
#include <pyronn/distributed/communicator.hpp>
#include <pyronn/distributed/detail/failure.hpp>
#include <pyronn/distributed/detail/rank_link.hpp>
#include <pyronn/distributed/detail/rank_shares.hpp>
#include <pyronn/distributed/rank_plan.hpp>
#include <pyronn/recon/solver/slices_beside.hpp>

namespace pyronn::detail {

/// What two shares have in common.
inline RankShare common_share(RankShare const& a, RankShare const& b) {
  int const first = std::max(a.first, b.first);
  int const end = std::min(a.first + a.count, b.first + b.count);
  return {first, std::max(0, end - first)};
}

/// Slices of images whose other slices other ranks have, in the memory of executors.
template <class Executor, class Communicator>
class SliceExchange {
 public:
  /// Where ranks have these slabs.
  SliceExchange(Executor const& executor, Communicator const& communicator,
                std::vector<RankShare> slabs)
      : executor_{executor}, communicator_{communicator}, slabs_{std::move(slabs)} {}

  /// `data` has this rank's slab, of so many bytes a slice, and `beside` it what is received. All
  /// ranks must want as many to either side, or all there are. Throws what another rank threw.
  void operator()(SlicesBeside const& beside, std::byte* data, std::size_t bytes) {
    share_errors(communicator_, [] {});
    int const most = static_cast<int>(communicator_.largest(std::max(beside.before, beside.after)));
    share_errors(communicator_, [&] {
      if (!link_) link_ = std::make_unique<Link>(executor_, communicator_);
      link_->prepare({messages(most, beside, data, bytes)});
    });
    LateFailure failure;
    link_->begin(0, failure);
    link_->await(0, failure);
    failure.raise();
  }

 private:
  using Link = RankLink<Executor, Communicator>;

  [[nodiscard]] Messages messages(int most, SlicesBeside const& beside, std::byte* data,
                                  std::size_t bytes) const {
    int const rank = communicator_.rank();
    int const slices = slabs_.back().first + slabs_.back().count;
    auto const wanted = [&](RankShare const& share) {
      int const first = std::max(0, share.first - most);
      return RankShare{first, std::min(slices, share.first + share.count + most) - first};
    };
    RankShare const own = slabs_[static_cast<std::size_t>(rank)];
    expects(wanted(own).first == own.first - beside.before &&
                wanted(own).count == own.count + beside.before + beside.after,
            "RankMap: ranks want other numbers of slices beside theirs; this one ", beside.before,
            " before and ", beside.after, " after");
    auto const place = [&](RankShare const& share) {
      return data + static_cast<std::size_t>(share.first - wanted(own).first) * bytes;
    };
    auto const bytes_of_share = [&](RankShare const& share) {
      return static_cast<std::size_t>(share.count) * bytes;
    };
    Messages result;
    for (int other = 0; other < communicator_.size(); ++other) {
      if (other == rank) continue;
      RankShare const theirs = slabs_[static_cast<std::size_t>(other)];
      RankShare const out = common_share(own, wanted(theirs));
      RankShare const in = common_share(theirs, wanted(own));
      std::size_t const sent = bytes_of_share(out);
      std::size_t const received = bytes_of_share(in);
      if (sent > 0) result.sent.push_back({other, place(out), sent, sent, 1});
      if (received > 0) result.received.push_back({other, place(in), received, received, 1});
    }
    return result;
  }

  Executor executor_;
  Communicator communicator_;
  std::vector<RankShare> slabs_;
  std::unique_ptr<Link> link_;
};

}  // namespace pyronn::detail
