// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <memory>
#include <vector>

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

/// What reading and computing take by a plan, which go side by side, where a part of it took so
/// much.
[[nodiscard]] double seconds_to_make(pyronn::Scan const& scan, BandPlan const& plan,
                                     BandPlan const& part, Cost const& cost);

/// What so many iterations take with what is read for them, where a part of the views took so much.
[[nodiscard]] double seconds_to_iterate(pyronn::Scan const& scan, BandPlan const& plan,
                                        BandPlan const& part, Cost const& cost, int iterations);

/// What all ranks take, each of which takes so much to make its slices, with the output, of which
/// the share `behind` is written when all is made. How fast that goes is tried with a file beside
/// it that is gone afterwards. Throws FileError.
[[nodiscard]] double seconds_of_all(std::vector<double> const& making,
                                    std::filesystem::path const& output, pyronn::Grid const& grid,
                                    double behind);

}  // namespace example
