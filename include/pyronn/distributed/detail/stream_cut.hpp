// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// How a streamed call is cut, so that it keeps its limits.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <utility>

#include <pyronn/core/error.hpp>
#include <pyronn/distributed/stream_plan.hpp>
#include <pyronn/exec/block_slots.hpp>

namespace pyronn::detail {

/// The slots and the workspace of a streamed call.
struct StreamCut {
  SlotShape input;
  SlotShape output;
  std::size_t workspace_bytes;
};

/// One of these slots, if there are any.
inline SlotShape one_of(SlotShape const& shape) {
  return {std::min(shape.slots, 1), shape.planes, shape.rows};
}

/// What cuts of a call take.
struct StreamCosts {
  int input_planes;              ///< there are
  int output_planes;             ///< there are
  int input_rows;                ///< of a plane
  int output_rows;               ///< of a plane
  std::size_t input_row_bytes;   ///< of the executor's memory; 0: read where it is
  std::size_t output_row_bytes;  ///< of the executor's memory; 0: written where it is
  std::size_t wide_row_bytes;    ///< of the executor's memory, for one input widened; 0: read as is
  std::size_t sums_row_bytes;    ///< of the executor's memory, for sums of one output; 0: in place
  bool is_on_host;               ///< the executor's memory is the host's
  /// Of the host's memory beside that of the executor [bytes].
  std::function<std::size_t(StreamCut const&)> staging;
  /// Of a call with so many views, at most `limit` unless it needs more [bytes].
  std::function<std::size_t(int views, std::size_t limit)> workspace;

  /// The most slices of which a band of so many rows is made; none where there are no bands.
  std::function<int(int rows)> slices_of_rows;

  /// Of the executor's memory [bytes].
  [[nodiscard]] std::size_t memory(StreamCut const& cut) const {
    return bytes(cut.input, input_row_bytes) + bytes(cut.output, output_row_bytes) +
           bytes(one_of(cut.input), wide_row_bytes) + bytes(one_of(cut.output), sums_row_bytes) +
           cut.workspace_bytes;
  }
  /// Of the host's memory [bytes].
  [[nodiscard]] std::size_t host(StreamCut const& cut) const {
    return staging(cut) + (is_on_host ? memory(cut) : 0);
  }

 private:
  static std::size_t bytes(SlotShape shape, std::size_t row_bytes) {
    return static_cast<std::size_t>(shape.slots) * static_cast<std::size_t>(shape.planes) *
           static_cast<std::size_t>(shape.rows) * row_bytes;
  }
};

/// How many blocks of `planes` there are in `all`.
inline int blocks_of(int all, int planes) { return (all - 1) / planes + 1; }

/// Chooses cuts. What output slots hold is not read or written twice: slots of inputs are small,
/// and outputs have what is left.
class StreamCutter {
 public:
  StreamCutter(StreamCosts costs, StreamLimits const& limits)
      : costs_{std::move(costs)}, limits_{limits} {}

  /// For volumes that are made of views. Throws OutOfMemory where not even single planes fit.
  [[nodiscard]] StreamCut of_volume() const {
    int const all = costs_.input_planes;
    bool const is_in_place = costs_.input_row_bytes + costs_.wide_row_bytes == 0;
    int const usual = is_in_place ? all : usual_views;
    for (int most = std::max(usual, 1); most > 0; most /= 2) {
      int const views = std::min(most, all);
      SlotShape const inputs{3, views, costs_.input_rows};
      bool const is_much = costs_.memory({inputs, {}, 0}) > limits_.device_bytes / inputs_share;
      if (is_much && most > usual_views / 2) continue;
      Outputs const outputs{2, least_slices, costs_.output_rows};
      if (auto const cut = most_outputs(inputs, outputs, workspace(views))) return *cut;
    }
    return least();
  }

  /// For views that are made of a volume: of all of it, of the slices that a band of rows needs, or
  /// of slabs that are summed up. Throws OutOfMemory where not even single planes fit.
  [[nodiscard]] StreamCut of_views() const {
    std::size_t const workspace_bytes = workspace(costs_.output_planes);
    int const all = costs_.input_planes;
    SlotShape const whole{1, all, costs_.input_rows};
    Outputs const views{2, usual_views, costs_.output_rows};
    if (auto const cut = most_outputs(whole, views, workspace_bytes)) return *cut;
    if (auto const cut = of_bands(workspace_bytes)) return *cut;
    for (int slices = (all + 1) / 2;; slices = (slices + 1) / 2) {
      SlotShape const slabs{2, slices, costs_.input_rows};
      if (costs_.memory({slabs, {}, 0}) <= limits_.device_bytes / slabs_share) {
        Outputs const some{2, 1, costs_.output_rows};
        if (auto const cut = most_outputs(slabs, some, workspace_bytes)) return *cut;
      }
      if (slices == 1) break;
    }
    return least();
  }

 private:
  static constexpr int usual_views =
      128;  ///< a power of two, as some models sum up views by eights
  /// Slabs of fewer are for the least limits.
  static constexpr int least_slices = 16;
  /// Outputs, one of which is brought to the host while the next is made.
  static constexpr int usual_outputs = 4;
  static constexpr int inputs_share = 2;      ///< of the memory, for views that are read
  static constexpr int slabs_share = 4;       ///< of the memory, for slabs that are read
  static constexpr int workspace_share = 16;  ///< of the memory
  static constexpr int rows_together = 192;   ///< of a warp
  static constexpr int most_reads = 3;        ///< of the volume, for bands
  static constexpr std::size_t most_workspace_bytes = std::size_t{1} << 30;

  /// At least how many planes there are in how many slots.
  struct Outputs {
    int slots;
    int least;
    int rows;
  };

  /// As many rows as kernels take together, several times, or a part of that.
  [[nodiscard]] static int fewer_rows(int rows) {
    return rows > rows_together ? (rows - 1) / rows_together * rows_together : rows / 2;
  }

  /// The fewest bands whose slices fit, unless they overlap too much.
  [[nodiscard]] std::optional<StreamCut> of_bands(std::size_t workspace_bytes) const {
    if (!costs_.slices_of_rows || costs_.output_row_bytes == 0) return std::nullopt;
    for (int rows = costs_.output_rows; (rows = fewer_rows(rows)) > 0;) {
      int const slices = costs_.slices_of_rows(rows);
      std::int64_t const reads = std::int64_t{slices} * blocks_of(costs_.output_rows, rows);
      if (reads > std::int64_t{most_reads} * costs_.input_planes) break;
      SlotShape const slabs{2, slices, costs_.input_rows};
      if (auto const cut = most_outputs(slabs, {2, usual_views, rows}, workspace_bytes)) return cut;
    }
    return std::nullopt;
  }

  [[nodiscard]] std::size_t workspace(int views) const {
    return costs_.workspace(views,
                            std::min(most_workspace_bytes, limits_.device_bytes / workspace_share));
  }

  [[nodiscard]] bool fits(StreamCut const& cut) const {
    return costs_.memory(cut) <= limits_.device_bytes && costs_.host(cut) <= limits_.host_bytes;
  }

  /// The least that a call takes.
  [[nodiscard]] StreamCut least() const {
    std::size_t const workspace_bytes = costs_.workspace(1, 0);
    SlotShape const input{1, 1, costs_.input_rows};
    if (auto const cut = most_outputs(input, {1, 1, costs_.output_rows}, workspace_bytes)) {
      return *cut;
    }
    StreamCut const single{input, {1, 1, costs_.output_rows}, workspace_bytes};
    throw OutOfMemory(message("pyronn::Streamed: the limits are ", limits_.device_bytes,
                              " bytes of the executor's memory and ", limits_.host_bytes,
                              " of the host's; single slices and views take ",
                              costs_.memory(single), " and ", costs_.host(single)));
  }

  /// With these inputs and as many planes of outputs as fit, at least `least` unless there are
  /// less.
  [[nodiscard]] std::optional<StreamCut> most_outputs(SlotShape input, Outputs const& wanted,
                                                      std::size_t workspace_bytes) const {
    int const all = costs_.output_planes;
    // No more slots than blocks come to.
    input.slots = std::min(input.slots, blocks_of(costs_.input_planes, input.planes));
    auto const cut_of = [&](int planes) {
      bool const is_whole = wanted.rows == costs_.output_rows;
      int const slots = is_whole ? std::min(wanted.slots, blocks_of(all, planes)) : wanted.slots;
      return StreamCut{input, {slots, planes, wanted.rows}, workspace_bytes};
    };
    bool const is_one =
        costs_.output_row_bytes == 0 || wanted.slots == 1 || all < usual_outputs * wanted.least;
    int const upper = is_one ? all : blocks_of(all, usual_outputs);
    int fit = std::min(wanted.least, upper);
    if (!fits(cut_of(fit))) return std::nullopt;
    for (int too_many = upper + 1; too_many - fit > 1;) {
      int const middle = fit + (too_many - fit) / 2;
      (fits(cut_of(middle)) ? fit : too_many) = middle;
    }
    return cut_of(blocks_of(all, blocks_of(all, fit)));  // all blocks nearly as large
  }

  StreamCosts costs_;
  StreamLimits limits_;
};

}  // namespace pyronn::detail
