// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "options.hpp"
#include "ranks.hpp"

namespace example {

/// Does what the command line says, on one rank what is left to it, and returns the exit status.
/// Throws BadInput for what the user can put right, and whatever the library throws.
int run(Options const& options, Ranks const& ranks);

}  // namespace example
