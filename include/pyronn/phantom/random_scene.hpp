// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Phantoms of random bodies, reproducible from a seed.
#include <cmath>
#include <cstdint>
#include <random>

#include <pyronn/core/error.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/phantom/phantom.hpp>

namespace pyronn {

namespace detail {

/// Random numbers that are the same with every standard library: the C++ standard defines what its
/// engines return, but not what its distributions do.
class PortableRandom {
 public:
  explicit PortableRandom(std::uint64_t seed) : engine_{seed} {}

  double between(double low, double high) {
    return low + static_cast<double>(engine_() >> 11) * 0x1p-53 * (high - low);
  }

  int below(int count) { return static_cast<int>(between(0, count)); }

  template <int N>
  Vec<double, N> vector(double low, double high) {
    Vec<double, N> result{};
    for (int axis = 0; axis < N; ++axis) result[axis] = between(low, high);
    return result;
  }

  /// A point that is uniformly distributed in the ball or disc of radius 1.
  template <int N>
  Vec<double, N> in_ball() {
    Vec<double, N> point = vector<N>(-1, 1);
    while (dot(point, point) > 1) point = vector<N>(-1, 1);
    return point;
  }

  /// A uniformly distributed orientation, from a random unit quaternion.
  Orientation orientation() {
    Vec<double, 4> q = in_ball<4>();
    while (dot(q, q) < 0.01) q = in_ball<4>();
    q *= 1.0 / std::sqrt(dot(q, q));
    double const w = q[0];
    Vec3d const v{q[1], q[2], q[3]};
    Orientation turned;
    for (Vec3d& axis : turned.axis) {
      axis = (2 * w * w - 1) * axis + 2 * dot(v, axis) * v + 2 * w * cross(v, axis);
    }
    return turned;
  }

 private:
  std::mt19937_64 engine_;
};

inline void check_scene(char const* name, int count, double radius_mm, double attenuation) {
  expects(count >= 0, name, ": count ", count, " must not be negative");
  expects(std::isfinite(radius_mm) && radius_mm > 0, name, ": radius_mm ", radius_mm,
          " must be positive and finite [mm]");
  expects(std::isfinite(attenuation), name, ": attenuation ", attenuation,
          " must be finite [1/mm]");
}

/// The centre and the semi-axes of a random body in a ball or disc of radius 1.
template <int N>
struct RandomPlace {
  Vec<double, N> center, semi_axes;

  static RandomPlace draw(PortableRandom& numbers) {
    RandomPlace place;
    place.semi_axes = numbers.vector<N>(0.05, 0.3);
    place.center = (1.0 - length(place.semi_axes)) * numbers.in_ball<N>();
    return place;
  }
};

}  // namespace detail

/// A phantom of `count` bodies that add up: ellipsoids, boxes, cylinders, cones and pyramids of
/// random position, size and orientation in the ball of radius `radius_mm` [mm] about the origin,
/// each with 0.1 to 1 times `attenuation` [1/mm]. A seed gives the same phantom, up to rounding,
/// with every compiler and standard library. Throws InvalidArgument for a negative count, a radius
/// that is not positive and numbers that are not finite.
inline Phantom random_scene(std::uint64_t seed, int count, double radius_mm,
                            double attenuation = 0.02) {
  detail::check_scene("random_scene", count, radius_mm, attenuation);
  constexpr Shape shapes[] = {Shape::ellipsoid, Shape::box, Shape::cylinder, Shape::cone,
                              Shape::pyramid};
  detail::PortableRandom numbers{seed};
  Phantom scene;
  for (int n = 0; n < count; ++n) {
    Shape const shape = shapes[numbers.below(5)];
    auto const place = detail::RandomPlace<3>::draw(numbers);
    double const relative_attenuation = numbers.between(0.1, 1);
    scene.push_back({shape, radius_mm * place.center, radius_mm * place.semi_axes,
                     relative_attenuation * attenuation, numbers.orientation()});
  }
  return scene;
}

/// The same in the plane: ellipses and rectangles in the disc of radius `radius_mm` [mm].
inline Phantom random_scene_2d(std::uint64_t seed, int count, double radius_mm,
                               double attenuation = 0.02) {
  detail::check_scene("random_scene_2d", count, radius_mm, attenuation);
  detail::PortableRandom numbers{seed};
  Phantom scene;
  for (int n = 0; n < count; ++n) {
    bool const is_ellipse = numbers.below(2) == 0;
    auto const place = detail::RandomPlace<2>::draw(numbers);
    double const relative_attenuation = numbers.between(0.1, 1);
    double const angle = numbers.between(0, 2 * pi);
    auto const make = is_ellipse ? &Body::ellipse : &Body::rectangle;
    scene.push_back(make(radius_mm * place.center, radius_mm * place.semi_axes,
                         relative_attenuation * attenuation, angle));
  }
  return scene;
}

}  // namespace pyronn
