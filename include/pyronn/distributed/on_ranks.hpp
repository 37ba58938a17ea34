// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// OnRanks: operators whose arrays are shared out to several ranks.
#include <cstddef>
#include <limits>
#include <memory>
#include <utility>

#include <pyronn/core/array_view.hpp>
#include <pyronn/core/error.hpp>
#include <pyronn/core/extents.hpp>
#include <pyronn/distributed/communicator.hpp>
#include <pyronn/distributed/detail/failure.hpp>
#include <pyronn/distributed/detail/rank_cut.hpp>
#include <pyronn/distributed/detail/rank_link.hpp>
#include <pyronn/distributed/detail/rank_memory.hpp>
#include <pyronn/distributed/detail/rank_messages.hpp>
#include <pyronn/distributed/detail/rank_shares.hpp>
#include <pyronn/distributed/detail/rank_views.hpp>
#include <pyronn/distributed/detail/streamed_operator.hpp>
#include <pyronn/distributed/rank_plan.hpp>
#include <pyronn/operators/part.hpp>

namespace pyronn {

/// A Projector, a Backprojector or an Fbp of space on several ranks. Each has some consecutive
/// views of the projections and a slab of the volume, possibly none, in the order of ranks, in the
/// memory of an executor of its own. On GPUs blocks of views are exchanged while others are worked
/// on; through page-locked memory of the host where the communicator exchanges the host's.
///
/// To make a volume ranks send rows of their views to those whose slabs need them, of an Fbp after
/// they have filtered them, and add up nothing: Backprojectors of VoxelDriven with SoftwareInterp,
/// and Fbp, have the bits of a whole call. Transposes of models that follow rays have those that
/// one rank gives them, but for the last ones on GPUs, whose sums run through rows beside those of
/// a slab. To make views ranks gather the volume where that fits; else they add up what their slabs
/// contribute, in the order of ranks. Every result has the same bits on every run with as many
/// ranks, if they have the same limit.
///
/// All ranks make it and call it at the same time, with the same operator. An error in one of them
/// is thrown by all, as share_errors does, at the end of a call, whose output is then not to be
/// used. It keeps its memory for the next call. On a stream a call waits on the host for the other
/// ranks, not for the rank's last work. A call after the first can be captured into a graph by all
/// ranks, which then launch it together; errors are those of the rank alone meanwhile, and a
/// process that has several of the devices must capture in cudaStreamCaptureModeRelaxed, else
/// InvalidArgument is thrown and the capture lost. Such graphs must go before the communicator
/// does.
template <class Operator, class Executor, class Communicator>
class OnRanks {
  using Known = detail::StreamedOperator<Operator>;
  static_assert(Operator::dimension == 3, "OnRanks takes operators of space.");
  static_assert((check_communicator<Communicator>(), true));

 public:
  /// Of what a call reads and writes.
  using Element = float;

  /// A call takes at most `limit` bytes beside its arrays; the least of all ranks' limits counts.
  /// `slabs` of all ranks follow one another; where none are given they are those of
  /// slabs_of_ranks. Throws InvalidArgument where ranks were given operators of other sizes or
  /// scans, or other slabs, and OutOfMemory where a limit does not hold a single view.
  OnRanks(Communicator const& communicator, Executor const& executor, Operator op,
          std::size_t limit = std::numeric_limits<std::ptrdiff_t>::max(),
          std::vector<RankShare> const& slabs = {})
      : communicator_{communicator},
        executor_{executor},
        op_{std::move(op)},
        shares_{detail::agreed_shares(communicator_, op_, slabs)},
        plan_{detail::plan_on(communicator_, executor_, op_, shares_, limit, Link::slots)} {
    share_errors(communicator_, [&] {
      all_ = {shares_, detail::exchanged_shares(op_, shares_, plan_.method), plan_, {}};
    });
  }

  /// The operator of all ranks together.
  [[nodiscard]] Operator const& op() const { return op_; }
  /// The slices of this rank.
  [[nodiscard]] RankShare slab() const { return shares_.slab(); }
  /// The slices of all ranks.
  [[nodiscard]] std::vector<RankShare> const& slabs() const { return shares_.slabs; }
  /// The views of this rank.
  [[nodiscard]] RankShare views() const { return shares_.own_views(); }
  /// The sizes of this rank's part of the input: of projections (u, v, view), or of a Projector a
  /// volume (x, y, z). The last is 0 where the rank has none.
  [[nodiscard]] Extents<3> input_extents() const {
    return Known::makes_volume ? shares_.views_extents() : shares_.slab_extents();
  }
  /// The sizes of this rank's part of the output.
  [[nodiscard]] Extents<3> output_extents() const {
    return Known::makes_volume ? shares_.slab_extents() : shares_.views_extents();
  }

  /// What a call is going to do.
  [[nodiscard]] RankPlan const& plan() const { return plan_; }

  /// Which of some views, numbered as they are selected, this rank has. Throws InvalidArgument for
  /// views that there are not or that do not ascend.
  [[nodiscard]] RankShare views_among(ViewSelection const& views) const {
    return detail::RankViews{all_, plan_, views}.own();
  }

  /// Reads this rank's part of the input and writes its part of the output. Returns when the rank's
  /// part is done, or on a stream queued. With `views` projections hold the rank's views among
  /// those alone; there may be none. Throws InvalidArgument for arrays of the wrong size, views
  /// that there are not or that do not ascend, and a selection of an Fbp's views, OutOfMemory, what
  /// another rank threw, and CommunicationError.
  void operator()(ArrayView<Element const, 3> input, ArrayView<Element, 3> output,
                  ViewSelection const& views = {}) {
    detail::RankViews some;
    bool const has_all = views.kind() == ViewSelection::Kind::all;
    detail::RankViews const& of = has_all ? all_ : some;
    share([&] {
      if (!has_all) some = {all_, plan_, views};
      detail::expects(has_all || !Halves::are_there, "OnRanks: an Fbp takes all views at a time");
      check(input, output, of.own());
      prepare(of, input.data);
    });
    detail::LateFailure failure;  // told at the end: others wait for messages
    switch (plan_.method) {
      case RankMethod::views_to_slabs:
      case RankMethod::filtered_views_to_slabs:
        make_slab(of, input, output, failure);
        break;
      case RankMethod::gathered_volume:
        project_gathered(of, input, output, failure);
        break;
      case RankMethod::summed_slabs:
        project_slabs(of, input, output.data, failure);
        break;
    }
    share([&] { failure.raise(); });
  }

 private:
  using Memory = detail::RankMemory<Executor>;
  using Halves = detail::HalvesOf<Operator>;
  using Link = detail::RankLink<Executor, Communicator>;

  /// Errors of a step, which are the rank's own while it captures: nothing is told then.
  template <class Step>
  void share(Step const& step) const {
    if (detail::is_capturing(executor_)) {
      step();
    } else {
      share_errors(communicator_, step);
    }
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

  /// All that may fail in one rank before messages are under way.
  void prepare(detail::RankViews const& of, float const* input) {
    detail::expects(!detail::is_capturing(executor_) || (link_ && Link::can_be_captured),
                    "OnRanks: a call can be captured into a graph after one that was not, and only "
                    "with a communicator whose messages can be");
    if (!link_) {
      memory_ = std::make_unique<Memory>(executor_, all_.exchanged, plan_, Link::slots);
      link_ = std::make_unique<Link>(executor_, communicator_);
    }
    link_->prepare(detail::messages_of_call(of, plan_, *memory_, Link::slots, input));
  }

  static int slot(std::size_t n) { return static_cast<int>(n % Link::slots); }
  /// Does the first step of all blocks in order, and the second one of those that are behind.
  template <class Begin, class End>
  static void for_blocks(std::size_t blocks, Begin const& begin, End const& end) {
    constexpr std::size_t lead = Link::slots - 1;
    for (std::size_t n = 0; n < blocks + lead; ++n) {
      if (n < blocks) begin(n);
      if (n >= lead) end(n - lead);
    }
  }

  /// From views to the slab.
  void make_slab(detail::RankViews const& of, ArrayView<float const, 3> input,
                 ArrayView<float, 3> output, detail::LateFailure& failure) {
    float const* const own = filters() ? memory_->filtered.data() : input.data;
    // Others wait for the first block.
    int const first = of.shares.views_in(of.blocks.front(), shares_.rank).count;
    failure.guard([&] { filter(input, {0, first}); });
    for_blocks(
        of.blocks.size(),
        [&](std::size_t n) {
          link_->begin(n, failure);
          if (n == 0) failure.guard([&] { filter(input, {first, views().count - first}); });
        },
        [&](std::size_t n) {
          link_->await(n, failure);
          failure.guard([&] {
            if (slab().count > 0) add_block(of, of.blocks[n], block_view(of, n, own), output);
          });
        });
  }

  [[nodiscard]] bool filters() const { return plan_.method == RankMethod::filtered_views_to_slabs; }
  /// Some of this rank's views, if it filters them.
  void filter(ArrayView<float const, 3> input, RankShare const& some) {
    if constexpr (Halves::are_there) {
      if (!filters() || some.count == 0) return;
      auto const halves = Halves::of(op_);
      halves.filter(executor_, input.slices(some.first, some.count), views().first + some.first,
                    memory_->filtered.view(halves.filtered_extents(views().count))
                        .slices(some.first, some.count),
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
  /// Where views of a block are: this rank's own, if it has all of them.
  [[nodiscard]] ArrayView<float const, 3> block_view(detail::RankViews const& of, std::size_t n,
                                                     float const* own) const {
    RankShare const& block = of.blocks[n];
    Extents<3> const& exchanged = of.exchanged.projections;
    Extents<3> const extents{exchanged[0], exchanged[1], block.count};
    if (!of.exchanged.has_all_of(block)) return {memory_->block(slot(n)), extents};
    auto const before = static_cast<std::size_t>(block.first - of.own().first);
    return {own + before * of.exchanged.view_count(), extents};
  }

  /// From the whole volume to the rank's views.
  void project_gathered(detail::RankViews const& of, ArrayView<float const, 3> input,
                        ArrayView<float, 3> output, detail::LateFailure& failure) {
    bool const gathers = shares_.size() > 1;
    if (gathers) {
      link_->begin(0, failure);
      link_->await(0, failure);
    }
    failure.guard([&] {
      if (of.own().count == 0) return;
      ArrayView<float const, 3> const volume{gathers ? memory_->block(0) : input.data,
                                             shares_.volume};
      op_(executor_, volume, output, memory_->workspace, Part{of.selection(of.own())});
    });
  }

  /// What slabs add to views, block after block.
  void project_slabs(detail::RankViews const& of, ArrayView<float const, 3> input, float* own,
                     detail::LateFailure& failure) {
    for_blocks(
        of.blocks.size(),
        [&](std::size_t n) {
          failure.guard([&] { project_slab(of, of.blocks[n], input, memory_->block(slot(n))); });
          link_->begin(n, failure);
        },
        [&](std::size_t n) {
          link_->await(n, failure);
          failure.guard([&] {
            of.shares.add_parts(executor_, of.blocks[n], memory_->block(slot(n)),
                                memory_->parts_of(slot(n)), own);
          });
        });
  }
  void project_slab(detail::RankViews const& of, RankShare const& block,
                    ArrayView<float const, 3> input, float* views) {
    if (slab().count == 0) return;
    Extents<3> const extents{shares_.projections[0], shares_.projections[1], block.count};
    op_(executor_, input, ArrayView<float, 3>{views, extents}, memory_->workspace,
        Part{of.selection(block), Slab{slab().first, slab().count}});
  }

  Communicator communicator_;
  Executor executor_;
  Operator op_;
  detail::RankShares shares_;
  RankPlan plan_;
  detail::RankViews all_;
  std::unique_ptr<Memory> memory_;
  std::unique_ptr<Link> link_;  // last: it waits for messages before memory goes
};

}  // namespace pyronn
