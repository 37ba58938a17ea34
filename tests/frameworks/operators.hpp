// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <pyronn/interop/fbp_arrays.hpp>
#include <pyronn/interop/filter_operator.hpp>
#include <pyronn/interop/operator_pair.hpp>

namespace operators {

pyronn::OperatorPair const& parallel();
pyronn::OperatorPair const& fan();
pyronn::OperatorPair const& arc();
pyronn::OperatorPair const& parallel_3d();
pyronn::OperatorPair const& cone();
pyronn::OperatorPair const& fan_march();
pyronn::OperatorPair const& fan_siddon();
pyronn::OperatorPair const& fan_weighted();
pyronn::OperatorPair const& cone_weighted();
pyronn::OperatorPair const& parallel_weighted();
pyronn::OperatorPair const& arc_weighted();
pyronn::OperatorPair const& own();
pyronn::OperatorPair const& fan_unmatched();
pyronn::FilterOperator const& filter();
pyronn::FbpArrays const& parallel_fbp();
pyronn::FbpArrays const& fan_fbp();
pyronn::FbpArrays const& arc_fbp();
pyronn::FbpArrays const& cone_fbp();

}  // namespace operators
