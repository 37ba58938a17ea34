// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include "picture.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <new>
#include <tuple>

#include <pyronn/core/math.hpp>
#include <pyronn/io/atomic_file.hpp>

#define STB_IMAGE_WRITE_IMPLEMENTATION
#define STB_IMAGE_WRITE_STATIC
#define STBI_WRITE_NO_STDIO
#include <stb/stb_image_write.h>

namespace example {
namespace {

/// A plane with square pixels of `pixel` mm, by linear interpolation.
Picture resampled(pyronn::ArrayView<float const, 2> plane, pyronn::Vec2d spacing, double pixel) {
  auto const pixels = [&](int a) {
    return std::max(1, static_cast<int>(std::lround(plane.extents[a] * spacing[a] / pixel)));
  };
  Picture picture{pixels(0), pixels(1), {}};
  auto const place = [&](int p, int a) {
    double const middle = (p + 0.5) * pixel / spacing[a] - 0.5;
    return pyronn::clamp(middle, 0.0, plane.extents[a] - 1.0);
  };
  auto const at = [&](int a, int b) {
    std::int64_t const row = std::min(b, plane.extents[1] - 1);
    return static_cast<double>(
        plane.data[row * plane.extents[0] + std::min(a, plane.extents[0] - 1)]);
  };
  for (int row = 0; row < picture.height; ++row) {
    double const y = place(row, 1);
    int const j = static_cast<int>(y);
    for (int column = 0; column < picture.width; ++column) {
      double const x = place(column, 0);
      int const i = static_cast<int>(x);
      double const top = at(i, j) + (x - i) * (at(i + 1, j) - at(i, j));
      double const bottom = at(i, j + 1) + (x - i) * (at(i + 1, j + 1) - at(i, j + 1));
      picture.pixels.push_back(static_cast<float>(top + (y - j) * (bottom - top)));
    }
  }
  return picture;
}

}  // namespace

MiddlePlanes::MiddlePlanes(pyronn::Grid const& grid) : grid_{grid} {
  for (int axis = 0; axis < 3; ++axis) {
    planes_[static_cast<std::size_t>(axis)].resize(
        static_cast<std::size_t>(grid.size.count() / grid.size[axis]));
  }
}

void MiddlePlanes::take(int first_slice, pyronn::VolumeView<float const> slices) {
  auto const [nx, ny, nz] = std::tuple{grid_.size[0], grid_.size[1], grid_.size[2]};
  std::int64_t const slice = slices.slice_count();
  for (int k = 0; k < slices.extents[2]; ++k) {
    std::int64_t const z = first_slice + k;
    float const* const from = slices.data + k * slice;
    if (z == nz / 2) std::copy_n(from, slice, planes_[2].data());
    std::copy_n(from + std::int64_t{ny / 2} * nx, nx, planes_[1].data() + z * nx);
    for (std::int64_t y = 0; y < ny; ++y) {
      planes_[0][static_cast<std::size_t>(z * ny + y)] = from[y * nx + nx / 2];
    }
  }
}

std::vector<Picture> MiddlePlanes::pictures() const {
  constexpr double most_pixels = 4096;  // along the longest side of a slice
  bool const is_flat = grid_.size[2] == 1;
  double pixel = std::min(grid_.spacing[0], grid_.spacing[1]);
  if (!is_flat) pixel = std::min(pixel, grid_.spacing[2]);
  for (int axis = 0; axis < 3; ++axis) {
    pixel = std::max(pixel, grid_.size[axis] * grid_.spacing[axis] / most_pixels);
  }
  auto const across = [&](int axis) {
    int const right = axis == 0 ? 1 : 0;
    int const down = axis == 2 ? 1 : 2;
    return resampled(
        {planes_[static_cast<std::size_t>(axis)].data(), {grid_.size[right], grid_.size[down]}},
        {grid_.spacing[right], grid_.spacing[down]}, pixel);
  };
  if (is_flat) return {across(2)};
  return {across(2), across(1), across(0)};
}

std::vector<Picture> middle_slices(pyronn::VolumeView<float const> volume,
                                   pyronn::Grid const& grid) {
  MiddlePlanes planes{grid};
  planes.take(0, volume);
  return planes.pictures();
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
