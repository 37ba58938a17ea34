// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
// The problems that are timed, by name.
#include <string>
#include <vector>

#include <pyronn/core/math.hpp>
#include <pyronn/geometry/cone_beam.hpp>
#include <pyronn/geometry/fan_beam.hpp>
#include <pyronn/geometry/parallel_beam_2d.hpp>

namespace benchmark {

template <class Geometry>
struct Problem {
  std::string name;
  Geometry geometry;
  pyronn::Grid grid;

  [[nodiscard]] pyronn::Extents<3> projections() const {
    return {geometry.detector_size()[0], geometry.detector_size()[1], geometry.num_views()};
  }
  /// Voxel updates, clipped ones included.
  [[nodiscard]] double updates() const {
    return static_cast<double>(grid.size.count()) * geometry.num_views();
  }
  [[nodiscard]] double rays() const { return static_cast<double>(projections().count()); }
};

inline std::vector<double> angles(int views, double range_degrees) {
  return pyronn::equal_angles(views, 0.0, range_degrees * pyronn::pi / 180.0);
}

inline Problem<pyronn::ConeBeam> cone(std::string const& name, double source_isocenter_distance,
                                      int views, double range_degrees,
                                      pyronn::Detector const& detector, int voxels) {
  pyronn::CircularOrbit const orbit{source_isocenter_distance, 1200.0,
                                    angles(views, range_degrees)};
  return {name, pyronn::ConeBeam::circular(orbit, detector),
          pyronn::Grid::centered({voxels, voxels, voxels}, {0.5, 0.5, 0.5})};
}

/// P1: 512^3 voxels, 496 views over 198 degrees, detector 1248 x 960 of 0.32 mm; P1b and P1c the
/// same with coarser detectors; P4: 256^3 voxels, 360 views over 360 degrees, detector 600 x 400 of
/// 1 mm. Voxels are 0.5 mm.
inline auto p1() { return cone("P1", 785, 496, 198, {{1248, 960}, {0.32, 0.32}}, 512); }
inline auto p1b() { return cone("P1b", 785, 496, 198, {{624, 480}, {0.64, 0.64}}, 512); }
inline auto p1c() { return cone("P1c", 785, 496, 198, {{400, 300}, {1, 1}}, 512); }
inline auto p4(int views = 360) { return cone("P4", 750, views, 360, {{600, 400}, {1, 1}}, 256); }

/// P3: 512^2 pixels of 0.5 mm, 720 views of 1024 pixels of 0.5 mm, as a fan over 360 degrees and as
/// parallel beams over 180.
inline Problem<pyronn::FanBeam> p3_fan() {
  return {"P3 fan", pyronn::FanBeam::circular({785, 1200, angles(720, 360)}, {1024, 0.5}),
          pyronn::Grid::flat({512, 512}, {0.5, 0.5})};
}
inline Problem<pyronn::ParallelBeam2D> p3_parallel() {
  return {"P3 parallel", pyronn::ParallelBeam2D::circular({angles(720, 180)}, {1024, 0.5}),
          pyronn::Grid::flat({512, 512}, {0.5, 0.5})};
}

}  // namespace benchmark
