// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The known operators of the networks. They are defined twice: for cores in operators.cpp, for
/// GPUs and cores in operators.cu, of which a library has one.
#include <pyronn/interop/fbp_arrays.hpp>
#include <pyronn/interop/filter_operator.hpp>
#include <pyronn/interop/operator_pair.hpp>

namespace known_operators {

pyronn::OperatorPair const& parallel();  ///< line integrals in the plane, along Joseph's rays
pyronn::OperatorPair const& parallel_weighted();  ///< its transpose backprojects for FBP
pyronn::OperatorPair const& cone();               ///< the same in space
pyronn::OperatorPair const& cone_weighted();
pyronn::FilterOperator const& filter();

pyronn::FbpArrays const& parallel_fbp();  ///< weights and responses, always on one core
pyronn::FbpArrays const& cone_fbp();

}  // namespace known_operators
