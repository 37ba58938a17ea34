// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <pyronn/core/grid.hpp>
#include <pyronn/geometry/cone_beam.hpp>
#include <pyronn/io/npy_header.hpp>

namespace example {

/// What a scan description says: the geometry, the volume asked for, and where the images lie.
struct Scan {
  std::string geometry_name;  ///< of the field that describes it
  pyronn::ConeBeam geometry;
  pyronn::Grid grid;
  std::filesystem::path projections;
  std::optional<std::filesystem::path> dark;
  std::optional<std::filesystem::path> flat;
  std::optional<double> intensity_full;      ///< the same flat value for every pixel
  bool are_intensities;                      ///< else the projections are line integrals already
  std::vector<std::filesystem::path> files;  ///< all that the description names
};

/// Reads a description and the headers of the files that it names. Throws BadInput for whatever is
/// missing, misspelt, out of range or contradictory.
[[nodiscard]] Scan read_scan(std::filesystem::path const& description);

}  // namespace example
