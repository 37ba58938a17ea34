// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include <pyronn/scan/npy_images.hpp>
#include <pyronn/scan/tiff_images.hpp>

#include "open_images.hpp"

namespace example {

std::shared_ptr<pyronn::ImageStack const> open_images(std::filesystem::path const& path) {
  return path.extension() == ".npy" ? pyronn::npy_images(path) : pyronn::tiff_images(path);
}

}  // namespace example
