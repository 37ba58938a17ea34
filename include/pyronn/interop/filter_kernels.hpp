// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// CpuFilterOperator: a FilterOperator whose kernels run on cores.
#include <pyronn/backend/cpu/row_filter.hpp>
#include <pyronn/interop/detail/filter_operator_of.hpp>
#include <pyronn/interop/detail/lent_executors.hpp>

namespace pyronn {

/// Filters rows on cores.
class CpuFilterOperator : public detail::FilterOperatorOf<detail::CpuExecutors> {};

}  // namespace pyronn
