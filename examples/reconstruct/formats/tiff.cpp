// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include <pyronn/io/tiff_volume.hpp>
#include <pyronn/scan/tiff_images.hpp>

#include "../open_images.hpp"
#include "../volume_files.hpp"

namespace example {

std::shared_ptr<pyronn::ImageStack const> open_tiff_images(std::filesystem::path const& path) {
  return pyronn::tiff_images(path);
}

bool has_tiff() { return true; }

std::unique_ptr<pyronn::VolumeWriter> open_tiff_volume(std::filesystem::path const& path,
                                                       pyronn::Grid const& grid) {
  return pyronn::tiff_volume_writer(path, grid);
}

}  // namespace example
