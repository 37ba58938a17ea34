// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// FanVectors: one view of a point source and a detector in the plane.
#include <pyronn/core/vec.hpp>

namespace pyronn {

/// The positions of a source and a line of pixels in one view of the plane, in world mm. The line
/// is straight, or an arc about the source; then u_step is the step at its middle, at right angles
/// to the ray there and as long as the arc between two pixels.
struct FanVectors {
  Vec2d source;           ///< the point that rays start from
  Vec2d detector_center;  ///< the middle of the line
  Vec2d u_step;           ///< the vector from one pixel to the next

  /// The same rays with the detector `factor` times as far from the source. Rays end at the
  /// detector, so that a virtual detector within the object must be moved behind it.
  [[nodiscard]] FanVectors farther(double factor) const {
    return {source, source + factor * (detector_center - source), factor * u_step};
  }
};

}  // namespace pyronn
