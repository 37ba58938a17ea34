// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pyronn/core/grid.hpp>
#include <pyronn/scan/scan.hpp>

#include "options.hpp"

namespace example {

/// The volume that is made: the file's or what the scan sees, changed as the command line says.
/// Throws BadInput, as for a volume of which no view sees anything, and InvalidArgument.
[[nodiscard]] pyronn::Grid choose_volume(Options const& options, pyronn::Scan const& scan);

/// The largest volume that there can be where the axis is yet to be found: `widest` has it where
/// most is seen, and nothing is seen farther than `reach` [mm] from it. Of a region of voxels only
/// the size is known, whose place depends on the axis. Throws BadInput for what is wrong wherever
/// the axis is.
[[nodiscard]] pyronn::Grid largest_volume(Options const& options, pyronn::Scan const& widest,
                                          double reach);

}  // namespace example
