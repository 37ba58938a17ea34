// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include <pyronn/core/grid.hpp>
#include <pyronn/scan/npy_images.hpp>

#include "messages.hpp"

namespace example {

/// The slices of a volume that an option names, as large as this one. Throws BadInput.
inline std::shared_ptr<pyronn::ImageStack const> npy_volume(std::string const& option,
                                                            std::filesystem::path const& path,
                                                            pyronn::Grid const& grid) {
  auto slices = as_input(option, [&] { return pyronn::npy_images(path); });
  if (slices->extents() != grid.size) {
    throw BadInput(option + ": " + path.string() + " has other extents than the volume");
  }
  return slices;
}

}  // namespace example
