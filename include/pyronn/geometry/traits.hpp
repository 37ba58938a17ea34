// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// What a geometry is.
///
/// @code
///   struct MyGeometry {
///     struct View {                                  // trivially copyable, made once a view
///       Ray<float> ray(float u, float v) const;      // which line does pixel (u, v) see?
///       DetectorPoint<float> project(Vec3f x) const; // where does world point x [mm] land?
///     };
///     int num_views() const;
///     Extents<2> detector_size() const;              // pixels (u, v)
///     View view(int n) const;
///   };
/// @endcode
///
/// `ray` is what ray-driven operators need, `project` what voxel-driven ones need; either alone
/// makes a geometry, and float may be double. A geometry that is trivially copyable travels into
/// the kernel whole and calls `view` there; then mark its functions PYRONN_HOST_DEVICE. Any other
/// calls `view` on the host, and the views travel (mark theirs).
///
/// `project` is called for every voxel and view: on a GPU one `reciprocal` of the depth and two
/// products take half the time of two divisions.
///
/// What a view may say besides, to be faster:
/// @code
///   ProjectionMatrix projection_matrix() const;  // `project` is this matrix, w being the depth
///   ProjectiveRays projective_rays() const;      // and `ray` is affine in (u, v)
/// @endcode
///
/// A geometry of the plane has `static constexpr int dimension = 2`: its detector has one row, its
/// rays lie in the plane z = 0, and operators take images (x, y) and sinograms (u, view).
#include <type_traits>
#include <utility>

#include <pyronn/core/detail/detected.hpp>
#include <pyronn/core/extents.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/geometry/projection_matrix.hpp>
#include <pyronn/geometry/ray.hpp>

namespace pyronn {

/// The rays of a projective view [mm], with pixel = u * along_u + v * along_v. They diverge:
/// origin + t (direction + pixel); or they are parallel: origin + pixel + t direction. Either way t
/// runs from `begin` to `end`, which may be infinite.
struct ProjectiveRays {
  Vec3d origin;     ///< the source, or the centre of pixel (0, 0)
  Vec3d direction;  ///< from the source towards pixel (0, 0), or that of all rays
  Vec3d along_u;    ///< what one pixel more along a row adds
  Vec3d along_v;    ///< what one row more adds
  double begin;     ///< first t; may be minus infinity
  double end;       ///< last t
  bool diverge;     ///< from `origin`; else they are parallel

  /// The line that pixel (u, v) sees.
  [[nodiscard]] PYRONN_HOST_DEVICE constexpr Ray<double> ray(double u, double v) const {
    Vec3d const pixel = u * along_u + v * along_v;
    Vec3d const none{0, 0, 0};
    return {origin + (diverge ? none : pixel), direction + (diverge ? pixel : none), begin, end};
  }
};

namespace detail {

template <class G>
using NumViews = decltype(std::declval<G const&>().num_views());
template <class G>
using DetectorSize = decltype(std::declval<G const&>().detector_size());
template <class G>
using View = decltype(std::declval<G const&>().view(0));
template <class V>
using RayOf = decltype(std::declval<V const&>().ray(0.0F, 0.0F));
template <class V>
using RayScalar = std::decay_t<decltype(std::declval<RayOf<V>>().end)>;
template <class V>
using PointInFloat = decltype(std::declval<V const&>().project(std::declval<Vec3f>()));
template <class V>
using PointInDouble = decltype(std::declval<V const&>().project(std::declval<Vec3d>()));
template <class V>
using MatrixOf = decltype(std::declval<V const&>().projection_matrix());
template <class G>
using Dimension = decltype(G::dimension);
template <class V>
using ProjectiveRaysOf = decltype(std::declval<V const&>().projective_rays());

template <class View>
using RayInDouble = decltype(static_cast<Ray<double> (View::*)(double, double) const>(&View::ray));

/// In what a view takes its pixels: double where it says so, else float, which holds any index.
template <class View>
using pixel_scalar_t = std::conditional_t<is_detected_v<RayInDouble, View>, double, float>;

/// In what a view answers with rays; float where it has none.
template <class View, class = void>
struct RayNumberOf {
  using type = float;
};
template <class View>
struct RayNumberOf<View, std::void_t<RayScalar<View>>> {
  using type = RayScalar<View>;
};
template <class View>
using ray_scalar_t = typename RayNumberOf<View>::type;

template <class G, template <class> class Operation, class Result>
constexpr bool returns() {
  if constexpr (is_detected_v<Operation, G>) {
    return std::is_same_v<std::decay_t<Operation<G>>, Result>;
  } else {
    return false;
  }
}

template <class V>
inline constexpr bool has_ray_v =
    returns<V, RayOf, Ray<float>>() || returns<V, RayOf, Ray<double>>();
template <class V>
inline constexpr bool projects_in_float_v = returns<V, PointInFloat, DetectorPoint<float>>();
template <class V>
inline constexpr bool projects_in_double_v = returns<V, PointInDouble, DetectorPoint<double>>();
template <class V>
inline constexpr bool has_projection_v = projects_in_float_v<V> || projects_in_double_v<V>;

template <class G>
inline constexpr bool has_num_views_v = returns<G, NumViews, int>();
template <class G>
inline constexpr bool has_detector_size_v = returns<G, DetectorSize, Extents<2>>();

template <class G>
constexpr bool has_view() {
  if constexpr (is_detected_v<View, G>) {
    return std::is_trivially_copyable_v<std::decay_t<View<G>>>;
  } else {
    return false;
  }
}
template <class G>
inline constexpr bool has_view_v = has_view<G>();

}  // namespace detail

/// The type that `geometry.view(n)` returns.
template <class Geometry>
using view_t = std::decay_t<detail::View<Geometry>>;

/// The number type in which a view projects: float or double.
template <class View>
using projection_scalar_t = std::conditional_t<detail::projects_in_float_v<View>, float, double>;

namespace detail {

template <class G>
constexpr bool is_traceable() {
  if constexpr (has_num_views_v<G> && has_detector_size_v<G> && has_view_v<G>) {
    return has_ray_v<view_t<G>>;
  } else {
    return false;
  }
}

template <class G>
constexpr bool is_projectable() {
  if constexpr (has_num_views_v<G> && has_detector_size_v<G> && has_view_v<G>) {
    return has_projection_v<view_t<G>>;
  } else {
    return false;
  }
}

template <class G>
constexpr int dimension() {
  if constexpr (is_detected_v<Dimension, G>) {
    static_assert(G::dimension == 2 || G::dimension == 3, "A geometry's dimension is 2 or 3.");
    return G::dimension;
  } else {
    return 3;
  }
}

}  // namespace detail

/// 2 for a geometry of the plane, else 3: the rank of what it scans and of what it measures.
template <class Geometry>
inline constexpr int dimension_v = detail::dimension<Geometry>();

/// True for a geometry whose views answer `ray`.
template <class Geometry>
inline constexpr bool is_traceable_geometry_v = detail::is_traceable<Geometry>();

/// True for a geometry whose views answer `project`.
template <class Geometry>
inline constexpr bool is_projectable_geometry_v = detail::is_projectable<Geometry>();

/// True for a view that is a projection matrix.
template <class View>
inline constexpr bool is_projective_view_v =
    detail::returns<View, detail::MatrixOf, ProjectionMatrix>();

/// True for a view whose rays are those of a projection matrix.
template <class View>
inline constexpr bool has_projective_rays_v =
    detail::returns<View, detail::ProjectiveRaysOf, ProjectiveRays>();

/// Fails to compile, with one sentence for what is missing, unless Geometry is one.
template <class Geometry>
constexpr void check_geometry() {
  static_assert(detail::has_num_views_v<Geometry>,
                "A geometry must have 'int num_views() const': how many views the scan has.");
  static_assert(detail::has_detector_size_v<Geometry>,
                "A geometry must have 'Extents<2> detector_size() const': the pixels (u, v).");
  static_assert(detail::has_view_v<Geometry>,
                "A geometry must have 'view(int n) const' that returns a trivially copyable view.");
}

/// As check_geometry, and rays can be traced through it.
template <class Geometry>
constexpr void check_traceable_geometry() {
  check_geometry<Geometry>();
  if constexpr (detail::has_view_v<Geometry>) {
    static_assert(detail::has_ray_v<view_t<Geometry>>,
                  "A view must have 'Ray<float> ray(float u, float v) const' (or double): this "
                  "operator follows the ray of a pixel.");
  }
}

/// As check_geometry, and points can be projected with it.
template <class Geometry>
constexpr void check_projectable_geometry() {
  check_geometry<Geometry>();
  if constexpr (detail::has_view_v<Geometry>) {
    static_assert(detail::has_projection_v<view_t<Geometry>>,
                  "A view must have 'DetectorPoint<float> project(Vec3f point) const' (or double): "
                  "this operator looks up where a voxel lands.");
  }
}

}  // namespace pyronn
