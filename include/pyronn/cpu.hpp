// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Everything on cores: <pyronn/pyronn.hpp> and the row filter of CpuExecutor. It needs no other
/// library.
#include <pyronn/backend/cpu/row_filter.hpp>
#include <pyronn/pyronn.hpp>
