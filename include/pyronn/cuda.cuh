// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Everything: pyronn.hpp and what runs on CUDA devices. Needs nvcc.
#include <pyronn/cuda/executor.cuh>
#include <pyronn/cuda/row_filter.cuh>
#include <pyronn/cuda/texture_planes.cuh>
#include <pyronn/cuda/texture_slices.cuh>
#include <pyronn/pyronn.hpp>
