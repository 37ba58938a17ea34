// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pyronn/core/vec.hpp>

namespace pyronn {

/// Parallel rays and a flat detector in one view, in world mm.
struct ParallelVectors {
  Vec3d direction;        ///< in which rays run, of any length
  Vec3d detector_center;  ///< middle of the panel
  Vec3d u_step;           ///< from one pixel to the next along a row
  Vec3d v_step;           ///< from one row to the next
};

}  // namespace pyronn
