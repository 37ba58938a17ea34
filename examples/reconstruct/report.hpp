// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pyronn/core/grid.hpp>
#include <pyronn/scan/scan.hpp>

#include "backend.hpp"

namespace example {

/// Prints what each stage took and achieved, and the memory that was held.
void print_report(pyronn::Scan const& scan, pyronn::Grid const& grid, Cost const& cost);

}  // namespace example
