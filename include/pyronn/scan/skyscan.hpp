// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Scans of Bruker's (SkyScan's) scanners: .log files with TIFF images beside them. Needs libtiff,
/// as tiff_images.hpp.
#include <filesystem>

#include <pyronn/interop/detail/text_file.hpp>
#include <pyronn/scan/detail/skyscan_file.hpp>
#include <pyronn/scan/image_files.hpp>
#include <pyronn/scan/scan.hpp>
#include <pyronn/scan/tiff_images.hpp>

namespace pyronn {

/// Reads the scan of a .log file and of the TIFF images beside it which are called Filename Prefix
/// and a number. Images are intensities with the flat field corrected to the most that Depth (bits)
/// can hold; z is along their rows from first to last. The last image is left out where a full turn
/// has one too many. Pixels are those of Image Pixel Size, at the axis; rays from more than 10 m
/// are parallel. The file does not say where the axis is seen. Throws FileError for whatever is
/// missing, contradictory, or no circle, with its key; `facts` lists what was assumed.
[[nodiscard]] inline Scan read_skyscan(std::filesystem::path const& path,
                                       GivenOfScan const& given = {}) {
  detail::SkyscanFile const file{path, detail::read_text_file(path)};
  std::filesystem::path const beside = path.parent_path().empty() ? "." : path.parent_path();
  auto const images = image_files(beside, {".tif", ".tiff"}, file.image_prefix());
  Scan scan = file.scan(tiff_images(images), given);
  scan.files = {path};
  scan.files.insert(scan.files.end(), images.begin(), images.end());
  return scan;
}

}  // namespace pyronn
