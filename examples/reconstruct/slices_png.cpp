// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include "slices_png.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

namespace example {
namespace {

GreyWindow robust_window(std::vector<Picture> const& pictures) {
  std::vector<float> values;
  for (Picture const& picture : pictures) {
    values.insert(values.end(), picture.pixels.begin(), picture.pixels.end());
  }
  auto const quantile = [&values](double part) {
    auto const nth = values.begin() + std::lround(part * static_cast<double>(values.size() - 1));
    std::nth_element(values.begin(), nth, values.end());
    return static_cast<double>(*nth);
  };
  GreyWindow window{quantile(0.005), quantile(0.995)};
  if (!(window.white > window.black)) window.white = window.black + 1;
  return window;
}

}  // namespace

GreyWindow write_slices_png(std::filesystem::path const& path, MiddlePlanes const& planes,
                            std::optional<GreyWindow> window) {
  std::vector<Picture> const slices = planes.pictures();
  GreyWindow const shown = window ? *window : robust_window(slices);
  write_png(path, side_by_side(slices, static_cast<float>(shown.black)), shown);
  return shown;
}

}  // namespace example
