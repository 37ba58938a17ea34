// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// StreamRates: how fast a streamed call does what it consists of.
#include <limits>
#include <ostream>

namespace pyronn {

/// How fast each step of a streamed call is where it does nothing else, as Streamed::measure_rates
/// finds. They hold for calls of the same operator and executor with arrays in places like those
/// that were measured; what takes no time is infinitely fast.
struct StreamRates {
  double input_bytes = infinite;   ///< that come to the executor, by reading and copying [1/s]
  double output_bytes = infinite;  ///< that go from there, by copying and writing [1/s]
  /// Pairs of a voxel and a view that sees it, of backprojection, or voxels along rays, of
  /// projection [1/s].
  double updates = infinite;
  /// @{
  /// Elements that each call of the operator works on once, beside that: of the input, which it
  /// filters or copies, and of the output [1/s].
  double input_elements = infinite;
  double output_elements = infinite;
  /// @}
  /// How much of the shorter time is added to the longer one where input and output go at once: 0
  /// where they do not slow each other, 1 where they take turns, as on one disk.
  double shared = 0;

  /// Of what takes no time.
  static constexpr double infinite = std::numeric_limits<double>::infinity();
};

/// One line, without its end.
inline std::ostream& operator<<(std::ostream& out, StreamRates const& rates) {
  return out << rates.input_bytes / 1e9 << " GB/s in, " << rates.output_bytes / 1e9 << " GB/s out, "
             << rates.updates / 1e9 << "e9 updates/s, " << rates.input_elements / 1e9
             << "e9 elements/s of the input and " << rates.output_elements / 1e9
             << "e9 of the output; input and output share " << 100 * rates.shared
             << " % of their time";
}

}  // namespace pyronn
