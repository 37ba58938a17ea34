// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include <pyronn/backend/cpu/executor.hpp>
#include <pyronn/scan/detector_roll.hpp>
#include <pyronn/scan/rotation_axis.hpp>
#include <pyronn/scan/scan.hpp>

#include "calibration.hpp"
#include "options.hpp"

namespace example {

/// Lets the axis and the roll that the command line names count. Throws BadInput where the scan has
/// none, and InvalidArgument.
void apply_axis_options(Options const& options, pyronn::Scan& scan);

/// Whether the images are asked where the axis is: that is what is said, or nobody knows.
[[nodiscard]] bool wants_axis(Options const& options, pyronn::Scan const& scan);

/// Lets the axis of a scan on a circle be seen in another column, which nothing assumes any more.
/// Throws InvalidArgument.
void set_axis(pyronn::Scan& scan, double column);

/// Looks for the axis in some rows of a scan on a circle. Throws InvalidArgument where it cannot be
/// found, and BadInput where a source's plane is not on the panel.
[[nodiscard]] pyronn::RotationAxis find_axis(pyronn::Scan const& scan,
                                             Calibration const& calibration,
                                             double least_transmission,
                                             pyronn::CpuExecutor const& executor);

/// The line integrals of one row of the panel, (u, view).
[[nodiscard]] std::vector<float> sinogram(pyronn::Scan const& scan, Calibration const& calibration,
                                          int row, double least_transmission);

/// Lets the panel of a scan on a circle be turned, which nothing assumes any more. Throws
/// InvalidArgument.
void set_roll(pyronn::Scan& scan, double roll);

/// Looks for roll and axis in rows all over the panel, of a point source about its plane. Throws
/// InvalidArgument where they cannot be found.
[[nodiscard]] pyronn::DetectorRoll find_roll(pyronn::Scan const& scan,
                                             Calibration const& calibration,
                                             double least_transmission,
                                             pyronn::CpuExecutor const& executor);

/// What was found, as a sentence.
[[nodiscard]] std::string text_of(pyronn::DetectorRoll const& roll);
/// What was found, as a sentence.
[[nodiscard]] std::string text_of(pyronn::RotationAxis const& axis);
/// What the user is to be warned of; empty: nothing.
[[nodiscard]] std::string warning_of(pyronn::DetectorRoll const& roll);
/// What the user is to be warned of; empty: nothing.
[[nodiscard]] std::string warning_of(pyronn::RotationAxis const& axis);

}  // namespace example
