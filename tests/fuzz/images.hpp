// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// What holds of images that a reader has accepted.
#include <cstddef>
#include <cstdint>
#include <vector>

#include <pyronn/scan/image_stack.hpp>

#include "fuzz.hpp"

namespace fuzz {

/// Images are not larger than a file whose pixels have one byte each, at least, and can be read.
inline void check_images(pyronn::ImageStack const& images, std::uintmax_t file_bytes) {
  auto const extents = images.extents();
  promises(static_cast<std::uintmax_t>(extents.count()) <= file_bytes,
           "images fit into their file");
  std::vector<double> row(static_cast<std::size_t>(extents[0]));
  for (int const image : {0, extents[2] - 1}) {
    for (int const v : {0, extents[1] - 1}) images.read({image, 1, v, 1}, row.data());
  }
}

}  // namespace fuzz
