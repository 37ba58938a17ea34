// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include "support/backends.hpp"
//
#include "support/custom_operators.hpp"

namespace test {

PYRONN_TEST_OPERATORS(, 3, Laminography<float>)

}  // namespace test
