// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Streamed: operators on arrays of the host that need not fit into the executor's memory.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <type_traits>
#include <utility>
#include <vector>

#include <pyronn/core/array_view.hpp>
#include <pyronn/core/error.hpp>
#include <pyronn/core/extents.hpp>
#include <pyronn/distributed/detail/block_stream.hpp>
#include <pyronn/distributed/detail/stream_cut.hpp>
#include <pyronn/distributed/detail/streamed_operator.hpp>
#include <pyronn/distributed/stream_plan.hpp>
#include <pyronn/exec/block_slots.hpp>
#include <pyronn/exec/host_array.hpp>
#include <pyronn/exec/workspace.hpp>
#include <pyronn/geometry/shadow.hpp>
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
/// A call waits until all is done, and works on two threads beside the caller's. It keeps its
/// memory for the next one, within the limits. Executors copy page-locked arrays (of cudaHostAlloc
/// or cudaHostRegister) as they are, and others through memory that is.
template <class Operator, class Executor>
class Streamed {
  using Known = detail::StreamedOperator<Operator>;
  static_assert(Operator::dimension == 3, "Streamed takes operators of space.");

 public:
  /// Elements of both arrays.
  using Element = float;
  /// What is read: line integrals, or attenuation [1/mm].
  using Input = HostInput<Element>;
  /// What is written.
  using Output = HostOutput<Element>;

  /// Allocates nothing.
  Streamed(Executor const& executor, Operator op, StreamLimits const& limits)
      : executor_{executor}, op_{std::move(op)}, limits_{limits} {}

  /// The operator.
  [[nodiscard]] Operator const& op() const { return op_; }
  /// The sizes of the input: projections (u, v, view), or of a Projector a volume (x, y, z).
  [[nodiscard]] Extents<3> input_extents() const {
    return Known::makes_volume ? Known::projections(op_) : Known::volume(op_);
  }
  /// The sizes of the output.
  [[nodiscard]] Extents<3> output_extents() const {
    return Known::makes_volume ? Known::volume(op_) : Known::projections(op_);
  }

  /// What a call with these arrays is going to do. Throws InvalidArgument for arrays of the wrong
  /// size, and OutOfMemory where the limits do not hold a single slice and view.
  [[nodiscard]] StreamPlan plan(Input const& input, Output const& output) const {
    check(input, output);
    return plan_of(input, output, cut(input, output));
  }

  /// Reads the input and writes the output. Throws as plan() does, before anything is written;
  /// later what functions of the arrays threw, and errors of the executor, when the output may be
  /// written in part.
  void operator()(Input const& input, Output const& output) {
    check(input, output);
    hold_memory(input, output);
    Memory& memory = *memory_;
    memory.input.begin(input);
    memory.output.begin(output);
    detail::BlockStream stream{memory.input, memory.cut.input.slots, memory.output,
                               memory.cut.output.slots};
    stream.run(tasks_of(memory.cut), [&](detail::OutputTask const& task, std::size_t n,
                                         auto const& from, auto const& to) {
      op_of(task.output)(executor_, from, to, memory.workspace,
                         part_of(task.output, task.inputs[n], n));
    });
  }

 private:
  using InputSlots = detail::input_slots_t<Executor, Element>;
  using OutputSlots = detail::output_slots_t<Executor, Element>;

  /// Of slots: the executor's memory for inputs and outputs, and the host's.
  using SlotBytes = std::array<std::size_t, 4>;

  struct Memory {
    Memory(Executor const& executor, Input const& from, Output const& to,
           detail::StreamCut const& cut_, SlotBytes const& bytes_, std::size_t staging_limit)
        : cut{cut_},
          bytes{bytes_},
          input{executor, from, cut.input, staging_limit},
          output{executor, to, cut.output, staging_limit},
          workspace{executor, cut.workspace_bytes} {}

    detail::StreamCut cut;
    SlotBytes bytes;
    InputSlots input;
    OutputSlots output;
    Workspace<Executor> workspace;
  };

  void check(Input const& input, Output const& output) const {
    detail::expects(input.extents() == input_extents(), "Streamed: the input's extents ",
                    input.extents(), " must be ", input_extents());
    detail::expects(output.extents() == output_extents(), "Streamed: the output's extents ",
                    output.extents(), " must be ", output_extents());
    detail::expects(!input.is_in_memory() || input.array().data != nullptr,
                    "Streamed: the input is a null pointer");
    detail::expects(!output.is_in_memory() || output.array().data != nullptr,
                    "Streamed: the output is a null pointer");
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

  [[nodiscard]] detail::StreamCut cut(Input const& input, Output const& output) const {
    detail::StreamCosts costs{};
    costs.input_planes = input.extents()[2];
    costs.output_planes = output.extents()[2];
    costs.input_rows = input.extents()[1];
    costs.output_rows = output.extents()[1];
    costs.input_row_bytes = InputSlots::memory_bytes(input, {1, 1, 1});
    costs.output_row_bytes = OutputSlots::memory_bytes(output, {1, 1, 1});
    costs.is_on_host = InputSlots::is_in_host_memory;
    costs.staging = [&](detail::StreamCut const& cut) { return host_bytes(input, output, cut); };
    costs.workspace = [&](int views, std::size_t limit) { return workspace_bytes(views, limit); };
    if constexpr (Known::has_bands) {
      costs.slices_of_rows = [&](int rows) {
        int most = 0;
        for (auto const& band : bands(rows)) {
          most = std::max(most, Known::slices_of(op_, band).num_slices);
        }
        return most;
      };
    }
    detail::StreamCutter const cutter{std::move(costs), limits_};
    return Known::makes_volume ? cutter.of_volume() : cutter.of_views();
  }

  [[nodiscard]] std::size_t workspace_bytes(int views, std::size_t limit) const {
    Extents<3> extents = input_extents();
    if (Known::makes_volume) extents[2] = views;
    return op_.workspace_bytes(executor_, ArrayView<Element const, 3>{nullptr, extents}, limit);
  }

  /// Keeps what is there where it fits these arrays.
  void hold_memory(Input const& input, Output const& output) {
    detail::StreamCut const wanted = cut(input, output);
    SlotBytes const bytes = slot_bytes(input, output, wanted);
    if (memory_ && memory_->cut == wanted && memory_->bytes == bytes) return;
    memory_.reset();
    memory_ = std::make_unique<Memory>(executor_, input, output, wanted, bytes,
                                       staging_limit(input, output));
    bands_.clear();
    if constexpr (Known::has_bands) {
      if (wanted.output.rows == output_extents()[1]) return;
      for (auto const& band : bands(wanted.output.rows)) {
        bands_.push_back(Known::of_rows(op_, band));
      }
    }
  }

  /// Bands of so many rows of the output.
  [[nodiscard]] std::vector<DetectorRows> bands(int rows) const {
    int const all = output_extents()[1];
    std::vector<DetectorRows> result;
    for (int first = 0; first < all; first += rows) {
      result.push_back({first, std::min(rows, all - first)});
    }
    return result;
  }
  /// The operator of a block's rows.
  [[nodiscard]] Operator const& op_of(HostBlock const& output) const {
    if (bands_.empty()) return op_;
    return bands_[static_cast<std::size_t>(output.first_row / memory_->cut.output.rows)];
  }

  [[nodiscard]] std::vector<detail::OutputTask> tasks_of(detail::StreamCut const& cut) const {
    std::vector<detail::OutputTask> tasks;
    for (auto const& band : bands(cut.output.rows)) {
      for (HostBlock to : planes_of(output_extents(), cut.output.planes)) {
        to.first_row = band.first;
        to.num_rows = band.count;
        tasks.push_back({to, inputs_of(cut, to)});
      }
    }
    return tasks;
  }

  /// What a block of the output is made of.
  [[nodiscard]] std::vector<HostBlock> inputs_of(detail::StreamCut const& cut,
                                                 HostBlock const& to) const {
    if constexpr (Known::has_bands) {
      if (cut.output.rows < output_extents()[1]) {
        Slab const slices = Known::slices_of(op_, {to.first_row, to.num_rows});
        return {{slices.first_slice, slices.num_slices, 0, input_extents()[1]}};
      }
    }
    auto blocks = planes_of(input_extents(), cut.input.planes);
    if constexpr (Known::makes_volume) {
      // A single block stays for all slabs.
      if (blocks.size() == 1) return blocks;
      auto const rows = Known::input_rows(op_, Slab{to.first_plane, to.num_planes});
      for (HostBlock& block : blocks) {
        block.first_row = rows.first;
        block.num_rows = rows.count;
      }
    }
    return blocks;
  }
  static std::vector<HostBlock> planes_of(Extents<3> const& extents, int planes) {
    std::vector<HostBlock> blocks;
    for (int first = 0; first < extents[2]; first += planes) {
      blocks.push_back({first, std::min(planes, extents[2] - first), 0, extents[1]});
    }
    return blocks;
  }

  /// What a block of the input adds to a block of the output.
  static Part part_of(HostBlock const& to, HostBlock const& from, std::size_t n) {
    HostBlock const& views = Known::makes_volume ? from : to;
    HostBlock const& slices = Known::makes_volume ? to : from;
    return {ViewSelection::range(views.first_plane, views.num_planes),
            Slab{slices.first_plane, slices.num_planes},
            n == 0 ? pyronn::Output::overwrite : pyronn::Output::add};
  }

  [[nodiscard]] StreamPlan plan_of(Input const& input, Output const& output,
                                   detail::StreamCut const& cut) const {
    auto const tasks = tasks_of(cut);
    StreamPlan plan;
    plan.makes_volume = Known::makes_volume;
    plan.output_blocks = static_cast<int>(tasks.size());
    plan.output_planes = cut.output.planes;
    plan.output_rows = cut.output.rows;
    plan.output_slots = cut.output.slots;
    plan.input_blocks = static_cast<int>(tasks.front().inputs.size());
    plan.input_planes = cut.input.planes;
    plan.input_slots = cut.input.slots;
    plan.workspace_bytes = cut.workspace_bytes;
    SlotBytes const slots = slot_bytes(input, output, cut);
    plan.device_bytes = slots[0] + slots[1] + cut.workspace_bytes;
    plan.host_bytes = host_bytes(input, output, cut);
    auto const bytes = [&](HostBlock const& block, Extents<3> const& extents) {
      return std::int64_t{sizeof(Element)} * extents[0] * block.num_rows * block.num_planes;
    };
    HostBlock const* last = nullptr;
    for (detail::OutputTask const& task : tasks) {
      plan.bytes_out += bytes(task.output, output_extents());
      for (HostBlock const& block : task.inputs) {
        if (last != nullptr && block == *last) continue;
        plan.bytes_in += bytes(block, input_extents());
        last = &block;
      }
    }
    return plan;
  }

  Executor executor_;
  Operator op_;
  StreamLimits limits_;
  std::unique_ptr<Memory> memory_;
  std::vector<Operator> bands_;  ///< of the output's rows; none where it has whole planes
};

}  // namespace pyronn
