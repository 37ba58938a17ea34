// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include <pyronn/interop/jax.hpp>

pyronn::OperatorPair const& tilted();
std::int64_t tilted_scan();
PYRONN_JAX_OPERATOR(tilted, tilted())
PYRONN_JAX_GEOMETRY(scan, tilted_scan())
