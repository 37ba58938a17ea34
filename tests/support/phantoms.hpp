// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
// A phantom and a scan, what the evaluation of phantoms gives where the tests run, and scans that
// are not the library's own.
#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

#include <pyronn/core/config.hpp>
#include <pyronn/geometry/cone_beam.hpp>
#include <pyronn/phantom/phantom.hpp>

#include "backends.hpp"

namespace test {

/// Filled with rubbish beforehand, which must not shine through.
inline std::vector<float> voxelise(pyronn::Phantom const& phantom, pyronn::Grid const& grid,
                                   int supersampling = 1) {
  Array<float, 3> volume{grid.size, -1e9F};
  pyronn::voxelise(executor(), phantom, grid, volume.view(), supersampling);
  return volume.values();
}

template <class Geometry>
std::vector<float> project(pyronn::Phantom const& phantom, Geometry const& geometry) {
  constexpr int rank = pyronn::dimension_v<Geometry>;
  auto const extents = pyronn::detail::projection_extents<rank, rank>(geometry.detector_size(),
                                                                      geometry.num_views(), 1);
  Array<float, rank> projections{extents, -1e9F};
  pyronn::project(executor(), phantom, geometry, projections.view());
  return projections.values();
}

inline constexpr float infinite = std::numeric_limits<float>::infinity();

/// Parallel rays in single precision along (cos, sin, 0), pixels of 1 mm; it travels whole.
struct ParallelBeam {
  struct View {
    float cosine, sine;
    int width, height;

    PYRONN_HOST_DEVICE pyronn::Ray<float> ray(float u, float v) const {
      float const s = u - 0.5F * static_cast<float>(width - 1);
      float const z = v - 0.5F * static_cast<float>(height - 1);
      return {{-sine * s, cosine * s, z}, {2 * cosine, 2 * sine, 0}, -infinite, infinite};
    }
  };

  int count, width, height;

  PYRONN_HOST_DEVICE int num_views() const { return count; }
  PYRONN_HOST_DEVICE pyronn::Extents<2> detector_size() const { return {width, height}; }
  PYRONN_HOST_DEVICE float angle(int n) const { return 0.01F * static_cast<float>(n); }
  PYRONN_HOST_DEVICE View view(int n) const {
    return {std::cos(angle(n)), std::sin(angle(n)), width, height};
  }
};
static_assert(pyronn::is_traceable_geometry_v<ParallelBeam>);
static_assert(!pyronn::is_projectable_geometry_v<ParallelBeam>);
static_assert(pyronn::detail::travels_whole<ParallelBeam>());

/// The same rays, handed out in double precision by a list on the host.
struct ListedBeam {
  struct View {
    ParallelBeam::View view;

    PYRONN_HOST_DEVICE pyronn::Ray<double> ray(float u, float v) const {
      auto const ray = view.ray(u, v);
      return {pyronn::vec_cast<double>(ray.origin), pyronn::vec_cast<double>(ray.direction),
              static_cast<double>(ray.begin), static_cast<double>(ray.end)};
    }
  };

  std::vector<View> views;

  explicit ListedBeam(ParallelBeam const& beam) {
    for (int n = 0; n < beam.num_views(); ++n) views.push_back({beam.view(n)});
  }
  int num_views() const { return static_cast<int>(views.size()); }
  pyronn::Extents<2> detector_size() const { return {views[0].view.width, views[0].view.height}; }
  View view(int n) const { return views[static_cast<std::size_t>(n)]; }
};
static_assert(!pyronn::detail::travels_whole<ListedBeam>());

/// Three views with a few rays far apart.
inline pyronn::ConeBeam small_scan() {
  return pyronn::ConeBeam::circular({150, 300, pyronn::equal_angles(3, 0.2)},
                                    {{17, 13}, {12.3, 15.6}});
}

/// A turned ellipsoid off the centre with a ball inside.
inline pyronn::Phantom two_bodies() {
  auto const frame = pyronn::Orientation::about({1, 2, -3}, 0.8);
  return {pyronn::Body::ellipsoid({3, -2, 1}, {14, 6, 9}, 0.05, frame),
          pyronn::Body::ball({5, -3, 2}, 2, -0.02)};
}

}  // namespace test
