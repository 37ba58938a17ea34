// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// A geometry of a program's own, which frameworks name by a number: parallel rays of the plane,
/// over half a turn, onto six pixels of 2 mm.
#include <cmath>

#include <pyronn/core/config.hpp>
#include <pyronn/core/extents.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/geometry/ray.hpp>

struct OwnGeometry {
  static constexpr int dimension = 2;

  struct View {
    float c, s;  // of the angle
    PYRONN_HOST_DEVICE pyronn::Ray<float> ray(float u, float) const {
      float const a = 2 * u - 5;
      return {{40 * c - a * s, 40 * s + a * c, 0}, {-c, -s, 0}};
    }
    PYRONN_HOST_DEVICE pyronn::DetectorPoint<float> project(pyronn::Vec3f x) const {
      return {(x[1] * c - x[0] * s + 5) / 2, 0, 40 - x[0] * c - x[1] * s};
    }
  };

  float first;  // angle [rad]
  int views;

  PYRONN_HOST_DEVICE int num_views() const { return views; }
  PYRONN_HOST_DEVICE pyronn::Extents<2> detector_size() const { return {6, 1}; }
  PYRONN_HOST_DEVICE View view(int n) const {
    float const angle = first + 3.14159265F * static_cast<float>(n) / static_cast<float>(views);
    return {std::cos(angle), std::sin(angle)};
  }
};
