// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

// Phantoms of the library for Python's ctypes, as arrays.cpp has scans.
#include <array>
#include <cstdint>
#include <string>

#include <pyronn/cpu.hpp>
#include <pyronn/phantom/random_scene.hpp>

#include "arrays.hpp"

namespace {

using namespace pyronn;

/// A body as a row of numbers; lengths are voxels, (x, y, z).
struct BodyNumbers {
  double shape;  ///< 0: ellipsoid or ellipse, 1: box or rectangle, 2: cylinder, 3: pyramid
  double center[3];
  double semi_axes[3];
  double angle;  ///< about z [rad]
  double level;
};

Body body_of(BodyNumbers const& numbers, bool is_flat) {
  auto const& c = numbers.center;
  auto const& a = numbers.semi_axes;
  Orientation const turned = Orientation::about_z(numbers.angle);
  switch (static_cast<int>(numbers.shape)) {
    case 0:
      return is_flat
                 ? Body::ellipse({c[0], c[1]}, {a[0], a[1]}, numbers.level, numbers.angle)
                 : Body::ellipsoid({c[0], c[1], c[2]}, {a[0], a[1], a[2]}, numbers.level, turned);
    case 1:
      return is_flat ? Body::rectangle({c[0], c[1]}, {a[0], a[1]}, numbers.level, numbers.angle)
                     : Body::box({c[0], c[1], c[2]}, {a[0], a[1], a[2]}, numbers.level, turned);
    case 2:
      return Body::cylinder({c[0], c[1], c[2]}, {a[0], a[1], a[2]}, numbers.level, turned);
    default:
      return Body::pyramid({c[0], c[1], c[2]}, {a[0], a[1], a[2]}, numbers.level, turned);
  }
}

/// Writes a phantom as an image (y, x) of a flat grid or as a volume (z, y, x).
void write_phantom(Phantom const& phantom, Grid const& grid, bool is_flat, int supersampling,
                   float* out) {
  CpuExecutor const executor;
  if (is_flat) {
    ArrayView<float, 2> const image{out, {grid.size[0], grid.size[1]}};
    voxelise(executor, phantom, grid, image, supersampling);
  } else {
    voxelise(executor, phantom, grid, VolumeView<float>{out, grid.size}, supersampling);
  }
}

/// The grid of a shape (z, y, x), z = 1 in the plane, whose first and last voxel centres lie at -1
/// and 1 on each axis.
Grid unit_grid(int const* shape) {
  auto const spacing = [&](int axis) { return 2.0 / (shape[axis] > 1 ? shape[axis] - 1 : 1); };
  return Grid::centered({shape[2], shape[1], shape[0]}, {spacing(2), spacing(1), spacing(0)});
}

}  // namespace

std::string& last_error() {
  thread_local std::string sentence;
  return sentence;
}

PYRONN_NAMES char const* names_error() { return last_error().c_str(); }

/// The head of Shepp and Logan: with `dimension` 2 of either contrast, with 3 of the high one.
PYRONN_NAMES int names_shepp_logan(int dimension, int high_contrast, int const* shape, float* out) {
  return guarded([&] {
    auto const contrast =
        high_contrast != 0 ? SheppLoganContrast::high : SheppLoganContrast::original;
    Phantom const head = dimension == 2 ? shepp_logan_2d(1.0, 1.0, contrast)
                                        : shepp_logan_3d_high_contrast(1.0, 1.0);
    write_phantom(head, unit_grid(shape), dimension == 2, 1, out);
  });
}

/// Bodies that add up, with numbers as in BodyNumbers; voxel i is at i.
PYRONN_NAMES int names_bodies(int dimension, int count, double const* numbers, int const* shape,
                              float* out) {
  return guarded([&] {
    static_assert(sizeof(BodyNumbers) == 9 * sizeof(double));
    auto const* const rows = reinterpret_cast<BodyNumbers const*>(numbers);
    Phantom phantom;
    for (int n = 0; n < count; ++n) phantom.push_back(body_of(rows[n], dimension == 2));
    Grid const grid = Grid::from_origin({shape[2], shape[1], shape[0]}, {1, 1, 1}, {0, 0, 0});
    write_phantom(phantom, grid, dimension == 2, 1, out);
  });
}

/// Random bodies that add up, within the inscribed circle or ball; edges are averaged.
PYRONN_NAMES int names_random_bodies(int dimension, std::uint64_t seed, int count,
                                     double attenuation, int const* shape, float* out) {
  return guarded([&] {
    constexpr double radius = 0.9;
    Phantom const scene = dimension == 2 ? random_scene_2d(seed, count, radius, attenuation)
                                         : random_scene(seed, count, radius, attenuation);
    write_phantom(scene, unit_grid(shape), dimension == 2, 4, out);
  });
}
