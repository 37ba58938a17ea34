// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Everything on CUDA devices, and on the host all but Fbp (<pyronn/recon/cpu_row_filter.hpp> adds
/// it). Needs nvcc.
#include <pyronn/cuda/executor.cuh>
#include <pyronn/cuda/line_pairs.cuh>
#include <pyronn/cuda/packed_batch.cuh>
#include <pyronn/cuda/row_filter.cuh>
#include <pyronn/cuda/software_slices.cuh>
#include <pyronn/cuda/texture_planes.cuh>
#include <pyronn/cuda/texture_slices.cuh>
#include <pyronn/cuda/upright_forward.cuh>
#include <pyronn/without_eigen.hpp>
