// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Everything on CUDA devices, and on the host all but the row filter of CpuExecutor, which
/// <pyronn/cpu.hpp> adds. Needs nvcc.
#include <pyronn/backend/cuda/executor.cuh>
#include <pyronn/host.hpp>
