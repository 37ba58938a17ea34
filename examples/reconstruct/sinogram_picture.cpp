// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include "sinogram_picture.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

namespace example {
namespace {

/// The mean of the lines of each pixel of a picture.
Picture shrunk(pyronn::ImageView<float const> lines) {
  constexpr int most = 1024;
  int const across = (lines.extents[0] + most - 1) / most;
  int const along = (lines.extents[1] + most - 1) / most;
  Picture picture{
      (lines.extents[0] + across - 1) / across, (lines.extents[1] + along - 1) / along, {}};
  for (int y = 0; y < picture.height; ++y) {
    for (int x = 0; x < picture.width; ++x) {
      double sum = 0;
      int count = 0;
      for (int v = y * along; v < std::min((y + 1) * along, lines.extents[1]); ++v) {
        for (int u = x * across; u < std::min((x + 1) * across, lines.extents[0]); ++u) {
          sum += static_cast<double>(lines(u, v));
          ++count;
        }
      }
      picture.pixels.push_back(static_cast<float>(sum / count));
    }
  }
  return picture;
}

float quantile(std::vector<float> values, double part) {
  auto const nth = values.begin() + std::lround(part * static_cast<double>(values.size() - 1));
  std::nth_element(values.begin(), nth, values.end());
  return *nth;
}

}  // namespace

Picture sinogram_picture(pyronn::ImageView<float const> lines, double axis_column) {
  Picture picture = shrunk(lines);
  for (float& value : picture.pixels) {
    if (!std::isfinite(value)) value = 0;
  }
  float const low = quantile(picture.pixels, 0.005);
  float const range = std::max(quantile(picture.pixels, 0.995) - low, 1e-20F);
  for (float& value : picture.pixels) {
    value = 255 * std::clamp((value - low) / range, 0.0F, 1.0F);
  }
  double const scale = static_cast<double>(picture.width) / lines.extents[0];
  auto const mark = static_cast<int>(std::floor((axis_column + 0.5) * scale));
  if (mark < 0 || mark >= picture.width) return picture;
  for (int y = 0; y < picture.height; ++y) {
    picture.pixels[static_cast<std::size_t>(y * picture.width + mark)] =
        y / 8 % 2 == 0 ? 255.0F : 0.0F;
  }
  return picture;
}

}  // namespace example
