// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Which paths operators have on cores beside the general one, in the order in which they are
/// asked.
#include <pyronn/backend/cpu/detail/columns/project_path.hpp>
#include <pyronn/exec/backend.hpp>
#include <pyronn/interp/software_interp.hpp>
#include <pyronn/model/joseph.hpp>
#include <pyronn/operators/detail/general_forward.hpp>
#include <pyronn/operators/detail/path_list.hpp>

namespace pyronn::detail {

template <>
struct ForwardPaths<Joseph, SoftwareInterp, CpuBackend> {
  using Type = PathList<CpuColumnsForward, GeneralForward>;
};

}  // namespace pyronn::detail
