// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Included by core/math.hpp alone, while nvcc compiles for the device.
#include <pyronn/core/config.hpp>

namespace pyronn {

/// 1/x with the hardware's approximation: at most 1 ulp off, no division routine.
PYRONN_HOST_DEVICE inline float reciprocal(float x) { return __fdividef(1.0f, x); }

PYRONN_HOST_DEVICE inline int floor_to_int(float x) { return __float2int_rd(x); }

/// Reads memory that nobody writes while the kernel runs.
template <class Offset>
PYRONN_HOST_DEVICE float load_read_only(float const* base, Offset offset) {
  return __ldg(base + offset);
}

}  // namespace pyronn
