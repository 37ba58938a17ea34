// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// All of pyronn.hpp but what needs Eigen: the row filter of CpuExecutor, hence Fbp on it. For
/// nvcc, which is slow with Eigen and warns about it.
#include <pyronn/backend/cpu/executor.hpp>
#include <pyronn/backprojector.hpp>
#include <pyronn/core/array_view.hpp>
#include <pyronn/core/error.hpp>
#include <pyronn/core/grid.hpp>
#include <pyronn/core/half.hpp>
#include <pyronn/core/storage.hpp>
#include <pyronn/exec/buffer.hpp>
#include <pyronn/exec/workspace.hpp>
#include <pyronn/geometry/arc_fan_beam.hpp>
#include <pyronn/geometry/cone_beam.hpp>
#include <pyronn/geometry/detector.hpp>
#include <pyronn/geometry/fan_beam.hpp>
#include <pyronn/geometry/orbit/circular_orbit.hpp>
#include <pyronn/geometry/orbit/look_at.hpp>
#include <pyronn/geometry/orbit/scan_angles.hpp>
#include <pyronn/geometry/orbit/trajectories.hpp>
#include <pyronn/geometry/parallel_beam_2d.hpp>
#include <pyronn/geometry/parallel_beam_3d.hpp>
#include <pyronn/interp/software_interp.hpp>
#include <pyronn/interp/texture_interp.hpp>
#include <pyronn/io/metaimage.hpp>
#include <pyronn/io/npy.hpp>
#include <pyronn/model/joseph.hpp>
#include <pyronn/model/ray_driven.hpp>
#include <pyronn/model/ray_march.hpp>
#include <pyronn/model/siddon.hpp>
#include <pyronn/model/voxel_driven.hpp>
#include <pyronn/phantom/forbild_head.hpp>
#include <pyronn/phantom/phantom.hpp>
#include <pyronn/phantom/random_scene.hpp>
#include <pyronn/phantom/shepp_logan.hpp>
#include <pyronn/projector.hpp>
#include <pyronn/recon/fbp/fbp.hpp>
#include <pyronn/recon/fbp/options.hpp>
#include <pyronn/recon/fbp/traits.hpp>
#include <pyronn/recon/fbp/weight_arrays.hpp>
#include <pyronn/recon/filter/response.hpp>
#include <pyronn/recon/filter/row_filter.hpp>
#include <pyronn/recon/filter/window.hpp>
#include <pyronn/recon/preprocess/line_integrals.hpp>
#include <pyronn/recon/redundancy/redundancy.hpp>
#include <pyronn/version.hpp>
