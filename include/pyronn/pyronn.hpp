// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Everything that any C++17 compiler compiles; <pyronn/cuda.cuh> is what runs on CUDA devices.
#include <pyronn/recon/cpu_row_filter.hpp>
#include <pyronn/without_eigen.hpp>
