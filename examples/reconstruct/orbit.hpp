// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pyronn/core/grid.hpp>
#include <pyronn/recon/fbp/options.hpp>
#include <pyronn/scan/scan.hpp>

namespace example {

/// Lets filtered backprojection weigh each view alike where half a turn of parallel rays whose axis
/// is aside measures each line through the volume once, as far as the nearer side reaches. Throws
/// InvalidArgument where filtered backprojection cannot do right.
void choose_redundancy(pyronn::Scan& scan, pyronn::Grid const& grid, pyronn::FbpOptions& options);

}  // namespace example
