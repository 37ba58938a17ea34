// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// What filtered backprojection knows of one view to weight its pixels. Rays have components across
/// (as the source moves at larger angles but turned half round: where positive fan angles lie),
/// towards the axis, and normal to the plane of the circle.
#include <cmath>
#include <type_traits>

#include <pyronn/core/config.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/geometry/traits.hpp>
#include <pyronn/recon/fbp/traits.hpp>
#include <pyronn/recon/redundancy/redundancy.hpp>

namespace pyronn::detail {

/// How a view counts among the views.
struct ViewWeight {
  float factor = 0;  ///< its share of the circle and all that makes the result 1/mm
  float angle = 0;   ///< of the source from the start of the range [rad]
  RedundancyWeight redundancy{};
};

/// A flat detector.
struct FlatFbpView {
  Vec3f corner;  ///< the ray of pixel (u, v) is corner + u along_u + v along_v, of any length
  Vec3f along_u;
  Vec3f along_v;
  ViewWeight share;

  [[nodiscard]] PYRONN_HOST_DEVICE Vec3f ray(float u, float v) const {
    return corner + v * along_v + u * along_u;
  }
  [[nodiscard]] PYRONN_HOST_DEVICE float fan_angle(float u, float v) const {
    Vec3f const at = ray(u, v);
    return std::atan2(at[0], at[1]);
  }
  /// Whether fan angles are those of all rows.
  [[nodiscard]] PYRONN_HOST_DEVICE bool is_z_aligned() const {
    return abs(along_v[0]) + abs(along_v[1]) < 1e-8F * abs(along_v[2]);
  }
  /// Between the ray and the central one.
  [[nodiscard]] PYRONN_HOST_DEVICE float cosine(float u, float v) const {
    Vec3f const at = ray(u, v);
    return at[1] * reciprocal_sqrt(dot(at, at));
  }
  /// Distance from the source to row v in the plane of the circle, for depth 1: with detectors that
  /// lean towards the source it is another one for every row.
  [[nodiscard]] PYRONN_HOST_DEVICE float row_distance(float v) const {
    Vec3f const at = ray(0, v);
    return abs(at[0] * along_u[1] - at[1] * along_u[0]) /
           std::sqrt(along_u[0] * along_u[0] + along_u[1] * along_u[1]);
  }
  /// Where row v meets the plane through source and axis.
  [[nodiscard]] double axis_column(float v) const {
    return -static_cast<double>(ray(0, v)[0]) / static_cast<double>(along_u[0]);
  }
};

/// Pixels at equal fan angles, in the plane.
struct ArcFbpView {
  float first;  ///< fan angle of pixel 0 [rad]
  float step;   ///< from pixel to pixel [rad]
  ViewWeight share;

  [[nodiscard]] PYRONN_HOST_DEVICE float fan_angle(float u, float) const {
    return first + u * step;
  }
  [[nodiscard]] PYRONN_HOST_DEVICE bool is_z_aligned() const { return true; }
  [[nodiscard]] PYRONN_HOST_DEVICE float cosine(float u, float v) const {
    return std::cos(fan_angle(u, v));
  }
  [[nodiscard]] PYRONN_HOST_DEVICE float row_distance(float) const { return 1.0F; }
  [[nodiscard]] double axis_column(float) const {
    return -static_cast<double>(first) / static_cast<double>(step);
  }
  [[nodiscard]] double fan_angle_step() const { return static_cast<double>(step); }
};

/// What a program says of its own views, as FbpTraits.
template <class Rays>
struct CustomFbpView : Rays {
  ViewWeight share;

  CustomFbpView(Rays const& rays, ViewWeight const& weight) : Rays{rays}, share{weight} {}
  CustomFbpView() = default;
};

template <class View, bool IsCustom = has_fbp_functions_v<View>>
struct FbpViewOf {
  using type = std::conditional_t<is_arc_view_v<View>, ArcFbpView, FlatFbpView>;
};
template <class View>
struct FbpViewOf<View, true> {
  using type = CustomFbpView<std::decay_t<FbpRaysOf<View>>>;
};

template <class Geometry>
using fbp_view_t = typename FbpViewOf<view_t<Geometry>>::type;

}  // namespace pyronn::detail
