// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

// Scans, filters and weights of the library for Python's ctypes: functions over arrays that the
// caller has. Each returns 0, or what `guarded` says; names_error() then has the sentence. Arrays
// are in C order; lists have the slowest axis first, as PYRO-NN has them.
#include "arrays.hpp"

#include <algorithm>
#include <cstring>
#include <string>
#include <vector>

#include <pyronn/cpu.hpp>
#include <pyronn/interop/geometry_tensor.hpp>
#include <pyronn/interop/pyro_nn_v0.hpp>
#include <pyronn/interop/pyro_nn_v1.hpp>
#include <pyronn/recon/fbp/option_names.hpp>

namespace {

using namespace pyronn;

CpuExecutor const one_core{1};

template <class T>
void copy_out(std::vector<T> const& values, double* out) {
  std::memcpy(out, values.data(), values.size() * sizeof(T));
}

std::vector<Vec2d> rays_of(double const* numbers, int views) {
  std::vector<Vec2d> rays(static_cast<std::size_t>(std::max(views, 0)));
  std::memcpy(static_cast<void*>(rays.data()), numbers, rays.size() * sizeof(Vec2d));
  return rays;
}

pyro_nn_v1::DetectorAxis axis_of(int swapped) {
  return swapped != 0 ? pyro_nn_v1::DetectorAxis::swapped : pyro_nn_v1::DetectorAxis::kept;
}

/// A panel whose pixel (0, 0) lies at `origin` (v, u) from the central ray [mm].
Detector detector_of(int const* shape, double const* spacing, double const* origin) {
  auto const middle = [&](int axis) {
    return origin[axis] - pyro_nn::centered_origin(shape[axis], spacing[axis]);
  };
  return {{shape[1], shape[0]}, {spacing[1], spacing[0]}, {middle(1), middle(0)}};
}

/// The normalised matrices of a scan.
std::vector<ProjectionMatrix> matrices_of(std::vector<ConeVectors> const& views,
                                          Extents<2> detector) {
  std::vector<ProjectionMatrix> matrices;
  for (ConeVectors const& view : views)
    matrices.push_back(ConeView::from_vectors(view, detector).projection_matrix());
  return matrices;
}

template <class Geometry>
void write_redundancy(Geometry const& scan, char const* redundancy, int columns, int views,
                      float* out) {
  ArrayView<float, 2> const weights{out, {columns, views}};
  redundancy_weights(one_core, scan, weights, redundancy_of(redundancy));
}

}  // namespace

/// Directions of central rays (views, 2) of version 0.1 (`version` 0) or 1.1.
PYRONN_NAMES int names_circular_rays(int version, int swapped, int views, double const* range,
                                     double* rays) {
  return guarded([&] {
    detail::expects(version != 0 || range[0] == 0, "circular_trajectory_2d: the range begins at ",
                    range[0], " but must begin at 0, as in version 0.1 [rad]");
    copy_out(version == 0
                 ? pyro_nn_v0::circular_rays(views, range[1])
                 : pyro_nn_v1::circular_rays(views, {range[0], range[1]}, axis_of(swapped)),
             rays);
  });
}

/// Projection matrices (views, 3, 4) of a circle; `origin` (v, u) counts in version 1.1 alone.
PYRONN_NAMES int names_circular_matrices(int version, int swapped, int views, double const* range,
                                         int const* shape, double const* spacing,
                                         double const* origin, double sid, double sdd,
                                         double* matrices) {
  return guarded([&] {
    pyro_nn::CircularScan const scan{
        views, {range[0], range[1]}, {shape[0], shape[1]}, {spacing[0], spacing[1]}, sid, sdd};
    copy_out(version == 0
                 ? pyro_nn_v0::circular_matrices(scan)
                 : pyro_nn_v1::circular_matrices(scan, {origin[0], origin[1]}, axis_of(swapped)),
             matrices);
  });
}

/// Projection matrices (views, 3, 4) of sources on a Fibonacci sphere that stand where PYRO-NN has
/// them, or `swapped` opposite to that. PYRO-NN rolls each panel by chance; here v is as close to
/// the sphere's axis as it can be.
PYRONN_NAMES int names_fibonacci_matrices(int swapped, int views, int const* shape,
                                          double const* spacing, double const* origin, double sid,
                                          double sdd, double* matrices) {
  return guarded([&] {
    Detector const detector = detector_of(shape, spacing, origin);
    double const side = swapped != 0 ? -1.0 : 1.0;
    std::vector<ConeVectors> vectors;
    for (ConeVectors const& view : FibonacciSphere{sid, sdd, views}.vectors(detector)) {
      Vec3d const source = side * Vec3d{view.source[1], -view.source[2], -view.source[0]};
      vectors.push_back(look_at(source, {0, 0, 0}, {0, -side, 0}, sdd, detector));
    }
    copy_out(matrices_of(vectors, detector.size), matrices);
  });
}

/// Projection matrices (views, 3, 4) of source, detector centre, u step and v step (views, 4, 3).
PYRONN_NAMES int names_matrices_of_vectors(int views, int const* shape, double const* vectors,
                                           double* matrices) {
  return guarded([&] {
    Extents<2> const detector{shape[1], shape[0]};
    auto const scan = detail::vectors_of_numbers<ConeVectors>({vectors, views, 4, 3});
    copy_out(matrices_of(scan, detector), matrices);
  });
}

/// What operators take for a fan (views, 3, 2), of central rays (views, 2).
PYRONN_NAMES int names_fan_vectors(int views, double const* rays, int columns, double spacing,
                                   double origin, double sid, double sdd, double* vectors) {
  return guarded([&] {
    copy_out(pyro_nn::fan_vectors(rays_of(rays, views), {columns, spacing, origin}, sid, sdd),
             vectors);
  });
}

/// The same for parallel rays of the plane.
PYRONN_NAMES int names_parallel_vectors(int views, double const* rays, int columns, double spacing,
                                        double origin, double* vectors) {
  return guarded([&] {
    copy_out(pyro_nn::parallel_vectors(rays_of(rays, views), {columns, spacing, origin}), vectors);
  });
}

/// The same for parallel rays in space (views, 4, 3), of directions (views, 3) that are not along
/// z: u is the axis z times the direction, and v is u times the direction, -z where rays are level.
PYRONN_NAMES int names_parallel_vectors_3d(int views, double const* rays, int const* shape,
                                           double const* spacing, double const* origin,
                                           double* vectors) {
  return guarded([&] {
    Detector const detector = detector_of(shape, spacing, origin);
    detector.validate();
    std::vector<ParallelVectors> scan;
    for (int n = 0; n < views; ++n) {
      Vec3d const ray{rays[3 * n], rays[3 * n + 1], rays[3 * n + 2]};
      Vec3d const across = cross(Vec3d{0, 0, 1}, ray);
      detail::expects(length(across) > 1e-9 * length(ray), "parallel_vectors_3d: ray ", n, ", ",
                      ray, ", must be finite and not along z");
      Vec3d const u = 1.0 / length(across) * across;
      Vec3d const v = 1.0 / length(ray) * cross(u, ray);
      scan.push_back({ray, detector.offset[0] * u + detector.offset[1] * v, detector.spacing[0] * u,
                      detector.spacing[1] * v});
    }
    copy_out(scan, vectors);
  });
}

/// Samples 0 to count - 1 of a windowed ramp filter in space, for pixels 1 mm apart.
PYRONN_NAMES int names_ramp_samples(char const* window, int count, double* samples) {
  return guarded([&] {
    FilterWindow const of = filter_window_of(window);
    for (int k = 0; k < count; ++k) samples[k] = ramp_sample(k, of);
  });
}

/// How many values a response for rows of so many columns has.
PYRONN_NAMES int names_response_length(int columns, int* length) {
  return guarded([&] { *length = filter_response_length(columns); });
}

/// The response for rows of so many columns, which are padded.
PYRONN_NAMES int names_response(char const* window, int columns, float* response) {
  return guarded([&] {
    auto const values = filter_response(columns, filter_window_of(window));
    std::copy(values.begin(), values.end(), response);
  });
}

/// How much each ray of a fan (views, 3, 2) counts, (views, columns).
PYRONN_NAMES int names_fan_redundancy(char const* redundancy, int views, int columns,
                                      double const* vectors, float* weights) {
  return guarded([&] {
    auto const scan = FanBeam::from_vectors(
        columns, detail::vectors_of_numbers<FanVectors>({vectors, views, 3, 2}));
    write_redundancy(scan, redundancy, columns, views, weights);
  });
}

/// How much each ray of the middle row of a cone beam (views, 3, 4) counts, (views, columns).
PYRONN_NAMES int names_cone_redundancy(char const* redundancy, int views, int const* shape,
                                       double const* matrices, float* weights) {
  return guarded([&] {
    auto const scan = ConeBeam::from_matrices(
        {shape[1], shape[0]},
        detail::vectors_of_numbers<ProjectionMatrix>({matrices, views, 3, 4}));
    write_redundancy(scan, redundancy, shape[1], views, weights);
  });
}

/// The cosine of the angle between each ray and the central ray, (v, u), for any circle.
PYRONN_NAMES int names_cosine_weights(int const* shape, double const* spacing, double const* origin,
                                      double sdd, float* weights) {
  return guarded([&] {
    constexpr int views = 4;  // they fix the circle, and all have the same weights
    Detector const detector = detector_of(shape, spacing, origin);
    auto const scan = ConeBeam::circular({0.5 * sdd, sdd, equal_angles(views)}, detector);
    std::vector<float> all(static_cast<std::size_t>(scan.extents().count()));
    cosine_weights(one_core, scan, view_of(all, scan.extents()));
    std::copy_n(all.begin(), all.size() / views, weights);
  });
}
