// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pyronn/core/vec.hpp>

namespace pyronn {

/// How parallel rays and a flat detector stand in one view, in world mm. Rays have no ends, so
/// moving the detector along them changes nothing; they need not be perpendicular to it.
struct ParallelVectors {
  Vec3d direction;        ///< in which the rays run, of any length
  Vec3d detector_center;  ///< middle of the panel
  Vec3d u_step;           ///< from one pixel to the next along a row
  Vec3d v_step;           ///< from one row to the next
};

/// How parallel rays and a line of pixels stand in one view of the plane, in world mm.
struct ParallelVectors2D {
  Vec2d direction;        ///< in which the rays run, of any length
  Vec2d detector_center;  ///< middle of the line
  Vec2d u_step;           ///< from one pixel to the next
};

}  // namespace pyronn
