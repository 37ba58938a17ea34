// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include <pyronn/core/grid.hpp>
#include <pyronn/io/volume_writer.hpp>
#include <pyronn/io/world_axes.hpp>

namespace example {

/// What names of volumes may end in, with the libraries that the program was built with.
[[nodiscard]] std::string volume_extensions();

/// Throws BadInput for a name that ends in something else.
void check_volume_name(std::filesystem::path const& path);

/// .mha and .nii say which `axes` of the scan's own world the grid's are. Throws FileError.
[[nodiscard]] std::unique_ptr<pyronn::VolumeWriter> open_volume(std::filesystem::path const& path,
                                                                pyronn::Grid const& grid,
                                                                pyronn::WorldAxes axes);

/// TIFF, where the program was built with libtiff, else null.
std::unique_ptr<pyronn::VolumeWriter> open_tiff_volume(std::filesystem::path const& path,
                                                       pyronn::Grid const& grid);
/// HDF5, where the program was built with HDF5, else null.
std::unique_ptr<pyronn::VolumeWriter> open_hdf5_volume(std::filesystem::path const& path,
                                                       pyronn::Grid const& grid);
[[nodiscard]] bool has_tiff();
[[nodiscard]] bool has_hdf5();

}  // namespace example
