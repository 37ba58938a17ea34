// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pyronn/backend/cpu/executor.hpp>
#include <pyronn/scan/rotation_axis.hpp>
#include <pyronn/scan/scan.hpp>

#include "images.hpp"

namespace example {

/// Looks for the axis in some rows of a scan on a circle. Throws InvalidArgument where it cannot be
/// found.
[[nodiscard]] pyronn::RotationAxis find_axis(pyronn::Scan const& scan, AnyImages const& images,
                                             double least_transmission,
                                             pyronn::CpuExecutor const& executor);

}  // namespace example
