// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include <pyronn/operators/plan.hpp>
#include <pyronn/recon/fbp/options.hpp>
#include <pyronn/scan/scan.hpp>

#include "bands.hpp"
#include "calibration.hpp"
#include "corrections.hpp"
#include "iteration.hpp"
#include "views_reader.hpp"
#include "volume_sink.hpp"

namespace example {

/// One reconstruction: what goes in, how, and where it goes.
struct Job {
  pyronn::Scan const& scan;
  pyronn::Grid const& grid;
  Calibration const& calibration;
  BandPlan const& bands;
  Corrections const& corrections;
  pyronn::FbpOptions options;
  double least_transmission;             ///< below it line integrals are cut
  bool is_textured;                      ///< TextureInterp, else SoftwareInterp
  ViewsReader& reader;                   ///< where views come from
  VolumeSink& sink;                      ///< where slices go
  std::function<void(double)> progress;  ///< told the part of the work that is done
  /// Told how so many views at a time are going to be reconstructed; may be empty.
  std::function<void(int views, pyronn::Plan const& plan)> planned;
  Iteration const* iteration;  ///< null: filtered backprojection
};

/// What a reconstruction took. Stages go side by side: their times add up to more than the whole.
struct Cost {
  double start_seconds = 0;  ///< until views are read one after the other
  double read_seconds = 0;
  double preprocess_seconds = 0;  ///< with the copies to a device, if there is one
  double reconstruct_seconds = 0;
  double copy_seconds = 0;  ///< of the volume from the device, if there is one
  double write_seconds = 0;
  double wall_seconds = 0;            ///< from the start on
  double all_seconds = 0;             ///< with start and end
  std::size_t device_peak_bytes = 0;  ///< of the one that held most; 0 where there is none
  int iterations = 0;                 ///< 0: it was filtered backprojection
  double iterations_seconds = 0;      ///< of them alone, which reconstruct_seconds include
  double chosen_strength = 0;         ///< where none was given; 0: it was not chosen
  int places = 1;                     ///< that shared the work out
  double chosen_delta = 0;            ///< the same of Iteration::delta
  /// Of norms where they are wanted: of what there was before a search for the strength, if there
  /// is one, else of the start.
  double start_residual = 0;
  std::vector<double> residuals{};  ///< norms, of the start and after each iteration, if wanted

  /// In parts of start_residual; 0 where there is none.
  [[nodiscard]] double in_parts(double residual) const {
    return residual == 0 ? 0 : residual / start_residual;
  }
};

/// Throws InvalidArgument where filtered backprojection cannot do right: where sources of cones do
/// not lie on a circle, or the angles are too few for the options.
void check_orbit(pyronn::Scan const& scan, pyronn::Grid const& grid,
                 pyronn::FbpOptions const& options);

/// What the memory of an iterative method depends on.
struct IterationTask {
  pyronn::Scan const& scan;
  pyronn::Grid const& grid;
  Band const& band;
  Iteration const& iteration;
  std::size_t workspace_limit;
};

/// How many views at a time keep cores busy.
inline constexpr int views_on_cpu = 32;
/// How many views at a time keep a device busy.
inline constexpr int views_on_cuda = 64;

/// Reconstructs on this many cores.
Cost reconstruct_on_cpu(Job const& job, int threads);

/// By iterations, on this many cores.
Cost reconstruct_iteratively_on_cpu(Job const& job, int threads);

/// What the solver will allocate there [bytes]. Throws InvalidArgument for subsets out of range.
std::size_t solver_bytes_on_cpu(IterationTask const& task, int threads);

/// A device that a reconstruction can run on.
struct Device {
  int number = 0;
  std::string name;
  std::size_t free_bytes = 0;  ///< of its memory
};

/// How many CUDA knows; 0 without CUDA in this program.
int cuda_device_count();
/// A CUDA device, by its number; without a name: it cannot be used.
Device cuda_device(int number);
/// Makes a device the current one of this thread.
void use_cuda_device(Device const& device);

/// The same on CUDA devices, as many as the job's plan says.
Cost reconstruct_on_cuda(Job const& job, std::vector<Device> const& devices);
/// By iterations, on the current CUDA device.
Cost reconstruct_iteratively_on_cuda(Job const& job);
/// What the solver will allocate there [bytes].
std::size_t solver_bytes_on_cuda(IterationTask const& task);

}  // namespace example
