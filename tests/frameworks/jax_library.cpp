// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include <pyronn/interop/jax.hpp>

#include "operators.hpp"

PYRONN_JAX_OPERATOR(fan, operators::fan())
PYRONN_JAX_OPERATOR(fan_march, operators::fan_march())
PYRONN_JAX_OPERATOR(cone, operators::cone())
PYRONN_JAX_FILTER(rows, operators::filter())
