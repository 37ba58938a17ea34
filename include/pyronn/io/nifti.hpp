// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Headers of NIfTI files. The fields: https://nifti.nimh.nih.gov/nifti-1 and nifti-2.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>

#include <pyronn/core/grid.hpp>
#include <pyronn/io/world_axes.hpp>

namespace pyronn::detail {

/// Puts numbers at their places in a header.
class NiftiHeader {
 public:
  explicit NiftiHeader(std::size_t bytes) : bytes_(bytes, '\0') {}

  template <class T>
  void put(std::size_t place, T number) {
    std::memcpy(&bytes_[place], &number, sizeof(T));
  }
  void put(std::size_t place, std::string const& text) {
    std::copy(text.begin(), text.end(), bytes_.begin() + static_cast<std::ptrdiff_t>(place));
  }
  /// Numbers one behind the other.
  template <class T, class Vector>
  void put_all(std::size_t place, Vector const& numbers, int count) {
    for (int i = 0; i < count; ++i) {
      put(place + static_cast<std::size_t>(i) * sizeof(T), static_cast<T>(numbers[i]));
    }
  }

  [[nodiscard]] std::string const& bytes() const { return bytes_; }

 private:
  std::string bytes_;
};

inline constexpr std::int16_t nifti_float32 = 16;
inline constexpr std::int16_t nifti_scanner_coordinates = 1;
inline constexpr char nifti_mm = 2;

/// Both affine maps of a grid. The world of NIfTI has x and y the other way round than ours, which
/// is MetaImage's: a point has the same place in programs that know both.
template <class Real>
void put_nifti_affine(NiftiHeader& header, Grid const& grid, WorldAxes axes, std::size_t quaternion,
                      std::size_t rows) {
  // (b, c, d): half a turn about z, behind a third of one about (-1, -1, -1) where axes are z, x, y
  header.put_all<Real>(quaternion, axes == WorldAxes::zxy ? Vec3d{0.5, -0.5, 0.5} : Vec3d{0, 0, 1},
                       3);
  Vec3d const place = to_world_axes(axes, grid.origin);
  header.put_all<Real>(quaternion + 3 * sizeof(Real), Vec3d{-place[0], -place[1], place[2]}, 3);
  for (std::size_t axis = 0; axis < 3; ++axis) {
    int const world = axis_indices(axes)[axis];
    double const sign = world == 2 ? 1 : -1;
    std::size_t const row = rows + static_cast<std::size_t>(world) * 4 * sizeof(Real);
    header.put(row + axis * sizeof(Real),
               static_cast<Real>(sign * grid.spacing[static_cast<int>(axis)]));
    header.put(row + 3 * sizeof(Real), static_cast<Real>(sign * place[world]));
  }
}

/// NIfTI-1, for sizes up to 32767; numbers begin at byte 352.
inline std::string nifti1_header(Grid const& grid, WorldAxes axes) {
  NiftiHeader header{352};
  header.put<std::int32_t>(0, 348);
  header.put<std::int16_t>(40, 3);  // dimensions
  header.put_all<std::int16_t>(42, grid.size, 3);
  for (std::size_t i = 3; i < 7; ++i) header.put<std::int16_t>(42 + 2 * i, 1);
  header.put(70, nifti_float32);
  header.put<std::int16_t>(72, 32);  // bits of a number
  header.put<float>(76, 1);
  header.put_all<float>(80, grid.spacing, 3);
  header.put<float>(108, 352);
  header.put<float>(112, 1);  // slope
  header.put(123, nifti_mm);
  header.put(252, nifti_scanner_coordinates);
  header.put(254, nifti_scanner_coordinates);
  put_nifti_affine<float>(header, grid, axes, 256, 280);
  header.put(344, std::string{"n+1"});
  return header.bytes();
}

/// NIfTI-2; numbers begin at byte 544.
inline std::string nifti2_header(Grid const& grid, WorldAxes axes) {
  NiftiHeader header{544};
  header.put<std::int32_t>(0, 540);
  header.put(4, std::string{"n+2\0\r\n\x1a\n", 8});
  header.put(12, nifti_float32);
  header.put<std::int16_t>(14, 32);
  header.put<std::int64_t>(16, 3);
  header.put_all<std::int64_t>(24, grid.size, 3);
  for (std::size_t i = 3; i < 7; ++i) header.put<std::int64_t>(24 + 8 * i, 1);
  header.put<double>(104, 1);
  header.put_all<double>(112, grid.spacing, 3);
  header.put<std::int64_t>(168, 544);
  header.put<double>(176, 1);
  header.put<std::int32_t>(344, nifti_scanner_coordinates);
  header.put<std::int32_t>(348, nifti_scanner_coordinates);
  put_nifti_affine<double>(header, grid, axes, 352, 400);
  header.put<std::int32_t>(500, nifti_mm);
  return header.bytes();
}

/// What stands before the numbers of a volume of float in one file: NIfTI-1 where its sizes allow.
inline std::string nifti_header(Grid const& grid, WorldAxes axes) {
  int const most = std::max({grid.size[0], grid.size[1], grid.size[2]});
  return most <= 32767 ? nifti1_header(grid, axes) : nifti2_header(grid, axes);
}

}  // namespace pyronn::detail
