// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Everything on CUDA devices, and on the host all but Fbp (<pyronn/backend/cpu/row_filter.hpp>
/// adds it). Needs nvcc.
#include <pyronn/backend/cuda/detail/batch/paths.cuh>
#include <pyronn/backend/cuda/detail/cells/interior_slices.cuh>
#include <pyronn/backend/cuda/detail/cells/transposed_images.cuh>
#include <pyronn/backend/cuda/detail/columns/project_path.cuh>
#include <pyronn/backend/cuda/detail/fourier/row_filter.cuh>
#include <pyronn/backend/cuda/detail/texture/planes.cuh>
#include <pyronn/backend/cuda/detail/texture/slices.cuh>
#include <pyronn/backend/cuda/executor.cuh>
#include <pyronn/host.hpp>
