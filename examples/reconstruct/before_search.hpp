// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pyronn/scan/scan.hpp>

#include "options.hpp"

namespace example {

/// Throws BadInput for all that will be wrong wherever the axis is found: it is looked for in the
/// images, which takes a while.
void check_before_search(Options const& options, pyronn::Scan const& scan);

}  // namespace example
