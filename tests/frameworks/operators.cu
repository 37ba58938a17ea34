// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

// The same operators with kernels for GPUs, too.
#include "operators.cpp"
