// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "curve_picture.hpp"

namespace example {

/// Residuals in parts of the first one, on a logarithmic scale, against iterations. The last one
/// stands above.
Picture convergence_picture(std::vector<double> const& residuals);

}  // namespace example
