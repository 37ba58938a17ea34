// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pyronn/core/vec.hpp>

namespace pyronn {

/// Where a source and a straight detector stand in one view in the plane, in world mm (x, y).
struct FanVectors {
  Vec2d source;
  Vec2d detector_center;
  Vec2d u_step;  ///< from one pixel to the next
};

/// Parallel rays and a straight detector in one view in the plane, in world mm (x, y).
struct ParallelVectors2D {
  Vec2d direction;        ///< in which rays run, of any length
  Vec2d detector_center;  ///< middle of the line of pixels
  Vec2d u_step;           ///< from one pixel to the next
};

}  // namespace pyronn
