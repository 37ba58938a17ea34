// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// What a geometry is.
///
/// @code
///   struct MyGeometry {
///     struct View {                                  // trivially copyable
///       Ray<float> ray(float u, float v) const;      // the line that pixel (u, v) sees [mm]
///       DetectorPoint<float> project(Vec3f x) const; // the pixel of the world point x [mm]
///     };
///     int num_views() const;
///     Extents<2> detector_size() const;              // pixels (u, v)
///     View view(int n) const;
///   };
/// @endcode
///
/// Ray-driven operators need `ray`, voxel-driven ones `project`; either alone makes a geometry, and
/// float may be double. A view may have a `project` of each: operators of DoubleInterp take that of
/// double. A geometry that is trivially copyable is copied whole into the kernel,
/// where every thread calls `view` once for each view that it works on: `view` must be cheap, and
/// the geometry's functions must be marked PYRONN_HOST_DEVICE. Of any other geometry `view` is
/// called on the host while an operator is made, and the views are copied into
/// the kernels: then the views' functions must be marked.
///
/// `project` is called for every voxel and view: on a GPU one `reciprocal` of the depth and two
/// products take half the time of two divisions. What its `depth` means is said at DetectorPoint.
///
/// Where a view has both, `ray` and `project` must be inverse: `project` gives a point on the ray
/// of (u, v) the pixel (u, v), within a quarter of a pixel. Transposes find the pixels that see a
/// voxel by `project`, and look at all pixels where it is not smooth over a voxel: next to a
/// source, at a seam where an angle begins again, about the axis of rings. They are exact there,
/// too, but slow.
///
/// A view may have these, too, and is then faster:
/// @code
///   ProjectionMatrix projection_matrix() const;  // `project` applies this matrix; w is the depth
///   ProjectiveRays projective_rays() const;      // `ray` returns these rays
///   static constexpr bool has_parallel_rays = true;  // which are parallel, without ends
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

/// The rays of a projective view [mm], with pixel = u * along_u + v * along_v. Diverging rays are
/// the points origin + t (direction + pixel), parallel ones the points origin + pixel + t
/// direction, for t from `begin` to `end`, which may be infinite.
struct ProjectiveRays {
  Vec3d origin;     ///< the source, or the centre of pixel (0, 0)
  Vec3d direction;  ///< from the source towards pixel (0, 0), or the direction of all rays
  Vec3d along_u;    ///< what one pixel more along a row adds
  Vec3d along_v;    ///< what one row more adds
  double begin;     ///< first t; may be minus infinity
  double end;       ///< last t
  bool diverge;     ///< true: the rays diverge from `origin`; false: they are parallel

  /// The same rays with pixels counted from (column, row), which becomes (0, 0).
  [[nodiscard]] constexpr ProjectiveRays counted_from(double column, double row) const {
    ProjectiveRays result = *this;
    (diverge ? result.direction : result.origin) += column * along_u + row * along_v;
    return result;
  }

  /// The rays of pixels of so many columns and rows each, through their middles.
  [[nodiscard]] constexpr ProjectiveRays binned(int columns, int rows) const {
    ProjectiveRays result = counted_from((columns - 1) / 2.0, (rows - 1) / 2.0);
    result.along_u = columns * along_u;
    result.along_v = rows * along_v;
    return result;
  }

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

template <class V>
using SaysParallel = decltype(V::has_parallel_rays);

template <class View>
using RayInDouble = decltype(static_cast<Ray<double> (View::*)(double, double) const>(&View::ray));

/// The number type of the pixel indices that `View::ray` takes: double where it says so, else
/// float, which holds every pixel index exactly.
template <class View>
using pixel_scalar_t = std::conditional_t<is_detected_v<RayInDouble, View>, double, float>;

/// The number type of the rays that `View::ray` returns; float where a view has no rays.
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

/// True where `Operation<G>` names the type Result, up to references and const.
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

template <class V>
constexpr bool has_parallel_rays() {
  if constexpr (is_detected_v<SaysParallel, V>) {
    return V::has_parallel_rays;
  } else {
    return false;
  }
}

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

/// The number type in which a view projects: float or double; float where it can do both.
template <class View>
using projection_scalar_t = std::conditional_t<detail::projects_in_float_v<View>, float, double>;

namespace detail {

/// The number type in which a view projects for kernels that compute in `Number`: in double for
/// those of double, if it can.
template <class View, class Number>
using projection_number_t =
    std::conditional_t<std::is_same_v<Number, double> && projects_in_double_v<View>, double,
                       projection_scalar_t<View>>;

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

/// 2 for a geometry of the plane, else 3: the rank of its volumes (or images) and projections.
template <class Geometry>
inline constexpr int dimension_v = detail::dimension<Geometry>();

/// True for a geometry whose views have `ray`.
template <class Geometry>
inline constexpr bool is_traceable_geometry_v = detail::is_traceable<Geometry>();

/// True for a geometry whose views have `project`.
template <class Geometry>
inline constexpr bool is_projectable_geometry_v = detail::is_projectable<Geometry>();

/// True for a view that has `projection_matrix`.
template <class View>
inline constexpr bool is_projective_view_v =
    detail::returns<View, detail::MatrixOf, ProjectionMatrix>();

/// True for a view that has `projective_rays`.
template <class View>
inline constexpr bool has_projective_rays_v =
    detail::returns<View, detail::ProjectiveRaysOf, ProjectiveRays>();

/// True for a view that has `projection_matrix` and says that its rays are parallel.
template <class View>
inline constexpr bool has_parallel_rays_v =
    is_projective_view_v<View>&& detail::has_parallel_rays<View>();

/// Fails to compile, with one sentence for each member that is missing, unless Geometry is a
/// geometry.
template <class Geometry>
constexpr void check_geometry() {
  static_assert(detail::has_num_views_v<Geometry>,
                "A geometry must have 'int num_views() const': how many views the scan has.");
  static_assert(detail::has_detector_size_v<Geometry>,
                "A geometry must have 'Extents<2> detector_size() const': the pixels (u, v).");
  static_assert(detail::has_view_v<Geometry>,
                "A geometry must have 'view(int n) const' that returns a trivially copyable view.");
}

/// Does what check_geometry does, and fails to compile unless the views have `ray`.
template <class Geometry>
constexpr void check_traceable_geometry() {
  check_geometry<Geometry>();
  if constexpr (detail::has_view_v<Geometry>) {
    static_assert(detail::has_ray_v<view_t<Geometry>>,
                  "A view must have 'Ray<float> ray(float u, float v) const' (or double): this "
                  "operator follows the ray of a pixel.");
  }
}

/// Does what check_geometry does, and fails to compile unless the views have `project`.
template <class Geometry>
constexpr void check_projectable_geometry() {
  check_geometry<Geometry>();
  if constexpr (detail::has_view_v<Geometry>) {
    static_assert(detail::has_projection_v<view_t<Geometry>>,
                  "A view must have 'DetectorPoint<float> project(Vec3f point) const' (or double): "
                  "this operator projects voxels onto the detector.");
  }
}

}  // namespace pyronn
