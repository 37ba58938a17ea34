// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include "support/backends.hpp"
//
#include "support/operators.hpp"
#include "support/reconstruct.hpp"

namespace test {

PYRONN_TEST_OPERATORS(, 2, pyronn::ParallelBeam2D)
PYRONN_TEST_RECONSTRUCTIONS(, pyronn::ParallelBeam2D)

}  // namespace test
