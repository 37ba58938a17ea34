// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <memory>

#include <pyronn/core/grid.hpp>
#include <pyronn/io/volume_writer.hpp>
#include <pyronn/scan/scan.hpp>

#include "backend.hpp"
#include "bands.hpp"

namespace example {

/// A small part of the work, as like it as takes some seconds: some views of a band in the middle,
/// and on cores only a few of its slices.
[[nodiscard]] BandPlan sample_of(pyronn::Scan const& scan, pyronn::Grid const& grid,
                                 BandPlan const& plan, bool is_on_device);

/// Takes the slices of such a part, and forgets them.
[[nodiscard]] std::unique_ptr<pyronn::VolumeWriter> discarded_volume(pyronn::Grid const& grid,
                                                                     BandPlan const& part);

/// What the whole takes where a part took so much: stages go side by side. How fast the output can
/// be written is tried with a file beside it. Throws FileError.
[[nodiscard]] double seconds_of(pyronn::Scan const& scan, pyronn::Grid const& grid,
                                BandPlan const& plan, BandPlan const& part, Cost const& cost,
                                std::filesystem::path const& output);

/// A reconstruction by iterations, and the part of it that was tried: some views, some iterations.
struct IterationTrial {
  pyronn::Scan const& scan;
  pyronn::Grid const& grid;
  BandPlan const& plan;
  BandPlan const& part;
  std::filesystem::path const& output;
};

/// What so many iterations take where the part took so much. Throws as seconds_of.
[[nodiscard]] double seconds_of_iterations(IterationTrial const& trial, Cost const& cost,
                                           int iterations);

}  // namespace example
