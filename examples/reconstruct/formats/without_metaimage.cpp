// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include <pyronn/core/error.hpp>

#include "../open_images.hpp"

namespace example {

std::shared_ptr<pyronn::ImageStack const> open_metaimage(std::filesystem::path const& path) {
  throw pyronn::FileError(path.string() + ": cannot be read: this program was built without zlib");
}

}  // namespace example
