// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The paths that operators have on CUDA devices, in the order in which they are tried; the general
/// path is the last.
#include <pyronn/backend/cuda/detail/batch/backproject_path.cuh>
#include <pyronn/backend/cuda/detail/batch/project_path.cuh>
#include <pyronn/backend/cuda/detail/batch/transpose_path.cuh>
#include <pyronn/backend/cuda/detail/bricks/back_path.cuh>
#include <pyronn/backend/cuda/detail/columns/project_path.cuh>
#include <pyronn/backend/cuda/detail/columns/transpose_path.cuh>
#include <pyronn/backend/cuda/detail/plane/backproject.cuh>
#include <pyronn/backend/cuda/detail/plane/paths.cuh>
#include <pyronn/backend/cuda/detail/plane/scans_path.cuh>
#include <pyronn/backend/cuda/detail/samples/project_path.cuh>
#include <pyronn/backend/cuda/detail/texture/project_path.cuh>
#include <pyronn/backend/cuda/detail/voxels/project_path.cuh>
#include <pyronn/exec/backend.hpp>
#include <pyronn/interp/software_interp.hpp>
#include <pyronn/interp/texture_interp.hpp>
#include <pyronn/model/joseph.hpp>
#include <pyronn/model/ray_march.hpp>
#include <pyronn/model/siddon.hpp>
#include <pyronn/model/voxel_driven.hpp>
#include <pyronn/operators/detail/general_back.hpp>
#include <pyronn/operators/detail/general_forward.hpp>
#include <pyronn/operators/detail/path_list.hpp>

namespace pyronn::detail {

template <>
struct ForwardPaths<Joseph, SoftwareInterp, CudaBackend> {
  using Type = PathList<TensorCoreForward, ScansForward, CudaColumnsForward,
                        CudaColumnsForwardInPlace, GeneralForward>;
};

template <>
struct ForwardPaths<Joseph, TextureInterp, CudaBackend> {
  using Type = PathList<CudaPlanesForward, GeneralForward>;
};

template <>
struct ForwardPaths<RayMarch, SoftwareInterp, CudaBackend> {
  using Type = PathList<CudaColumnsOfPairsForward, GeneralForward>;
};

template <>
struct ForwardPaths<RayMarch, TextureInterp, CudaBackend> {
  using Type = PathList<CudaSlicesOfPairsForward, GeneralForward>;
};

template <class DepthWeight>
struct ForwardPaths<WeightedVoxelDriven<DepthWeight>, SoftwareInterp, CudaBackend> {
  using Type = PathList<CudaVoxelColumnsForward<DepthWeight>, GeneralForward>;
};

template <>
struct BackPaths<Joseph, SoftwareInterp, CudaBackend> {
  using Type =
      PathList<TensorCoreTranspose, PlaneGather, CudaColumnsTranspose, BricksBack, GeneralBack>;
};

template <class Interp>
struct BackPaths<Joseph, Interp, CudaBackend> {
  using Type = PathList<BricksBack, GeneralBack>;
};

template <class Interp>
struct BackPaths<RayMarch, Interp, CudaBackend> {
  using Type = PathList<BricksBack, GeneralBack>;
};

template <class Interp>
struct BackPaths<Siddon, Interp, CudaBackend> {
  using Type = PathList<BricksBack, GeneralBack>;
};

template <class DepthWeight>
struct BackPaths<WeightedVoxelDriven<DepthWeight>, SoftwareInterp, CudaBackend> {
  using Type = PathList<TensorCoreBack<DepthWeight>, ScansBack, GeneralBack>;
};

}  // namespace pyronn::detail
