// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pyronn/core/vec.hpp>

namespace pyronn {

/// Where a source and a straight line of pixels stand in one view of the plane, in world mm.
struct FanVectors {
  Vec2d source;
  Vec2d detector_center;  ///< middle of the line
  Vec2d u_step;           ///< from one pixel to the next
};

}  // namespace pyronn
