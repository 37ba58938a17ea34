// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include <pyronn/scan/scan.hpp>

#include "options.hpp"

namespace example {

/// Throws BadInput where an output has the name of something that is read.
void check_inputs_survive(Options const& options, pyronn::Scan const& scan);

/// Throws BadInput for a picture of an axis that no scan has, or that nobody searches for.
void check_pictures(Options const& options, pyronn::Scan const& scan);

/// Finds out before anything is computed whether the outputs can be written: a volume of so many
/// voxels, and pictures. Throws BadInput.
void check_outputs(Options const& options, std::int64_t voxels);

/// The same, as a line of a plan, which writes nothing.
void print_missing_space(Options const& options, std::int64_t voxels);

}  // namespace example
