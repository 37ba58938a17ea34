// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// ParallelVectors: one view of parallel rays, in space and in the plane.
#include <pyronn/core/vec.hpp>

namespace pyronn {

/// The direction of parallel rays and the position of a flat detector in one view, in world mm. The
/// rays have no ends, so that moving the detector along them changes nothing, and they need not be
/// perpendicular to it.
struct ParallelVectors {
  Vec3d direction;        ///< the direction of the rays, of any length
  Vec3d detector_center;  ///< the middle of the panel
  Vec3d u_step;           ///< the vector from one pixel to the next along a row
  Vec3d v_step;           ///< the vector from one row to the next
};

/// The direction of parallel rays and the position of a line of pixels in one view of the plane, in
/// world mm.
struct ParallelVectors2D {
  Vec2d direction;        ///< the direction of the rays, of any length
  Vec2d detector_center;  ///< the middle of the line
  Vec2d u_step;           ///< the vector from one pixel to the next
};

}  // namespace pyronn
