// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
// Small scans with parallel rays and in the plane, each with something that operators are known to
// get wrong. No angle is one at which rays run diagonally through voxels: there two main axes are
// equally good, and rounding chooses.
#include <vector>

#include <pyronn/core/grid.hpp>
#include <pyronn/geometry/arc_fan_beam.hpp>
#include <pyronn/geometry/fan_beam.hpp>
#include <pyronn/geometry/parallel_beam_2d.hpp>
#include <pyronn/geometry/parallel_beam_3d.hpp>

namespace test {

template <class Geometry>
struct Scan {
  char const* name;
  Geometry geometry;
  pyronn::Grid grid;
};

/// In any order and with any steps.
inline std::vector<double> uneven_angles() { return {0.1, 1.9, 0.6, 4.4, 3.3, -2.2, 0.13}; }

/// Orbits of one kind of scan, which `make(angles, rotation, detector)` builds.
template <class Geometry, class Detector, class Make>
std::vector<Scan<Geometry>> turning_scans(Detector const& plain, Detector const& shifted,
                                          Detector const& tiny, Make const& make,
                                          pyronn::Grid const& grid, pyronn::Grid const& uneven_grid,
                                          pyronn::Grid const& tiny_grid) {
  using pyronn::Rotation;
  auto const angles = pyronn::equal_angles(7, 0.1);
  auto const ccw = Rotation::counter_clockwise;
  return {
      {"even", make(angles, ccw, plain), grid},
      {"clockwise, uneven angles", make(uneven_angles(), Rotation::clockwise, plain), grid},
      {"detector offset, anisotropic voxels, off-centre", make(angles, ccw, shifted), uneven_grid},
      {"rays along the axes", make({0.0, 0.5 * pyronn::pi, pyronn::pi}, ccw, plain), grid},
      {"more views than a launch holds", make(pyronn::equal_angles(1100, 0.1), ccw, tiny),
       tiny_grid}};
}

template <class Geometry>
std::vector<Scan<Geometry>> plane_scans(pyronn::CircularOrbit const& distances) {
  auto const make = [&](std::vector<double> const& angles, pyronn::Rotation rotation,
                        pyronn::LineDetector const& detector) {
    return Geometry::circular(
        {distances.source_isocenter_distance, distances.source_detector_distance, angles, rotation},
        detector);
  };
  auto list = turning_scans<Geometry, pyronn::LineDetector>(
      {15, 1.3}, {9, 1.2, 4.1}, {4, 1.5}, make, pyronn::Grid::flat({9, 8}, {1, 1}),
      pyronn::Grid::flat({7, 10}, {1.1, 0.7}, {2, -1}), pyronn::Grid::flat({4, 3}, {1, 1}));
  list.push_back({"source inside the image",
                  Geometry::circular({3.3, 30, pyronn::equal_angles(4, 0.1)}, {11, 3}),
                  pyronn::Grid::flat({10, 11}, {1, 1})});
  return list;
}

template <class Geometry>
std::vector<Scan<Geometry>> scans();

template <>
inline std::vector<Scan<pyronn::FanBeam>> scans() {
  return plane_scans<pyronn::FanBeam>({60, 90, {}});
}
template <>
inline std::vector<Scan<pyronn::ArcFanBeam>> scans() {
  return plane_scans<pyronn::ArcFanBeam>({60, 90, {}});
}
template <>
inline std::vector<Scan<pyronn::ParallelBeam2D>> scans() {
  auto const make = [](std::vector<double> const& angles, pyronn::Rotation rotation,
                       pyronn::LineDetector const& detector) {
    return pyronn::ParallelBeam2D::circular({angles, rotation}, detector);
  };
  return turning_scans<pyronn::ParallelBeam2D, pyronn::LineDetector>(
      {15, 0.9}, {9, 0.8, 2.1}, {4, 1.5}, make, pyronn::Grid::flat({9, 8}, {1, 1}),
      pyronn::Grid::flat({7, 10}, {1.1, 0.7}, {2, -1}), pyronn::Grid::flat({4, 3}, {1, 1}));
}
template <>
inline std::vector<Scan<pyronn::ParallelBeam3D>> scans() {
  auto const make = [](std::vector<double> const& angles, pyronn::Rotation rotation,
                       pyronn::Detector const& detector) {
    return pyronn::ParallelBeam3D::circular({angles, rotation}, detector);
  };
  auto list = turning_scans<pyronn::ParallelBeam3D, pyronn::Detector>(
      {{14, 11}, {1, 0.5}}, {{9, 10}, {0.8, 0.7}, {2.1, -1.3}}, {{4, 3}, {1.5, 1.5}}, make,
      pyronn::Grid::centered({8, 9, 6}, {1, 1, 1}),
      pyronn::Grid::centered({7, 8, 6}, {1.1, 0.7, 1.9}, {2, -1, 1}),
      pyronn::Grid::centered({3, 2, 3}, {1, 1, 1}));
  list.push_back({"any direction, skewed detector",
                  pyronn::ParallelBeam3D::from_vectors(
                      {12, 11}, {{{1, 0.2, 3}, {0.3, 0.1, 0}, {1, 0.1, 0}, {0.1, 1.2, 0.2}},
                                 {{-2, 1, 0.4}, {40, 3, 1}, {0.2, 1.1, 0}, {0.1, 0, 0.9}},
                                 {{0, 0, -1}, {0, 0, 7}, {0.9, 0.3, 0}, {-0.3, 1, 0.5}}}),
                  pyronn::Grid::centered({8, 7, 9}, {0.9, 1.2, 1})});
  return list;
}

}  // namespace test
