// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include <pyronn/io/tiff_volume.hpp>
#include <pyronn/scan/nikon.hpp>
#include <pyronn/scan/skyscan.hpp>
#include <pyronn/scan/tiff_images.hpp>

#include "../open_images.hpp"
#include "../scan_format.hpp"
#include "../volume_files.hpp"
#include "signatures.hpp"

namespace example {

std::shared_ptr<pyronn::ImageStack const> open_tiff_images(std::filesystem::path const& path) {
  return pyronn::tiff_images(path);
}

ScanFormat nikon_format() {
  return {nikon_name, is_nikon,
          [](ScanSource const& source) { return pyronn::read_nikon(source.path, source.given); }};
}

ScanFormat skyscan_format() {
  return {skyscan_name, is_skyscan,
          [](ScanSource const& source) { return pyronn::read_skyscan(source.path, source.given); }};
}

bool has_tiff() { return true; }

std::unique_ptr<pyronn::VolumeWriter> open_tiff_volume(std::filesystem::path const& path,
                                                       pyronn::Grid const& grid) {
  return pyronn::tiff_volume_writer(path, grid);
}

}  // namespace example
