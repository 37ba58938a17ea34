// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Volumes of MetaImage files. Needs zlib (Debian: zlib1g-dev; link ZLIB::ZLIB).
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <vector>

#include <pyronn/core/array_view.hpp>
#include <pyronn/core/error.hpp>
#include <pyronn/core/grid.hpp>
#include <pyronn/io/detail/metaimage_elements.hpp>
#include <pyronn/io/metaimage_header.hpp>

namespace pyronn {

/// A volume and where its voxels lie.
template <class T>
struct MetaImageVolume {
  Grid grid;              ///< its sizes, spacing and origin [mm]
  std::vector<T> voxels;  ///< `[z][y][x]`

  /// The voxels with their extents, as operators take them. It is there as long as this object.
  [[nodiscard]] VolumeView<T const> view() const { return {voxels.data(), grid.size}; }
};

namespace detail {

/// Which axis of an array runs along which of the world.
struct AxesOfGrid {
  std::array<int, 3> of_array;      ///< for x, y, z
  std::array<bool, 3> is_reversed;  ///< for x, y, z
};

/// Throws FileError unless each direction is that of an axis, or its opposite.
inline AxesOfGrid axes_of_grid(std::filesystem::path const& path, MetaImageHeader const& header) {
  constexpr double tolerance = 1e-6;
  AxesOfGrid result{{-1, -1, -1}, {}};
  for (int axis = 0; axis < 3; ++axis) {
    Vec3d const& direction = header.axes[static_cast<std::size_t>(axis)];
    std::size_t main = 0;
    bool is_along_one = false;
    for (int world = 0; world < 3; ++world) {
      Vec3d rest = direction;
      rest[world] = std::abs(rest[world]) - 1;
      if (length(rest) > tolerance) continue;
      is_along_one = true;
      main = static_cast<std::size_t>(world);
    }
    if (!is_along_one || result.of_array[main] >= 0) {
      fail_file(path, "TransformMatrix has ", direction, " as direction ", axis,
                "; a grid needs the directions of x, y and z or their opposites, so resample it");
    }
    result.of_array[main] = axis;
    result.is_reversed[main] = direction[static_cast<int>(main)] < 0;
  }
  return result;
}

inline Grid grid_of_metaimage(std::filesystem::path const& path, MetaImageHeader const& header,
                              AxesOfGrid const& axes) {
  Grid grid{header.size, header.spacing, header.origin};
  for (int world = 0; world < 3; ++world) {
    int const axis = axes.of_array[static_cast<std::size_t>(world)];
    grid.size[world] = header.size[axis];
    grid.spacing[world] = header.spacing[axis];
    if (axes.is_reversed[static_cast<std::size_t>(world)]) {
      grid.origin[world] -= (header.size[axis] - 1) * header.spacing[axis];
    }
  }
  try {
    grid.validate();
  } catch (InvalidArgument const& error) {
    fail_file(path, error.what());
  }
  return grid;
}

/// Voxels in the order of a grid, of those in the order of a file.
template <class T, class Stored>
std::vector<T> voxels_of_metaimage(std::vector<Stored> const& stored, Extents<3> size,
                                   AxesOfGrid const& axes) {
  std::int64_t const strides[] = {1, size[0], std::int64_t{size[0]} * size[1]};
  std::int64_t step[3];
  std::int64_t first = 0;
  Extents<3> extents{};
  for (int world = 0; world < 3; ++world) {
    int const axis = axes.of_array[static_cast<std::size_t>(world)];
    bool const is_reversed = axes.is_reversed[static_cast<std::size_t>(world)];
    extents[world] = size[axis];
    step[world] = is_reversed ? -strides[axis] : strides[axis];
    if (is_reversed) first += (size[axis] - 1) * strides[axis];
  }
  std::vector<T> voxels(stored.size());
  auto out = voxels.begin();
  for (int z = 0; z < extents[2]; ++z) {
    for (int y = 0; y < extents[1]; ++y) {
      std::int64_t at = first + z * step[2] + y * step[1];
      for (int x = 0; x < extents[0]; ++x, at += step[0]) {
        *out++ = static_cast<T>(stored[static_cast<std::size_t>(at)]);
      }
    }
  }
  return voxels;
}

}  // namespace detail

/// Reads a volume: axes that run the other way, or are exchanged, are put in the order of a grid;
/// an image of two dimensions is one slice of depth 1 mm. T is float or double, or an unsigned
/// integer where the file has a narrower one or the same. Throws FileError where
/// read_metaimage_header does, for files of other sizes than the header says, before memory is
/// taken for them, for numbers that T does not hold and for directions that are no grid's.
template <class T>
[[nodiscard]] MetaImageVolume<T> read_metaimage(std::filesystem::path const& path) {
  detail::MetaImageElements const elements{read_metaimage_header(path)};
  MetaImageHeader const& header = elements.header();
  auto const axes = detail::axes_of_grid(path, header);
  MetaImageVolume<T> volume{detail::grid_of_metaimage(path, header, axes), {}};
  visit_number_type(header.type, [&](auto number) {
    using Stored = decltype(number);
    if constexpr (detail::reads_as_v<Stored, T>) {
      std::vector<Stored> stored(static_cast<std::size_t>(header.size.count()));
      elements.read_all(reinterpret_cast<std::byte*>(stored.data()));
      volume.voxels = detail::voxels_of_metaimage<T>(stored, header.size, axes);
    } else {
      detail::fail_file(path, "holds numbers of type ", name_of(header.type),
                        ", which do not fit into ", name_of(detail::number_type<T>()));
    }
  });
  return volume;
}

}  // namespace pyronn
