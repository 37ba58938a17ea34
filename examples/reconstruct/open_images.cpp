// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include "open_images.hpp"

#include <string>

#include <pyronn/scan/edf_images.hpp>
#include <pyronn/scan/elekta_images.hpp>
#include <pyronn/scan/npy_images.hpp>
#include <pyronn/scan/varian_images.hpp>

#include "formats/signatures.hpp"

namespace example {

std::shared_ptr<pyronn::ImageStack const> open_images(std::filesystem::path const& path) {
  std::string const extension = pyronn::detail::lower_case(path.extension().string());
  auto const is = [&](char const* known) { return extension == known || holds(path, known); };
  if (extension == ".npy") return pyronn::npy_images(path);
  if (extension == ".mha" || extension == ".mhd") return open_metaimage(path);
  if (is(".edf")) return pyronn::edf_images(path);
  if (is(".his")) return pyronn::elekta_images(path);
  if (is(".xim") || is(".hnd") || is(".hnc")) return pyronn::varian_images(path);
  return open_tiff_images(path);
}

}  // namespace example
