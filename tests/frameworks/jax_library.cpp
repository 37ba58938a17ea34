// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

// Handlers of operators whose kernels are in operators.cpp: this file knows JAX, that one does not.
#include <pyronn/interop/filter_operator.hpp>
#include <pyronn/interop/jax.hpp>
#include <pyronn/interop/operator_pair.hpp>

pyronn::OperatorPair const& fan();
pyronn::OperatorPair const& marched_fan();
pyronn::OperatorPair const& cone();
pyronn::FilterOperator const& rows();

PYRONN_JAX_OPERATOR(fan, fan())
PYRONN_JAX_OPERATOR(marched_fan, marched_fan())
PYRONN_JAX_OPERATOR(cone, cone())
PYRONN_JAX_FILTER(rows, rows())
