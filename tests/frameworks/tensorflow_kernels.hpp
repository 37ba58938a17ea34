// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pyronn/interop/filter_operator.hpp>
#include <pyronn/interop/operator_pair.hpp>

pyronn::OperatorPair const& fan();
pyronn::OperatorPair const& cone();
pyronn::OperatorPair const& march();
pyronn::OperatorPair const& own();
pyronn::OperatorPair const& probe();
pyronn::FilterOperator const& filter();
