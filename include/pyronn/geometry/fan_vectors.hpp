// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pyronn/core/vec.hpp>

namespace pyronn {

/// Where a source and a straight line of pixels stand in one view of the plane, in world mm.
struct FanVectors {
  Vec2d source;           ///< the point that rays start from
  Vec2d detector_center;  ///< middle of the line
  Vec2d u_step;           ///< from one pixel to the next

  /// The same rays with the detector `factor` times as far from the source, for a virtual detector
  /// within the object: rays end at the detector.
  [[nodiscard]] FanVectors farther(double factor) const {
    return {source, source + factor * (detector_center - source), factor * u_step};
  }
};

}  // namespace pyronn
