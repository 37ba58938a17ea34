// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The only place that looks at which compiler is at work. Everything else uses the macros defined
/// here, and never inside a function body.

/// Marks a function that host and device both run, such as the members of geometries that are
/// copied into kernels.
#if defined(__CUDACC__)
#define PYRONN_HOST_DEVICE __host__ __device__
#else
#define PYRONN_HOST_DEVICE
#endif

/// Is 1 while nvcc compiles for the device, where the hardware's own instructions exist, else 0.
#if defined(__CUDA_ARCH__)
#define PYRONN_DEVICE_PASS 1
#else
#define PYRONN_DEVICE_PASS 0
#endif
