// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include "picture.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <new>

#include <pyronn/core/math.hpp>
#include <pyronn/io/atomic_file.hpp>

#define STB_IMAGE_WRITE_IMPLEMENTATION
#define STB_IMAGE_WRITE_STATIC
#define STBI_WRITE_NO_STDIO
#include <stb/stb_image_write.h>

namespace example {
namespace {

/// The slice through the middle of `axis`, with square pixels of `pixel` mm, by linear
/// interpolation.
Picture slice_across(int axis, pyronn::VolumeView<float const> volume, pyronn::Vec3d spacing,
                     double pixel) {
  int const across = axis == 0 ? 1 : 0;
  int const down = axis == 2 ? 1 : 2;
  auto const pixels = [&](int a) {
    return std::max(1, static_cast<int>(std::lround(volume.extents[a] * spacing[a] / pixel)));
  };
  Picture picture{pixels(across), pixels(down), {}};
  pyronn::Vec<int, 3> index{};
  index[axis] = volume.extents[axis] / 2;
  auto const place = [&](int p, int a) {
    double const middle = (p + 0.5) * pixel / spacing[a] - 0.5;
    return pyronn::clamp(middle, 0.0, volume.extents[a] - 1.0);
  };
  auto const at = [&](int a, int b) {
    index[across] = std::min(a, volume.extents[across] - 1);
    index[down] = std::min(b, volume.extents[down] - 1);
    return static_cast<double>(volume(index[0], index[1], index[2]));
  };
  for (int row = 0; row < picture.height; ++row) {
    double const y = place(row, down);
    int const j = static_cast<int>(y);
    for (int column = 0; column < picture.width; ++column) {
      double const x = place(column, across);
      int const i = static_cast<int>(x);
      double const top = at(i, j) + (x - i) * (at(i + 1, j) - at(i, j));
      double const bottom = at(i, j + 1) + (x - i) * (at(i + 1, j + 1) - at(i, j + 1));
      picture.pixels.push_back(static_cast<float>(top + (y - j) * (bottom - top)));
    }
  }
  return picture;
}

}  // namespace

std::vector<Picture> middle_slices(pyronn::VolumeView<float const> volume,
                                   pyronn::Grid const& grid) {
  constexpr double most_pixels = 4096;  // along the longest side of a slice
  bool const is_flat = grid.size[2] == 1;
  double pixel = std::min(grid.spacing[0], grid.spacing[1]);
  if (!is_flat) pixel = std::min(pixel, grid.spacing[2]);
  for (int axis = 0; axis < 3; ++axis) {
    pixel = std::max(pixel, grid.size[axis] * grid.spacing[axis] / most_pixels);
  }
  std::vector<Picture> pictures{slice_across(2, volume, grid.spacing, pixel)};
  if (is_flat) return pictures;
  for (int const axis : {1, 0}) {
    pictures.push_back(slice_across(axis, volume, grid.spacing, pixel));
  }
  return pictures;
}

Picture side_by_side(std::vector<Picture> const& pictures, float background) {
  constexpr int gap = 4;
  Picture wide{-gap, 0, {}};
  for (Picture const& picture : pictures) {
    wide.width += picture.width + gap;
    wide.height = std::max(wide.height, picture.height);
  }
  wide.pixels.assign(static_cast<std::size_t>(wide.width) * static_cast<std::size_t>(wide.height),
                     background);
  std::ptrdiff_t left = 0;
  for (Picture const& picture : pictures) {
    std::ptrdiff_t const top = (wide.height - picture.height) / 2;
    for (std::ptrdiff_t row = 0; row < picture.height; ++row) {
      std::copy_n(picture.pixels.begin() + row * picture.width, picture.width,
                  wide.pixels.begin() + (top + row) * wide.width + left);
    }
    left += picture.width + gap;
  }
  return wide;
}

void write_png(std::filesystem::path const& path, Picture const& picture, GreyWindow window) {
  std::vector<std::uint8_t> grey;
  grey.reserve(picture.pixels.size());
  for (float const value : picture.pixels) {
    double const part = (static_cast<double>(value) - window.black) / (window.white - window.black);
    grey.push_back(static_cast<std::uint8_t>(std::lround(255 * pyronn::clamp(part, 0.0, 1.0))));
  }
  pyronn::AtomicFile file{path};
  auto const write = [](void* context, void* data, int size) {
    static_cast<pyronn::AtomicFile*>(context)->write(data, size);
  };
  if (stbi_write_png_to_func(write, &file, picture.width, picture.height, 1, grey.data(),
                             picture.width) == 0) {
    throw std::bad_alloc{};
  }
  file.commit();
}

}  // namespace example
