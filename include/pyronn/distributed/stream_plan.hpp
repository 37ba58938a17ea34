// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// What a streamed call may take, and what it is going to do.
#include <cstddef>
#include <cstdint>
#include <ostream>

#include <pyronn/core/detail/bytes_text.hpp>

namespace pyronn {

/// What a streamed call may take beside the arrays of the host that it is given.
struct StreamLimits {
  /// Of the executor's memory [bytes]: slots and workspace. Where executors work in the host's
  /// memory, `host_bytes` bound it, too.
  std::size_t device_bytes;
  /// Of the host's memory [bytes]: what pageable arrays and functions pass through, and what
  /// functions say that they take themselves.
  std::size_t host_bytes = std::size_t{1} << 30;
};

/// How a streamed call is cut, what it takes and what it moves. Printed on one line.
struct StreamPlan {
  bool makes_volume = false;        ///< from views; else views from a volume
  int output_blocks = 0;            ///< slabs of a volume, or ranges of views in bands of rows
  int output_planes = 0;            ///< slices or views of one, at most
  int output_rows = 0;              ///< of each of them, at most
  int output_slots = 0;             ///< of them at a time in the executor's memory
  int input_blocks = 0;             ///< of which each output block is made
  int input_planes = 0;             ///< views or slices of one, at most
  int input_slots = 0;              ///< of them at a time
  std::size_t workspace_bytes = 0;  ///< of a call
  std::size_t device_bytes = 0;     ///< of the executor's memory, the workspace included
  std::size_t host_bytes = 0;       ///< of the host's memory
  std::int64_t bytes_in = 0;        ///< that are read of the input, all passes together
  std::int64_t bytes_out = 0;       ///< that are written
  double seconds = 0;               ///< that the call takes, if rates were given; else 0
};

/// One line, without its end.
inline std::ostream& operator<<(std::ostream& out, StreamPlan const& plan) {
  auto const text = [](auto bytes) { return detail::bytes_text(static_cast<std::size_t>(bytes)); };
  char const* const made = plan.makes_volume ? " slices" : " views";
  char const* const read = plan.makes_volume ? " views" : " slices";
  out << plan.output_blocks << " x " << plan.output_planes << made << " of " << plan.output_rows
      << " rows, each from " << plan.input_blocks << " x " << plan.input_planes << read << "; "
      << text(plan.bytes_in) << " read, " << text(plan.bytes_out) << " written; "
      << text(plan.device_bytes) << " of the executor's memory, " << text(plan.host_bytes)
      << " of the host's";
  if (plan.seconds > 0) out << "; about " << plan.seconds << " s";
  return out;
}

}  // namespace pyronn
