// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pyronn/scan/detector_roll.hpp>
#include <pyronn/scan/rotation_axis.hpp>

#include "curve_picture.hpp"

namespace example {

/// The search for an axis: mismatch, on a logarithmic scale, against column. A dashed line marks
/// the column that was found, which stands beside it, as do the first and the last one below.
Picture axis_picture(pyronn::RotationAxis const& axis);

/// The search for a roll: the same against degrees.
Picture roll_picture(pyronn::DetectorRoll const& roll);

}  // namespace example
