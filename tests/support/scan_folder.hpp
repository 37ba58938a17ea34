// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// A folder of TIFF images and the text beside them, as scanners leave it.
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <string>
#include <variant>
#include <vector>

#include <boost/test/unit_test.hpp>
#include <tiffio.h>

#include <pyronn/scan/scan.hpp>

#include "scan_facts.hpp"
#include "temporary_folder.hpp"
#include "tiff_writer.hpp"

namespace test {

struct ScanFolder {
  TemporaryFolder folder;

  std::filesystem::path write(std::string const& name, std::string const& text) const {
    write_bytes(folder / name, text);
    return folder / name;
  }

  /// Images as tiff::number has them, one a file: prefix, number from `first` on, `digits` wide.
  void write_images(std::string const& prefix, int count, int first = 1, int digits = 4,
                    tiff::Writing how = {}) const {
    how.images = 1;
    for (int image = 0; image < count; ++image) {
      char number[16];
      std::snprintf(number, sizeof number, "%0*d", digits, first + image);
      auto const path = folder / (prefix + number + ".tif");
      TIFF* const tiff = TIFFOpen(path.c_str(), how.mode.c_str());
      BOOST_REQUIRE(tiff != nullptr);
      tiff::write_image(tiff, how, image);
      TIFFClose(tiff);
    }
  }
};

/// Replaces the line that begins with `key` and =, or adds one to the section that is first;
/// without a value the line goes.
inline std::string with_setting(std::string text, std::string const& key,
                                std::string const& value) {
  std::string const line = value.empty() ? "" : key + "=" + value + "\n";
  std::size_t const at = text.find("\n" + key + "=");
  if (at == std::string::npos) return text + text.substr(0, text.find('\n') + 1) + line;
  std::size_t const end = text.find('\n', at + 1);
  return text.replace(at + 1, end - at, line);
}

/// The column and row in which a view of a cone sees a point.
inline pyronn::Vec2d seen(pyronn::Scan const& scan, int view, pyronn::Vec3d const& point) {
  auto const pixel = std::get<pyronn::ConeBeam>(scan.geometry).view(view).project(point);
  return {pixel.u, pixel.v};
}

/// The numbers of the images, with tiff::number of `first` on.
inline void check_images(pyronn::ImageStack const& images, int count, int first = 0) {
  BOOST_TEST_REQUIRE((images.extents() == pyronn::Extents<3>{tiff::columns, tiff::rows, count}));
  std::vector<std::uint16_t> out(static_cast<std::size_t>(images.extents().count()));
  images.read(images.whole(), out.data());
  std::size_t at = 0;
  for (int image = first; image < first + count; ++image) {
    for (int v = 0; v < tiff::rows; ++v) {
      for (int u = 0; u < tiff::columns; ++u) {
        BOOST_REQUIRE(out[at++] == tiff::number(image, v, u));
      }
    }
  }
}

}  // namespace test
