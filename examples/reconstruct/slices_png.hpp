// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <optional>

#include "../support/picture.hpp"

namespace example {

/// Writes the middle planes of a volume side by side. Without a window it spans what they hold, but
/// for the half percent at either end. The file appears whole or not at all; returns the window.
GreyWindow write_slices_png(std::filesystem::path const& path, MiddlePlanes const& planes,
                            std::optional<GreyWindow> window);

}  // namespace example
