// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// StreamedGroup: streamed operators on several executors at once, as a rule GPUs of one host.
#include <algorithm>
#include <cstddef>
#include <deque>
#include <mutex>
#include <vector>

#include <pyronn/core/error.hpp>
#include <pyronn/core/extents.hpp>
#include <pyronn/distributed/detail/member_threads.hpp>
#include <pyronn/distributed/detail/stream_tasks.hpp>
#include <pyronn/distributed/detail/streamed_operator.hpp>
#include <pyronn/distributed/rank_plan.hpp>
#include <pyronn/distributed/rank_slabs.hpp>
#include <pyronn/distributed/stream_plan.hpp>
#include <pyronn/distributed/stream_rates.hpp>
#include <pyronn/distributed/streamed.hpp>
#include <pyronn/exec/host_array.hpp>
#include <pyronn/operators/detail/view_indices.hpp>
#include <pyronn/operators/part.hpp>

namespace pyronn {

/// Streamed on several executors at once, each on a thread of its own: of an operator that makes a
/// volume each member makes a slab of slabs_of_ranks, of one that makes views some of them. Each
/// reads what it needs of the input, filters it itself and writes its part of the output; nothing
/// is exchanged. A volume has the bits that Streamed gives it on one executor.
///
///   std::vector<CudaExecutor> executors;             // each made while its device is current
///   StreamedGroup group{executors, Fdk<ConeBeam, SoftwareInterp>{scan, grid}, limits};
///   group(views, volume);
///
/// Functions of the arrays are called by one member at a time. Blocks of a volume come to them in
/// order from each member, but not from all of them together. A call waits until all is done; what
/// one member throws ends the work of the others with the block that they are at.
template <class Operator, class Executor, class In = float, class Out = float>
class StreamedGroup {
  using Known = detail::StreamedOperator<Operator>;
  using Member = Streamed<Operator, Executor, In, Out>;
  using Tasks = detail::StreamTasks<Operator, In, Out>;

 public:
  /// What is read: line integrals, or attenuation [1/mm].
  using Input = HostInput<In>;
  /// What is written.
  using Output = HostOutput<Out>;

  /// A member for each executor, as far as there are slices, or views: `limits` are of the memory
  /// of each executor, and of the host's memory of all together. Allocates nothing of these. Throws
  /// InvalidArgument where there is no executor.
  StreamedGroup(std::vector<Executor> const& executors, Operator const& op,
                StreamLimits const& limits)
      : op_{op} {
    detail::expects(!executors.empty(), "StreamedGroup: there is no executor");
    auto const planes = static_cast<std::size_t>(output_extents()[2]);
    std::size_t const size = std::min(executors.size(), planes);
    if (Known::makes_volume) {
      slabs_ = slabs_of_ranks(op_.geometry(), op_.grid(), static_cast<int>(size));
    }
    for (std::size_t n = 0; n < size; ++n) {
      StreamLimits const own{limits.device_bytes, limits.host_bytes / size};
      if constexpr (Known::makes_volume) {
        members_.emplace_back(executors[n], op_, own, Slab{slabs_[n].first, slabs_[n].count});
      } else {
        members_.emplace_back(executors[n], op_, own);
      }
      executors_.push_back(executors[n]);
    }
  }

  /// The operator.
  [[nodiscard]] Operator const& op() const { return op_; }
  /// How many members there are.
  [[nodiscard]] int size() const { return static_cast<int>(members_.size()); }
  /// The slices that a member makes, or the views, of all of them.
  [[nodiscard]] RankShare share(int member) const { return share(member, output_extents()[2]); }
  /// The sizes of the input, as Streamed has them.
  [[nodiscard]] Extents<3> input_extents() const { return whole({}).input(); }
  /// The sizes of the output.
  [[nodiscard]] Extents<3> output_extents() const { return whole({}).output(); }

  /// What each member is going to do, as Streamed::plan says. Throws as that does.
  [[nodiscard]] std::vector<StreamPlan> plan(Input const& input, Output const& output,
                                             ViewSelection const& views = {}) const {
    return plans(input, output, views, [](Member const& member, Call const& call) {
      return member.plan(call.input, call.output, call.views);
    });
  }
  /// The same with the time that each takes at these rates.
  [[nodiscard]] std::vector<StreamPlan> plan(Input const& input, Output const& output,
                                             StreamRates const& rates,
                                             ViewSelection const& views = {}) const {
    return plans(input, output, views, [&](Member const& member, Call const& call) {
      return member.plan(call.input, call.output, rates, call.views);
    });
  }

  /// Measures rates as Streamed::measure_rates does, of all members at once: the slowest count.
  /// Writes anything to `scratch`, which is to be as the output. Waits. Throws as a call does.
  [[nodiscard]] StreamRates measure_rates(Input const& input, Output const& scratch) {
    std::vector<StreamRates> rates(members_.size());
    for_each_call(input, scratch, {}, [&](Member& member, Call const& call, auto const&) {
      rates[call.number] = member.measure_rates(call.input, call.output, call.views);
    });
    StreamRates least = rates.front();
    for (StreamRates const& one : rates) {
      least.input_bytes = std::min(least.input_bytes, one.input_bytes);
      least.output_bytes = std::min(least.output_bytes, one.output_bytes);
      least.updates = std::min(least.updates, one.updates);
      least.input_elements = std::min(least.input_elements, one.input_elements);
      least.output_elements = std::min(least.output_elements, one.output_elements);
      least.shared = std::max(least.shared, one.shared);
    }
    return least;
  }

  /// Reads the input and writes the output, when all members have their memory. Throws what a
  /// member threw first, as Streamed does: before anything is written as plan() does, later when
  /// the output may be written in part.
  void operator()(Input const& input, Output const& output, ViewSelection const& views = {}) {
    for_each_call(input, output, views, [](Member& member, Call const& call, auto const&) {
      member.prepare(call.input, call.output, call.views);
    });
    for_each_call(input, output, views,
                  [](Member& member, Call const& call, auto const& check_others) {
                    member.run(call.input, call.output, call.views, check_others);
                  });
  }

 private:
  /// A member's part of a call.
  struct Call {
    std::size_t number;
    Input input;
    Output output;
    ViewSelection views;
  };
  /// Whose turn it is to call functions.
  struct Turns {
    std::mutex input;
    std::mutex output;
  };

  [[nodiscard]] Tasks whole(ViewSelection const& views) const {
    return {op_, views, Slab{0, op_.grid().size[2]}};
  }
  [[nodiscard]] RankShare share(int member, int planes) const {
    if (Known::makes_volume) return slabs_[static_cast<std::size_t>(member)];
    return share_of_rank(planes, member, size());
  }

  [[nodiscard]] std::vector<Call> calls(Input const& input, Output const& output,
                                        ViewSelection const& views, Turns& turns) const {
    detail::check_arrays("StreamedGroup", whole(views), input, output);
    std::vector<Call> result;
    for (int n = 0; n < size(); ++n) {
      RankShare const own = share(n, output.extents()[2]);
      if (own.count == 0) continue;
      result.push_back({static_cast<std::size_t>(n), input_of(input, turns.input),
                        output_of(output, own, turns.output), views_of(views, own)});
    }
    return result;
  }
  [[nodiscard]] ViewSelection views_of(ViewSelection const& views, RankShare const& own) const {
    if (Known::makes_volume) return views;
    return detail::views_among("StreamedGroup", views, ViewSelection::range(own.first, own.count),
                               op_.geometry().num_views());
  }

  /// @{
  /// What functions take of the host's memory is shared out, as the limit is.
  [[nodiscard]] std::size_t bytes_of_member(std::size_t bytes) const {
    return (bytes + members_.size() - 1) / members_.size();
  }
  [[nodiscard]] Input input_of(Input const& all, std::mutex& turn) const {
    if (all.is_in_memory()) return all;
    return {all.extents(),
            [&all, &turn](HostBlock const& block, In* out) {
              std::lock_guard<std::mutex> const lock{turn};
              all.read(block, out);
            },
            bytes_of_member(all.host_bytes())};
  }
  [[nodiscard]] Output output_of(Output const& all, RankShare const& own, std::mutex& turn) const {
    if (all.is_in_memory()) return all.array().slices(own.first, own.count);
    Extents<3> extents = all.extents();
    extents[2] = own.count;
    return {extents,
            [&all, &turn, first = own.first](HostBlock block, Out const* values) {
              std::lock_guard<std::mutex> const lock{turn};
              block.first_plane += first;
              all.write(block, values);
            },
            bytes_of_member(all.host_bytes())};
  }
  /// @}

  template <class PlanOf>
  [[nodiscard]] std::vector<StreamPlan> plans(Input const& input, Output const& output,
                                              ViewSelection const& views,
                                              PlanOf const& plan_of) const {
    Turns turns;
    std::vector<StreamPlan> result;
    for (Call const& call : calls(input, output, views, turns)) {
      result.push_back(plan_of(members_[call.number], call));
    }
    return result;
  }

  /// `work(member, call, check_others)` on a thread each. Throws what the first of them threw.
  template <class Work>
  void for_each_call(Input const& input, Output const& output, ViewSelection const& views,
                     Work const& work) {
    Turns turns;
    auto const all = calls(input, output, views, turns);
    detail::run_members(all.size(), [&](std::size_t n, auto const& check_others) {
      Call const& call = all[n];
      detail::begin_thread(executors_[call.number]);
      work(members_[call.number], call, check_others);
    });
  }

  Operator op_;
  std::vector<Executor> executors_;
  std::vector<RankShare> slabs_;
  std::deque<Member> members_;  // which do not move
};

}  // namespace pyronn
