// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>

#include <pyronn/core/config.hpp>
#include <pyronn/core/extents.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/geometry/ray.hpp>

/// A clinical scanner, which the library does not know: columns at equal angles on a cylinder about
/// the source, whose height rises with the angle (a helix).
struct CurvedConeBeam {
  struct View {
    pyronn::Vec3f source;      // [mm]
    float angle;               // of the source [rad]
    float distance;            // from source to detector [mm]
    float fan_step, row_step;  // from column to column [rad], from row to row [mm]
    float middle_u, middle_v;  // pixel that the central ray meets

    PYRONN_HOST_DEVICE pyronn::Ray<float> ray(float u, float v) const {
      float const towards = angle + static_cast<float>(pyronn::pi) + (u - middle_u) * fan_step;
      return {
          source,
          {distance * std::cos(towards), distance * std::sin(towards), (v - middle_v) * row_step}};
    }
    PYRONN_HOST_DEVICE pyronn::DetectorPoint<float> project(pyronn::Vec3f point) const {
      pyronn::Vec3f const arm = point - source;
      float const inward = -(std::cos(angle) * arm[0] + std::sin(angle) * arm[1]);
      float const aside = std::sin(angle) * arm[0] - std::cos(angle) * arm[1];
      float const range = std::sqrt(inward * inward + aside * aside);
      return {middle_u + std::atan2(aside, inward) / fan_step,
              middle_v + arm[2] / range * distance / row_step, inward};
    }
  };

  PYRONN_HOST_DEVICE int num_views() const { return views; }
  PYRONN_HOST_DEVICE pyronn::Extents<2> detector_size() const { return {columns, rows}; }
  PYRONN_HOST_DEVICE View view(int n) const {
    float const angle =
        2.0F * static_cast<float>(pyronn::pi) * static_cast<float>(n) / static_cast<float>(views);
    float const z = rise * (static_cast<float>(n) / static_cast<float>(views) - 0.5F);
    return {{radius * std::cos(angle), radius * std::sin(angle), z},
            angle,
            distance,
            fan_step,
            row_step,
            0.5F * static_cast<float>(columns - 1),
            0.5F * static_cast<float>(rows - 1)};
  }

  int views, columns, rows;
  float radius, distance;    // source to axis and to detector [mm]
  float fan_step, row_step;  // [rad], [mm]
  float rise;                // of the source in one turn [mm]
};
