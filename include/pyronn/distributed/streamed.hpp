// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Streamed: operators on arrays of the host that need not fit into the executor's memory.
#include <algorithm>
#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

#include <pyronn/core/array_view.hpp>
#include <pyronn/core/error.hpp>
#include <pyronn/core/extents.hpp>
#include <pyronn/core/storage.hpp>
#include <pyronn/distributed/detail/block_stream.hpp>
#include <pyronn/distributed/detail/stream_cut.hpp>
#include <pyronn/distributed/detail/stream_forecast.hpp>
#include <pyronn/distributed/detail/stream_memory.hpp>
#include <pyronn/distributed/detail/stream_probe.hpp>
#include <pyronn/distributed/detail/stream_tasks.hpp>
#include <pyronn/distributed/detail/streamed_operator.hpp>
#include <pyronn/distributed/stream_plan.hpp>
#include <pyronn/distributed/stream_rates.hpp>
#include <pyronn/exec/block_slots.hpp>
#include <pyronn/exec/host_array.hpp>
#include <pyronn/exec/vector_operations.hpp>
#include <pyronn/exec/workspace.hpp>
#include <pyronn/operators/detail/view_indices.hpp>
#include <pyronn/operators/part.hpp>

namespace pyronn {

/// A Projector, a Backprojector or an Fbp of space whose arrays lie in the host's memory, or are
/// read and written in blocks by functions, and of which an executor works on parts. Blocks are
/// brought to it and back while it works on others; of views only the rows are read that a slab
/// needs. An Fbp, and a Backprojector of VoxelDriven with SoftwareInterp, makes the bits of a whole
/// call. The last bits of other results depend on the limits: rays are traced in bands of rows or
/// through slabs that are summed up, transposes of models that follow rays are summed up some views
/// at a time, and views may lie elsewhere in textures.
///
/// Arrays of numbers of 16 bits, `In` and `Out`, halve what is moved. Outputs are summed up in
/// float and rounded once, where calls in core round once a launch; Fbp filters them in float.
///
/// A call waits until all is done, and works on two threads beside the caller's. It keeps its
/// memory for the next one, within the limits. Executors copy page-locked arrays (of cudaHostAlloc
/// or cudaHostRegister) as they are, and others through memory that is.
template <class Operator, class Executor, class In = float, class Out = float>
class Streamed {
  using Known = detail::StreamedOperator<Operator>;
  static_assert(Operator::dimension == 3, "Streamed takes operators of space.");
  static_assert((check_storage<In>(), check_storage<Out>(), true));

 public:
  /// What is read: line integrals, or attenuation [1/mm].
  using Input = HostInput<In>;
  /// What is written.
  using Output = HostOutput<Out>;

  /// Allocates nothing.
  Streamed(Executor const& executor, Operator op, StreamLimits const& limits)
      : executor_{executor}, op_{std::move(op)}, limits_{limits}, slab_{0, op_.grid().size[2]} {}
  /// Of some slices of the volume that an operator makes, with the bits that they have in all of
  /// it: the output holds those alone. Throws InvalidArgument for slices that there are not.
  Streamed(Executor const& executor, Operator op, StreamLimits const& limits, Slab const& slab)
      : executor_{executor},
        op_{std::move(op)},
        limits_{limits},
        slab_{detail::checked_slab("Streamed", {{}, slab}, op_.grid().size[2])} {
    static_assert(Known::makes_volume, "Operators that make views stream all slices.");
  }

  /// The operator.
  [[nodiscard]] Operator const& op() const { return op_; }
  /// The sizes of the input: projections (u, v, view), or of a Projector a volume (x, y, z).
  [[nodiscard]] Extents<3> input_extents() const { return tasks({}).input(); }
  /// The sizes of the output.
  [[nodiscard]] Extents<3> output_extents() const { return tasks({}).output(); }

  /// What a call with these arrays is going to do. With `views` the projections hold those alone,
  /// in their order, and the others count for nothing. Throws InvalidArgument for arrays of the
  /// wrong size and views that there are not, and OutOfMemory where the limits do not hold a single
  /// slice and view.
  [[nodiscard]] StreamPlan plan(Input const& input, Output const& output,
                                ViewSelection const& views = {}) const {
    Tasks const calls = tasks(views);
    detail::check_arrays("Streamed", calls, input, output);
    return plan_of(calls, input, output, cut(calls, input, output));
  }
  /// The same with the time that it takes at these rates, of which a call has the memory already.
  [[nodiscard]] StreamPlan plan(Input const& input, Output const& output, StreamRates const& rates,
                                ViewSelection const& views = {}) const {
    StreamPlan plan = this->plan(input, output, views);
    Tasks const calls = tasks(views);
    detail::StreamForecast forecast{plan.input_slots, plan.output_slots, rates.shared};
    plan.seconds = forecast.seconds(calls.tasks(cut(calls, input, output)),
                                    detail::BlockTimes<Tasks>{calls, rates});
    return plan;
  }

  /// Measures rates on some blocks of a call like this, with nothing else running: for about half a
  /// second to two, and where a call waits for input and output, which are then watched together
  /// for a twentieth of its time, up to three more. They hold for calls with blocks of about that
  /// size. Reads blocks of the input and writes anything to `scratch`, both in any order and more
  /// than once; it is to be as the output, in memory of that kind or a file on that disk, such as a
  /// BlockWriter that is not committed, which leaves nothing there. Waits. Throws as a call does.
  [[nodiscard]] StreamRates measure_rates(Input const& input, Output const& scratch,
                                          ViewSelection const& views = {}) {
    Tasks const calls = tasks(views);
    detail::StreamCut const cut = hold_memory(calls, input, scratch);
    detail::StreamProbe probe{calls, cut, memory_->input, memory_->output};
    return probe.rates(worker(calls));
  }

  /// Reads the input and writes the output. Throws as plan() does, before anything is written;
  /// later what functions of the arrays threw, and errors of the executor, when the output may be
  /// written in part.
  void operator()(Input const& input, Output const& output, ViewSelection const& views = {}) {
    run(input, output, views, [] {});
  }

 private:
  template <class, class, class, class>
  friend class StreamedGroup;

  using Tasks = detail::StreamTasks<Operator, In, Out>;
  using InputSlots = detail::input_slots_t<Executor, In>;
  using OutputSlots = detail::output_slots_t<Executor, Out>;
  using Memory = detail::StreamMemory<Executor, Operator, In, Out>;
  using Read = typename Memory::Read;
  using Sum = typename Memory::Sum;
  using SlotBytes = typename Memory::SlotBytes;
  static constexpr bool rounds = Memory::rounds;
  static constexpr bool widens = Memory::widens;

  [[nodiscard]] Tasks tasks(ViewSelection const& views) const { return {op_, views, slab_}; }
  /// Has the memory of a call. Throws as plan() does.
  void prepare(Input const& input, Output const& output, ViewSelection const& views) {
    hold_memory(tasks(views), input, output);
  }
  /// What `before_each` throws before it works on a block ends the call.
  template <class BeforeEach>
  void run(Input const& input, Output const& output, ViewSelection const& views,
           BeforeEach const& before_each) {
    Tasks const calls = tasks(views);
    detail::StreamCut const cut = hold_memory(calls, input, output);
    detail::BlockStream stream{memory_->input, cut.input.slots, memory_->output, cut.output.slots};
    stream.run(calls.tasks(cut), [&, work = worker(calls)](auto const&... block) {
      before_each();
      work(block...);
    });
  }

  /// Half of what functions leave of the host's memory for each direction.
  [[nodiscard]] std::size_t staging_limit(Input const& input, Output const& output) const {
    std::size_t const taken = input.host_bytes() + output.host_bytes();
    return (limits_.host_bytes - std::min(limits_.host_bytes, taken)) / 2;
  }
  [[nodiscard]] SlotBytes slot_bytes(Input const& input, Output const& output,
                                     detail::StreamCut const& cut) const {
    std::size_t const limit = staging_limit(input, output);
    return {InputSlots::memory_bytes(input, cut.input),
            OutputSlots::memory_bytes(output, cut.output),
            InputSlots::staging_bytes(input, cut.input, limit),
            OutputSlots::staging_bytes(output, cut.output, limit)};
  }
  /// Of the host's memory, beside that of the executor [bytes].
  [[nodiscard]] std::size_t host_bytes(Input const& input, Output const& output,
                                       detail::StreamCut const& cut) const {
    SlotBytes const slots = slot_bytes(input, output, cut);
    return input.host_bytes() + output.host_bytes() + slots[2] + slots[3];
  }

  [[nodiscard]] detail::StreamCosts costs(Tasks const& calls, Input const& input,
                                          Output const& output) const {
    detail::StreamCosts costs{};
    costs.input_planes = input.extents()[2];
    costs.output_planes = output.extents()[2];
    costs.input_rows = input.extents()[1];
    costs.output_rows = output.extents()[1];
    costs.input_row_bytes = InputSlots::memory_bytes(input, {1, 1, 1});
    costs.output_row_bytes = OutputSlots::memory_bytes(output, {1, 1, 1});
    if (widens) costs.wide_row_bytes = detail::row_count(input.extents()) * sizeof(Read);
    if (rounds) costs.sums_row_bytes = detail::row_count(output.extents()) * sizeof(Sum);
    costs.is_on_host = InputSlots::is_in_host_memory;
    costs.staging = [&](detail::StreamCut const& cut) { return host_bytes(input, output, cut); };
    costs.workspace = [&](int views, std::size_t limit) { return workspace_bytes(views, limit); };
    if constexpr (Known::has_bands) {
      costs.slices_of_rows = [&](int rows) { return calls.most_slices(rows); };
    }
    return costs;
  }
  [[nodiscard]] detail::StreamCut cut(Tasks const& calls, Input const& input,
                                      Output const& output) const {
    detail::StreamCutter const cutter{costs(calls, input, output), limits_};
    return Known::makes_volume ? cutter.of_volume() : cutter.of_views();
  }

  [[nodiscard]] std::size_t workspace_bytes(int views, std::size_t limit) const {
    Extents<3> extents = input_extents();
    if (Known::makes_volume) extents[2] = views;
    return op_.workspace_bytes(executor_, ArrayView<Read const, 3>{nullptr, extents}, limit);
  }

  /// Keeps what is there where it holds the blocks of this call, whose cut it returns.
  detail::StreamCut hold_memory(Tasks const& calls, Input const& input, Output const& output) {
    detail::check_arrays("Streamed", calls, input, output);
    detail::StreamCut const wanted = cut(calls, input, output);
    SlotBytes const bytes = slot_bytes(input, output, wanted);
    if (!memory_ || !memory_->holds(wanted, bytes)) {
      memory_.reset();
      memory_ = std::make_unique<Memory>(executor_, input, output, wanted, bytes,
                                         staging_limit(input, output));
    }
    if constexpr (Known::has_bands) hold_bands(calls, wanted.output.rows);
    memory_->input.begin(input);
    memory_->output.begin(output);
    return wanted;
  }
  /// Operators of bands of so many rows.
  void hold_bands(Tasks const& calls, int rows) {
    if (rows_of_bands_ == rows) return;
    rows_of_bands_ = 0;
    bands_.clear();
    if (rows < output_extents()[1]) {
      for (auto const& band : calls.bands(rows)) bands_.push_back(Known::of_rows(op_, band));
    }
    rows_of_bands_ = rows;
  }
  /// The operator of a block's rows.
  [[nodiscard]] Operator const& op_of(HostBlock const& output) const {
    if (bands_.empty()) return op_;
    return bands_[static_cast<std::size_t>(output.first_row / rows_of_bands_)];
  }

  /// Queues what input `n` of a task adds to its output.
  [[nodiscard]] auto worker(Tasks const& calls) {
    return [this, &calls](detail::OutputTask const& task, std::size_t n, auto const& from,
                          auto const& to) {
      Operator const& op = op_of(task.output);
      Part const part = calls.part(task, n);
      if constexpr (rounds) {
        auto const sums = memory_->sums.view(to.extents);
        op(executor_, detail::readable(executor_, from, memory_->wide), sums, memory_->workspace,
           part);
        if (n + 1 == task.inputs.size()) copy(executor_, sums, to);
      } else {
        op(executor_, detail::readable(executor_, from, memory_->wide), to, memory_->workspace,
           part);
      }
    };
  }

  [[nodiscard]] StreamPlan plan_of(Tasks const& calls, Input const& input, Output const& output,
                                   detail::StreamCut const& cut) const {
    StreamPlan plan = detail::plan_of(calls, cut);
    plan.makes_volume = Known::makes_volume;
    plan.device_bytes = costs(calls, input, output).memory(cut);
    plan.host_bytes = host_bytes(input, output, cut);
    return plan;
  }

  Executor executor_;
  Operator op_;
  StreamLimits limits_;
  Slab slab_;
  std::unique_ptr<Memory> memory_;
  std::vector<Operator> bands_;  ///< of the output's rows; none where it has whole planes
  int rows_of_bands_ = 0;
};

}  // namespace pyronn
