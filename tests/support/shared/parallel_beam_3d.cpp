// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include "support/backends.hpp"
//
#include "support/operators.hpp"

namespace test {

PYRONN_TEST_OPERATORS(, 3, pyronn::ParallelBeam3D)

}  // namespace test
