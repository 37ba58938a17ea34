// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Stops compilers other than nvcc with one sentence.
#if !defined(__CUDACC__)
#error \
    "This header holds CUDA kernels: compile it with nvcc, or include <pyronn/pyronn.hpp> instead."
#endif
