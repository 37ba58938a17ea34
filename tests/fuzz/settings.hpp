// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// What fuzzers of the scanners' files of settings share: images in memory, words, and what holds
/// of a scan.
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include <pyronn/scan/images_in_memory.hpp>
#include <pyronn/scan/scan.hpp>

#include "fuzz.hpp"

namespace fuzz {

/// Images of 3 columns and 2 rows.
inline auto small_images(int count) {
  return std::make_shared<pyronn::ImagesInMemory<std::uint16_t>>(
      pyronn::Extents<3>{3, 2, count},
      std::vector<std::uint16_t>(6 * static_cast<std::size_t>(count), 7));
}

/// A format's own words and those of all files of settings.
inline std::vector<std::string> words_of_settings(std::vector<std::string> own) {
  for (char const* const word : {"=", "\n", "\r", ";", " deg", " mm", "(mm)", "\xff\xfe",
                                 "\xef\xbb\xbf", ",", "-", "e308"}) {
    own.emplace_back(word);
  }
  own.emplace_back(1, '\0');
  return own;
}

inline void check_rays(pyronn::Scan const& scan, int view) {
  std::visit(
      [view](auto const& beam) {
        auto const ray = beam.view(view).ray(0, 0);
        for (int axis = 0; axis < 3; ++axis) {
          promises(std::isfinite(static_cast<double>(ray.direction[axis])), "rays are finite");
        }
      },
      scan.geometry);
}

}  // namespace fuzz
