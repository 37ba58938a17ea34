// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Everything that any C++17 compiler compiles; <pyronn/cuda.cuh> adds CUDA.
#include <pyronn/backprojector.hpp>
#include <pyronn/core/array_view.hpp>
#include <pyronn/core/error.hpp>
#include <pyronn/core/grid.hpp>
#include <pyronn/exec/buffer.hpp>
#include <pyronn/exec/cpu_executor.hpp>
#include <pyronn/exec/workspace.hpp>
#include <pyronn/geometry/circular_orbit.hpp>
#include <pyronn/geometry/cone_beam.hpp>
#include <pyronn/geometry/detector.hpp>
#include <pyronn/interp/software_interp.hpp>
#include <pyronn/interp/texture_interp.hpp>
#include <pyronn/io/metaimage.hpp>
#include <pyronn/io/npy.hpp>
#include <pyronn/model/joseph.hpp>
#include <pyronn/model/voxel_driven.hpp>
#include <pyronn/projector.hpp>
#include <pyronn/recon/fdk.hpp>
#include <pyronn/recon/filter_window.hpp>
#include <pyronn/recon/line_integrals.hpp>
#include <pyronn/version.hpp>
