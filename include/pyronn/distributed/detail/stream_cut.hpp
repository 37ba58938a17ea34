// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// How a streamed call is cut, so that it keeps its limits.
#include <algorithm>
#include <cstddef>
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

  friend bool operator==(StreamCut const& a, StreamCut const& b) {
    return a.input == b.input && a.output == b.output && a.workspace_bytes == b.workspace_bytes;
  }
};

/// What cuts of a call take.
struct StreamCosts {
  int input_planes;                ///< there are
  int output_planes;               ///< there are
  std::size_t input_plane_bytes;   ///< of the executor's memory; 0: read where it is
  std::size_t output_plane_bytes;  ///< of the executor's memory; 0: written where it is
  bool is_on_host;                 ///< the executor's memory is the host's
  /// Of the host's memory beside that of the executor [bytes].
  std::function<std::size_t(StreamCut const&)> staging;
  /// Of a call with so many views, at most `limit` unless it needs more [bytes].
  std::function<std::size_t(int views, std::size_t limit)> workspace;

  /// Of the executor's memory [bytes].
  [[nodiscard]] std::size_t memory(StreamCut const& cut) const {
    return bytes(cut.input, input_plane_bytes) + bytes(cut.output, output_plane_bytes) +
           cut.workspace_bytes;
  }
  /// Of the host's memory [bytes].
  [[nodiscard]] std::size_t host(StreamCut const& cut) const {
    return staging(cut) + (is_on_host ? memory(cut) : 0);
  }

 private:
  static std::size_t bytes(SlotShape shape, std::size_t plane_bytes) {
    return static_cast<std::size_t>(shape.slots) * static_cast<std::size_t>(shape.planes) *
           plane_bytes;
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
    int const usual = costs_.input_plane_bytes == 0 ? all : usual_views;
    for (int most = std::max(usual, 1); most > 0; most /= 2) {
      int const views = std::min(most, all);
      if (auto const cut = most_outputs({3, views}, 2, least_slices, workspace(views))) return *cut;
    }
    return least();
  }

  /// For views that are made of a volume. Throws OutOfMemory where not even single planes fit.
  [[nodiscard]] StreamCut of_views() const {
    std::size_t const workspace_bytes = workspace(costs_.output_planes);
    int const all = costs_.input_planes;
    if (auto const cut = most_outputs({1, all}, 2, usual_views, workspace_bytes)) return *cut;
    for (int slices = (all + 1) / 2;; slices = (slices + 1) / 2) {
      StreamCut const slabs{{2, slices}, {2, 0}, 0};
      if (costs_.memory(slabs) <= limits_.device_bytes / slabs_share) {
        if (auto const cut = most_outputs(slabs.input, 2, 1, workspace_bytes)) return *cut;
      }
      if (slices == 1) break;
    }
    return least();
  }

 private:
  static constexpr int usual_views = 64;  ///< a power of two, as some models sum up views by eights
  /// Slabs of fewer are for the least limits.
  static constexpr int least_slices = 16;
  /// Outputs, one of which is brought to the host while the next is made.
  static constexpr int usual_outputs = 4;
  static constexpr int slabs_share = 4;       ///< of the memory, for slabs that are read
  static constexpr int workspace_share = 16;  ///< of the memory
  static constexpr std::size_t most_workspace_bytes = std::size_t{1} << 30;

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
    if (auto const cut = most_outputs({1, 1}, 1, 1, workspace_bytes)) return *cut;
    StreamCut const single{{1, 1}, {1, 1}, workspace_bytes};
    throw OutOfMemory(message("pyronn::Streamed: the limits are ", limits_.device_bytes,
                              " bytes of the executor's memory and ", limits_.host_bytes,
                              " of the host's; single slices and views take ",
                              costs_.memory(single), " and ", costs_.host(single)));
  }

  /// With these inputs and as many planes of outputs, at least `least` of what there are, as fit.
  [[nodiscard]] std::optional<StreamCut> most_outputs(SlotShape input, int slots, int least,
                                                      std::size_t workspace_bytes) const {
    int const all = costs_.output_planes;
    // No more slots than blocks come to.
    input.slots = std::min(input.slots, blocks_of(costs_.input_planes, input.planes));
    auto const cut_of = [&](int planes) {
      return StreamCut{input, {std::min(slots, blocks_of(all, planes)), planes}, workspace_bytes};
    };
    bool const is_whole =
        costs_.output_plane_bytes == 0 || slots == 1 || all < usual_outputs * least;
    int const upper = is_whole ? all : blocks_of(all, usual_outputs);
    int fit = std::min(least, upper);
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
