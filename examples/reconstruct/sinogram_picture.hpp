// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pyronn/core/array_view.hpp>

#include "../support/picture.hpp"

namespace example {

/// The sinogram of one row (u, view), the first view at the top, with the column in which the
/// rotation axis is seen as a dashed line: pixels of the mean of their lines, at most 1024 x 1024,
/// black and white but for the half percent of lines at either end. For write_png with
/// drawn_window.
Picture sinogram_picture(pyronn::ImageView<float const> lines, double axis_column);

}  // namespace example
