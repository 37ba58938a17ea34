// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
// A head away from the axis, its scans with noise, and how far reconstructions are apart, on the
// executor of support/backends.hpp, which comes first.
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include <pyronn/phantom/forbild_head.hpp>
#include <pyronn/phantom/phantom.hpp>
#include <pyronn/phantom/shepp_logan.hpp>
#include <pyronn/simulate/intensities.hpp>
#include <pyronn/simulate/noise.hpp>

#include "reconstruct.hpp"

namespace test {

/// A phantom made smaller, and then moved [mm].
inline pyronn::Phantom placed(pyronn::Phantom phantom, double scale, pyronn::Vec3d const& shift) {
  for (pyronn::Body& body : phantom) {
    body.center = scale * body.center + shift;
    body.semi_axes = scale * body.semi_axes;
    for (int n = 0; n < body.num_cuts; ++n) {
      body.cuts[n].offset = scale * body.cuts[n].offset + pyronn::dot(body.cuts[n].normal, shift);
    }
  }
  return phantom;
}

/// What is scanned, how, and onto which grid.
template <class Geometry>
struct NoisyScan {
  static constexpr bool is_plane = pyronn::dimension_v<Geometry> == 2;
  static constexpr double photons = 2e4;
  static constexpr std::uint64_t seed = 5;

  char const* name;
  Geometry geometry;
  pyronn::Grid grid;
  pyronn::Phantom phantom;

  [[nodiscard]] pyronn::Extents<3> extents() const {
    auto const detector = geometry.detector_size();
    return {detector[0], detector[1], geometry.num_views()};
  }

  /// Counts with noise.
  [[nodiscard]] std::vector<float> counts() const {
    Array<float, 3> lines{extents(), exact_projections(phantom, geometry)};
    pyronn::intensities(executor(), lines.view(), photons, lines.view());
    pyronn::add_poisson_noise(executor(), lines.view(), seed);
    return lines.values();
  }

  [[nodiscard]] std::vector<float> lines_of(std::vector<float> const& counts) const {
    Array<float, 3> lines{extents(), counts};
    pyronn::line_integrals(executor(), lines.view(), photons, lines.view());
    return lines.values();
  }

  [[nodiscard]] std::vector<float> image(std::vector<float> const& lines) const {
    return reconstruct<pyronn::SoftwareInterp>(geometry, grid, lines);
  }

  [[nodiscard]] std::vector<float> truth() const {
    Array<float, pyronn::dimension_v<Geometry>> volume{volume_extents<Geometry>(grid)};
    pyronn::voxelise(executor(), phantom, grid, volume.view(), is_plane ? 4 : 2);
    return volume.values();
  }

  /// The root mean square difference within what all views see [1/mm].
  [[nodiscard]] double distance(std::vector<float> const& a, std::vector<float> const& b) const {
    double const radius = 0.48 * grid.size[0] * grid.spacing[0];
    double sum = 0;
    std::size_t count = 0;
    for_each_voxel(grid, [&](std::size_t n, double from_axis, double) {
      if (from_axis > radius) return;
      double const difference = static_cast<double>(a[n]) - static_cast<double>(b[n]);
      sum += difference * difference;
      ++count;
    });
    return std::sqrt(sum / static_cast<double>(count));
  }
};

inline pyronn::Phantom head_in_plane() {
  return placed(pyronn::forbild_head_2d(pyronn::ForbildEars::both, 0.01), 0.6, {6, -4, 0});
}

/// Calls `use` with a scan of parallel rays, of a fan and of a cone.
template <class Use>
void for_each_noisy_scan(Use const& use) {
  pyronn::Grid const plane = pyronn::Grid::flat({180, 180}, {0.95, 0.95});
  use(NoisyScan<pyronn::ParallelBeam2D>{
      "parallel",
      pyronn::ParallelBeam2D::circular({pyronn::equal_angles(400, 0.1, pyronn::pi)}, {256, 0.7}),
      plane, head_in_plane()});
  pyronn::CircularOrbit const orbit{400, 600, pyronn::equal_angles(400, 0.1)};
  use(NoisyScan<pyronn::FanBeam>{"fan", pyronn::FanBeam::circular(orbit, {256, 1.1}), plane,
                                 head_in_plane()});
  use(NoisyScan<pyronn::ConeBeam>{
      "cone", pyronn::ConeBeam::circular(orbit, {{224, 8}, {1.26, 2.2}}),
      pyronn::Grid::centered({90, 90, 4}, {1.9, 1.9, 1.5}),
      placed(pyronn::shepp_logan_3d_high_contrast(70, 0.02), 1, {7, -5, 3})});
}

}  // namespace test
