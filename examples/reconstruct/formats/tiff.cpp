// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include <pyronn/scan/tiff_images.hpp>

#include "../open_images.hpp"

namespace example {

std::shared_ptr<pyronn::ImageStack const> open_tiff_images(std::filesystem::path const& path) {
  return pyronn::tiff_images(path);
}

}  // namespace example
