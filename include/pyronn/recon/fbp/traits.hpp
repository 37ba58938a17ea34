// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Which geometries Fbp takes: flat detectors (views with `projection_matrix()` and
/// `projective_rays()`), pixels at equal fan angles in the plane (views with the members of
/// ArcFanView), and any other whose sources lie on a circle, where a program says what its pixels
/// are weighted with:
///
///   template <>
///   struct pyronn::FbpTraits<MyView> {
///     // Where the rays of a view come from [mm].
///     static Vec3d source(MyView const& view);
///     // Of what the weights of its pixels are made, about the directions of the frame.
///     static Rays rays(MyView const& view, FanFrame const& frame);
///     // What the integral over the source's angle is multiplied with, for results in 1/mm.
///     static double factor(MyView const& view, FanFrame const& frame);
///
///     struct Rays {  // trivially copyable, at most max_fbp_rays_bytes
///       // Of a ray in the plane of the circle from the one through the axis, positive towards
///       // frame.across [rad]; whether all rows have the same.
///       PYRONN_HOST_DEVICE float fan_angle(float u, float v) const;
///       PYRONN_HOST_DEVICE bool is_z_aligned() const;
///       // Of the angle between a ray and the one from source to axis in the circle's plane.
///       PYRONN_HOST_DEVICE float cosine(float u, float v) const;
///       // What the weights of row v are divided by.
///       PYRONN_HOST_DEVICE float row_distance(float v) const;
///       // The column in which row v meets the plane through source and axis.
///       double axis_column(float v) const;
///       // The step from column to column [rad] where those are at equal fan angles, which then
///       // must be the same in all views; left out where they are at equal distances.
///       double fan_angle_step() const;
///     };
///   };
///
/// Rows are multiplied with cosine and redundancy, filtered along u with the ramp of their columns'
/// steps, and backprojected with 1 / depth^2 of the view's own `project`. Columns at equal fan
/// angles need the distance from the source in the circle's plane as depth, the factor
/// radius / step and a row_distance of 1 (A. C. Kak, M. Slaney, "Principles of Computerized
/// Tomographic Imaging", section 3.4.1); columns s apart on a line at distance d need the depth
/// along the line's normal, the factor radius * d / s, and as row_distance that of row v in the
/// circle's plane over d (section 3.4.2).
#include <cstddef>
#include <type_traits>
#include <utility>

#include <pyronn/core/detail/detected.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/geometry/traits.hpp>

namespace pyronn {

/// The directions about which filtered backprojection takes the rays of a view, of unit length.
struct FanFrame {
  Vec3d across;   ///< where positive fan angles lie: normal x inward
  Vec3d inward;   ///< from the source to the circle's axis
  Vec3d normal;   ///< of the circle's plane
  double radius;  ///< from source to axis [mm]
};

/// How filtered backprojection weights the rays of a view; defined where a program says so.
template <class View>
struct FbpTraits;

/// The weights of many views travel in one launch.
inline constexpr std::size_t max_fbp_rays_bytes = 36;

namespace detail {

template <class V>
using FanAngleStepOf = decltype(std::declval<V const&>().fan_angle_step());

/// True for a view whose pixels lie at equal fan angles, as those of ArcFanView.
template <class View>
inline constexpr bool is_arc_view_v = returns<View, FanAngleStepOf, double>();

template <class View>
using FbpSourceOf = decltype(FbpTraits<View>::source(std::declval<View const&>()));
template <class View>
using FbpRaysOf =
    decltype(FbpTraits<View>::rays(std::declval<View const&>(), std::declval<FanFrame const&>()));
template <class View>
using FbpFactorOf =
    decltype(FbpTraits<View>::factor(std::declval<View const&>(), std::declval<FanFrame const&>()));

template <class R>
using FanAngleOf = decltype(std::declval<R const&>().fan_angle(0.0F, 0.0F));
template <class R>
using IsZAlignedOf = decltype(std::declval<R const&>().is_z_aligned());
template <class R>
using CosineOf = decltype(std::declval<R const&>().cosine(0.0F, 0.0F));
template <class R>
using RowDistanceOf = decltype(std::declval<R const&>().row_distance(0.0F));
template <class R>
using AxisColumnOf = decltype(std::declval<R const&>().axis_column(0.0F));

/// True where FbpTraits<View> is defined.
template <class View>
inline constexpr bool has_fbp_traits_v =
    is_detected_v<FbpSourceOf, View> || is_detected_v<FbpRaysOf, View> ||
    is_detected_v<FbpFactorOf, View>;

template <class View>
inline constexpr bool has_fbp_functions_v =
    returns<View, FbpSourceOf, Vec3d>() &&
    is_detected_v<FbpRaysOf, View>&& returns<View, FbpFactorOf, double>();

template <class R>
constexpr bool are_fbp_rays() {
  return returns<R, FanAngleOf, float>() && returns<R, IsZAlignedOf, bool>() &&
         returns<R, CosineOf, float>() && returns<R, RowDistanceOf, float>() &&
         returns<R, AxisColumnOf, double>();
}

template <class View>
inline constexpr bool is_flat_view_v = !has_fbp_traits_v<View> && !is_arc_view_v<View> &&
                                       is_projective_view_v<View> && has_projective_rays_v<View>;

template <class View>
constexpr bool is_fbp_view() {
  if constexpr (has_fbp_functions_v<View>) {
    using Rays = std::decay_t<FbpRaysOf<View>>;
    return are_fbp_rays<Rays>() && std::is_trivially_copyable_v<Rays> &&
           sizeof(Rays) <= max_fbp_rays_bytes;
  } else {
    return !has_fbp_traits_v<View> && (is_arc_view_v<View> || is_flat_view_v<View>);
  }
}

}  // namespace detail

/// True for a geometry that Fbp takes.
template <class Geometry>
inline constexpr bool is_fbp_geometry_v = detail::is_fbp_view<view_t<Geometry>>();

/// Fails to compile, with one sentence for what is missing, unless Fbp takes the geometry.
template <class Geometry>
constexpr void check_fbp_geometry() {
  using View = view_t<Geometry>;
  if constexpr (detail::has_fbp_functions_v<View>) {
    using Rays = std::decay_t<detail::FbpRaysOf<View>>;
    static_assert(detail::are_fbp_rays<Rays>(),
                  "The rays of a pyronn::FbpTraits must have 'float fan_angle(float u, float v) "
                  "const', 'bool is_z_aligned() const', 'float cosine(float u, float v) const', "
                  "'float row_distance(float v) const' and 'double axis_column(float v) const'.");
    static_assert(std::is_trivially_copyable_v<Rays> && sizeof(Rays) <= max_fbp_rays_bytes,
                  "The rays of a pyronn::FbpTraits must be trivially copyable and have at most "
                  "pyronn::max_fbp_rays_bytes.");
  } else {
    static_assert(!detail::has_fbp_traits_v<View>,
                  "A pyronn::FbpTraits must have 'static Vec3d source(View const& view)', 'static "
                  "Rays rays(View const& view, FanFrame const& frame)' and 'static double "
                  "factor(View const& view, FanFrame const& frame)'.");
    static_assert(detail::has_fbp_traits_v<View> || detail::is_fbp_view<View>(),
                  "Filtered backprojection needs views with 'projection_matrix()' and "
                  "'projective_rays()' (a flat detector), with the members of ArcFanView (pixels "
                  "at equal fan angles), or a specialisation of pyronn::FbpTraits.");
  }
}

}  // namespace pyronn
