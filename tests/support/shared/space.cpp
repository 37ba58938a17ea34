// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include "support/backends.hpp"
//
#include "support/operators.hpp"
#include "support/reconstruct.hpp"

namespace test {

// Kernels see the matrices of views: both geometries run the same ones.
PYRONN_TEST_OPERATORS(, 3, pyronn::ParallelBeam3D)
PYRONN_TEST_OPERATORS(, 3, pyronn::ConeBeam)
PYRONN_TEST_RECONSTRUCTIONS(, pyronn::ConeBeam)

}  // namespace test
