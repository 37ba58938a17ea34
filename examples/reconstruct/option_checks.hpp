// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <CLI/CLI.hpp>

#include "options.hpp"

namespace example {

/// Throws BadInput for what contradicts itself, cannot be written, or would be without effect, as
/// far as that is known without the scan.
void check_options(CLI::App const& app, Options const& options);

}  // namespace example
