// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
// Operators of the geometry of a user that several tests run; support/backends.hpp comes first.
#include "custom_geometries.hpp"
#include "operators.hpp"

namespace test {

#if !defined(PYRONN_TEST_WITHOUT_SHARED_OPERATORS)
PYRONN_TEST_OPERATORS(extern, 3, Laminography<float>)
#endif

}  // namespace test
