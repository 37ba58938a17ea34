// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// RTK's geometry files. Needs pugixml (Debian: libpugixml-dev; link pugixml::pugixml).
#include <cstddef>
#include <filesystem>
#include <functional>
#include <iostream>
#include <string>
#include <vector>

#include <pyronn/interop/detail/rtk_geometry_reader.hpp>
#include <pyronn/interop/rtk_parameters.hpp>

namespace pyronn::rtk {

/// Reads the projections of an RTK geometry file of version 2 or 3, as RTK does: a number holds
/// from where it stands on, so that those above all projections are common, and what a projection
/// lacks is as in the projection before; 0 where it has not been said at all, and jaws open.
/// `Angle` is the name of GantryAngle in older files. `note` is called with a sentence for each
/// name of an element that is not known and therefore skipped.
///
/// Throws FileError, whose message names the projection, for a file that is not XML or holds
/// something else; for a missing SourceToIsocenterDistance of a cone beam and repeated elements;
/// for texts that are not numbers, distances that are negative, and cylindrical detectors; and
/// where Matrix contradicts the other numbers, for all that their digits say.
inline std::vector<CollimatedProjection> read_collimated_geometry(
    std::filesystem::path const& path,
    std::function<void(std::string const&)> const& note = [](std::string const& text) {
      std::clog << text << std::endl;
    }) {
  return detail::GeometryReader{path, note}.read();
}

/// The same of cone beams without jaws. Throws FileError, too, for parallel rays (no
/// SourceToDetectorDistance, or 0) and collimation.
inline std::vector<Projection> read_geometry(
    std::filesystem::path const& path,
    std::function<void(std::string const&)> const& note = [](std::string const& text) {
      std::clog << text << std::endl;
    }) {
  std::vector<Projection> result;
  for (auto const& [projection, jaws] : read_collimated_geometry(path, note)) {
    std::string const where = "projection " + std::to_string(result.size());
    if (projection.is_parallel()) {
      pyronn::detail::fail_file(path, where, " has no SourceToDetectorDistance, or 0: RTK's ",
                                "parallel rays, which this function does not read; see ",
                                "ParallelBeam3D");
    }
    for (std::size_t i = 0; i < jaws.places.size(); ++i) {
      if (jaws.places[i] == Jaws::open) continue;
      pyronn::detail::fail_file(path, where, ": ", Jaws::names[i], " is ", jaws.places[i],
                                ", but jaws cannot be represented");
    }
    result.push_back(projection);
  }
  return result;
}

}  // namespace pyronn::rtk
