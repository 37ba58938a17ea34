// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>
#include <string>

#include <pyronn/core/array_view.hpp>
#include <pyronn/operators/plan.hpp>
#include <pyronn/recon/fbp/options.hpp>
#include <pyronn/scan/scan.hpp>

#include "images.hpp"

namespace example {

/// One reconstruction: what goes in, and how.
struct Job {
  pyronn::Scan const& scan;
  pyronn::Grid const& grid;
  AnyImages const& images;
  pyronn::FbpOptions options;
  double least_transmission;             ///< below it line integrals are cut
  bool is_textured;                      ///< TextureInterp, else SoftwareInterp
  std::size_t workspace_limit;           ///< [bytes] beyond images and volume
  std::function<void(double)> progress;  ///< told the part of the views that is done
  /// Told how so many views at a time are going to be reconstructed; may be empty.
  std::function<void(int views, pyronn::Plan const& plan)> planned;
};

/// What a reconstruction took.
struct Cost {
  double preprocess_seconds = 0;
  double reconstruct_seconds = 0;
  double copy_seconds = 0;  ///< of the volume from the device, if there is one
  std::size_t workspace_bytes = 0;
  std::size_t device_peak_bytes = 0;  ///< 0 where there is no device
};

/// Throws InvalidArgument where filtered backprojection cannot do right: where sources of cones do
/// not lie on a circle, or the angles are too few for the options.
void check_orbit(pyronn::Scan const& scan, pyronn::Grid const& grid,
                 pyronn::FbpOptions const& options);

/// Reconstructs into a volume in host memory on this many cores.
Cost reconstruct_on_cpu(Job const& job, pyronn::VolumeView<float> volume, int threads);

/// The name of the CUDA device that would be used; empty if there is none, or no CUDA in this
/// program.
std::string cuda_device_name();

/// The same on the current CUDA device, share by share, so that the device need only hold the
/// volume and some views.
Cost reconstruct_on_cuda(Job const& job, pyronn::VolumeView<float> volume);

}  // namespace example
