// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
// The problems that are timed, by name.
#include <string>
#include <vector>

#include <pyronn/core/math.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/geometry/arc_fan_beam.hpp>
#include <pyronn/geometry/cone_beam.hpp>
#include <pyronn/geometry/fan_beam.hpp>
#include <pyronn/geometry/parallel_beam_2d.hpp>
#include <pyronn/geometry/parallel_beam_3d.hpp>

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

/// P1 with its detector rolled by a thousandth: no view is upright, all else is the same.
inline std::vector<pyronn::ConeVectors> rolled_p1_vectors() {
  pyronn::CircularOrbit const orbit{785, 1200, angles(496, 198)};
  std::vector<pyronn::ConeVectors> vectors;
  for (double const angle : orbit.angles) {
    pyronn::ConeVectors view = orbit.vectors(angle, {{1248, 960}, {0.32, 0.32}});
    pyronn::Vec3d const u = view.u_step;
    view.u_step = u + 1e-3 * view.v_step;
    view.v_step = view.v_step - 1e-3 * u;
    vectors.push_back(view);
  }
  return vectors;
}
inline Problem<pyronn::ConeBeam> p1_rolled() {
  return {"P1 rolled", pyronn::ConeBeam::from_vectors({1248, 960}, rolled_p1_vectors()), p1().grid};
}

/// The same as a geometry that knows nothing but `ray` and `project`, as a user might write it.
class OwnCone {
 public:
  struct View {
    pyronn::Vec3f source;
    pyronn::Vec3f corner;  ///< of the detector from the source
    pyronn::Vec3f u_step;
    pyronn::Vec3f v_step;
    pyronn::Vec3f row[3];  ///< (u w, v w, w) of a point from the source

    [[nodiscard]] PYRONN_HOST_DEVICE pyronn::Ray<float> ray(float u, float v) const {
      return {source, corner + u * u_step + v * v_step, 0.0F, 1.0F};
    }
    [[nodiscard]] PYRONN_HOST_DEVICE pyronn::DetectorPoint<float> project(
        pyronn::Vec3f const& point) const {
      pyronn::Vec3f const arm = point - source;
      float const depth = dot(row[2], arm);
      float const inverse = pyronn::reciprocal(depth);
      return {dot(row[0], arm) * inverse, dot(row[1], arm) * inverse, depth};
    }
  };

  [[nodiscard]] int num_views() const { return static_cast<int>(views_.size()); }
  [[nodiscard]] pyronn::Extents<2> detector_size() const { return {1248, 960}; }
  [[nodiscard]] View const& view(int n) const { return views_[static_cast<std::size_t>(n)]; }

  OwnCone() {
    for (pyronn::ConeVectors const& vectors : rolled_p1_vectors()) {
      pyronn::ConeView const view = pyronn::ConeView::from_vectors(vectors, detector_size());
      pyronn::ProjectiveRays const& rays = view.projective_rays();
      pyronn::ProjectionMatrix const& matrix = view.projection_matrix();
      views_.push_back({pyronn::vec_cast<float>(rays.origin),
                        pyronn::vec_cast<float>(rays.direction),
                        pyronn::vec_cast<float>(rays.along_u),
                        pyronn::vec_cast<float>(rays.along_v),
                        {pyronn::vec_cast<float>(matrix.direction(0)),
                         pyronn::vec_cast<float>(matrix.direction(1)),
                         pyronn::vec_cast<float>(matrix.direction(2))}});
    }
  }

 private:
  std::vector<View> views_;
};
inline Problem<OwnCone> p1_own() { return {"P1 own geometry", OwnCone{}, p1().grid}; }

/// P3: 512^2 pixels of 0.5 mm, 720 views of 1024 pixels of 0.5 mm, as a fan over 360 degrees and as
/// parallel beams over 180.
inline Problem<pyronn::FanBeam> p3_fan() {
  return {"P3 fan", pyronn::FanBeam::circular({785, 1200, angles(720, 360)}, {1024, 0.5}),
          pyronn::Grid::flat({512, 512}, {0.5, 0.5})};
}
/// The same fan on an arc about the source.
inline Problem<pyronn::ArcFanBeam> p3_arc() {
  return {"P3 arc", pyronn::ArcFanBeam::circular({785, 1200, angles(720, 360)}, {1024, 0.5}),
          pyronn::Grid::flat({512, 512}, {0.5, 0.5})};
}
inline Problem<pyronn::ParallelBeam2D> p3_parallel() {
  return {"P3 parallel", pyronn::ParallelBeam2D::circular({angles(720, 180)}, {1024, 0.5}),
          pyronn::Grid::flat({512, 512}, {0.5, 0.5})};
}

/// A geometry for each sample of a batch: the fan of P3, begun at another angle each.
inline std::vector<pyronn::FanBeam> p3_fans(int samples) {
  std::vector<pyronn::FanBeam> fans;
  for (int n = 0; n < samples; ++n) {
    fans.push_back(pyronn::FanBeam::circular(
        {785, 1200, pyronn::equal_angles(720, 0.01 * n, 2 * pyronn::pi + 0.01 * n)}, {1024, 0.5}));
  }
  return fans;
}

/// Parallel rays in space: 512^3 voxels of 0.5 mm, 512 views of 768 x 512 of 0.5 mm over 180
/// degrees.
inline Problem<pyronn::ParallelBeam3D> parallel_in_space() {
  return {"parallel in space",
          pyronn::ParallelBeam3D::circular({angles(512, 180)}, {{768, 512}, {0.5, 0.5}}),
          pyronn::Grid::centered({512, 512, 512}, {0.5, 0.5, 0.5})};
}

/// 1024^3 voxels of 0.25 mm, 1024 views of 1024^2 of 0.4 mm over 360 degrees.
inline Problem<pyronn::ConeBeam> large_cone() {
  pyronn::CircularOrbit const orbit{785, 1200, angles(1024, 360)};
  return {"1024^3", pyronn::ConeBeam::circular(orbit, {{1024, 1024}, {0.4, 0.4}}),
          pyronn::Grid::centered({1024, 1024, 1024}, {0.25, 0.25, 0.25})};
}

/// A slice of a scan with parallel rays: 2560^2 pixels, 1801 views of 2560 pixels over 180 degrees.
inline Problem<pyronn::ParallelBeam2D> large_slice() {
  return {"2560^2", pyronn::ParallelBeam2D::circular({angles(1801, 180)}, {2560, 1}),
          pyronn::Grid::flat({2560, 2560}, {1, 1})};
}

}  // namespace benchmark
