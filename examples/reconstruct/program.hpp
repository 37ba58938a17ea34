// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "options.hpp"

namespace example {

/// Does what the command line says, and returns the exit status. Throws BadInput for what the user
/// can put right, and whatever the library throws.
int run(Options const& options);

}  // namespace example
