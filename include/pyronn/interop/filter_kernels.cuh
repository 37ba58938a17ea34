// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// CudaFilterOperator: a FilterOperator whose kernels run on CUDA devices and on cores.
#include <pyronn/backend/cuda/require_cuda.cuh>
//
#include <pyronn/backend/cpu/row_filter.hpp>
#include <pyronn/interop/detail/filter_operator_of.hpp>
#include <pyronn/interop/detail/lent_executors.cuh>

namespace pyronn {

/// Filters rows on CUDA devices and on cores.
class CudaFilterOperator : public detail::FilterOperatorOf<detail::CudaExecutors> {};

}  // namespace pyronn
