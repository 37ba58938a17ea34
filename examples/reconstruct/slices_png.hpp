// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <optional>

#include <pyronn/core/array_view.hpp>
#include <pyronn/core/grid.hpp>

#include "../support/picture.hpp"

namespace example {

/// Writes the middle_slices of a volume side by side. Without a window it spans what the slices
/// hold, but for the half percent at either end. The file appears whole or not at all; returns the
/// window.
GreyWindow write_slices_png(std::filesystem::path const& path,
                            pyronn::VolumeView<float const> volume, pyronn::Grid const& grid,
                            std::optional<GreyWindow> window);

}  // namespace example
