// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Everything that any C++17 compiler compiles: <pyronn/host.hpp> and the CPU backend.
/// <pyronn/cuda.cuh> is what runs on CUDA devices; headers of interop are included one by one.
#include <pyronn/cpu.hpp>
#include <pyronn/host.hpp>
