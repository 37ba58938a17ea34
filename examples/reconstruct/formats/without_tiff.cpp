// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include <pyronn/core/error.hpp>

#include "../open_images.hpp"
#include "../volume_files.hpp"

namespace example {

std::shared_ptr<pyronn::ImageStack const> open_tiff_images(std::filesystem::path const& path) {
  throw pyronn::FileError(path.string() +
                          ": is no .npy file; this program was built without libtiff");
}

bool has_tiff() { return false; }

std::unique_ptr<pyronn::VolumeWriter> open_tiff_volume(std::filesystem::path const&,
                                                       pyronn::Grid const&) {
  return nullptr;
}

}  // namespace example
