// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include "support/backends.hpp"
//
#include "support/operators.hpp"
#include "support/reconstruct.hpp"

namespace test {

// Kernels see the matrices of views: both geometries run the same ones.
PYRONN_TEST_OPERATORS(, 2, pyronn::ParallelBeam2D)
PYRONN_TEST_OPERATORS(, 2, pyronn::FanBeam)
PYRONN_TEST_RECONSTRUCTIONS(, pyronn::ParallelBeam2D)
PYRONN_TEST_RECONSTRUCTIONS(, pyronn::FanBeam)

}  // namespace test
