// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pyronn/core/grid.hpp>
#include <pyronn/recon/fbp/options.hpp>
#include <pyronn/scan/scan.hpp>

namespace example {

/// Where nothing else is said, lets filtered backprojection weigh a short scan whose axis is aside
/// as if the object lay within what its nearer side reaches: each view of half a turn of parallel
/// rays alike, those of a source by Parker or Riess. Throws InvalidArgument where filtered
/// backprojection cannot do right.
void choose_redundancy(pyronn::Scan& scan, pyronn::Grid const& grid, pyronn::FbpOptions& options);

}  // namespace example
