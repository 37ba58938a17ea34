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

/// Throws BadInput for a volume of other extents than `wanted`.
[[noreturn]] inline void refuse_extents(std::string const& option,
                                        std::filesystem::path const& path,
                                        pyronn::Extents<3> extents, pyronn::Extents<3> wanted,
                                        std::string const& words) {
  auto const text = [](pyronn::Extents<3> const& size) {
    return std::to_string(size[0]) + " x " + std::to_string(size[1]) + " x " +
           std::to_string(size[2]);
  };
  throw BadInput(option + ": " + path.string() + " has " + text(extents) + " voxels (x, y, z); " +
                 words + text(wanted));
}

/// The slices of a volume that an option names. Throws BadInput.
inline std::shared_ptr<pyronn::ImageStack const> npy_slices(std::string const& option,
                                                            std::filesystem::path const& path) {
  try {
    return as_input(path.string(), [&] { return pyronn::npy_images(path); });
  } catch (BadInput const& error) {
    throw BadInput(option + ": " + error.what());
  }
}

/// The same, as large as this volume. Throws BadInput.
inline std::shared_ptr<pyronn::ImageStack const> npy_volume(std::string const& option,
                                                            std::filesystem::path const& path,
                                                            pyronn::Grid const& grid) {
  auto slices = npy_slices(option, path);
  if (slices->extents() != grid.size) {
    refuse_extents(option, path, slices->extents(), grid.size, "the volume has ");
  }
  return slices;
}

}  // namespace example
