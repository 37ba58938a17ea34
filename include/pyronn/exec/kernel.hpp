// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// What a kernel is: a trivially copyable value with
///
/// @code
///   using Block = BlockShape<x, y, z>;                  // how its items lie in blocks of threads
///   Extents<3> items() const;                           // how many there are; none may be zero
///   PYRONN_HOST_DEVICE void operator()(Vec<int, 3> item) const;
/// @endcode
///
/// Executor::for_each(kernel.items(), kernel) runs it once for each item.
#include <pyronn/core/math.hpp>

namespace pyronn {

/// The threads of a block along the three axes of a kernel's items, where an executor has blocks. A
/// kernel's `Block` derives from it to redefine the other members.
template <int X, int Y, int Z>
struct BlockShape {
  static constexpr int x = X;  ///< threads along x
  static constexpr int y = Y;  ///< threads along y
  static constexpr int z = Z;  ///< threads along z

  /// Threads of a warp that lie side by side along x; the others lie along y.
  static constexpr int warp_x = min(X, 32);
  /// How many blocks an SM should hold at a time (CUDA's min blocks per SM), which bounds their
  /// registers.
  static constexpr int min_blocks_per_sm = 1;
  /// How many blocks along z follow one another in launch order before the next block along x: for
  /// items that differ in z and read the same memory.
  static constexpr int z_swizzle = 1;
  /// How many threads work on one item, where there are too few items to fill a GPU. Such a kernel
  /// has, beside its call operator, the steps that it consists of:
  /// @code
  ///   Sums                          an array [M][N] of float or double
  ///   begin(item, sums)             sets the sums that part 0 begins with; those of others are 0
  ///   add_part(item, part, sums)    does part `part` of `split` of the work, adding to the sums
  ///   write(item, sums)             writes the result, given the sums over all parts
  /// @endcode
  static constexpr int split = 1;
};

}  // namespace pyronn
