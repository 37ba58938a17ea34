// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pyronn/core/grid.hpp>
#include <pyronn/scan/scan.hpp>

#include "options.hpp"

namespace example {

/// Throws BadInput where an output has the name of something that is read.
void check_inputs_survive(Options const& options, pyronn::Scan const& scan);

/// Finds out before anything is computed whether the outputs can be written. Throws BadInput.
void check_outputs(Options const& options, pyronn::Grid const& grid);

}  // namespace example
