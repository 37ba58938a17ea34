// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The blocks of a streamed call, and which part of the operator's work each of them is.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include <pyronn/core/error.hpp>
#include <pyronn/core/extents.hpp>
#include <pyronn/distributed/detail/block_samples.hpp>
#include <pyronn/distributed/detail/block_stream.hpp>
#include <pyronn/distributed/detail/stream_cut.hpp>
#include <pyronn/distributed/detail/streamed_operator.hpp>
#include <pyronn/distributed/stream_plan.hpp>
#include <pyronn/exec/host_array.hpp>
#include <pyronn/geometry/shadow.hpp>
#include <pyronn/operators/detail/view_indices.hpp>
#include <pyronn/operators/part.hpp>

namespace pyronn::detail {

/// Elements of a block of an array.
inline std::int64_t elements_of(HostBlock const& block, Extents<3> const& extents) {
  return std::int64_t{extents[0]} * block.num_rows * block.num_planes;
}

/// What a block of the input does for a block of the output.
struct BlockWork {
  double updates;  ///< voxels in views that see them, or pixels that are traced through voxels
  double input_elements;
  double output_elements;
};

/// Those of an operator with some of its views, which outlives them, on arrays of `In` and `Out`;
/// of one that makes a volume, for a slab of it.
template <class Operator, class In, class Out>
class StreamTasks {
  using Known = StreamedOperator<Operator>;

 public:
  /// From views; else views from a volume.
  static constexpr bool makes_volume = Known::makes_volume;

  /// Throws InvalidArgument for views that the operator does not have.
  StreamTasks(Operator const& op, ViewSelection views, Slab const& slab)
      : op_{&op},
        views_{std::move(views)},
        slab_{slab},
        count_{view_indices("Streamed", views_, op.geometry().num_views()).count} {}

  /// @{
  /// The sizes of the call's arrays.
  [[nodiscard]] Extents<3> input() const { return Known::makes_volume ? projections() : volume(); }
  [[nodiscard]] Extents<3> output() const { return Known::makes_volume ? volume() : projections(); }
  /// @}
  /// @{
  /// Bytes of a block of these arrays.
  [[nodiscard]] std::int64_t input_bytes(HostBlock const& block) const {
    return std::int64_t{sizeof(In)} * elements_of(block, input());
  }
  [[nodiscard]] std::int64_t output_bytes(HostBlock const& block) const {
    return std::int64_t{sizeof(Out)} * elements_of(block, output());
  }
  /// @}

  /// Bands of so many rows of the output.
  [[nodiscard]] std::vector<DetectorRows> bands(int rows) const {
    int const all = output()[1];
    std::vector<DetectorRows> result;
    for (int first = 0; first < all; first += rows) {
      result.push_back({first, std::min(rows, all - first)});
    }
    return result;
  }
  /// The most slices of which one of them is made.
  [[nodiscard]] int most_slices(int rows) const {
    int most = 0;
    for (auto const& band : bands(rows)) {
      most = std::max(most, Known::slices_of(*op_, band).num_slices);
    }
    return most;
  }

  /// All that a call does, in order.
  [[nodiscard]] std::vector<OutputTask> tasks(StreamCut const& cut) const {
    std::vector<OutputTask> result;
    for (auto const& band : bands(cut.output.rows)) {
      for (HostBlock to : planes_of(output(), cut.output.planes)) {
        to.first_row = band.first;
        to.num_rows = band.count;
        result.push_back({to, inputs_of(cut, to)});
      }
    }
    return result;
  }

  /// What input `n` of a task adds to its output.
  [[nodiscard]] Part part(OutputTask const& task, std::size_t n) const {
    HostBlock const& from = task.inputs[n];
    HostBlock const& views = Known::makes_volume ? from : task.output;
    HostBlock const& slices = Known::makes_volume ? task.output : from;
    return {views_of(views.first_plane, views.num_planes), slab_of(slices),
            n == 0 ? pyronn::Output::overwrite : pyronn::Output::add};
  }

  /// How much that is.
  [[nodiscard]] BlockWork work(OutputTask const& task, std::size_t n) const {
    HostBlock const& from = task.inputs[n];
    auto const count = [](HostBlock const& block, Extents<3> const& extents) {
      return static_cast<double>(elements_of(block, extents));
    };
    double const made = count(task.output, output());
    // Operators are given whole planes, whatever rows of them were read.
    int const rows = Known::leaves_rows_out ? from.num_rows : input()[1];
    double const read = count({from.first_plane, from.num_planes, 0, rows}, input());
    return {updates(task.output, from), read, made};
  }

 private:
  [[nodiscard]] double updates(HostBlock const& made, HostBlock const& from) const {
    auto const all = view_indices("Streamed", views_, op_->geometry().num_views());
    auto const elements = static_cast<double>(elements_of(made, output()));
    if constexpr (Known::makes_volume) {
      return elements * from.num_planes *
             seen_share(op_->geometry(), op_->grid(), slab_of(made),
                        all.sub(from.first_plane, from.num_planes));
    } else {
      return elements * mean_steps(op_->geometry(), op_->grid(), slab_of(from),
                                   {made.first_row, made.num_rows},
                                   all.sub(made.first_plane, made.num_planes));
    }
  }

  [[nodiscard]] Extents<3> volume() const {
    Extents<3> result = Known::volume(*op_);
    result[2] = slab_.num_slices;
    return result;
  }
  /// Slices of the call's volume, by their numbers in the operator's.
  [[nodiscard]] Slab slab_of(HostBlock const& slices) const {
    return {slab_.first_slice + slices.first_plane, slices.num_planes};
  }
  [[nodiscard]] Extents<3> projections() const {
    Extents<3> result = Known::projections(*op_);
    result[2] = count_;
    return result;
  }

  /// What a block of the output is made of.
  [[nodiscard]] std::vector<HostBlock> inputs_of(StreamCut const& cut, HostBlock const& to) const {
    if constexpr (Known::has_bands) {
      if (cut.output.rows < output()[1]) {
        Slab const slices = Known::slices_of(*op_, {to.first_row, to.num_rows});
        return {{slices.first_slice, slices.num_slices, 0, input()[1]}};
      }
    }
    auto blocks = planes_of(input(), cut.input.planes);
    if constexpr (Known::makes_volume) {
      // A single block stays for all slabs.
      if (blocks.size() == 1) return blocks;
      auto const rows = Known::input_rows(*op_, slab_of(to));
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

  /// Some of the call's views, by their numbers in the operator's geometry.
  [[nodiscard]] ViewSelection views_of(int first, int count) const {
    auto const of_call = view_indices("Streamed", views_, op_->geometry().num_views());
    auto const wanted = of_call.sub(first, count);
    if (wanted.is_contiguous()) return ViewSelection::range(wanted[0], count);
    std::vector<int> indices(static_cast<std::size_t>(count));
    for (int n = 0; n < count; ++n) indices[static_cast<std::size_t>(n)] = wanted[n];
    return ViewSelection::list(std::move(indices));
  }

  Operator const* op_;
  ViewSelection views_;
  Slab slab_;
  int count_;
};

/// Throws InvalidArgument unless the arrays are those of the call.
template <class Tasks, class Input, class Output>
void check_arrays(char const* function, Tasks const& calls, Input const& input,
                  Output const& output) {
  expects(input.extents() == calls.input(), function, ": the input's extents ", input.extents(),
          " must be ", calls.input());
  expects(output.extents() == calls.output(), function, ": the output's extents ", output.extents(),
          " must be ", calls.output());
  expects(!input.is_in_memory() || input.array().data != nullptr, function,
          ": the input is a null pointer");
  expects(!output.is_in_memory() || output.array().data != nullptr, function,
          ": the output is a null pointer");
}

/// What a call's tasks have in common and move.
template <class Tasks>
StreamPlan plan_of(Tasks const& calls, StreamCut const& cut) {
  auto const tasks = calls.tasks(cut);
  StreamPlan plan;
  plan.output_blocks = static_cast<int>(tasks.size());
  plan.output_planes = cut.output.planes;
  plan.output_rows = cut.output.rows;
  plan.output_slots = cut.output.slots;
  plan.input_blocks = static_cast<int>(tasks.front().inputs.size());
  plan.input_planes = cut.input.planes;
  plan.input_slots = cut.input.slots;
  plan.workspace_bytes = cut.workspace_bytes;
  HostBlock const* last = nullptr;
  for (OutputTask const& task : tasks) {
    plan.bytes_out += calls.output_bytes(task.output);
    for (HostBlock const& block : task.inputs) {
      if (last != nullptr && block == *last) continue;
      plan.bytes_in += calls.input_bytes(block);
      last = &block;
    }
  }
  return plan;
}

}  // namespace pyronn::detail
