// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// What ImageJ and tifffile write into the descriptions of TIFF files.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include <pyronn/core/extents.hpp>

namespace pyronn::detail {

/// The value of a line `key=value` of ImageJ's description; nothing where there is none.
inline std::optional<std::string> imagej_value(std::string const& description,
                                               std::string const& key) {
  if (description.rfind("ImageJ=", 0) != 0) return std::nullopt;
  std::size_t const line = description.find("\n" + key + "=");
  if (line == std::string::npos) return std::nullopt;
  std::size_t const first = line + key.size() + 2;
  return description.substr(first, description.find_first_of("\r\n", first) - first);
}

/// A number of decimal digits alone that fits into an int.
inline std::optional<int> whole_number(std::string const& text) {
  std::int64_t result = 0;
  for (char const letter : text) {
    if (letter < '0' || letter > '9') return std::nullopt;
    result = result * 10 + (letter - '0');
    if (result > std::numeric_limits<int>::max()) return std::nullopt;
  }
  if (text.empty()) return std::nullopt;
  return static_cast<int>(result);
}

/// The sizes of tifffile's {"shape": [10, 480, 640]}.
inline std::vector<int> shape_of_tiff_description(std::string const& description) {
  static std::string const start = "{\"shape\": [";
  std::vector<int> shape;
  if (description.rfind(start, 0) != 0) return shape;
  std::size_t const end = description.find(']');
  for (std::size_t at = start.size(); at < end && end != std::string::npos;) {
    std::size_t const comma = std::min(description.find(',', at), end);
    std::size_t const first = description.find_first_not_of(' ', at);
    if (first >= comma) return {};
    auto const size = whole_number(description.substr(first, comma - first));
    if (!size) return {};
    shape.push_back(*size);
    at = comma + 1;
  }
  return shape;
}

/// How many images of this size a description says that there are; nothing where it does not.
inline std::optional<int> images_of_tiff_description(std::string const& description,
                                                     Extents<2> size) {
  if (auto const images = imagej_value(description, "images")) return whole_number(*images);
  auto const shape = shape_of_tiff_description(description);
  if (shape.size() < 3 || shape.back() != size[0] || shape[shape.size() - 2] != size[1]) {
    return std::nullopt;
  }
  std::int64_t count = 1;
  for (std::size_t axis = 0; axis + 2 < shape.size(); ++axis) {
    count *= shape[axis];
    if (count > std::numeric_limits<int>::max()) return std::nullopt;
  }
  return static_cast<int>(count);
}

/// The length of ImageJ's unit [mm].
inline std::optional<double> unit_of_imagej_description(std::string const& description) {
  auto const unit = imagej_value(description, "unit");
  if (!unit) return std::nullopt;
  if (*unit == "mm" || *unit == "millimeter") return 1.0;
  if (*unit == "cm") return 10.0;
  if (*unit == "m") return 1000.0;
  if (*unit == "inch") return 25.4;
  if (*unit == "nm") return 1e-6;
  // ImageJ writes the micron as \u00B5m
  if (*unit == "micron" || *unit == "um" || *unit == "\\u00B5m" || *unit == "\xc2\xb5m" ||
      *unit == "\xb5m") {
    return 1e-3;
  }
  return std::nullopt;
}

}  // namespace pyronn::detail
