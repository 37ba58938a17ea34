// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include <pyronn/scan/scan.hpp>

#include "options.hpp"

namespace example {

/// Where the work is done.
enum class PlaceOfWork { cpu, device };

/// Throws BadInput for options that this scan, or this machine, has no use for.
void check_effects(Options const& options, pyronn::Scan const& scan, PlaceOfWork place);

/// Of an axis so near to an end of the rows that less than a quarter of what they could show is
/// seen by all views; empty: it is not.
[[nodiscard]] std::string warning_of_axis(pyronn::Scan const& scan);

}  // namespace example
