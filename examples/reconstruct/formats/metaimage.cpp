// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include <pyronn/scan/metaimage_images.hpp>

#include "../open_images.hpp"

namespace example {

std::shared_ptr<pyronn::ImageStack const> open_metaimage(std::filesystem::path const& path) {
  return pyronn::metaimage_images(path);
}

}  // namespace example
