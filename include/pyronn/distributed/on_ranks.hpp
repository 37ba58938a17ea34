// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// OnRanks: operators whose arrays are shared out to several ranks.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

#include <pyronn/core/array_view.hpp>
#include <pyronn/core/error.hpp>
#include <pyronn/core/extents.hpp>
#include <pyronn/distributed/communicator.hpp>
#include <pyronn/distributed/detail/rank_cut.hpp>
#include <pyronn/distributed/detail/rank_shares.hpp>
#include <pyronn/distributed/detail/streamed_operator.hpp>
#include <pyronn/distributed/rank_plan.hpp>
#include <pyronn/exec/backend.hpp>
#include <pyronn/exec/buffer.hpp>
#include <pyronn/exec/workspace.hpp>
#include <pyronn/operators/part.hpp>

namespace pyronn {

/// A Projector, a Backprojector or an Fbp of space on several ranks. Each has some consecutive
/// views of the projections and a slab of the volume, possibly none, in the order of ranks, and
/// computes by an executor of its own on cores.
///
/// To make a volume ranks send rows of their views to those whose slabs need them, and add up
/// nothing: it has the bits that one rank gives it, and those of Backprojectors of VoxelDriven with
/// SoftwareInterp, and of Fbp, are those of a whole call. To make views ranks gather the volume
/// where that fits; else they add up what their slabs contribute, in the order of ranks. Every
/// result has the same bits on every run with as many ranks, if they have the same limit.
///
/// All ranks make it and call it at the same time, with the same operator. An error in one of them
/// is thrown by all, as share_errors does.
template <class Operator, class Executor, class Communicator>
class OnRanks {
  using Known = detail::StreamedOperator<Operator>;
  static_assert(Operator::dimension == 3, "OnRanks takes operators of space.");
  static_assert((check_communicator<Communicator>(), true));
  static_assert(std::is_same_v<backend_t<Executor>, CpuBackend>,
                "OnRanks takes executors on cores: what ranks exchange lies in the host's memory.");

 public:
  /// Of what a call reads and writes.
  using Element = float;

  /// A call takes at most `limit` bytes beside its arrays; the least of all ranks' limits counts.
  /// Throws InvalidArgument where ranks were given operators of other sizes or scans, and
  /// OutOfMemory where a limit does not hold a single view.
  OnRanks(Communicator const& communicator, Executor const& executor, Operator op,
          std::size_t limit = std::numeric_limits<std::ptrdiff_t>::max())
      : communicator_{communicator}, executor_{executor}, op_{std::move(op)} {
    share_errors(communicator_, [&] { shares_ = detail::shares_on(communicator_, op_); });
    detail::check_same(communicator_, shares_);
    auto const own_limit = static_cast<std::int64_t>(
        std::min<std::size_t>(limit, std::numeric_limits<std::ptrdiff_t>::max()));
    auto const least = static_cast<std::size_t>(-communicator_.largest(-own_limit));
    share_errors(communicator_, [&] {
      plan_ = detail::plan_on(executor_, op_, shares_, least);
      if (plan_.views_at_a_time > 0) blocks_ = shares_.blocks(plan_.views_at_a_time);
    });
  }

  /// The operator of all ranks together.
  [[nodiscard]] Operator const& op() const { return op_; }
  /// The slices of this rank.
  [[nodiscard]] RankShare slab() const { return shares_.slab(); }
  /// The views of this rank.
  [[nodiscard]] RankShare views() const { return shares_.own_views(); }
  /// The sizes of this rank's part of the input: of projections (u, v, view), or of a Projector a
  /// volume (x, y, z). The last is 0 where the rank has none.
  [[nodiscard]] Extents<3> input_extents() const {
    return Known::makes_volume ? views_extents() : slab_extents();
  }
  /// The sizes of this rank's part of the output.
  [[nodiscard]] Extents<3> output_extents() const {
    return Known::makes_volume ? slab_extents() : views_extents();
  }

  /// What a call is going to do.
  [[nodiscard]] RankPlan const& plan() const { return plan_; }

  /// Reads this rank's part of the input and writes its part of the output. Returns when the
  /// rank's part is done. Throws InvalidArgument for arrays of the wrong size, OutOfMemory, and
  /// what another rank threw.
  void operator()(ArrayView<Element const, 3> input, ArrayView<Element, 3> output) const {
    share_errors(communicator_, [&] { check(input, output); });
    switch (plan_.method) {
      case RankMethod::views_to_slabs:
        return make_slab(input.data, output);
      case RankMethod::gathered_volume:
        return project_gathered(input, output);
      case RankMethod::summed_slabs:
        return project_slabs(input, output.data);
    }
  }

 private:
  using Floats = Buffer<float, Executor>;
  using Exchange = decltype(std::declval<Communicator const&>().exchange(
      std::vector<SentBytes>{}, std::vector<ReceivedBytes>{}));

  [[nodiscard]] Extents<3> views_extents() const {
    return {shares_.projections[0], shares_.projections[1], views().count};
  }
  [[nodiscard]] Extents<3> slab_extents() const {
    return {shares_.volume[0], shares_.volume[1], slab().count};
  }

  void check(ArrayView<Element const, 3> input, ArrayView<Element, 3> output) const {
    detail::expects(input.extents == input_extents(), "OnRanks: the input's extents ",
                    input.extents, " must be ", input_extents());
    detail::expects(output.extents == output_extents(), "OnRanks: the output's extents ",
                    output.extents, " must be ", output_extents());
    detail::expects(input.data != nullptr || input.count() == 0,
                    "OnRanks: the input is a null pointer");
    detail::expects(output.data != nullptr || output.count() == 0,
                    "OnRanks: the output is a null pointer");
  }

  /// Does what may fail in one rank, then what all do.
  template <class Prepare>
  void exchange_after(Prepare const& prepare) const {
    std::optional<Exchange> exchange;
    share_errors(communicator_, [&] {
      detail::Messages const messages = prepare();
      exchange.emplace(communicator_.exchange(messages.sent, messages.received));
    });
    exchange->run();
  }

  /// Memory for calls: nothing unless it is needed.
  [[nodiscard]] Floats floats(bool are_needed, std::size_t count) const {
    Floats result{executor_, are_needed ? count : 0};
    // Rows that are not received are read together with others, and must be finite.
    std::fill_n(result.data(), result.size(), 0.0F);
    return result;
  }
  [[nodiscard]] std::size_t block_floats() const {
    return static_cast<std::size_t>(plan_.views_at_a_time) * shares_.view_count();
  }

  /// From all views to the slab.
  void make_slab(float const* own, ArrayView<float, 3> output) const {
    bool const has_slab = slab().count > 0;
    std::optional<Floats> block_data;
    std::optional<Workspace<Executor>> workspace;
    share_errors(communicator_, [&] {
      block_data.emplace(floats(has_slab, block_floats()));
      workspace.emplace(executor_, has_slab ? plan_.workspace_bytes : 0);
    });
    std::optional<RankShare> received;
    auto const use_received = [&] {
      if (!received || !has_slab) return;
      auto const kept = received->first == 0 ? Output::overwrite : Output::add;
      op_(executor_, block_of(*block_data, *received), output, *workspace,
          Part{ViewSelection::range(received->first, received->count),
               Slab{slab().first, slab().count}, kept});
    };
    for (RankShare const& block : blocks_) {
      exchange_after([&] {
        use_received();
        return shares_.rows_to_slabs(block, own, block_data->data());
      });
      received = block;
    }
    share_errors(communicator_, use_received);
  }

  /// From the whole volume to the rank's views.
  void project_gathered(ArrayView<float const, 3> input, ArrayView<float, 3> output) const {
    bool const has_views = views().count > 0;
    bool const gathers = shares_.size() > 1;
    std::optional<Floats> whole;
    std::optional<Workspace<Executor>> workspace;
    exchange_after([&] {
      whole.emplace(executor_, has_views && gathers
                                   ? static_cast<std::size_t>(shares_.volume.count())
                                   : std::size_t{0});
      workspace.emplace(executor_, has_views ? plan_.workspace_bytes : 0);
      return gathers ? shares_.slabs_to_all(input.data, whole->data()) : detail::Messages{};
    });
    share_errors(communicator_, [&] {
      if (!has_views) return;
      ArrayView<float const, 3> const volume{gathers ? whole->data() : input.data, shares_.volume};
      op_(executor_, volume, output, *workspace,
          Part{ViewSelection::range(views().first, views().count)});
    });
  }

  /// What slabs add to views, block after block.
  void project_slabs(ArrayView<float const, 3> input, float* own) const {
    bool const has_slab = slab().count > 0;
    std::optional<Floats> block_data;
    std::optional<Floats> parts;
    std::optional<Workspace<Executor>> workspace;
    share_errors(communicator_, [&] {
      block_data.emplace(floats(has_slab, block_floats()));
      parts.emplace(
          floats(views().count > 0, block_floats() * static_cast<std::size_t>(shares_.size() - 1)));
      workspace.emplace(executor_, has_slab ? plan_.workspace_bytes : 0);
    });
    for (RankShare const& block : blocks_) {
      exchange_after([&] {
        if (has_slab) {
          op_(executor_, input, block_of(*block_data, block), *workspace,
              Part{ViewSelection::range(block.first, block.count),
                   Slab{slab().first, slab().count}});
        }
        return shares_.parts_to_views(block, block_data->data(), parts->data());
      });
      shares_.add_parts(block, block_data->data(), parts->data(), own);
    }
  }

  [[nodiscard]] ArrayView<float, 3> block_of(Floats const& data, RankShare const& block) const {
    return data.view(Extents<3>{shares_.projections[0], shares_.projections[1], block.count});
  }

  Communicator communicator_;
  Executor executor_;
  Operator op_;
  detail::RankShares shares_;
  RankPlan plan_;
  std::vector<RankShare> blocks_;  ///< of views that are exchanged at a time
};

}  // namespace pyronn
