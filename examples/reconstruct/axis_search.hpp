// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pyronn/scan/scan.hpp>

#include "calibration.hpp"
#include "late_pictures.hpp"
#include "options.hpp"
#include "ranks.hpp"

namespace example {

/// Looks for the axis, and for the roll where that is asked for, lets them count, says so and draws
/// the search. The first rank does, and tells the others. Throws BadInput.
void search_axis(Options const& options, Calibration const& calibration, pyronn::Scan& scan,
                 LatePictures& pictures, Ranks const& ranks);

/// Draws the row that sees the plane of the source, or else the middle one, where that is asked
/// for. Throws BadInput.
void draw_sinogram(Options const& options, Calibration const& calibration, pyronn::Scan const& scan,
                   LatePictures& pictures);

}  // namespace example
