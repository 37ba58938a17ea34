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

}  // namespace example
