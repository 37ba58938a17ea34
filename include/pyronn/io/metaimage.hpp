// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Volumes as MetaImage files.
#include <cstdint>
#include <filesystem>
#include <limits>
#include <locale>
#include <sstream>
#include <string>
#include <type_traits>

#include <pyronn/core/array_view.hpp>
#include <pyronn/core/error.hpp>
#include <pyronn/core/grid.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/io/atomic_file.hpp>
#include <pyronn/io/world_axes.hpp>

namespace pyronn {
namespace detail {

/// The name of an element type in a MetaImage header, or nullptr.
template <class T>
constexpr char const* metaimage_type() {
  if (std::is_same_v<T, float>) return "MET_FLOAT";
  if (std::is_same_v<T, double>) return "MET_DOUBLE";
  if (std::is_same_v<T, std::uint16_t>) return "MET_USHORT";
  if (std::is_same_v<T, std::uint8_t>) return "MET_UCHAR";
  return nullptr;
}

/// The header of a file in which little-endian elements follow. Offset is the centre of the first
/// voxel, in MetaImage as in Grid; a row of TransformMatrix is the direction of an axis of the
/// grid.
inline std::string metaimage_header(Grid const& grid, char const* element_type,
                                    WorldAxes axes = WorldAxes::xyz) {
  std::ostringstream out;
  out.exceptions(std::ios::badbit);  // a stream that finds no memory must not cut the text
  out.imbue(std::locale::classic());
  out.precision(std::numeric_limits<double>::max_digits10);
  auto const print = [&out](char const* key, auto const& triple) {
    out << key << " = " << triple[0] << ' ' << triple[1] << ' ' << triple[2] << '\n';
  };
  out << "ObjectType = Image\n"
         "NDims = 3\n"
         "BinaryData = True\n"
         "BinaryDataByteOrderMSB = False\n"
         "CompressedData = False\n"
         "TransformMatrix =";
  for (Vec3d const& axis : {Vec3d{1, 0, 0}, Vec3d{0, 1, 0}, Vec3d{0, 0, 1}}) {
    Vec3d const direction = to_world_axes(axes, axis);
    for (int i = 0; i < 3; ++i) out << ' ' << direction[i];
  }
  out << '\n';
  print("Offset", to_world_axes(axes, grid.origin));
  print("ElementSpacing", grid.spacing);
  print("DimSize", grid.size);
  out << "ElementType = " << element_type << "\nElementDataFile = LOCAL\n";
  return out.str();
}

}  // namespace detail

/// Writes a volume `[z][y][x]` in host memory as one MetaImage file (.mha), which ITK, ITK-SNAP
/// and 3D Slicer open with the grid's spacing and origin [mm]. T is float, double, std::uint16_t
/// or std::uint8_t. The file appears whole or not at all. Throws InvalidArgument if the volume's
/// extents are not the grid's, the grid is not valid or the name does not end in .mha, by which
/// those programs know the format, and FileError where AtomicFile does.
template <class T>
void write_metaimage(std::filesystem::path const& path, VolumeView<T> volume, Grid const& grid) {
  constexpr char const* element_type = detail::metaimage_type<std::remove_const_t<T>>();
  static_assert(element_type != nullptr,
                "pyronn::write_metaimage: elements are float, double, std::uint16_t or "
                "std::uint8_t");
  grid.validate();
  detail::expects(volume.extents == grid.size, "write_metaimage: volume of ", volume.extents,
                  " voxels on a grid of ", grid.size);
  detail::expects(volume.data != nullptr, "write_metaimage: the volume has no data");
  detail::expects(path.extension() == ".mha", "write_metaimage: the name ", path.string(),
                  " must end in .mha");
  std::string const header = detail::metaimage_header(grid, element_type);
  AtomicFile file{path};
  file.write(header.data(), static_cast<std::int64_t>(header.size()));
  file.write(volume.data, volume.count() * static_cast<std::int64_t>(sizeof(T)));
  file.commit();
}

}  // namespace pyronn
