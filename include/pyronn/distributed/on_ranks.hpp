// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// OnRanks: operators whose arrays are shared out to several ranks.
#include <cstddef>
#include <limits>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

#include <pyronn/core/array_view.hpp>
#include <pyronn/core/error.hpp>
#include <pyronn/core/extents.hpp>
#include <pyronn/distributed/communicator.hpp>
#include <pyronn/distributed/detail/rank_cut.hpp>
#include <pyronn/distributed/detail/rank_memory.hpp>
#include <pyronn/distributed/detail/rank_shares.hpp>
#include <pyronn/distributed/detail/rank_views.hpp>
#include <pyronn/distributed/detail/streamed_operator.hpp>
#include <pyronn/distributed/rank_plan.hpp>
#include <pyronn/exec/backend.hpp>
#include <pyronn/operators/part.hpp>

namespace pyronn {

/// A Projector, a Backprojector or an Fbp of space on several ranks. Each has some consecutive
/// views of the projections and a slab of the volume, possibly none, in the order of ranks, and
/// computes by an executor of its own on cores.
///
/// To make a volume ranks send rows of their views to those whose slabs need them, of an Fbp after
/// they have filtered them, and add up nothing: it has the bits that one rank gives it, and those
/// of Backprojectors of VoxelDriven with SoftwareInterp, and of Fbp, are those of a whole call. To
/// make views ranks gather the volume where that fits; else they add up what their slabs
/// contribute, in the order of ranks. Every result has the same bits on every run with as many
/// ranks, if they have the same limit.
///
/// All ranks make it and call it at the same time, with the same operator. An error in one of them
/// is thrown by all, as share_errors does. It keeps its memory for the next call.
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
      : communicator_{communicator},
        executor_{executor},
        op_{std::move(op)},
        shares_{detail::agreed_shares(communicator_, op_)},
        plan_{detail::plan_on(communicator_, executor_, op_, shares_, limit)} {
    share_errors(communicator_, [&] {
      all_ = {shares_, detail::exchanged_shares(op_, shares_, plan_.method), plan_, {}};
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

  /// Which of some views, numbered as they are selected, this rank has. Throws InvalidArgument for
  /// views that there are not or that do not ascend.
  [[nodiscard]] RankShare views_among(ViewSelection const& views) const {
    return detail::RankViews{all_, plan_, views}.own();
  }

  /// Reads this rank's part of the input and writes its part of the output. Returns when the
  /// rank's part is done. With `views` projections hold the rank's views among those alone; there
  /// may be none. Throws InvalidArgument for arrays of the wrong size, views that there are not or
  /// that do not ascend, and a selection of an Fbp's views, OutOfMemory, and what another rank
  /// threw.
  void operator()(ArrayView<Element const, 3> input, ArrayView<Element, 3> output,
                  ViewSelection const& views = {}) {
    detail::RankViews some;
    bool const has_all = views.kind() == ViewSelection::Kind::all;
    share_errors(communicator_, [&] {
      if (!has_all) some = {all_, plan_, views};
      detail::expects(has_all || !Halves::are_there, "OnRanks: an Fbp takes all views at a time");
      check(input, output, has_all ? all_.own() : some.own());
      if (!memory_) memory_ = std::make_unique<Memory>(executor_, all_.exchanged, plan_);
    });
    detail::RankViews const& of = has_all ? all_ : some;
    switch (plan_.method) {
      case RankMethod::views_to_slabs:
      case RankMethod::filtered_views_to_slabs:
        return make_slab(of, input, output);
      case RankMethod::gathered_volume:
        return project_gathered(of, input, output);
      case RankMethod::summed_slabs:
        return project_slabs(of, input, output.data);
    }
  }

 private:
  using Memory = detail::RankMemory<Executor>;
  using Halves = detail::HalvesOf<Operator>;
  using Exchange = decltype(std::declval<Communicator const&>().exchange(
      std::vector<SentBytes>{}, std::vector<ReceivedBytes>{}));

  [[nodiscard]] Extents<3> views_extents() const {
    return {shares_.projections[0], shares_.projections[1], views().count};
  }
  [[nodiscard]] Extents<3> slab_extents() const {
    return {shares_.volume[0], shares_.volume[1], slab().count};
  }

  void check(ArrayView<Element const, 3> input, ArrayView<Element, 3> output,
             RankShare const& own_views) const {
    Extents<3> in = input_extents();
    Extents<3> out = output_extents();
    (Known::makes_volume ? in : out)[2] = own_views.count;
    detail::expects(input.extents == in, "OnRanks: the input's extents ", input.extents,
                    " must be ", in);
    detail::expects(output.extents == out, "OnRanks: the output's extents ", output.extents,
                    " must be ", out);
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

  /// From views to the slab.
  void make_slab(detail::RankViews const& of, ArrayView<float const, 3> input,
                 ArrayView<float, 3> output) {
    float const* own = input.data;
    if (filters()) own = memory_->filtered.data();
    bool is_filtered = !filters();
    std::optional<RankShare> received;
    auto const use_received = [&] {
      if (!received || slab().count == 0) return;
      add_block(of, *received, block_view(*received, own), output);
    };
    for (RankShare const& block : of.blocks) {
      exchange_after([&] {
        if (!is_filtered) filter(input);
        is_filtered = true;
        use_received();
        if (shares_.size() == 1) return detail::Messages{};
        return of.exchanged.rows_to_slabs(block, own, memory_->block.data());
      });
      received = block;
    }
    share_errors(communicator_, use_received);
  }

  [[nodiscard]] bool filters() const { return plan_.method == RankMethod::filtered_views_to_slabs; }
  void filter(ArrayView<float const, 3> input) {
    if constexpr (Halves::are_there) {
      if (views().count == 0) return;
      auto const halves = Halves::of(op_);
      halves.filter(executor_, input, views().first,
                    memory_->filtered.view(halves.filtered_extents(views().count)),
                    memory_->workspace);
    }
  }
  void add_block(detail::RankViews const& of, RankShare const& block,
                 ArrayView<float const, 3> from, ArrayView<float, 3> output) {
    Part const part{of.selection(block), Slab{slab().first, slab().count},
                    block.first == 0 ? Output::overwrite : Output::add};
    if constexpr (Halves::are_there) {
      if (filters()) {
        Halves::of(op_).backproject(executor_, from, output, memory_->workspace, part);
        return;
      }
    }
    op_(executor_, from, output, memory_->workspace, part);
  }
  /// Where views of a block are; those of a single rank are its own.
  [[nodiscard]] ArrayView<float const, 3> block_view(RankShare const& block,
                                                     float const* own) const {
    Extents<3> const& exchanged = all_.exchanged.projections;
    Extents<3> const extents{exchanged[0], exchanged[1], block.count};
    if (shares_.size() > 1) return {memory_->block.data(), extents};
    return {own + static_cast<std::size_t>(block.first) * shares_.view_count(), extents};
  }

  /// From the whole volume to the rank's views.
  void project_gathered(detail::RankViews const& of, ArrayView<float const, 3> input,
                        ArrayView<float, 3> output) {
    float* const whole = memory_->block.data();
    if (shares_.size() > 1) {
      exchange_after([&] { return of.shares.slabs_to_all(input.data, whole); });
    }
    share_errors(communicator_, [&] {
      if (of.own().count == 0) return;
      ArrayView<float const, 3> const volume{shares_.size() > 1 ? whole : input.data,
                                             shares_.volume};
      op_(executor_, volume, output, memory_->workspace, Part{of.selection(of.own())});
    });
  }

  /// What slabs add to views, block after block.
  void project_slabs(detail::RankViews const& of, ArrayView<float const, 3> input, float* own) {
    float* const data = memory_->block.data();
    float* const parts = memory_->parts.data();
    for (RankShare const& block : of.blocks) {
      exchange_after([&] {
        if (slab().count > 0) {
          Extents<3> const extents{shares_.projections[0], shares_.projections[1], block.count};
          op_(executor_, input, ArrayView<float, 3>{data, extents}, memory_->workspace,
              Part{of.selection(block), Slab{slab().first, slab().count}});
        }
        return of.shares.parts_to_views(block, data, parts);
      });
      of.shares.add_parts(block, data, parts, own);
    }
  }

  Communicator communicator_;
  Executor executor_;
  Operator op_;
  detail::RankShares shares_;
  RankPlan plan_;
  detail::RankViews all_;
  std::unique_ptr<Memory> memory_;
};

}  // namespace pyronn
