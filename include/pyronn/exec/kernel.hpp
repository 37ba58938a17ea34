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

/// Threads of a block along the three axes of a kernel's items, where an executor has blocks. What
/// else a block may say, it redefines.
template <int X, int Y, int Z>
struct BlockShape {
  static constexpr int x = X;  ///< threads along x
  static constexpr int y = Y;  ///< threads along y
  static constexpr int z = Z;  ///< threads along z

  /// Threads of a warp side by side along x; the others lie along y.
  static constexpr int warp_x = min(X, 32);
  /// Blocks that a multiprocessor should hold at a time, which bounds their registers.
  static constexpr int min_blocks_per_sm = 1;
  /// Items along z, of one thread's depth, whose blocks run one after another, before the next
  /// along x and y: for items that read the same memory.
  static constexpr int z_swizzle = 1;
  /// Threads that share an item, where there are too few items to fill a card. Such a kernel has,
  /// beside its call operator, the pieces that it is made of:
  /// @code
  ///   Sums                                          an array float[M][N]
  ///   begin(item, sums)                             what part 0 adds to
  ///   add_part(item, part, sums)                    adds what a part of the work comes to
  ///   write(item, sums)                             for the sums over all parts
  /// @endcode
  static constexpr int split = 1;
};

}  // namespace pyronn
