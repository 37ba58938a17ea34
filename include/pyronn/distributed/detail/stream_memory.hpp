// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The memory of a streamed call.
#include <array>
#include <cstddef>
#include <type_traits>

#include <pyronn/core/storage.hpp>
#include <pyronn/distributed/detail/stream_cut.hpp>
#include <pyronn/distributed/detail/streamed_operator.hpp>
#include <pyronn/exec/block_slots.hpp>
#include <pyronn/exec/buffer.hpp>
#include <pyronn/exec/host_array.hpp>
#include <pyronn/exec/workspace.hpp>

namespace pyronn::detail {

template <class Executor, class Operator, class In, class Out>
struct StreamMemory {
  using Sum = arithmetic_t<Out>;
  /// Whether an output is summed up elsewhere, and rounded then.
  static constexpr bool rounds = !std::is_same_v<Sum, Out>;
  /// What the operator reads, and whether inputs are made that elsewhere.
  using Read = std::conditional_t<StreamedOperator<Operator>::reads_float, float, In>;
  static constexpr bool widens = !std::is_same_v<Read, In>;
  /// Of slots: the executor's memory for inputs and outputs, and the host's.
  using SlotBytes = std::array<std::size_t, 4>;

  StreamMemory(Executor const& executor, HostInput<In> const& from, HostOutput<Out> const& to,
               StreamCut const& cut_, SlotBytes const& bytes_, std::size_t staging_limit)
      : cut{cut_},
        bytes{bytes_},
        input{executor, from, cut.input, staging_limit},
        output{executor, to, cut.output, staging_limit},
        wide{executor, widens ? slot_count(from.extents(), one_of(cut.input)) : 0},
        sums{executor, rounds ? slot_count(to.extents(), one_of(cut.output)) : 0},
        workspace{executor, cut.workspace_bytes} {}

  /// Whether slots of this kind and size, or smaller ones, are in it.
  [[nodiscard]] bool holds(StreamCut const& wanted, SlotBytes const& wanted_bytes) const {
    for (std::size_t n = 0; n < bytes.size(); ++n) {
      bool const is_of_kind = (bytes[n] == 0) == (wanted_bytes[n] == 0);
      if (!is_of_kind || bytes[n] < wanted_bytes[n]) return false;
    }
    return cut.input.holds(wanted.input) && cut.output.holds(wanted.output) &&
           cut.workspace_bytes >= wanted.workspace_bytes;
  }

  StreamCut cut;
  SlotBytes bytes;
  input_slots_t<Executor, In> input;
  output_slots_t<Executor, Out> output;
  Buffer<Read, Executor> wide;
  Buffer<Sum, Executor> sums;
  Workspace<Executor> workspace;
};

}  // namespace pyronn::detail
