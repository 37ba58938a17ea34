// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Everything on CUDA devices: <pyronn/pyronn.hpp> and the CUDA backend. Needs nvcc.
#include <pyronn/backend/cuda/executor.cuh>
#include <pyronn/pyronn.hpp>
