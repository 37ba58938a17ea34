// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <memory>

#include <pyronn/scan/image_stack.hpp>

namespace example {

/// The images of a file or of a folder of files, whatever their format. Throws FileError.
std::shared_ptr<pyronn::ImageStack const> open_images(std::filesystem::path const& path);

/// Those of a TIFF file or of a folder of them, where the program was built with libtiff.
std::shared_ptr<pyronn::ImageStack const> open_tiff_images(std::filesystem::path const& path);

/// Those of a MetaImage file, where the program was built with zlib.
std::shared_ptr<pyronn::ImageStack const> open_metaimage(std::filesystem::path const& path);

}  // namespace example
