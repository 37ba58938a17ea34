// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Everything that every backend shares, and CpuExecutor. To filter rows on it, hence for Fbp and
/// Fdk on cores, <pyronn/cpu.hpp> adds its row filter; <pyronn/cuda.cuh> is what runs on CUDA
/// devices. Any C++17 compiler compiles this header and <pyronn/cpu.hpp> without another library.
/// Files (io, interop), phantoms by chance (phantom/random_scene.hpp) and of triangles
/// (phantom/mesh.hpp) are included one by one, as they are slow to compile.
#include <pyronn/backend/cpu/executor.hpp>
#include <pyronn/backprojector.hpp>
#include <pyronn/core/array_view.hpp>
#include <pyronn/core/error.hpp>
#include <pyronn/core/extents.hpp>
#include <pyronn/core/grid.hpp>
#include <pyronn/core/half.hpp>
#include <pyronn/core/storage.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/core/view_of.hpp>
#include <pyronn/exec/backend.hpp>
#include <pyronn/exec/buffer.hpp>
#include <pyronn/exec/quotient.hpp>
#include <pyronn/exec/vector_operations.hpp>
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
#include <pyronn/interp/double_interp.hpp>
#include <pyronn/interp/software_interp.hpp>
#include <pyronn/interp/texture_interp.hpp>
#include <pyronn/model/joseph.hpp>
#include <pyronn/model/ray_driven.hpp>
#include <pyronn/model/ray_march.hpp>
#include <pyronn/model/siddon.hpp>
#include <pyronn/model/traits.hpp>
#include <pyronn/model/voxel_driven.hpp>
#include <pyronn/operators/part.hpp>
#include <pyronn/operators/plan.hpp>
#include <pyronn/phantom/forbild_head.hpp>
#include <pyronn/phantom/phantom.hpp>
#include <pyronn/phantom/shepp_logan.hpp>
#include <pyronn/projector.hpp>
#include <pyronn/recon/fbp/fbp.hpp>
#include <pyronn/recon/fbp/option_names.hpp>
#include <pyronn/recon/fbp/options.hpp>
#include <pyronn/recon/fbp/reconstruct.hpp>
#include <pyronn/recon/fbp/traits.hpp>
#include <pyronn/recon/fbp/weight_arrays.hpp>
#include <pyronn/recon/filter/response.hpp>
#include <pyronn/recon/filter/row_filter.hpp>
#include <pyronn/recon/filter/window.hpp>
#include <pyronn/recon/preprocess/line_integrals.hpp>
#include <pyronn/recon/redundancy/redundancy.hpp>
#include <pyronn/simulate/detector_defects.hpp>
#include <pyronn/simulate/detector_jitter.hpp>
#include <pyronn/simulate/intensities.hpp>
#include <pyronn/simulate/motion_blur.hpp>
#include <pyronn/simulate/noise.hpp>
#include <pyronn/simulate/polychromatic_beam.hpp>
#include <pyronn/simulate/random_numbers.hpp>
#include <pyronn/simulate/scatter.hpp>
#include <pyronn/simulate/water_hardening.hpp>
#include <pyronn/simulate/zingers.hpp>
#include <pyronn/version.hpp>
