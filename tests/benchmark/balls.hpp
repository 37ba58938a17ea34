// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
// Balls whose views are quickly made.
#include <algorithm>
#include <array>
#include <cmath>

#include <pyronn/core/vec.hpp>
#include <pyronn/geometry/cone_beam.hpp>

namespace benchmark {

/// A large ball with smaller ones in it.
class Balls {
 public:
  /// Attenuation at a point [mm] of the world.
  [[nodiscard]] double at(pyronn::Vec3d const& point) const {
    double sum = 0;
    for (Ball const& ball : balls) {
      if (length(point - ball.middle) < ball.radius) sum += ball.attenuation;
    }
    return sum;
  }

  /// The line integrals of a row of a view.
  void row_of_view(pyronn::ConeBeam const& scan, int view, int row, float* out) const {
    auto const rays = scan.view(view);
    int const columns = scan.detector_size()[0];
    pyronn::Vec3d const source = rays.ray(0, row).origin;
    pyronn::Vec3d const first = rays.ray(0, row).direction;
    pyronn::Vec3d const step = rays.ray(1, row).direction - first;
    Parabola const direction = square_of(first, step);
    std::fill_n(out, columns, 0.0F);
    for (Ball const& ball : balls) {
      // How far a ray passes from a point: |m x d| / |d|.
      pyronn::Vec3d const middle = ball.middle - source;
      Parabola const product = square_of(cross(middle, first), cross(middle, step));
      auto const square = static_cast<float>(ball.radius * ball.radius);
      auto const twice = static_cast<float>(2 * ball.attenuation);
      for (int u = 0; u < columns; ++u) {
        float const half =
            square - product(static_cast<float>(u)) / direction(static_cast<float>(u));
        out[u] += twice * std::sqrt(half > 0 ? half : 0.0F);
      }
    }
  }

 private:
  /// least + scale (u - middle)^2, which single precision evaluates well.
  struct Parabola {
    float least;
    float scale;
    float middle;

    float operator()(float u) const { return least + scale * (u - middle) * (u - middle); }
  };
  /// |a + u b|^2
  static Parabola square_of(pyronn::Vec3d const& a, pyronn::Vec3d const& b) {
    double const scale = dot(b, b);
    double const middle = -dot(a, b) / scale;
    pyronn::Vec3d const least = a + middle * b;
    return {static_cast<float>(dot(least, least)), static_cast<float>(scale),
            static_cast<float>(middle)};
  }

  struct Ball {
    pyronn::Vec3d middle;
    double radius;
    double attenuation;
  };
  static constexpr std::array<Ball, 4> balls{{{{0, 0, 0}, 100, 0.02},
                                              {{40, 0, 20}, 15, 0.01},
                                              {{-20, 50, -40}, 10, 0.02},
                                              {{0, -60, 50}, 8, -0.01}}};
};

}  // namespace benchmark
