// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include "open_images.hpp"

#include <pyronn/scan/npy_images.hpp>

namespace example {

std::shared_ptr<pyronn::ImageStack const> open_images(std::filesystem::path const& path) {
  if (path.extension() == ".npy") return pyronn::npy_images(path);
  return open_tiff_images(path);
}

}  // namespace example
