// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include <pyronn/interop/jax.hpp>

#include "operators.hpp"

PYRONN_JAX_OPERATOR(cone, known_operators::cone())
PYRONN_JAX_OPERATOR(cone_weighted, known_operators::cone_weighted())
PYRONN_JAX_FILTER(rows, known_operators::filter())
