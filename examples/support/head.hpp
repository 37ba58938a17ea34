// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include <pyronn/core/grid.hpp>

#include "program.hpp"

namespace example {

/// The attenuation of grey level 1 of the heads that the programs reconstruct [1/mm]: the high
/// contrast of Shepp and Logan's phantom, as wide as the grid.
inline constexpr double head_scale = 0.02;

/// How far a reconstruction of such a head may be from the truth at full size. At other sizes, from
/// 64 on, `error`, which edges make, may grow with the root of a voxel's side, and `brain` with the
/// side itself.
struct HeadBounds {
  double error;  ///< |found - truth| / |truth| in the field of view
  double brain;  ///< relative error of the mean attenuation in a homogeneous part
};

/// Compares within the cylinder about z that the grid holds, a disc in the plane; prints the
/// figures and writes the picture: what was found beside the truth or, slice by slice, above it.
/// True if the errors are within their bounds.
bool check_head(Settings const& settings, pyronn::Grid const& grid, std::vector<float> const& found,
                std::vector<float> const& truth, HeadBounds const& bounds);

}  // namespace example
