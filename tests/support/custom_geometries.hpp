// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
// Geometries as users write them.
#include <cmath>
#include <vector>

#include <pyronn/core/config.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/geometry/cone_beam.hpp>
#include <pyronn/geometry/ray.hpp>

namespace test {

/// Parallel-beam laminography: the beam turns about z at a fixed tilt out of the (x, y) plane. All
/// that an operator may ask for, made in the kernel from an angle.
template <class T>
struct Laminography {
  T tilt = static_cast<T>(0.6);   // [rad]
  T pixel = static_cast<T>(1.1);  // [mm]
  int count = 9;

  struct View {
    pyronn::Vec<T, 3> beam, u, v;
    T pixel;

    PYRONN_HOST_DEVICE pyronn::Ray<T> ray(float column, float row) const {
      T const along_u = (static_cast<T>(column) - T{6.5}) * pixel;
      T const along_v = (static_cast<T>(row) - T{6}) * pixel;
      return {along_u * u + along_v * v - T{100} * beam, beam};
    }
    PYRONN_HOST_DEVICE pyronn::DetectorPoint<T> project(pyronn::Vec<T, 3> point) const {
      return {dot(point, u) / pixel + T{6.5}, dot(point, v) / pixel + T{6},
              dot(point, beam) + T{100}};
    }
  };

  PYRONN_HOST_DEVICE int num_views() const { return count; }
  PYRONN_HOST_DEVICE pyronn::Extents<2> detector_size() const { return {14, 13}; }
  PYRONN_HOST_DEVICE View view(int n) const {
    T const angle = static_cast<T>(0.1) +
                    static_cast<T>(n) * static_cast<T>(2 * pyronn::pi) / static_cast<T>(count);
    T const c = std::cos(angle);
    T const s = std::sin(angle);
    T const in_plane = std::cos(tilt);
    T const upward = std::sin(tilt);
    return {{c * in_plane, s * in_plane, upward},
            {-s, c, T{0}},
            {-c * upward, -s * upward, in_plane},
            pixel};
  }
};

/// The least that Projector<..., Joseph> asks for.
struct OnlyRays {
  struct View {
    Laminography<float>::View view;
    PYRONN_HOST_DEVICE pyronn::Ray<float> ray(float u, float v) const { return view.ray(u, v); }
  };
  int num_views() const { return 9; }
  pyronn::Extents<2> detector_size() const { return {14, 13}; }
  PYRONN_HOST_DEVICE View view(int n) const { return {Laminography<float>{}.view(n)}; }
};

/// The least that Backprojector<..., VoxelDriven> asks for.
struct OnlyPoints {
  struct View {
    Laminography<float>::View view;
    PYRONN_HOST_DEVICE pyronn::DetectorPoint<float> project(pyronn::Vec3f point) const {
      return view.project(point);
    }
  };
  int num_views() const { return 9; }
  pyronn::Extents<2> detector_size() const { return {14, 13}; }
  PYRONN_HOST_DEVICE View view(int n) const { return {Laminography<float>{}.view(n)}; }
};

/// A cylinder of pixels about a source, its axis along z: one view.
struct Cylinder {
  pyronn::Vec3f source;

  struct View {
    pyronn::Vec3f source;

    static constexpr float column = 0.0314159265F;  // [rad]
    static constexpr float row = 0.02F;             // slope

    PYRONN_HOST_DEVICE pyronn::Ray<float> ray(float u, float v) const {
      float const azimuth = (u - 99.5F) * column;
      return {source, {std::cos(azimuth), std::sin(azimuth), (v - 49.5F) * row}, 0.0F, 1000.0F};
    }
    PYRONN_HOST_DEVICE pyronn::DetectorPoint<float> project(pyronn::Vec3f const& point) const {
      pyronn::Vec3f const arm = point - source;
      float const distance = std::sqrt(arm[0] * arm[0] + arm[1] * arm[1]);
      return {std::atan2(arm[1], arm[0]) / column + 99.5F, arm[2] / distance / row + 49.5F,
              distance};
    }
  };
  PYRONN_HOST_DEVICE int num_views() const { return 1; }
  PYRONN_HOST_DEVICE pyronn::Extents<2> detector_size() const { return {200, 100}; }
  PYRONN_HOST_DEVICE View view(int) const { return {source}; }
};

/// A table of views that a calibration measured: no plain value, used on the host alone.
class Calibrated {
 public:
  Calibrated() {
    for (int n = 0; n < 9; ++n) views_.push_back(Laminography<float>{}.view(n));
  }
  int num_views() const { return static_cast<int>(views_.size()); }
  pyronn::Extents<2> detector_size() const { return {14, 13}; }
  Laminography<float>::View view(int n) const { return views_.at(static_cast<std::size_t>(n)); }

 private:
  std::vector<Laminography<float>::View> views_;
};

/// A cone beam that does not say that its views are matrices.
struct Pinhole {
  struct View {
    pyronn::ConeView cone;
    PYRONN_HOST_DEVICE pyronn::Ray<double> ray(double u, double v) const { return cone.ray(u, v); }
    PYRONN_HOST_DEVICE pyronn::DetectorPoint<double> project(pyronn::Vec3d const& point) const {
      return cone.project(point);
    }
  };

  pyronn::ConeBeam scan;

  int num_views() const { return scan.num_views(); }
  pyronn::Extents<2> detector_size() const { return scan.detector_size(); }
  View view(int n) const { return {scan.view(n)}; }
};

/// One that says so.
struct MatrixPinhole {
  struct View : Pinhole::View {
    explicit View(pyronn::ConeView const& view) : Pinhole::View{view} {}
    PYRONN_HOST_DEVICE pyronn::ProjectionMatrix projection_matrix() const {
      return cone.projection_matrix();
    }
    PYRONN_HOST_DEVICE pyronn::ProjectiveRays projective_rays() const {
      return cone.projective_rays();
    }
  };

  pyronn::ConeBeam scan;

  int num_views() const { return scan.num_views(); }
  pyronn::Extents<2> detector_size() const { return scan.detector_size(); }
  View view(int n) const { return View{scan.view(n)}; }
};

}  // namespace test
