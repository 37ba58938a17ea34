// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The paths that operators have on cores, in the order in which they are tried; the general path
/// is the last.
#include <pyronn/backend/cpu/detail/columns/project_path.hpp>
#include <pyronn/backend/cpu/detail/rows/slices_path.hpp>
#include <pyronn/exec/backend.hpp>
#include <pyronn/interp/software_interp.hpp>
#include <pyronn/model/joseph.hpp>
#include <pyronn/model/voxel_driven.hpp>
#include <pyronn/operators/detail/general_back.hpp>
#include <pyronn/operators/detail/general_forward.hpp>
#include <pyronn/operators/detail/path_list.hpp>

namespace pyronn::detail {

template <>
struct ForwardPaths<Joseph, SoftwareInterp, CpuBackend> {
  using Type = PathList<CpuColumnsForward, GeneralForward>;
};

template <class DepthWeight>
struct BackPaths<WeightedVoxelDriven<DepthWeight>, SoftwareInterp, CpuBackend> {
  using Type = PathList<CpuSlicesBack<DepthWeight>, GeneralBack>;
};

}  // namespace pyronn::detail
