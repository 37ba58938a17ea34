// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "options.hpp"

namespace example {

/// Nothing if all that was asked for is help. Throws BadInput.
std::optional<Options> parse_options(int argc, char** argv);

}  // namespace example
