// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <filesystem>
#include <vector>

#include <pyronn/core/array_view.hpp>
#include <pyronn/core/grid.hpp>

namespace example {

/// Rows of pixels, the top one first.
struct Picture {
  int width;
  int height;
  std::vector<float> pixels;
};

/// The attenuations that are shown black and white [1/mm].
struct GreyWindow {
  double black;
  double white;
};

/// The three planes through the middle of a volume, which comes in any number of slabs.
class MiddlePlanes {
 public:
  explicit MiddlePlanes(pyronn::Grid const& grid);

  /// Slices from `first_slice` on.
  void take(int first_slice, pyronn::VolumeView<float const> slices);

  /// Across z (x to the right, y down), across y (x, z) and across x (y, z), with square pixels in
  /// proportion, by linear interpolation. Of a single slice only the first.
  [[nodiscard]] std::vector<Picture> pictures() const;

 private:
  pyronn::Grid grid_;
  std::array<std::vector<float>, 3> planes_;  ///< across x, y, z
};

/// Those of a whole volume.
std::vector<Picture> middle_slices(pyronn::VolumeView<float const> volume,
                                   pyronn::Grid const& grid);

/// Each in the middle of the height, on a background, with a gap between.
Picture side_by_side(std::vector<Picture> const& pictures, float background);

/// The file appears whole or not at all.
void write_png(std::filesystem::path const& path, Picture const& picture, GreyWindow window);

}  // namespace example
